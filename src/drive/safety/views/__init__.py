"""Pages of the bridge. Both sides use the same pages, with words that are relative to the reader (G-03)."""

from .actions import end_planned_action, plan_action, planned_actions
from .bookings import book, booking_step, bookings
from .calendar import calendar, calendar_beside, calendar_file
from .danger import danger_on_case, danger_on_record
from .decisions import answer_outcome, ask, give_view, lapse, propose_outcome, shared_page
from .disagreements import differing
from .incidents import incident, incident_list, link_incident, record_case_incident, record_incident
from .items import acknowledge, boundary_contact, item_use, need_to_hear, tell
from .openness import support_openness
from .reviews import answer_review, link_reviews, pair_rhythm, record_review, review_agenda
from .stops import (
    acknowledge_stop,
    adviser_desk,
    override_stop,
    raise_stop,
    raise_stop_on_case,
    stop_concern,
)

__all__ = [
    "acknowledge",
    "acknowledge_stop",
    "adviser_desk",
    "answer_outcome",
    "answer_review",
    "ask",
    "book",
    "booking_step",
    "bookings",
    "boundary_contact",
    "calendar",
    "calendar_beside",
    "calendar_file",
    "danger_on_case",
    "danger_on_record",
    "differing",
    "end_planned_action",
    "give_view",
    "incident",
    "incident_list",
    "item_use",
    "lapse",
    "link_incident",
    "link_reviews",
    "need_to_hear",
    "override_stop",
    "pair_rhythm",
    "plan_action",
    "planned_actions",
    "propose_outcome",
    "raise_stop",
    "raise_stop_on_case",
    "record_case_incident",
    "record_incident",
    "record_review",
    "review_agenda",
    "shared_page",
    "stop_concern",
    "support_openness",
    "tell",
]
