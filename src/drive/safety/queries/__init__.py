"""What the pages of both sides ask of the bridge. Rows come filtered by the database's own policies."""

from ..naming import names_of
from .across import CaseSummary, ClientSummary, case_summaries, client_summaries
from .decisions import Decision, ViewAsked, Written, decision_for, outcomes_to_answer, views_asked
from .items import items_for, open_incidents, review_calls, unread_items
from .planned import BookingRow, bookings_for, bookings_for_record
from .possible import Closed, WhatMayHappen, what_may_happen_now
from .stops import Stop, live_stops, stop_concern

__all__ = [
    "BookingRow",
    "CaseSummary",
    "ClientSummary",
    "Closed",
    "Decision",
    "Stop",
    "ViewAsked",
    "WhatMayHappen",
    "Written",
    "bookings_for",
    "bookings_for_record",
    "case_summaries",
    "client_summaries",
    "decision_for",
    "items_for",
    "live_stops",
    "names_of",
    "open_incidents",
    "outcomes_to_answer",
    "review_calls",
    "stop_concern",
    "unread_items",
    "views_asked",
    "what_may_happen_now",
]
