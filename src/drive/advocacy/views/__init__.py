"""The pages of the IDVA's side."""

from .acts import (
    client_assign,
    client_check_in,
    client_check_in_plan,
    client_child,
    client_children_known,
    client_close,
    client_contact,
    client_court,
    client_engagement,
    client_informed,
    client_living_with,
    client_measure,
    client_other_at_risk,
    client_preference,
    client_safe_contact,
    client_safety_plan,
    client_support,
    client_wish,
)
from .assessing import (
    client_assessment,
    client_exit_form,
    client_grid,
    client_intake,
    client_questionnaire,
)
from .away import vs_away, vs_cover
from .clients import client_list
from .desks import vs_desk, vs_manager_desk
from .emergency import client_in_emergency
from .forecast import vs_forecast
from .person import client_again, client_drive, client_new, client_profile
from .record import client_page
from .sealed import client_end_sealed, client_seal, client_sealed

__all__ = [
    "client_again",
    "client_assessment",
    "client_assign",
    "client_check_in",
    "client_check_in_plan",
    "client_child",
    "client_children_known",
    "client_close",
    "client_contact",
    "client_court",
    "client_drive",
    "client_end_sealed",
    "client_engagement",
    "client_exit_form",
    "client_grid",
    "client_in_emergency",
    "client_informed",
    "client_intake",
    "client_list",
    "client_living_with",
    "client_measure",
    "client_new",
    "client_other_at_risk",
    "client_page",
    "client_preference",
    "client_profile",
    "client_questionnaire",
    "client_safe_contact",
    "client_safety_plan",
    "client_seal",
    "client_sealed",
    "client_support",
    "client_wish",
    "vs_away",
    "vs_cover",
    "vs_desk",
    "vs_forecast",
    "vs_manager_desk",
]
