"""Handing a case over, or having it covered."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.handing_over import beside_the_holder
from drive.access.models import CaseAssignment, local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import refusals_on, refusals_said
from drive.access.roles import ROLES
from drive.access.scopes import Scope, Side
from drive.components.dates import typed_date

from ..commands import assign_case, end_case_assignment
from ..planning_forms import AssignForm
from .frame import case_frame

WORKERS = tuple(
    role.value
    for role, entry in ROLES.items()
    if entry.side is Side.SERVICE_USER and Permission.CASE_RECORD in entry.permissions
)


@page(Permission.TEAM_VIEW, "Hand over or cover", scope=Scope.SU_MANAGER, looks_at="su_case", key="case_id")
def case_assign(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Who takes over, from when, and what they need to know. The former holder's next click is refused."""
    context = case_frame(request, case_id)
    workers = colleagues(service_id=context["case"].service_id, roles=WORKERS)
    form = AssignForm(
        request.POST or None,
        workers=workers,
        name=context["summary"].short_name,
        initial={"starts_on": typed_date(local_today()), "kind": "holder"},
    )
    if ended := request.POST.get("end"):
        with refusals_said(request), transaction.atomic():
            end_case_assignment(by=request.actor, case_id=case_id, assignment_id=ended)
            messages.success(request, "Ended")
        return redirect("case_assign", case_id)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with refusals_on(form):
            assign_case(
                by=request.actor, case_id=case_id, membership_id=UUID(given.pop("membership")), **given
            )
            messages.success(request, "Handed over")
            return redirect("case_page", case_id)
    return render(
        request,
        "casework/assign.html",
        {
            **context,
            "form": form,
            "problems": form.is_bound and not form.is_valid(),
            "others": beside_the_holder(CaseAssignment, case_id),
        },
    )
