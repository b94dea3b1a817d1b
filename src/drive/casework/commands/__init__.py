"""What the case manager's side can do: one atomic function an act, row and audit event together.

Every command works in the scope that the caller has stepped into, takes `by` and the case, raises
`SuCase.DoesNotExist` for a case that cannot be seen, and `drive.access.refusal.Refusal` for what may not be
now.
"""

from .assessing import answer_review_flag, submit_assessment
from .channels import add_channel, end_channel
from .closing import NewClosure, close_case
from .conflicts import SomeoneSavedFirst
from .handing_over import assign_case, end_case_assignment
from .opening import NewLinkedPerson, add_linked_person, open_case
from .planning import NewStrategy, save_profile, save_strategy
from .recording import add_research, record_action, record_contact, record_session
from .sharing import record_sharing
from .states import set_state

__all__ = [
    "NewClosure",
    "NewLinkedPerson",
    "NewStrategy",
    "SomeoneSavedFirst",
    "add_channel",
    "add_linked_person",
    "add_research",
    "answer_review_flag",
    "assign_case",
    "close_case",
    "end_case_assignment",
    "end_channel",
    "open_case",
    "record_action",
    "record_contact",
    "record_session",
    "record_sharing",
    "save_profile",
    "save_strategy",
    "set_state",
    "submit_assessment",
]
