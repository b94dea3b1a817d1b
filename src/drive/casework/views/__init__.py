"""The pages of the case manager's side."""

from .assessing import case_assess, case_assessments
from .case import case_actions, case_flag, case_page, case_pattern, case_timeline, case_work
from .channels import case_channels, case_end_channel
from .closing import case_close
from .desk import su_desk, su_manager_desk
from .emergency import case_in_emergency
from .handing_over import case_assign
from .lists import case_list
from .planning import case_profile, case_state, case_strategy
from .recording import case_research, record_action, record_contact, record_session, record_update
from .sharing import case_sharing

__all__ = [
    "case_actions",
    "case_assess",
    "case_assessments",
    "case_assign",
    "case_channels",
    "case_close",
    "case_end_channel",
    "case_flag",
    "case_in_emergency",
    "case_list",
    "case_page",
    "case_pattern",
    "case_profile",
    "case_research",
    "case_sharing",
    "case_state",
    "case_strategy",
    "case_timeline",
    "case_work",
    "record_action",
    "record_contact",
    "record_session",
    "record_update",
    "su_desk",
    "su_manager_desk",
]
