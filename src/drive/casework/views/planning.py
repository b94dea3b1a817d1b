"""Strategy, profile and the six histories: versions and steps, with both shown when someone saved first
(S-48).
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from drive.access.drafts import discard_draft, keep_draft, typed_fields
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.queries import colleagues
from drive.access.refusal import Refusal, add_refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.safety import commands as safety
from drive.safety.commands import Stepping
from drive.safety.forms.planning import TimingForm
from drive.safety.queries import lately_on_her_side

from .. import commands, queries
from ..commands.states import last_written
from ..models import CaseHistory, ContactStrategy, ServiceUserProfile, StateEntry
from ..planning_forms import ProfileForm, StateForm, StrategyForm
from ..rules import HISTORY_LISTS, NEEDS_EXIT_PLAN, label_of
from .conflicts import merged, saved_first, undecided
from .frame import case_frame, drafting

STAGES = {
    "draft": "Plan saved as a draft",
    "ready": "Plan saved, ready for views",
    "quality_agreed": "Plan saved; its quality is agreed",
}


@page(Permission.CASE_VIEW, "Contact strategy", looks_at="su_case", key="case_id")
def case_strategy(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """The plan for a safe first contact.

    It gates direct contact only; nothing indirect waits for it (S-21).
    """
    context = case_frame(request, case_id, "case_strategy")
    versions = queries.strategies(case_id)
    newest = versions[0] if versions else None
    draft = drafting(request, "strategy", case_id)
    words, start = context["summary"].short_name, StrategyForm.initial_of(newest)
    form = draft.start(StrategyForm, name=words, initial=start)
    recent = lately_on_her_side(case_id) if newest else None  # a first plan changes nothing that he knows
    timing = TimingForm()
    if request.method == "POST":
        _must_write(request)
        form = StrategyForm(merged(request.POST, start), name=words)
        stage = request.POST.get("stage", "draft")
        timing = TimingForm(request.POST if recent and stage != "draft" else None)
        if form.is_valid() and (not timing.is_bound or timing.is_valid()) and not undecided(request.POST):
            try:
                safety.save_strategy(
                    by=request.actor,
                    case_id=case_id,
                    seen_version=form.cleaned_data["seen_version"],
                    strategy=form.strategy(stage),
                    how=_how(timing),
                )
            except Refusal as refusal:
                if refusal.rule in ("S-07", "S-10"):
                    safety.note_clash(by=request.actor, case_id=case_id, kind="source_check")
                add_refusal(timing if refusal.field in timing.fields else form, refusal)
            except commands.SomeoneSavedFirst as first:
                return _strategy_conflict(request, case_id, context, form, first.theirs)
            else:
                discard_draft(request.actor, draft.form, case_id)
                messages.success(request, STAGES[stage])
                return redirect("case_strategy", case_id)
        elif newest is not None and undecided(request.POST):
            return _strategy_conflict(request, case_id, context, form, newest)
    return render(
        request,
        "casework/strategy.html",
        {
            **context,
            "form": form,
            "draft": draft,
            "problems": bool(form.errors or timing.errors),
            "timing": timing,
            "recent": recent,
            "versions": versions,
            "newest": newest,
            "may_write": request.actor.may(Permission.CASE_RECORD),
            "may_agree": request.actor.scope is Scope.SU_MANAGER,
        },
    )


def _strategy_conflict(
    request: ActorRequest,
    case_id: UUID,
    context: dict[str, object],
    form: StrategyForm,
    theirs: ContactStrategy,
) -> HttpResponse:
    keep_draft(request.actor, "su_case.strategy", case_id, typed_fields(request.POST))
    return saved_first(
        request,
        context=context,
        noun="plan",
        form=form,
        typed=request.POST,
        theirs=StrategyForm.initial_of(theirs),
        row=theirs,
        seen={"seen_version": str(theirs.version)},
    )


@page(Permission.CASE_RECORD, "Service user’s details", looks_at="su_case", key="case_id")
def case_profile(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Who the service user is, as this side knows him.

    Unknown, not asked and not said are different answers.
    """
    context = case_frame(request, case_id)
    newest = queries.profile(case_id)
    draft = drafting(request, "profile", case_id)
    start = ProfileForm.initial_of(newest)
    form = draft.start(ProfileForm, initial=start)
    if request.method == "POST":
        form = ProfileForm(merged(request.POST, start))
        if form.is_valid() and not undecided(request.POST):
            try:
                commands.save_profile(
                    by=request.actor,
                    case_id=case_id,
                    seen_version=form.cleaned_data["seen_version"],
                    profile=form.profile(),
                )
            except Refusal as refusal:
                add_refusal(form, refusal)
            except commands.SomeoneSavedFirst as first:
                return _profile_conflict(request, case_id, context, form, first.theirs)
            else:
                discard_draft(request.actor, draft.form, case_id)
                messages.success(request, "Details saved")
                return redirect("case_page", case_id)
        elif undecided(request.POST):
            return _profile_conflict(request, case_id, context, form, newest)
    return render(
        request,
        "casework/profile.html",
        {**context, "form": form, "draft": draft, "problems": bool(form.errors), "newest": newest},
    )


def _profile_conflict(
    request: ActorRequest,
    case_id: UUID,
    context: dict[str, object],
    form: ProfileForm,
    theirs: ServiceUserProfile,
) -> HttpResponse:
    keep_draft(request.actor, "su_case.profile", case_id, typed_fields(request.POST))
    return saved_first(
        request,
        context=context,
        noun="record",
        form=form,
        typed=request.POST,
        theirs=ProfileForm.initial_of(theirs),
        row=theirs,
        seen={"seen_version": str(theirs.version)},
    )


@page(Permission.CASE_VIEW, "Change what holds", looks_at="su_case", key="case_id")
def case_state(request: ActorRequest, case_id: UUID, history: str) -> HttpResponse:
    """One of the six histories: all its steps, and the next one."""
    if history not in CaseHistory.values:
        raise StateEntry.DoesNotExist
    which = CaseHistory(history)
    context = case_frame(request, case_id)
    entries = queries.steps(case_id, which)
    last = last_written(entries)
    workers = colleagues(
        service_id=context["case"].service_id,
        roles=(Role.CASE_MANAGER, Role.TEAM_LEADER, Role.SERVICE_MANAGER),
    )
    now = context["summary"].states.value(which)
    special = {"history": which, "now": now, "workers": workers, "name": context["summary"].short_name}
    form = StateForm(initial={"seen": last.pk if last else ""}, **special)
    recent = lately_on_her_side(case_id) if which in NEEDS_EXIT_PLAN else None
    timing = TimingForm()
    if request.method == "POST":
        _must_write(request)
        form = StateForm(request.POST, **special)
        steps_back = request.POST.get("value", "") in NEEDS_EXIT_PLAN.get(which, ())
        timing = TimingForm(request.POST if recent and steps_back else None)
        if form.is_valid() and (not timing.is_bound or timing.is_valid()):
            try:
                _take_step(request, case_id, which, form, _how(timing))
            except Refusal as refusal:
                add_refusal(timing if refusal.field in timing.fields else form, refusal)
            except commands.SomeoneSavedFirst as first:
                return _state_conflict(request, context, which, form, first.theirs)
            else:
                messages.success(request, f"{which.label} recorded")
                return redirect(reverse("case_page", args=[case_id]) + _worth_telling(which, form))
    return render(
        request,
        "casework/state.html",
        {
            **context,
            "form": form,
            "timing": timing,
            "recent": recent,
            "problems": bool(form.errors or timing.errors),
            "history": which,
            "entries": [
                (entry, label_of(HISTORY_LISTS[which], entry.value))
                for entry in entries.order_by("-since", "-recorded_at")
            ],
            "may_write": request.actor.may(Permission.CASE_RECORD),
        },
    )


def _worth_telling(history: CaseHistory, form: StateForm) -> str:
    """What the case page then asks about telling the IDVA (S-05): release, whereabouts, status."""
    if history is CaseHistory.WHEREABOUTS:
        out = form.cleaned_data["value"] in ("community", "licence")
        return "?tell=release" if out else "?tell=whereabouts"
    return "?tell=risk_change" if history is CaseHistory.STATUS else ""


def _how(timing: TimingForm) -> Stepping:
    """What was said of how it will look to him, where it was asked (S-11)."""
    return Stepping(**timing.cleaned_data) if timing.is_bound else Stepping()


def _take_step(
    request: ActorRequest, case_id: UUID, history: CaseHistory, form: StateForm, how: Stepping
) -> None:
    typed = form.cleaned_data
    safety.set_state(
        by=request.actor,
        case_id=case_id,
        history=history,
        value=typed["value"],
        how=how,
        since=typed["since"],
        seen_id=typed["seen"],
        until=typed["until"],
        detail=typed["detail"],
        reason=typed["reason"],
        meanwhile=typed.get("meanwhile", ""),
        exit_plan=typed.get("exit_plan", ""),
        owner_id=UUID(typed["owner"]) if typed.get("owner") else None,
    )


def _state_conflict(
    request: ActorRequest,
    context: dict[str, object],
    history: CaseHistory,
    form: StateForm,
    theirs: StateEntry,
) -> HttpResponse:
    values = {name: getattr(theirs, name, "") for name in form.fields if name not in ("seen", "owner")}
    values["owner"] = str(theirs.owner_id or "")
    return saved_first(
        request,
        context=context,
        noun=history.label.lower(),
        form=form,
        typed=request.POST,
        theirs=values,
        row=theirs,
        seen={"seen": str(theirs.pk)},
    )


def _must_write(request: ActorRequest) -> None:
    """Whoever may look and not write gets the one answer."""
    if not request.actor.may(Permission.CASE_RECORD):
        raise Http404
