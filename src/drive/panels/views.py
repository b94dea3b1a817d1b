"""What the panel has before it, and its decision on one referral."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from drive.access.drafts import discard_draft, kept_draft, with_draft
from drive.access.models import local_today
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.refusal import Refusal, add_refusal
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.instruments.codelists import code_list
from drive.referrals import commands
from drive.referrals import queries as referral_queries
from drive.referrals.models import ReferralDecision

from . import queries
from .forms import DecisionForm

STANDING = Standing("reports", words="Panel")
DRAFT = "referral.decision"


@page(Permission.PANEL_VIEW, "Panel", scope=Scope.PANEL, looks_at="referral")
def panel_list(request: ActorRequest) -> HttpResponse:
    """What waits for a decision, the longest first; what is to come back, and what for; what was decided lately."""
    return render(
        request,
        "panels/list.html",
        {
            "standing": STANDING,
            "before": queries.before_the_panel(),
            "decided": queries.decided_lately(),
            "straight_from_marac": referral_queries.straight_from_marac(request.actor.site_id),
            "decides": request.actor.may(Permission.PANEL_DECIDE),
            "label": _label,
        },
    )


@page(Permission.PANEL_VIEW, "Panel item", scope=Scope.PANEL, looks_at="referral", key="referral_id")
def panel_item(request: ActorRequest, referral_id: UUID) -> HttpResponse:
    """One referral before the panel: who, what was decided before, and the decision to record."""
    row = referral_queries.referral(referral_id)
    decides = request.actor.may(Permission.PANEL_DECIDE)
    saved_first: ReferralDecision | None = None
    draft = kept_draft(request.actor, DRAFT, referral_id) if decides and request.method == "GET" else None
    if request.method == "POST":
        if not decides:
            raise Http404
        form = DecisionForm(request.POST)
        if form.is_valid():
            try:
                with transaction.atomic():
                    commands.decide(by=request.actor, referral_id=referral_id, **form.decision())
            except commands.DecidedFirstError as first:
                saved_first = first.theirs
                # Sending again says that the reader has seen the other decision and records theirs after it.
                form.data = request.POST.copy()
                form.data["seen"] = str(first.theirs.pk)
            except Refusal as refusal:
                add_refusal(form, refusal)
            else:
                discard_draft(request.actor, DRAFT, referral_id)
                messages.success(request, "Decision recorded.")
                return HttpResponseRedirect(reverse("panel_list"))
    elif draft is not None:
        form = with_draft(DecisionForm, draft)
    else:
        form = DecisionForm(
            initial={"seen": row.decision.pk if row.decision else None, "decided_on": local_today()}
        )
    return render(
        request,
        "panels/item.html",
        {
            "standing": STANDING,
            "row": row,
            "history": referral_queries.decisions(referral_id),
            "open": decides and queries.can_be_decided(row),
            "form": form,
            "saved_first": saved_first,
            "problems": bool(form.is_bound and form.errors),
            "kept": draft.kept if draft else "",
            "draft_name": DRAFT,
            "criteria": queries.CRITERIA,
            "label": _label,
        },
    )


def _label(list_id: str, code: str) -> str:
    return code_list(list_id).label(code)
