"""Ties, restrictions and exclusions, and what nobody can work because of them."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import refusals_on
from drive.access.scopes import Scope
from drive.access.stepping import acting_as

from .. import bars, commands
from ..forms import BarForm, EndBarForm, TieForm
from ..looks import supervising


@page(Permission.DESK_VIEW, "I know this person")
def declare_tie(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """The same page for every key, whether it leads anywhere or not: it looks nothing up."""
    form = TieForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.declare_tie(by=request.actor, record_id=record_id, **form.cleaned_data)
            messages.success(request, "Recorded. You no longer see anything of this person.")
            return redirect("home")
    return render(
        request, "oversight/tie.html", {"form": form, "problems": form.is_bound and not form.is_valid()}
    )


@page(Permission.AUDIT_WHO_LOOKED, "Ties and restrictions", looks_at="bar_list")
@require_safe
def bar_list(request: ActorRequest) -> HttpResponse:
    """Every bar that holds and that this reader keeps; never one against themselves."""
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        rows = bars.bars_here(supervisor)
    return render(
        request, "oversight/bars.html", {"rows": rows, "may_end": supervisor.scope is Scope.GOVERNANCE}
    )


@page(Permission.AUDIT_WHO_LOOKED, "Who must not see this", looks_at="bars", key="record_id")
def record_bars(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """The bars of one record, and a new one."""
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        code = bars.record_to_bar(supervisor, record_id)
        people = bars.colleagues_to_bar(supervisor)
        keepers = bars.keepers(people) if supervisor.scope is Scope.GOVERNANCE else []
        form = BarForm(request.POST or None, people=people, keepers=keepers)
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            chosen = UUID(given["membership"]) if given["membership"] else None
            with refusals_on(form):
                if given["kind"] == "exclusion" and chosen:
                    commands.exclude_worker(
                        by=supervisor, record_id=record_id, membership_id=chosen, reason=given["reason"]
                    )
                else:
                    commands.restrict_record(
                        by=supervisor,
                        record_id=record_id,
                        reason=given["reason"],
                        kept_by_membership_id=chosen,
                    )
                messages.success(request, "Recorded. It holds from their next click.")
                return redirect("record_bars", record_id)
        rows = bars.bars_here(supervisor, record_id)
    return render(
        request,
        "oversight/record_bars.html",
        {
            "form": form,
            "code": code,
            "rows": rows,
            "may_end": supervisor.scope is Scope.GOVERNANCE,
            "problems": form.is_bound and not form.is_valid(),
            "who_looked_url": "",
        },
    )


@page(Permission.AUDIT_WHO_LOOKED, "End a bar", scope=Scope.GOVERNANCE, looks_at="bar", key="bar_id")
def end_bar(request: ActorRequest, bar_id: UUID) -> HttpResponse:
    """The governance lead alone lets somebody back."""
    row = bars.one_bar(request.actor, bar_id)
    form = EndBarForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            commands.end_bar(by=request.actor, bar_id=bar_id, **form.cleaned_data)
            messages.success(request, "Ended.")
            return redirect("bar_list")
    return render(
        request,
        "oversight/end_bar.html",
        {"row": row, "form": form, "problems": form.is_bound and not form.is_valid(), "who_looked_url": ""},
    )


@page(Permission.TEAM_VIEW, "Nobody can work these", looks_at="unheld_list")
@require_safe
def unheld(request: ActorRequest) -> HttpResponse:
    """Open records whose holder has left, has ended or is barred, each with the page that hands it over."""
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        rows = bars.unheld(supervisor)
    assign = "case_assign" if supervisor.scope is Scope.SU_MANAGER else "client_assign"
    return render(request, "oversight/unheld.html", {"rows": rows, "assign": assign})
