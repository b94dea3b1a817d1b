"""Joint reviews (R-73, W-11): the agenda, a review written down and answered, the rhythm of a pair in two areas."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Side
from drive.components.page import OwnSide, Standing
from drive.components.some import Some

from .. import commands, queries
from ..forms.reviews import ReviewAnswerForm, ReviewForm, RhythmForm
from ..forms.shared import others_field
from ..naming import initials_of_links, initials_of_records, names_of_cases
from ..rules import OTHERS_AT_RISK
from .acting import act, ends_of, show


@page(Permission.DECISION_VIEW_GIVE, "Joint reviews", looks_at="joint_review_agenda")
def review_agenda(request: ActorRequest) -> HttpResponse:
    """Five or six cases: the urgent ones mixed with the longest unreviewed; then all, the longest first."""
    own_case = request.actor.side is Side.SERVICE_USER
    chosen = queries.review_agenda(request.actor)
    waiting = queries.waiting_links(request.actor)
    rest = sorted(waiting, key=lambda one: -one.days)
    marks = initials_of_links(one.su_case_id for one in rest) if own_case else {}
    names = (
        names_of_cases(one.su_case_id for one in rest)
        if own_case
        else initials_of_records(one.vs_record_id for one in rest)
    )
    own: OwnSide = "case" if own_case else "client"

    def named(name: str, link_id: UUID) -> str:
        return f"{name} ({marks[link_id]})" if link_id in marks else name

    return render(
        request,
        "safety/review_agenda.html",
        {
            "standing": Standing("bridge", subject="Joint reviews", reading="Your own cases", own=own),
            "chosen": chosen,
            "rest": Some([one for one in rest if one not in chosen], waiting.more),
            "names": {
                one.link_id: named(
                    names.get(one.su_case_id if own_case else one.vs_record_id, ""), one.link_id
                )
                for one in rest
            },
            "gap": queries.review_gap(request.actor.site_id),
        },
    )


@page(Permission.DECISION_VIEW_GIVE, "Reviews of this link", looks_at="case_link", key="link_id")
def link_reviews(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """Every joint review of one link, what calls for the next, and the pair's rhythm."""
    ends = ends_of(request.actor, link_id)
    found = queries.reviews_of(ends.link, request.actor, OTHERS_AT_RISK)
    return show(
        request,
        "safety/reviews.html",
        ends,
        {"reviews": found, "calls": queries.review_calls(link_id), "others": OTHERS_AT_RISK},
    )


@page(Permission.DECISION_VIEW_GIVE, "Write down a joint review", looks_at="case_link", key="link_id")
def record_review(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """What the two looked at and what came of it. The other side answers it."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        ReviewForm,
        lambda form: commands.record_review(by=request.actor, link_id=link_id, **form.words()),
        draft="review",
        template="safety/review_form.html",
        heading="Write down a joint review",
        lead=f"With {ends.other}, who answers whether it was so. No raw notes: what matters to both.",
        button="Write it down",
        initial=ReviewForm.start(queries.review_gap(request.actor.site_id)),
        done=f"Written down. {ends.other} is asked whether it was so.",
        to=request.path.removesuffix("new/"),
        context={
            "reviews": queries.reviews_of(ends.link, request.actor, OTHERS_AT_RISK),
            "calls": queries.review_calls(link_id),
            "risk_fields": [others_field(key) for key, _ in OTHERS_AT_RISK],
        },
    )


@page(Permission.DECISION_VIEW_GIVE, "Answer a joint review", looks_at="case_link", key="link_id")
def answer_review(request: ActorRequest, link_id: UUID, review_id: UUID) -> HttpResponse:
    """As we agreed, or what differs; both stay."""
    ends = ends_of(request.actor, link_id)
    review = queries.review_on(link_id, review_id)
    return act(
        request,
        ends,
        ReviewAnswerForm,
        lambda form: commands.answer_review(by=request.actor, review_id=review.pk, **form.cleaned_data),
        draft="review_answer",
        template="safety/review_answer.html",
        heading="Was it so?",
        lead=f"{ends.other}’s side wrote this down.",
        button="Record my answer",
        to=request.path.removesuffix(f"{review_id}/"),
        context={"review": review, "others": OTHERS_AT_RISK},
    )


@page(Permission.DECISION_VIEW_GIVE, "How often you talk", looks_at="case_link", key="link_id")
def pair_rhythm(request: ActorRequest, link_id: UUID) -> HttpResponse:
    """Two workers in different areas meet first, and then talk at a fixed time (X-03)."""
    ends = ends_of(request.actor, link_id)
    return act(
        request,
        ends,
        RhythmForm,
        lambda form: commands.set_rhythm(by=request.actor, link_id=link_id, **form.cleaned_data),
        draft="rhythm",
        heading="How often you talk",
        lead=f"You and {ends.other} work in different areas."
        if queries.review_age(ends.link, request.actor).cross_border
        else "",
        button="Record it",
        to=request.path.removesuffix("rhythm/"),
    )
