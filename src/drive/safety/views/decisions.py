"""Pages of the joint contact decision (04a, 04b)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Side

from .. import commands, queries
from ..forms.decisions import AnswerForm, LapseForm, OutcomeForm, QuestionForm, ViewForm
from ..forms.shared import others_field
from ..rules import OTHERS_AT_RISK
from .acting import act, ends_of, show


@page(Permission.DECISION_VIEW_GIVE, "Shared page", looks_at="case_link", key="link_id")
def shared_page(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """All that both workers of one link share: decision, concerns, risk information, reviews called for."""
    ends = ends_of(request.actor, link_id)
    own = request.actor.side is Side.SERVICE_USER
    items = queries.items_for(link_id)
    return show(
        request,
        "safety/shared.html",
        ends,
        {
            "decision": queries.decision_for(link_id),
            "items": items,
            "senders": queries.signed(item.recorded_by_id for item in items),
            "unread": {item.pk for item in queries.unread_items(request.actor, link_id=link_id)},
            "calls": queries.review_calls(link_id),
            "age_of_review": queries.review_age(ends.link, request.actor),
            "incidents": queries.open_incidents(link_id=link_id),
            "standing_differences": queries.differing(link_id),
            "others": OTHERS_AT_RISK,
            "openness": queries.openness(ends.link),
            "hear": queries.needs_to_hear([link_id]).get(link_id, {}),
            "own_bookings": queries.bookings_for(ends.link.su_case_id) if own else [],
            "seen_bookings": []
            if own
            else [b for b in queries.bookings_for_record(ends.link.vs_record_id) if b["link_id"] == link_id],
        },
    )


@page(Permission.DECISION_VIEW_GIVE, "Ask for a joint view", looks_at="case_link", key="link_id")
def ask(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """Say what contact is planned; both then write their views."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        QuestionForm,
        lambda form: commands.ask_for_view(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="question",
        heading="Ask for a joint view",
        lead=f"{ends.other} reads this. Each of you then writes a view before reading the other’s.",
        button="Ask for both views",
        done="Asked. Now write your own view.",
    )


@page(Permission.DECISION_VIEW_GIVE, "Your view on contact", looks_at="case_link", key="link_id")
def give_view(request: ActorRequest, link_id: UUID, question_id: UUID) -> HttpResponse:
    """04a: one's own page blank, the other view sealed, no default outcome."""
    ends = ends_of(request.actor, link_id)
    question = queries.question_on(link_id, question_id)
    decision = queries.decision_for(link_id)
    other = Side.CLIENT if request.actor.side is Side.SERVICE_USER else Side.SERVICE_USER
    return act(
        request,
        ends,
        ViewForm,
        lambda form: commands.give_view(by=request.actor, question_id=question_id, **form.words()),
        draft="view",
        template="safety/view.html",
        heading="Your view",
        lead=f"Contact with {ends.service_user}, Drive service user.",
        button="Record my view",
        done="Your view is recorded. The other opens when both are in.",
        context={
            "question": question,
            "other_written": decision.written.get(other),
            "own_written": decision.written.get(request.actor.side),
            "risk_fields": [others_field(key) for key, _ in OTHERS_AT_RISK],
        },
        asks_voice=request.actor.side is Side.CLIENT,
    )


@page(Permission.DECISION_VIEW_GIVE, "Put an outcome forward", looks_at="case_link", key="link_id")
def propose_outcome(request: ActorRequest, link_id: UUID, question_id: UUID) -> HttpResponse:
    """Both views beside the form; what is put forward decides nothing by itself."""
    ends = ends_of(request.actor, link_id)
    queries.question_on(link_id, question_id)
    return act(
        request,
        ends,
        OutcomeForm,
        lambda form: commands.propose_outcome(by=request.actor, question_id=question_id, **form.cleaned_data),
        draft="outcome",
        template="safety/outcome.html",
        heading="Put an outcome forward",
        lead=f"It holds when {ends.other} agrees, and not before.",
        button="Put it forward",
        initial=OutcomeForm.start(),
        done=f"Put forward. It decides nothing until {ends.other} agrees.",
        context={"decision": queries.decision_for(link_id), "others": OTHERS_AT_RISK},
    )


@page(Permission.DECISION_VIEW_GIVE, "Answer an outcome", looks_at="case_link", key="link_id")
def answer_outcome(request: ActorRequest, link_id: UUID, proposal_id: UUID) -> HttpResponse:
    """Agree, differ, or take it to the panel; dissent is kept."""
    ends = ends_of(request.actor, link_id)
    queries.proposal_on(link_id, proposal_id)
    return act(
        request,
        ends,
        AnswerForm,
        lambda form: commands.agree_outcome(by=request.actor, proposal_id=proposal_id, **form.cleaned_data),
        draft="answer",
        template="safety/outcome.html",
        heading="What do you say to this outcome?",
        lead=f"{ends.other} put it forward. Neither of you decides alone.",
        button="Record my answer",
        context={"decision": queries.decision_for(link_id), "others": OTHERS_AT_RISK},
    )


@page(Permission.DECISION_VIEW_GIVE, "End a decision early", looks_at="case_link", key="link_id")
def lapse(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """Something has changed: the decision ends now, and bookings wait for both to settle them."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        LapseForm,
        lambda form: commands.lapse_decision(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="lapse",
        heading="Something has changed",
        lead="The decision ends at once. Bookings stay in sight until you decide again; none is cancelled.",
        button="End the decision",
        done="The decision has ended. Decide together again.",
    )
