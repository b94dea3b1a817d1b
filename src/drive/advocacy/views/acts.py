"""What can be recorded about a client: one page an act."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from drive.access.handing_over import beside_the_holder
from drive.access.models import ClientAssignment, Membership
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import refusals_said
from drive.access.scopes import Scope
from drive.components.dates import plain_date
from drive.instruments.codelists import code_list

from .. import commands, forms, queries
from ..models import (
    CheckIn,
    CheckInPlan,
    Child,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    SafeContactRule,
    SafetyMeasure,
    SafetyPlan,
    UpdatePreference,
)
from .across import bulletins, call_taken, linked_cases, open_cases_of, tell_check_in, tell_exit
from .acting import act


def _workers(request: ActorRequest) -> list[Membership]:
    """Colleagues of the service who work with clients."""
    return (
        colleagues(service_id=request.actor.service_id, roles=queries.WORKERS)
        if request.actor.service_id
        else []
    )


def _reason(entry: InformedEntry) -> str:
    return code_list("K-23.reason").label(entry.reason) if entry.reason else ""


@page(Permission.CLIENT_RECORD, "Record a contact", looks_at="vs_record", key="record_id")
def client_contact(request: ActorRequest, record_id: UUID) -> HttpResponse:
    past = [
        (
            plain_date(timezone.localdate(c.happened_at)),
            f"{code_list('K-18').label(c.channel)}: {code_list('K-19').label(c.outcome)}",
            ". ".join(filter(None, (c.recorded_by.name, f"Through {c.via}" if c.via else "", c.content))),
        )
        for c in queries.contacts(record_id)
    ]
    rang = request.GET.get("rang", "")
    return act(
        request,
        record_id,
        forms.ContactForm,
        history=past,
        initial=call_taken(record_id, rang) if rang else {},
    )


@page(Permission.CLIENT_RECORD, "Engagement", looks_at="vs_record", key="record_id")
def client_engagement(request: ActorRequest, record_id: UUID) -> HttpResponse:
    past = [
        (
            plain_date(e.since),
            code_list("K-21").label(e.value)
            + (f", {code_list('K-18').label(e.channel)}" if e.channel else ""),
            ". ".join(
                filter(None, (e.recorded_by.name, e.reason, f"Seen by {e.seen_by}" if e.seen_by else ""))
            ),
        )
        for e in queries.history(EngagementEntry, record_id)
    ]
    return act(
        request,
        record_id,
        forms.EngagementForm,
        history=past,
        context={"in_touch": queries.in_touch(record_id)},
        tell="engagement_change" if linked_cases(record_id) else "",
    )


@page(Permission.CLIENT_RECORD, "Informed of Drive", looks_at="vs_record", key="record_id")
def client_informed(request: ActorRequest, record_id: UUID) -> HttpResponse:
    past = [
        (
            plain_date(e.decided_on),
            code_list("K-23.state").label(e.state),
            f"{e.recorded_by.name}. {e.told or _reason(e)}",
        )
        for e in queries.history(InformedEntry, record_id)
    ]
    others = [member for member in _workers(request) if member.pk != request.actor.membership_id]
    return act(
        request,
        record_id,
        forms.InformedForm,
        context={"incident_links": linked_cases(record_id)},
        history=past,
        reviewers=others,
    )


@page(Permission.CLIENT_RECORD, "What news the client wants", looks_at="vs_record", key="record_id")
def client_preference(request: ActorRequest, record_id: UUID) -> HttpResponse:
    past = [
        (plain_date(e.said_on), e.get_value_display(), f"{e.recorded_by.name}. {e.words}")
        for e in queries.history(UpdatePreference, record_id)
    ]
    return act(request, record_id, forms.PreferenceForm, history=past)


@page(Permission.CLIENT_RECORD, "What the client wants", looks_at="vs_record", key="record_id")
def client_wish(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.WishForm)


@page(Permission.CLIENT_RECORD, "Safe contact", looks_at="vs_record", key="record_id")
def client_safe_contact(request: ActorRequest, record_id: UUID) -> HttpResponse:
    rule = queries.newest(SafeContactRule, record_id)
    initial: dict[str, Any] = {"seen_version": 0}
    if rule is not None:
        initial = {
            "seen_version": rule.version,
            "channels": rule.channels,
            "when_safe": rule.when_safe,
            "how": rule.how,
            "voicemail": "yes" if rule.voicemail else "no",
            "withheld_number": "yes" if rule.withheld_number else "no",
            "if_someone_else": rule.if_someone_else,
            "code_word_set": rule.code_word_set,
        }
    return act(request, record_id, forms.SafeContactForm, initial=initial)


@page(Permission.CLIENT_RECORD, "Check-in", looks_at="vs_record", key="record_id")
def client_check_in(request: ActorRequest, record_id: UUID) -> HttpResponse:
    links = linked_cases(record_id)
    agreed = {
        "rule": queries.newest(SafeContactRule, record_id),
        "plan": queries.newest(CheckInPlan, record_id),
    }
    past = [
        (plain_date(c.done_at), code_list("K-50").label(c.outcome), f"{c.recorded_by.name}. {c.summary}")
        for c in queries.history(CheckIn, record_id)
    ]
    return act(
        request,
        record_id,
        forms.CheckInForm,
        crosses=bool(links),
        then=lambda form: tell_check_in(request.actor, links, form),
        context={"crosses": bool(links), "agreed": agreed, "bulletins": bulletins(links)},
        tell="triggers" if links else "",
        history=past,
    )


@page(Permission.CLIENT_RECORD, "Plan check-ins", looks_at="vs_record", key="record_id")
def client_check_in_plan(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.CheckInPlanForm)


@page(Permission.CLIENT_RECORD, "Children", looks_at="vs_record", key="record_id")
def client_children_known(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.ChildrenKnownForm)


def _thread(request: HttpRequest, model: Any, record_id: UUID, fields: tuple[str, ...]) -> dict[str, Any]:
    """The version that holds of the thing named by `?thread=`, to go on from; a new thing without."""
    wanted = request.GET.get("thread", "")
    for row in queries.newest_of_threads(model, record_id) if wanted else []:
        if str(row.thread) == wanted:
            return {field: getattr(row, field) for field in fields} | {
                "seen_version": row.version,
                "thread": row.thread,
            }
    return {"seen_version": 0}


@page(Permission.CLIENT_RECORD, "A child", looks_at="vs_record", key="record_id")
def client_child(request: ActorRequest, record_id: UUID) -> HttpResponse:
    fields = (
        "given_names",
        "born_on",
        "age_band",
        "lives_with_client",
        "carer",
        "sees_service_user",
        "status",
        "risk",
        "therapeutic_work",
    )
    return act(request, record_id, forms.ChildForm, initial=_thread(request, Child, record_id, fields))


@page(Permission.CLIENT_RECORD, "Somebody else at risk", looks_at="vs_record", key="record_id")
def client_other_at_risk(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.OtherAtRiskForm)


@page(Permission.CLIENT_RECORD, "Living together", looks_at="vs_record", key="record_id")
def client_living_with(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.LivingWithForm)


@page(Permission.CLIENT_RECORD, "Safety measure", looks_at="vs_record", key="record_id")
def client_measure(request: ActorRequest, record_id: UUID) -> HttpResponse:
    initial = _thread(request, SafetyMeasure, record_id, ("measure", "provider"))
    return act(request, record_id, forms.MeasureForm, initial=initial)


@page(Permission.CLIENT_RECORD, "Safety plan", looks_at="vs_record", key="record_id")
def client_safety_plan(request: ActorRequest, record_id: UUID) -> HttpResponse:
    plan = queries.newest(SafetyPlan, record_id)
    initial = {"seen_version": plan.version, "words": plan.words} if plan else {"seen_version": 0}
    past = [
        (plain_date(p.agreed_on), f"Version {p.version}", f"{p.recorded_by.name}. {p.words}")
        for p in queries.history(SafetyPlan, record_id)
    ]
    return act(request, record_id, forms.SafetyPlanForm, initial=initial, history=past)


@page(Permission.CLIENT_RECORD, "Court date", looks_at="vs_record", key="record_id")
def client_court(request: ActorRequest, record_id: UUID) -> HttpResponse:
    initial = _thread(request, CourtDate, record_id, ("on", "at", "what", "goes_along"))
    return act(request, record_id, forms.CourtForm, initial=initial)


@page(Permission.CLIENT_RECORD, "Support arranged", looks_at="vs_record", key="record_id")
def client_support(request: ActorRequest, record_id: UUID) -> HttpResponse:
    return act(request, record_id, forms.SupportForm)


@page(Permission.CLIENT_CLOSE, "Close the client's record", looks_at="vs_record", key="record_id")
def client_close(request: ActorRequest, record_id: UUID) -> HttpResponse:
    shown = queries.overview(request.actor, record_id)
    exit_form = any(form.instrument == "idva_exit_form" for form in shown.assessments)
    links = linked_cases(record_id)
    return act(
        request,
        record_id,
        forms.CloseForm,
        then=lambda form: tell_exit(request.actor, links, form),
        context={"no_exit_form": not exit_form, "drive_goes_on": open_cases_of(record_id)},
    )


@page(
    Permission.TEAM_VIEW, "Hand over or cover", scope=Scope.VS_MANAGER, looks_at="vs_record", key="record_id"
)
def client_assign(request: ActorRequest, record_id: UUID) -> HttpResponse:
    if ended := request.POST.get("end"):
        with refusals_said(request), transaction.atomic():
            commands.end_record_assignment(by=request.actor, record_id=record_id, assignment_id=ended)
            messages.success(request, "Ended")
        return redirect("client_assign", record_id)
    return act(
        request,
        record_id,
        forms.AssignForm,
        workers=_workers(request),
        context={"others": beside_the_holder(ClientAssignment, record_id)},
    )
