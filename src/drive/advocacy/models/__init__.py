"""The client's record: what the IDVA's side holds. Nothing here is read by the case manager's side (S-01)."""

from .assessment import Assessment, Point
from .away import Absence, absences_that_hold
from .circumstances import (
    Child,
    ChildrenKnown,
    CourtDate,
    LivingWith,
    OtherAtRisk,
    SafetyMeasure,
    SafetyPlan,
    SupportMobilised,
)
from .record import ClientFact, ClientProfile, LinkedAgain, RecordExit, VsRecord
from .sealed import SafeContactRule, SealedEnd, SealedKind, SealedValue, SealOpening
from .working import (
    CheckIn,
    CheckInPlan,
    ClientContact,
    EngagementEntry,
    InformedEntry,
    StartedBy,
    ToldBy,
    UpdatePreference,
    Updates,
    Wish,
)

__all__ = [
    "Absence",
    "Assessment",
    "CheckIn",
    "CheckInPlan",
    "Child",
    "ChildrenKnown",
    "ClientContact",
    "ClientFact",
    "ClientProfile",
    "CourtDate",
    "EngagementEntry",
    "InformedEntry",
    "LinkedAgain",
    "LivingWith",
    "OtherAtRisk",
    "Point",
    "RecordExit",
    "SafeContactRule",
    "SafetyMeasure",
    "SafetyPlan",
    "SealOpening",
    "SealedEnd",
    "SealedKind",
    "SealedValue",
    "StartedBy",
    "SupportMobilised",
    "ToldBy",
    "UpdatePreference",
    "Updates",
    "VsRecord",
    "Wish",
    "absences_that_hold",
]
