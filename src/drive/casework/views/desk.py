"""The case manager's desk (W-01): stop concerns first, then what lapses, what is today, and who waits for whom."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.safety.naming import names_of
from drive.safety.queries import (
    BookingRow,
    bookings_for,
    live_stops,
    outcomes_to_answer,
    unread_items,
    views_asked,
    what_may_happen_now,
)

from ..desk import DeskCase, desk
from .words import WORDS

LAPSING = datetime.timedelta(days=14)


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
            "ahead": today + LAPSING,
            "standing": Standing(
                "case",
                "Case side",
                subject="Your work with Drive service users"
                if scope is Scope.SU_WORKER
                else "Your service’s work",
                reading="Linked people are shown by initials on lists",
            ),
            "stops": [(stop, found.cases.get(stop.concern.su_case_id)) for stop in live_stops()],
            "lapsing": _lapsing(found.cases, today),
            "meetings": _today(found.cases),
            "views_asked": [
                (one, found.cases.get(one.link.su_case_id)) for one in views_asked(request.actor)
            ],
            "outcomes": [(one, found.cases.get(one.su_case_id)) for one in outcomes_to_answer(request.actor)],
            "items": [(item, found.cases.get(item.su_case_id)) for item in items],
            "names": names_of(item.recorded_by_id for item in items),
        },
    )


def _lapsing(cases: dict[UUID, DeskCase], today: datetime.date) -> list[tuple[DeskCase, datetime.date]]:
    found = []
    for case_id, one in cases.items():
        until = what_may_happen_now(case_id).until
        if until is not None and until <= today + LAPSING:
            found.append((one, until))
    return sorted(found, key=lambda pair: pair[1])


def _today(cases: dict[UUID, DeskCase]) -> list[tuple[DeskCase, BookingRow]]:
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + datetime.timedelta(days=1)
    found = [
        (one, row)
        for case_id, one in cases.items()
        for row in bookings_for(case_id, after=start)
        if row.booking.starts_at < end
    ]
    return sorted(found, key=lambda pair: pair[1].booking.starts_at)
