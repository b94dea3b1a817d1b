"""What crosses the bridge: one atomic function an act, row and audit event together.

Acts that need to know both a side and the bridge (closing a case and telling the IDVA, recording a contact
and asking whether a decision was in force) are in `joint` and call the side's own command.
"""

from .again import link_again
from .bookings import (
    Stepping,
    book_contact,
    cancel_booking,
    continue_booking,
    note_change,
    note_clash,
    suspend_booking,
)
from .channels import TO_REACH, note_channel, open_to_reach
from .decisions import agree_outcome, ask_for_view, give_view, lapse_decision, propose_outcome
from .disagreements import record_differing_step
from .emergencies import tell_emergency_from_case, tell_emergency_from_record
from .incidents import charge_incident, close_incident, open_incident, open_incident_on_link
from .items import acknowledge_item, record_boundary_contact, say_need_to_hear, send_risk_item
from .joint import close_case, record_contact, save_strategy, set_state
from .links import link_case_and_record
from .openness import say_openness
from .reviews import answer_review, record_review, set_rhythm
from .sources import agree_use, end_planned_action, name_source, plan_action
from .stops import (
    acknowledge_stop,
    answer_stop,
    give_stop_reason,
    override_stop,
    raise_stop,
    raise_stop_on_case,
    reason_kept,
)

__all__ = [
    "TO_REACH",
    "Stepping",
    "acknowledge_item",
    "acknowledge_stop",
    "agree_outcome",
    "agree_use",
    "answer_review",
    "answer_stop",
    "ask_for_view",
    "book_contact",
    "cancel_booking",
    "charge_incident",
    "close_case",
    "close_incident",
    "continue_booking",
    "end_planned_action",
    "give_stop_reason",
    "give_view",
    "lapse_decision",
    "link_again",
    "link_case_and_record",
    "name_source",
    "note_change",
    "note_channel",
    "note_clash",
    "open_incident",
    "open_incident_on_link",
    "open_to_reach",
    "override_stop",
    "plan_action",
    "propose_outcome",
    "raise_stop",
    "raise_stop_on_case",
    "reason_kept",
    "record_boundary_contact",
    "record_contact",
    "record_differing_step",
    "record_review",
    "save_strategy",
    "say_need_to_hear",
    "say_openness",
    "send_risk_item",
    "set_rhythm",
    "set_state",
    "suspend_booking",
    "tell_emergency_from_case",
    "tell_emergency_from_record",
]
