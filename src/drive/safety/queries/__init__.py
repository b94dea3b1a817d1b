"""What the pages of both sides ask of the bridge. Rows come filtered by the database's own policies."""

from ..naming import names_of
from .across import CaseSummary, ClientSummary, case_summaries, client_summaries
from .decisions import Decision, ViewAsked, Written, decision_for, outcomes_to_answer, views_asked
from .escalations import Unread, escalations
from .finding import (
    booking_of,
    case_seen,
    concern_on,
    incident_of,
    item_on,
    link_of,
    links_of_case,
    proposal_on,
    question_on,
    reasons_for,
    record_seen,
)
from .items import items_for, open_incidents, review_calls, unread_items
from .planned import BookingRow, bookings_for, bookings_for_record
from .possible import Closed, WhatMayHappen, what_may_happen_now
from .sources import (
    Source,
    citeable_items,
    newest_from_client,
    planned_action_of,
    planned_actions,
    source_of,
)
from .stops import Override, Stop, live_stops, overrides_here, overrides_of, stop_concern

__all__ = [
    "BookingRow",
    "CaseSummary",
    "ClientSummary",
    "Closed",
    "Decision",
    "Override",
    "Source",
    "Stop",
    "Unread",
    "ViewAsked",
    "WhatMayHappen",
    "Written",
    "booking_of",
    "bookings_for",
    "bookings_for_record",
    "case_seen",
    "case_summaries",
    "citeable_items",
    "client_summaries",
    "concern_on",
    "decision_for",
    "escalations",
    "incident_of",
    "item_on",
    "items_for",
    "link_of",
    "links_of_case",
    "live_stops",
    "names_of",
    "newest_from_client",
    "open_incidents",
    "outcomes_to_answer",
    "overrides_here",
    "overrides_of",
    "planned_action_of",
    "planned_actions",
    "proposal_on",
    "question_on",
    "reasons_for",
    "record_seen",
    "review_calls",
    "source_of",
    "stop_concern",
    "unread_items",
    "views_asked",
    "what_may_happen_now",
]
