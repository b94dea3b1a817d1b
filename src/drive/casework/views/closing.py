"""Closing a case: first the proposal, then what is in place and who still has eyes on the service user (P-45
to P-48).
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.drafts import discard_draft
from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal, add_refusal
from drive.safety import commands as safety

from .. import commands, queries, transitions
from ..closing_facts import case_length, missing_exit_forms
from ..commands.states import last_written
from ..models import CaseHistory
from ..planning_forms import ClosureForm, ProposeForm
from ..rules import add_months, label_of
from .frame import case_frame, drafting


@page(Permission.CASE_CLOSE, "Closing", looks_at="su_case", key="case_id")
def case_close(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """Propose, then close; or read how the case was closed.

    The IDVA hears why and what happens next (N-08).
    """
    context = case_frame(request, case_id, "case_close")
    summary = context["summary"]
    status = summary.states.value(CaseHistory.STATUS)
    draft = drafting(request, "close", case_id)
    propose, form = ProposeForm(), draft.start(ClosureForm, name=summary.short_name)
    if request.method == "POST" and "propose" in request.POST:
        propose = ProposeForm(request.POST)
        if propose.is_valid() and _proposed(request, case_id, propose):
            return redirect("case_close", case_id)
    elif request.method == "POST":
        form = ClosureForm(request.POST, name=summary.short_name)
        if form.is_valid() and _closed(request, case_id, form):
            discard_draft(request.actor, draft.form, case_id)
            return redirect("case_page", case_id)
    earliest, planned = case_length(context["case"])
    return render(
        request,
        "casework/close.html",
        {
            **context,
            "propose": propose,
            "form": form,
            "draft": draft,
            "problems": bool(form.errors or propose.errors),
            "ended": summary.states.ended,
            "proposed": status in transitions.CLOSES_FROM,
            "missing_exit": missing_exit_forms(context["case"]),
            "earliest_on": add_months(context["case"].starts_on, earliest),
            "planned_on": add_months(context["case"].starts_on, planned),
            "too_early": local_today() < add_months(context["case"].starts_on, earliest),
            "closures": [
                (closure, label_of("K-52", closure.primary_reason), label_of("K-45", closure.risk_owner))
                for closure in queries.closures(case_id)
            ],
        },
    )


def _proposed(request: ActorRequest, case_id: UUID, form: ProposeForm) -> bool:
    last = last_written(queries.steps(case_id, CaseHistory.STATUS))
    try:
        safety.set_state(
            by=request.actor,
            case_id=case_id,
            history=CaseHistory.STATUS,
            value=transitions.PRE_CLOSURE,
            since=local_today(),
            seen_id=last.pk if last else None,
            reason=form.cleaned_data["reason"],
        )
    except Refusal as refusal:
        add_refusal(form, refusal)
        return False
    except commands.SomeoneSavedFirst:
        form.add_error(None, "Somebody changed the status of this case at the same moment. Look at it again.")
        return False
    messages.success(request, "Closing proposed")
    return True


def _closed(request: ActorRequest, case_id: UUID, form: ClosureForm) -> bool:
    try:
        safety.close_case(by=request.actor, case_id=case_id, closing=form.closing())
    except Refusal as refusal:
        add_refusal(form, refusal)
        return False
    except commands.SomeoneSavedFirst:
        form.add_error(None, "Somebody closed this case at the same moment.")
        return False
    messages.success(request, "Case closed. The IDVA has been told why and what happens next.")
    return True
