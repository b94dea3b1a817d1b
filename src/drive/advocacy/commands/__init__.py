"""What the IDVA's side can do: one atomic function an act, row and audit event together."""

from .assessing import submit_assessment, submit_exit, submit_intake
from .away import Covered, cover_absence, declare_absence, withdraw_absence
from .circumstances import (
    record_other_at_risk,
    record_support,
    save_child,
    save_court_date,
    save_measure,
    save_safety_plan,
    set_children_known,
    set_living_with,
)
from .closing import assign_record, close_record, end_record_assignment
from .opening import open_again, open_client, open_record, save_profile, say_why_linked_again
from .sealed import NewSealedValue, add_sealed, end_sealed, open_sealed_value
from .working import (
    plan_check_ins,
    record_check_in,
    record_contact,
    record_informed,
    record_wish,
    save_safe_contact,
    set_engagement,
    set_update_preference,
)
from .writing import SavedFirstError

__all__ = [
    "Covered",
    "NewSealedValue",
    "SavedFirstError",
    "add_sealed",
    "assign_record",
    "close_record",
    "cover_absence",
    "declare_absence",
    "end_record_assignment",
    "end_sealed",
    "open_again",
    "open_client",
    "open_record",
    "open_sealed_value",
    "plan_check_ins",
    "record_check_in",
    "record_contact",
    "record_informed",
    "record_other_at_risk",
    "record_support",
    "record_wish",
    "save_child",
    "save_court_date",
    "save_measure",
    "save_profile",
    "save_safe_contact",
    "save_safety_plan",
    "say_why_linked_again",
    "set_children_known",
    "set_engagement",
    "set_living_with",
    "set_update_preference",
    "submit_assessment",
    "submit_exit",
    "submit_intake",
    "withdraw_absence",
]
