"""Practice incidents (S-41): recorded by anyone on either side, seen to by somebody named, closed with what was learnt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from drive.access.models import Membership
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import refusals_on
from drive.access.roles import ROLES
from drive.access.scopes import Side
from drive.components.page import OwnSide, Standing

from .. import commands, queries
from ..forms.incidents import ChargeForm, IncidentForm, LearningForm, agency_words
from ..models import PracticeIncident
from ..naming import initials_of_records, names_of_case, names_of_cases
from .acting import act, address, ends_of, standing


@page(Permission.RISK_ITEM_SEND, "Practice incidents", looks_at="practice_incidents")
def incident_list(request: ActorRequest) -> HttpResponse:
    """What is open and overdue, what was learnt and what changed, and how many of each kind. No worker is counted."""
    found = queries.incidents()
    own_case = request.actor.side is Side.SERVICE_USER
    rows = [*found.open, *found.closed]
    names = (
        names_of_cases(row.incident.case_id for row in rows)
        if own_case
        else initials_of_records(row.incident.vs_record_id for row in rows if row.incident.vs_record_id)
    )
    own: OwnSide = "case" if own_case else "client"
    return render(
        request,
        "safety/incident_list.html",
        {
            "standing": Standing("bridge", subject="Practice incidents", reading="Your own side’s", own=own),
            "found": found,
            "names": {
                row.incident.pk: names.get(
                    (row.incident.case_id if own_case else row.incident.vs_record_id) or row.incident.pk, ""
                )
                for row in rows
            },
            "address": address_of_incident,
        },
    )


def address_of_incident(incident: PracticeIncident) -> str:
    """Where an incident is read: on its link, or on the case where it names none."""
    keys = {"incident_id": incident.pk}
    if incident.link_id:
        return reverse("link_incident", kwargs={"link_id": incident.link_id, **keys})
    return reverse("practice_incident", kwargs={"case_id": incident.case_id, **keys})


LEAD = "Without blame: what happened, so that all of us learn from it."


@page(Permission.RISK_ITEM_SEND, "Record a practice incident", looks_at="case_link", key="link_id")
def record_incident(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """By anyone on either side; both workers and both managers read it."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        IncidentForm,
        lambda form: commands.open_incident_on_link(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="incident",
        heading="Record a practice incident",
        lead=f"{LEAD} Read by you, {ends.other} and both managers.",
        button="Record it",
        done=f"Recorded. {ends.other} and both managers see it, and a joint review is called for.",
    )


@page(Permission.CASE_RECORD, "Record a practice incident", looks_at="su_case", key="case_id")
def record_case_incident(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """About a case as a whole: read by the case manager's side alone, until it is closed."""
    queries.case_seen(case_id)
    form = IncidentForm(request.POST or None)
    subject = names_of_case(case_id).subject
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.open_incident(by=request.actor, case_id=case_id, **form.cleaned_data)
            messages.success(request, "Recorded. A joint review is called for.")
            return HttpResponseRedirect(address("case_page", case_id=case_id))
    return render(
        request,
        "safety/own_side.html",
        {
            "standing": Standing("case", subject=subject),
            "heading": "Record a practice incident",
            "lead": f"{LEAD} Read by your side; each IDVA is asked for a joint review.",
            "button_words": "Record it",
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "back": address("case_page", case_id=case_id),
            "back_words": subject,
        },
    )


@page(Permission.RISK_ITEM_SEND, "Practice incident", looks_at="case_link", key="link_id")
def link_incident(request: ActorRequest, link_id: UUID, incident_id: UUID) -> HttpResponse:
    """One incident of one link, as both sides read it."""
    ends = ends_of(request.actor, link_id)
    return _one(
        request,
        queries.incident_on(link_id, incident_id),
        standing(ends),
        ("Shared page", reverse("shared_page", kwargs={"link_id": link_id})),
        ends.mark,
    )


@page(Permission.CASE_RECORD, "Practice incident", looks_at="su_case", key="case_id")
def incident(request: ActorRequest, case_id: UUID, incident_id: UUID) -> HttpResponse:
    """One incident of a case as a whole, for the case manager's side."""
    subject = names_of_case(case_id).subject
    return _one(
        request,
        queries.incident_of(case_id, incident_id),
        Standing("case", subject=subject),
        (subject, address("case_page", case_id=case_id)),
    )


def _one(
    request: ActorRequest,
    found: PracticeIncident,
    stands: Standing,
    back: tuple[str, str],
    mark: str = "",
) -> HttpResponse:
    actor = request.actor
    row = queries.incident_row(found)
    manages = actor.may(Permission.TEAM_VIEW)
    named = row.charge is not None and row.charge.responsible_id == actor.membership_id
    charge = ChargeForm(
        request.POST if "charge" in request.POST else None,
        colleagues=_own(request),
        initial=ChargeForm.start(),
    )
    learning = LearningForm(request.POST if "close" in request.POST else None)
    acts: list[tuple[str, forms.Form, Callable[..., object], str]] = [
        ("charge", charge, commands.charge_incident, "Named."),
        ("close", learning, commands.close_incident, "Closed with what was learnt."),
    ]
    for word, form, do, done in acts:
        if word in request.POST and form.is_valid():
            with refusals_on(form):
                do(by=actor, incident_id=found.pk, **form.cleaned_data)
                messages.success(request, done)
                return HttpResponseRedirect(request.path)
    context: dict[str, Any] = {
        "standing": stands,
        "row": row,
        "back": back,
        "mark": mark,
        "agency": agency_words(found.agency),
        "charge_form": charge if manages and not row.closing else None,
        "learning_form": learning if (manages or named) and row.charge and not row.closing else None,
        "problem": next((form for _word, form, _do, _done in acts if form.is_bound and form.errors), None),
    }
    return render(request, "safety/incident.html", {**context, "problems": context["problem"] is not None})


def _own(request: ActorRequest) -> list[Membership]:
    """Everybody of the reader's own service, by name."""
    service = request.actor.service_id
    roles = tuple(role.value for role, entry in ROLES.items() if entry.side is request.actor.side)
    return colleagues(service_id=service, roles=roles) if service else []
