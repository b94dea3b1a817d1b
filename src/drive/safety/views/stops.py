"""Pages of the stop concern (04c, 04d)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope, Side
from drive.components.page import Standing

from .. import commands, queries
from ..forms.stops import OverrideForm, ReasonForm, StopAnswerForm, StopForm
from ..models import StopConcern
from ..naming import names_of
from .acting import act, ends_of

LEFT_OUT = (
    "The reason names somebody else who is linked, so it was left out. Say it again without, at the concern."
)
RAISED = "Stop concern raised. Everything it covers is suspended now."


@page(Permission.STOP_RAISE, "Raise a stop concern", looks_at="case_link", key="link_id")
def raise_stop(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """One click with "everything" already chosen; the reason may follow."""
    ends = ends_of(request.actor, link_id)

    def do(form: StopForm) -> None:
        given: dict[str, Any] = form.cleaned_data
        _say_left_out(request, given, [commands.raise_stop(by=request.actor, link_id=link_id, **given)])

    return act(
        request,
        ends,
        StopForm,
        do,
        draft="stop",
        template="safety/raise.html",
        heading="Raise a stop concern",
        lead="It takes effect at once, on everybody who books. You need not say why yet.",
        button="Stop now",
        done=RAISED,
    )


@page(Permission.STOP_RAISE, "Raise a stop concern", looks_at="su_case", key="case_id")
def raise_stop_on_case(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """From a case: on every link of it. With one link, that link's own page."""
    if request.actor.side is not Side.SERVICE_USER:
        raise Http404
    links = queries.links_of_case(case_id)
    if not links:
        raise Http404
    if len(links) == 1:
        return redirect("raise_stop", link_id=links[0].pk)

    def do(form: StopForm) -> None:
        given: dict[str, Any] = form.cleaned_data
        _say_left_out(request, given, commands.raise_stop_on_case(by=request.actor, case_id=case_id, **given))

    return act(
        request,
        ends_of(request.actor, links[0].pk),
        StopForm,
        do,
        draft="stop",
        template="safety/raise.html",
        heading="Raise a stop concern",
        lead="On every client linked to this case. It takes effect at once.",
        button="Stop now",
        done=RAISED,
    )


def _say_left_out(request: ActorRequest, given: dict[str, Any], raised: list[StopConcern]) -> None:
    """The stop waits for nothing; a reason that would tell of another client did not go with it (S-04)."""
    if given["reason"].strip() and not all(commands.reason_kept(one) for one in raised):
        messages.warning(request, LEFT_OUT)


@page(Permission.STOP_ANSWER, "Stop concern", looks_at="case_link", key="link_id")
def stop_concern(request: ActorRequest, link_id: UUID, concern_id: UUID) -> HttpResponse:
    """What has stopped, who knows, what is still open, and one's own side's answer."""
    ends = ends_of(request.actor, link_id)
    concern = queries.concern_on(link_id, concern_id)
    stop = queries.stop_concern(concern.pk)
    reasons = queries.reasons_for(concern.pk)
    context = {
        "stop": stop,
        "reasons": reasons,
        "names": names_of(r.recorded_by_id for r in reasons),
        "reason_form": ReasonForm(),
        "overrides": queries.overrides_of(concern.pk),
        "may_override": stop.live
        and request.actor.may(Permission.STOP_OVERRIDE)
        and request.actor.scope is Scope.SU_MANAGER,
        "may_answer": stop.waits_for(request.actor.side.value),
        "own_bookings": queries.bookings_for(ends.link.su_case_id)
        if request.actor.side is Side.SERVICE_USER
        else [],
        "seen_bookings": []
        if request.actor.side is Side.SERVICE_USER
        else [b for b in queries.bookings_for_record(ends.link.vs_record_id) if b["link_id"] == link_id],
    }
    if request.method == "POST" and "add_reason" in request.POST:
        form = ReasonForm(request.POST)
        if form.is_valid():
            commands.give_stop_reason(by=request.actor, concern_id=concern.pk, **form.cleaned_data)
            messages.success(request, "Added.")
            return HttpResponseRedirect(request.path)
        context["reason_form"] = form
    return act(
        request,
        ends,
        StopAnswerForm,
        lambda form: commands.answer_stop(by=request.actor, concern_id=concern.pk, **form.cleaned_data),
        draft="stop_answer",
        template="safety/stop.html",
        heading=f"Stop concern: {stop.scope}",
        button="Record answer",
        done="Your answer is recorded. It stays live until both of you have answered.",
        to=request.path,
        context=context,
        asks_plan=request.actor.side is Side.SERVICE_USER,
    )


@page(Permission.STOP_ANSWER, "Acknowledge a stop concern")
def acknowledge_stop(request: ActorRequest, link_id: UUID, concern_id: UUID) -> HttpResponse:
    """Say by name that one has seen it, and read it."""
    if request.method != "POST":
        raise Http404
    queries.concern_on(link_id, concern_id)
    commands.acknowledge_stop(by=request.actor, concern_id=concern_id)
    return redirect("stop_concern", link_id=link_id, concern_id=concern_id)


@page(
    Permission.STOP_OVERRIDE,
    "Override a stop concern",
    scope=Scope.SU_MANAGER,
    looks_at="case_link",
    key="link_id",
)
def override_stop(request: ActorRequest, link_id: UUID, concern_id: UUID) -> HttpResponse:
    """S-18: rare, named, seen by everybody, and short."""
    ends = ends_of(request.actor, link_id)
    concern = queries.concern_on(link_id, concern_id)
    stop = queries.stop_concern(concern.pk)
    return act(
        request,
        ends,
        OverrideForm,
        lambda form: commands.override_stop(by=request.actor, concern_id=concern.pk, **form.cleaned_data),
        draft="override",
        template="safety/override.html",
        heading="Override this stop concern",
        lead=f"Raised by {stop.raised_by}: {stop.scope}. Contact against a live concern is hardly ever right.",
        button="Override, and tell everybody",
        done="Overridden. Both sides and the expert advisor are told.",
        to=reverse("stop_concern", kwargs={"link_id": link_id, "concern_id": concern.pk}),
        context={"stop": stop},
    )


@page(Permission.DESK_VIEW, "Overrides", scope=Scope.ADVISER, looks_at="stop_override")
def adviser_desk(request: ActorRequest) -> HttpResponse:
    """What an expert advisor is told (W-19): each override of the site, why, and what the two workers had said."""
    return render(
        request,
        "safety/adviser_desk.html",
        {
            "standing": Standing(
                "reports", words="Practice advice", subject="Overrides of stop concerns at your site"
            ),
            "overrides": queries.overrides_here(),
        },
    )
