"""The forms of the IDVA's side: each says what to ask and which command writes it. Rules live elsewhere."""

from .asking import RecordForm
from .away import AwayForm, CoverForm
from .circumstances import (
    ChildForm,
    ChildrenKnownForm,
    CourtForm,
    LivingWithForm,
    MeasureForm,
    OtherAtRiskForm,
    SafetyPlanForm,
    SupportForm,
)
from .keeping import AssignForm, CloseForm, EndSealForm, OpenSealForm, SealForm
from .person import AgainForm, LinkAgainForm, NewClientForm, ProfileForm
from .working import (
    CheckInForm,
    CheckInPlanForm,
    ContactForm,
    EngagementForm,
    InformedForm,
    PreferenceForm,
    SafeContactForm,
    WishForm,
)

__all__ = [
    "AgainForm",
    "AssignForm",
    "AwayForm",
    "CheckInForm",
    "CheckInPlanForm",
    "ChildForm",
    "ChildrenKnownForm",
    "CloseForm",
    "ContactForm",
    "CourtForm",
    "CoverForm",
    "EndSealForm",
    "EngagementForm",
    "InformedForm",
    "LinkAgainForm",
    "LivingWithForm",
    "MeasureForm",
    "NewClientForm",
    "OpenSealForm",
    "OtherAtRiskForm",
    "PreferenceForm",
    "ProfileForm",
    "RecordForm",
    "SafeContactForm",
    "SafetyPlanForm",
    "SealForm",
    "SupportForm",
    "WishForm",
]
