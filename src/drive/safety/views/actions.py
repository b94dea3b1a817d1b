"""Planning an action before it is done (S-07, S-09, S-12). Open whatever a strategy or a decision says (S-21)."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.components.page import Standing

from .. import commands, queries
from ..forms.planning import PlanActionForm, PlanEndForm, offer_items
from ..naming import names_of_case
from .acting import address, code_label


def _show(
    request: ActorRequest, case_id: UUID, form: forms.Form, template: str, **more: object
) -> HttpResponse:
    name = names_of_case(case_id).subject
    return render(
        request,
        template,
        {
            "standing": Standing("case", subject=name),
            "name": name,
            "case_id": case_id,
            "case_url": address("case_page", case_id=case_id),
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "label": code_label,
            "today": local_today(),
            **more,
        },
    )


@page(Permission.CASE_RECORD, "Plan an action", looks_at="su_case", key="case_id")
def plan_action(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What it rests on is asked before it is done: nothing may rest on what nobody but the client could have told."""
    queries.case_seen(case_id)
    items = queries.citeable_items(case_id)
    form = PlanActionForm(request.POST or None)
    offer_items(form, items)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.plan_action(by=request.actor, case_id=case_id, **form.cleaned_data)
            messages.success(request, "Planned.")
            return redirect("planned_actions", case_id=case_id)
    return _show(
        request,
        case_id,
        form,
        "safety/plan_action.html",
        guarded=[found for found in map(queries.source_of, items) if found.refusal],
        newest=queries.newest_from_client(case_id),
    )


@page(Permission.CASE_VIEW, "Planned actions", looks_at="su_case", key="case_id")
def planned_actions(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What is planned through other agencies and not yet done."""
    queries.case_seen(case_id)
    return _show(
        request,
        case_id,
        PlanEndForm(),
        "safety/planned_actions.html",
        planned=queries.planned_actions(case_id),
    )


@page(Permission.CASE_RECORD, "What came of a planned action", looks_at="su_case", key="case_id")
def end_planned_action(request: ActorRequest, case_id: UUID, planned_id: UUID) -> HttpResponse:
    """Done, or not done after all. Done leads on to recording the action."""
    planned = queries.planned_action_of(case_id, planned_id)
    form = PlanEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        commands.end_planned_action(by=request.actor, planned_id=planned.pk, **form.cleaned_data)
        messages.success(request, "Recorded.")
        done = form.cleaned_data["outcome"] == "done"
        return redirect("record_action" if done else "planned_actions", case_id=case_id)
    return _show(request, case_id, form, "safety/end_planned_action.html", action=planned)
