"""The case manager's desk (W-01): stop concerns first, then what lapses, what is today, and who waits for
whom.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.safety.naming import names_of
from drive.safety.queries import (
    bookings_unsettled,
    differing,
    escalations,
    incidents_waiting,
    live_stops,
    outcomes_to_answer,
    reviews_to_answer,
    unread_items,
    unreviewed,
    views_asked,
)

from ..desk import AHEAD, desk
from ..histories import old_information
from .planned import decisions_lapsing, meetings_today
from .words import WORDS


@page(Permission.DESK_VIEW, "Your desk", scope=Scope.SU_WORKER, looks_at="su_desk")
def su_desk(request: ActorRequest) -> HttpResponse:
    """What a worker has before them today. No totals, no rank, no colleague's rates."""
    return _desk(request, Scope.SU_WORKER)


@page(Permission.DESK_VIEW, "Your desk", scope=Scope.SU_MANAGER, looks_at="su_desk")
def su_manager_desk(request: ActorRequest) -> HttpResponse:
    """The same over the service's cases that have been open longest."""
    return _desk(request, Scope.SU_MANAGER)


def _desk(request: ActorRequest, scope: Scope) -> HttpResponse:
    today = local_today()
    found = desk(request.actor, scope, today)
    items = unread_items(request.actor)
    return render(
        request,
        "casework/desk.html",
        {
            **WORDS,
            "desk": found,
            "today": today,
            "ahead": today + AHEAD,
            "standing": Standing(
                "case",
                "Case side",
                subject="Your work with Drive service users"
                if scope is Scope.SU_WORKER
                else "Your service’s work",
                reading="Linked people are shown by initials on lists",
            ),
            "stops": [(stop, found.cases.get(stop.concern.su_case_id)) for stop in live_stops()],
            "unread": [
                (one, found.cases.get(one.escalation.su_case_id)) for one in escalations(request.actor)
            ],
            "reviews": [(one, found.cases.get(one.su_case_id)) for one in reviews_to_answer(request.actor)],
            "unreviewed": [(one, found.cases.get(one.su_case_id)) for one in unreviewed(request.actor)],
            "old": old_information(list(found.cases.values()), today),
            "unsettled": [(one, found.cases.get(one.su_case_id)) for one in bookings_unsettled()],
            "differing": [(one, found.cases.get(one.link.su_case_id)) for one in differing()],
            "incidents": [
                (row, found.cases.get(row.incident.case_id)) for row in incidents_waiting(request.actor)
            ],
            "lapsing": decisions_lapsing(found.cases, today),
            "meetings": meetings_today(found.cases),
            "views_asked": [
                (one, found.cases.get(one.link.su_case_id)) for one in views_asked(request.actor)
            ],
            "outcomes": [(one, found.cases.get(one.su_case_id)) for one in outcomes_to_answer(request.actor)],
            "items": [(item, found.cases.get(item.su_case_id)) for item in items],
            "names": names_of(item.recorded_by_id for item in items),
        },
    )
