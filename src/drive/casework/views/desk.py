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
from drive.components.some import Some, together
from drive.safety.models import RiskItem
from drive.safety.naming import initials_of_links, signed
from drive.safety.queries import (
    bookings_unsettled,
    boundary_contacts,
    differing,
    escalations,
    incidents_waiting,
    outcomes_to_answer,
    proportions,
    reviews_to_answer,
    stops_on_desk,
    unread_items,
    unreviewed,
    views_asked,
    without_word,
)

from ..desk import AHEAD, desk, with_others
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
    today, actor = local_today(), request.actor
    found = desk(actor, scope, today)
    items, stops, unread = unread_items(actor), stops_on_desk(actor), escalations(actor)
    answers, outcomes = reviews_to_answer(actor), outcomes_to_answer(actor)
    overdue, asked = unreviewed(actor), views_asked(actor)
    soon, apart, wrong = bookings_unsettled(), differing(), incidents_waiting(actor)
    silent = without_word()
    rang = boundary_contacts() if scope is Scope.SU_MANAGER else Some[RiskItem]([])
    cases = with_others(
        found.cases,
        [
            *(stop.concern.su_case_id for stop in stops),
            *(one.escalation.su_case_id for one in unread),
            *(one.link.su_case_id for one in asked),
            *(one.su_case_id for one in overdue),
            *(one.su_case_id for one in soon),
            *(one.link.su_case_id for one in apart),
            *(row.incident.case_id for row in wrong),
            *(item.su_case_id for item in rang),
            *(one.su_case_id for one in silent),
            *(fact.su_case_id for facts in (answers, outcomes, items) for fact in facts),
        ],
    )
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
            "about": initials_of_links(cases),
            "waiting_on_you": together(asked, outcomes, answers, Some(found.flags)),
            "stops": stops.each(lambda stop: (stop, cases.get(stop.concern.su_case_id))),
            "unread": unread.each(lambda one: (one, cases.get(one.escalation.su_case_id))),
            "reviews": answers.each(lambda one: (one, cases.get(one.su_case_id))),
            "unreviewed": overdue.each(lambda one: (one, cases.get(one.su_case_id))),
            "unsettled": soon.each(lambda one: (one, cases.get(one.su_case_id))),
            "differing": apart.each(lambda one: (one, cases.get(one.link.su_case_id))),
            "incidents": wrong.each(lambda row: (row, cases.get(row.incident.case_id))),
            "old": old_information(list(found.cases.values()), today),
            "lapsing": decisions_lapsing(found.cases, today),
            "meetings": meetings_today(found.cases),
            "views_asked": asked.each(lambda one: (one, cases.get(one.link.su_case_id))),
            "outcomes": outcomes.each(lambda one: (one, cases.get(one.su_case_id))),
            "alike": proportions().words if scope is Scope.SU_MANAGER else "",
            "silent": [(one, cases.get(one.su_case_id)) for one in silent],
            "rang": rang.each(lambda item: (item, cases.get(item.su_case_id))),
            "items": items.each(lambda item: (item, cases.get(item.su_case_id))),
            "names": signed(item.recorded_by_id for item in [*items, *rang]),
        },
    )
