"""What the panel has before it, its meetings, and its decision on one referral."""

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
from drive.access.refusal import Refusal, add_refusal, refusals_on
from drive.access.scopes import Scope
from drive.components.page import Standing
from drive.instruments.codelists import code_list
from drive.referrals import commands as referral_commands
from drive.referrals import queries as referral_queries
from drive.referrals.models import ReferralDecision

from . import commands, queries, statement
from .forms import AgendaForm, DecisionForm, MeetingForm
from .models import Meeting

STANDING = Standing("reports", words="Panel")
DRAFT = "referral.decision"


@page(Permission.PANEL_VIEW, "Panel", scope=Scope.PANEL, looks_at="referral")
def panel_list(request: ActorRequest) -> HttpResponse:
    """What waits for a decision, by the meeting that hears it; what is on no agenda; what was decided lately.

    An agency's member sees the meetings that invite them, and what is on the agenda of those whose statement they accepted.
    """
    return render(
        request,
        "panels/list.html",
        {
            "standing": STANDING,
            "before": queries.before_the_panel(),
            "decided": queries.decided_lately(),
            "straight_from_marac": referral_queries.straight_from_marac(request.actor.site_id),
            "decides": request.actor.may(Permission.PANEL_DECIDE),
            "plans": request.actor.may(Permission.PANEL_PLAN),
            "me": request.actor.membership_id,
            "label": _label,
        },
    )


@page(Permission.PANEL_PLAN, "Plan a meeting", scope=Scope.PANEL, looks_at="referral")
def panel_meeting_new(request: ActorRequest) -> HttpResponse:
    """The day, whom it invites, and which of the waiting referrals it puts before them."""
    form = MeetingForm(request.POST or None, offered=queries.offered(request.actor))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            commands.plan_meeting(by=request.actor, **form.meeting())
        if not form.errors:
            messages.success(
                request, "Meeting planned. Its papers open for each member who accepts the statement."
            )
            return HttpResponseRedirect(reverse("panel_list"))
    return _meeting(request, form, None)


@page(
    Permission.PANEL_PLAN, "Change a meeting", scope=Scope.PANEL, looks_at="panel_meeting", key="meeting_id"
)
def panel_meeting(request: ActorRequest, meeting_id: UUID) -> HttpResponse:
    """Invite and withdraw members, put referrals on the agenda and take them off."""
    meeting = queries.meeting(meeting_id)
    form = AgendaForm(request.POST or None, offered=queries.offered(request.actor, meeting_id))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            commands.change_meeting(by=request.actor, meeting_id=meeting_id, **form.changes())
        if not form.errors:
            messages.success(request, "Meeting changed.")
            return HttpResponseRedirect(reverse("panel_list"))
    return _meeting(request, form, meeting)


def _meeting(request: ActorRequest, form: AgendaForm, meeting: Meeting | None) -> HttpResponse:
    return render(
        request,
        "panels/meeting.html",
        {
            "standing": STANDING,
            "meeting": meeting,
            "over": meeting is not None and meeting.held_on < local_today(),
            "form": form,
            "problems": bool(form.is_bound and form.errors),
            "points": statement.POINTS,
        },
    )


@page(
    Permission.PANEL_VIEW,
    "Before the papers open",
    scope=Scope.PANEL,
    looks_at="panel_meeting",
    key="meeting_id",
)
def panel_papers(request: ActorRequest, meeting_id: UUID) -> HttpResponse:
    """The confidentiality statement of one meeting; accepting it opens the papers to whoever is invited (S-28)."""
    meeting = queries.meeting_inviting(request.actor, meeting_id)
    if request.method == "POST":
        commands.accept_statement(by=request.actor, meeting_id=meeting_id)
        messages.success(
            request, "Accepted. The papers are open to you until the end of the day of the meeting."
        )
        return HttpResponseRedirect(reverse("panel_list"))
    return render(
        request,
        "panels/papers.html",
        {
            "standing": STANDING,
            "meeting": meeting,
            "accepted": queries.acceptance_of(request.actor, meeting_id),
            "points": statement.POINTS,
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
                    referral_commands.decide(by=request.actor, referral_id=referral_id, **form.decision())
            except referral_commands.DecidedFirstError as first:
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
