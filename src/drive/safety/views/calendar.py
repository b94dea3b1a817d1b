"""The calendar (W-27): one's own dates by code, a colleague's taken times beside them, and one's own as a file."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Side
from drive.audit.record import Act, record_event
from drive.components.page import OwnSide, Standing

from .. import calendar as rules
from ..icalendar import calendar_file as written
from ..queries import calendar as queries

FILE_DAYS = 56
"""How far ahead the file goes."""
FARTHEST = datetime.timedelta(days=366)
"""How far from today a page may begin."""


@dataclass(frozen=True, slots=True)
class Day:
    """One row: what is one's own, and what a colleague's day says."""

    day: datetime.date
    own: list[rules.Entry]
    theirs: list[str]


@page(Permission.DECISION_VIEW_GIVE, "Calendar", looks_at="calendar")
def calendar(request: ActorRequest) -> HttpResponse:
    """Two weeks of one's own."""
    return _show(request, None, queries.colleagues_across(request.actor))


@page(Permission.DECISION_VIEW_GIVE, "Calendar", looks_at="calendar", key="colleague_id")
def calendar_beside(request: ActorRequest, colleague_id: UUID) -> HttpResponse:
    """... beside when one colleague of the other side is taken, and when both are free."""
    return _show(request, *queries.colleague_across(request.actor, colleague_id))


@page(Permission.DECISION_VIEW_GIVE, "File of one’s own calendar")
def calendar_file(request: ActorRequest) -> HttpResponse:
    """The next eight weeks of one's own, by code alone. There is no address that works without signing in."""
    today = local_today()
    entries = queries.own_entries(request.actor, today, today + datetime.timedelta(days=FILE_DAYS))
    record_event(Act.EXPORTED, by=request.actor, kind="calendar", fields=["calendar_file"])
    answer = HttpResponse(written(entries, today=today), content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


def _show(
    request: ActorRequest, colleague: queries.Colleague | None, everybody: list[queries.Colleague]
) -> HttpResponse:
    first = _first_day(request.GET.get("from", ""))
    days = [first + datetime.timedelta(days=n) for n in range(rules.PAGE_DAYS)]
    own = queries.own_entries(request.actor, days[0], days[-1])
    theirs = rules.merged(queries.busy_times(colleague.membership_id, days[0], days[-1])) if colleague else []
    side: OwnSide = "case" if request.actor.side is Side.SERVICE_USER else "client"
    return render(
        request,
        "safety/calendar.html",
        {
            "standing": Standing("bridge", subject="Calendar", reading="Your own dates", own=side)
            if colleague
            else Standing(side, subject="Calendar"),
            "days": [
                Day(
                    day,
                    [one for one in own if one.day == day],
                    _says(colleague, day, theirs) if colleague else [],
                )
                for day in days
            ],
            "colleague": colleague,
            "colleagues": everybody,
            "free": _both_free(request, colleague) if colleague else [],
            "today": local_today(),
            "earlier": first - datetime.timedelta(days=rules.PAGE_DAYS),
            "later": first + datetime.timedelta(days=rules.PAGE_DAYS),
            "own_side": side,
        },
    )


def _first_day(typed: str) -> datetime.date:
    """The day asked for, today without one or with one that is no day or too far."""
    today = local_today()
    try:
        asked = datetime.date.fromisoformat(typed)
    except ValueError:
        return today
    return asked if abs(asked - today) <= FARTHEST else today


def _says(colleague: queries.Colleague, day: datetime.date, spans: list[rules.Busy]) -> list[str]:
    """Busy and when; the reader's own code where it is about a link they share. Empty: free, or past and not told."""
    words = []
    for one in rules.on_day(day, spans):
        code = colleague.codes.get(one.link_id, "") if one.link_id else ""
        words.append(f"Busy {rules.words_of(one, day)}" + (f", {code}" if code else ""))
    return words


def _both_free(request: ActorRequest, colleague: queries.Colleague) -> list[datetime.datetime]:
    days = rules.working_days(local_today())
    own = rules.busy_of(queries.own_entries(request.actor, days[0], days[-1]))
    return rules.free_times(
        [*own, *queries.busy_times(colleague.membership_id, days[0], days[-1])], timezone.now()
    )
