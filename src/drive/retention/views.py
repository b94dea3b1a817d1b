"""Pages of retention: what is past its time, one record to propose or hold, one proposal to decide."""

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
from drive.oversight.looks import supervising

from . import commands, queries
from .forms import DecideForm, HoldForm, ProposeForm
from .rules import WHY_NOT


@page(Permission.RETENTION_DECIDE, "Records past their time", looks_at="past_time_list")
@require_safe
def past_time(request: ActorRequest) -> HttpResponse:
    """Closed records whose time is over: of the manager's own service, or of both sides of the site for governance."""
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        rows, gone = queries.records_past_time(supervisor), queries.erased()
    decides = supervisor.scope is Scope.GOVERNANCE
    return render(request, "retention/past_time.html", {"rows": rows, "gone": gone, "decides": decides})


@page(Permission.RETENTION_DECIDE, "Keep or erase", looks_at="retention", key="record_id")
def own_record(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """One record of the manager's own service: propose that it goes, or say that it must be kept."""
    supervisor = supervising(request.actor)
    with acting_as(supervisor):
        own = queries.own_record(supervisor, record_id)
        past = next(
            (each for each in queries.records_past_time(supervisor) if each.record_id == own.record_id), None
        )
        holds = queries.holds_of(record_id)
        held = bool(holds) and holds[0].state == "held"
        asked = request.POST.get("act") if request.method == "POST" else ""
        proposing = ProposeForm(request.POST if asked == "propose" else None)
        holding = HoldForm(request.POST if asked == "hold" else None)
        if asked == "propose" and proposing.is_valid():
            with refusals_on(proposing):
                commands.propose_erasure(by=supervisor, record_id=record_id, **proposing.cleaned_data)
                messages.success(request, "Proposed. The governance lead decides.")
                return redirect("past_time")
        if asked == "hold" and holding.is_valid():
            with refusals_on(holding):
                commands.hold_record(
                    by=supervisor,
                    record_id=record_id,
                    state="lifted" if held else "held",
                    **holding.cleaned_data,
                )
                messages.success(request, "Recorded.")
                return redirect("retention_record", record_id)
    form = holding if asked == "hold" else proposing
    return render(
        request,
        "retention/own_record.html",
        {
            "own": own,
            "past": past,
            "holds": holds,
            "held": held,
            "form": form,
            "proposing": proposing,
            "holding": holding,
            "problems": form.is_bound and not form.is_valid(),
            "who_looked_url": "",
        },
    )


@page(
    Permission.RETENTION_DECIDE, "Erase or keep", scope=Scope.GOVERNANCE, looks_at="erasure_proposal", key="erasure_proposal_id"
)  # fmt: skip
def decide_erasure(request: ActorRequest, erasure_proposal_id: UUID) -> HttpResponse:
    """One proposal: erase for good as the second person, or keep with a reason."""
    asked = queries.proposal(erasure_proposal_id)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if form.cleaned_data["outcome"] == "erased":
                commands.confirm_erasure(by=request.actor, proposal_id=erasure_proposal_id)
                messages.success(request, "Erased.")
            else:
                commands.keep_record(
                    by=request.actor, proposal_id=erasure_proposal_id, reason=form.cleaned_data["reason"]
                )
                messages.success(request, "Kept.")
            return redirect("past_time")
    return render(
        request,
        "retention/decide.html",
        {
            "asked": asked,
            "why_not": WHY_NOT.get(queries.why_not(erasure_proposal_id), ""),
            "form": form,
            "problems": form.is_bound and not form.is_valid(),
            "who_looked_url": "",
        },
    )
