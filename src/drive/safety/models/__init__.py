"""The bridge: the one narrow, purposeful channel between the two sides (S-02). Rows never change."""

from .bookings import Booking, BookingState
from .changes import PlanChange
from .decisions import ContactQuestion, ContactView, DecisionLapse, OutcomeAnswer, OutcomeProposal
from .disagreements import DifferingStep
from .escalations import Escalation
from .hearing import NeedToHear
from .incidents import CaseEmergency, ClientEmergency, IncidentCharge, IncidentClosing, PracticeIncident
from .items import BOUNDARY_CONTACT, FROM_CLIENT, ItemAcknowledgement, ReviewCall, RiskItem
from .links import BridgeFact, CaseLink
from .openness import SupportOpenness
from .overrides import OverrideNotice, StopOverride
from .reviews import JointReview, PairRhythm, ReviewAnswer
from .sources import Citation, IndependentSource, PlannedAction, PlannedActionEnd, UseAgreement
from .stops import StopAcknowledgement, StopAnswer, StopConcern, StopConcernReason

__all__ = [
    "BOUNDARY_CONTACT",
    "FROM_CLIENT",
    "Booking",
    "BookingState",
    "BridgeFact",
    "CaseEmergency",
    "CaseLink",
    "Citation",
    "ClientEmergency",
    "ContactQuestion",
    "ContactView",
    "DecisionLapse",
    "DifferingStep",
    "Escalation",
    "IncidentCharge",
    "IncidentClosing",
    "IndependentSource",
    "ItemAcknowledgement",
    "JointReview",
    "NeedToHear",
    "OutcomeAnswer",
    "OutcomeProposal",
    "OverrideNotice",
    "PairRhythm",
    "PlanChange",
    "PlannedAction",
    "PlannedActionEnd",
    "PracticeIncident",
    "ReviewAnswer",
    "ReviewCall",
    "RiskItem",
    "StopAcknowledgement",
    "StopAnswer",
    "StopConcern",
    "StopConcernReason",
    "StopOverride",
    "SupportOpenness",
    "UseAgreement",
]
