"""Pages of the bridge. Both sides use the same pages, with words that are relative to the reader (G-03)."""

from .bookings import book, booking_step, bookings
from .danger import danger_on_case, danger_on_record, incident
from .decisions import answer_outcome, ask, give_view, lapse, propose_outcome, shared_page
from .items import acknowledge, tell
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
    "ask",
    "book",
    "booking_step",
    "bookings",
    "danger_on_case",
    "danger_on_record",
    "give_view",
    "incident",
    "lapse",
    "override_stop",
    "propose_outcome",
    "raise_stop",
    "raise_stop_on_case",
    "shared_page",
    "stop_concern",
    "tell",
]
