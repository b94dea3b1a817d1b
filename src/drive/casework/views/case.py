"""The case page and its lists: overview, pattern, timeline, contact and sessions, actions."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_said
from drive.safety.queries import (
    bulletins,
    client_summaries,
    live_stops,
    needs_to_hear,
    open_incidents,
    review_ages,
    what_may_happen_now,
)

from .. import queries
from ..assessed import forms_due, forms_of, known_unknowns, open_flags, risk_line
from ..commands import answer_review_flag
from ..drawing import draw
from ..forms import FlagForm
from ..histories import facts_of
from ..models import LinkedPerson
from ..queries import case_of
from ..timelines import Quiet, last_contact, pattern, timeline
from ..work import actions_of, contact_work_of
from .frame import case_frame
from .words import address_of

GRID_DAYS = 92
"""A severity grid is asked at least every three months (R-46): after that its level is drawn as old (S-42)."""

LATELY = 12
"""Entries of the timeline on the case page itself."""

TELL = {"whereabouts": "where he is", "release": "his release", "risk_change": "where the case stands"}
"""What the IDVA may need to hear after a step was recorded (S-05): kind of item (K-60), and its words on the page."""


@page(Permission.CASE_VIEW, "Case", looks_at="su_case", key="case_id")
def case_page(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """One case: the six dated facts, what may happen now, people at risk, what nobody knows, what happened."""
    context = case_frame(request, case_id, "case_page")
    summary, today = context["summary"], local_today()
    case = summary.case
    forms = forms_of(case)
    unknowns = known_unknowns(case, summary.states, summary.linked, forms)
    risk = risk_line(forms, unknowns)
    lately, shape = timeline(case, today=today), pattern(case, today)
    strategy = next(iter(queries.strategies(case_id)), None)
    clients = {client.link_id: client for client in client_summaries(case_id)}
    return render(
        request,
        "casework/case_page.html",
        {
            **context,
            "facts": facts_of(case_id, summary.states, today),
            "risk": risk,
            "unknowns": unknowns,
            "may_now": what_may_happen_now(case_id),
            "stops": live_stops(case_id=case_id),
            "reviewed": review_ages(request.actor, case_ids=[case_id]).get(case_id),
            "grid_is_old": bool(risk.as_of and (today - risk.as_of).days > GRID_DAYS),
            "incidents": open_incidents(case_id=case_id),
            "incident_url": _where_incidents_go(summary.linked, case_id),
            "clients": clients,
            "bulletins": {one.item.link_id: one for one in reversed(bulletins(list(clients)))},
            "pattern": shape,
            "pattern_columns": [(month, True) for month in shape.columns],
            "others_at_risk": strategy.others_at_risk if strategy else "",
            "staff_safety": strategy.staff_safety if strategy else "",
            "lately": lately.items[:LATELY],
            "is_quiet": _is_quiet,
            "flags": open_flags([case_id]),
            "due": forms_due([case], today) if not summary.states.ended else [],
            "last_contact": last_contact(case_id),
            "sharing": next(iter(queries.sharing(case_id)), None),
            "today": today,
            "tell_words": TELL.get(request.GET.get("tell", ""), ""),
            "tell": request.GET.get("tell", "") if request.GET.get("tell", "") in TELL else "",
            "hear": needs_to_hear(list(clients)),
        },
    )


def _where_incidents_go(linked: list[LinkedPerson], case_id: UUID) -> str:
    """With one linked client both sides read it at once; with several, or none, it is the case's own (S-04)."""
    links = [person.link_id for person in linked if person.link_id]
    if len(links) == 1:
        return address_of("record_incident", link_id=links[0])
    return address_of("record_case_incident", case_id=case_id)


def _is_quiet(item: object) -> bool:
    return isinstance(item, Quiet)


@page(Permission.CASE_RECORD, "Review", looks_at="su_case", key="case_id")
def case_flag(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Answer a rise: what was decided (S-49). Comes from the case page and goes back to it."""
    case_of(case_id)
    form = FlagForm(request.POST)
    if request.method == "POST" and form.is_valid():
        with refusals_said(request):
            answer_review_flag(
                by=request.actor,
                case_id=case_id,
                flag_id=form.cleaned_data["flag"],
                words=form.cleaned_data["words"],
            )
            messages.success(request, "Review recorded")
    elif request.method == "POST":
        messages.error(request, "Say what was decided.")
    return redirect("case_page", case_id)


@page(Permission.CASE_VIEW, "Pattern")
def case_pattern(_request: ActorRequest, case_id: UUID) -> HttpResponse:
    """The picture of the last months. Names nobody; the look is logged with the page that shows it."""
    drawn = draw(pattern(case_of(case_id), local_today()))
    return HttpResponse(drawn, content_type="image/svg+xml")


@page(Permission.CASE_VIEW, "Timeline", looks_at="su_case", key="case_id")
def case_timeline(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Everything that happened, newest first, a page at a time."""
    context = case_frame(request, case_id, "case_timeline")
    shown = timeline(context["case"], today=local_today(), before=_day(request.GET.get("before", "")))
    here = reverse("case_timeline", args=[case_id])
    return render(
        request,
        "casework/timeline.html",
        {
            **context,
            "items": shown.items,
            "is_quiet": _is_quiet,
            "older_url": f"{here}?before={shown.older:%Y-%m-%d}" if shown.older else "",
        },
    )


def _day(asked: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(asked) if asked else None
    except ValueError:
        return None


@page(Permission.CASE_VIEW, "Contact and sessions", looks_at="su_case", key="case_id")
def case_work(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Contacts, attempts and sessions, newest first."""
    context = case_frame(request, case_id, "case_work")
    return _paged(request, "casework/work.html", context, "case_work", contact_work_of)


@page(Permission.CASE_VIEW, "Actions", looks_at="su_case", key="case_id")
def case_actions(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Actions, newest first; those without the risk answer say so (S-26)."""
    context = case_frame(request, case_id, "case_actions")
    return _paged(request, "casework/actions.html", context, "case_actions", actions_of)


def _paged(
    request: ActorRequest, template: str, context: dict[str, Any], name: str, read: Any
) -> HttpResponse:
    case = context["case"]
    rows, older = read(case, _day(request.GET.get("before", "")))
    here = reverse(name, args=[case.pk])
    return render(
        request,
        template,
        {**context, "rows": rows, "older_url": f"{here}?before={older:%Y-%m-%d}" if older else ""},
    )
