"""Joint reviews: writing one down, answering it, and the rhythm of a pair in two areas (R-73, V-13, X-03)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.people.facts import sent_before

from ..models import CaseLink, JointReview, PairRhythm, ReviewAnswer
from ..rules import OTHERS_AT_RISK, STEPPING_BACK
from ..source_check import check_names_nobody_else, check_what_reaches_him
from .links import on_link, wrote


@transaction.atomic
def record_review(
    *,
    by: Actor,
    link_id: UUID,
    held_on: datetime.date,
    case_side_came: str,
    client_side_came: str,
    patterns: str,
    unknowns: str,
    others_at_risk: Mapping[str, str],
    if_we_do_not: str,
    outcome: str,
    actions: str,
    next_on: datetime.date,
    exit_plan: str = "",
) -> JointReview:
    """Write down a joint review, or that it did not come about because somebody did not come.

    `others_at_risk` answers every key of `rules.OTHERS_AT_RISK` with words or `unknown` (S-20). Refuses a blank, a day
    to come, a next day that has passed, stepping back without an exit plan (S-23), and one that leads to somebody (S-07).
    Changes no booking (V-13).
    """
    link = CaseLink.objects.get(pk=link_id)
    check_what_reaches_him(link.su_case_id, exit_plan, field="exit_plan", side=by.side)
    if held_on > local_today():
        raise Refusal("This has not happened yet.", rule="S-43", field="held_on")
    if next_on <= max(held_on, local_today()):
        raise Refusal("The next review must be after today.", rule="S-24", field="next_on")
    for key, words in OTHERS_AT_RISK:
        if not others_at_risk.get(key, "").strip():
            raise Refusal(f"{words}: say who and how, or that it is unknown.", rule="S-20", field=key)
    if not if_we_do_not.strip():
        raise Refusal("Say what may happen if nothing is done.", rule="S-20", field="if_we_do_not")
    if outcome in STEPPING_BACK and not exit_plan.strip():
        raise Refusal(
            "Say how you step back: pace, a reason he can be given, who watches.",
            rule="S-23",
            field="exit_plan",
        )
    others = {key: others_at_risk[key].strip() for key, _ in OTHERS_AT_RISK}
    said = {
        "patterns": patterns,
        "unknowns": unknowns,
        "if_we_do_not": if_we_do_not,
        "exit_plan": exit_plan,
        "actions": actions,
    }
    check_names_nobody_else(link, side=by.side, **said, **others)
    written: dict[str, Any] = on_link(link, by) | {
        **said,
        "held_on": held_on,
        "case_side_came": case_side_came,
        "client_side_came": client_side_came,
        "others_at_risk": others,
        "outcome": outcome,
        "next_on": next_on,
    }
    if again := sent_before(JointReview, **written):
        return again
    review = JointReview.objects.create(**written)
    wrote(by, "joint_review", link, "held_on", "outcome", "exit_plan", "actions", "next_on")
    return review


@transaction.atomic
def answer_review(*, by: Actor, review_id: UUID, answer: str, words: str = "") -> ReviewAnswer:
    """The other side's word on a review as written (`rules.REVIEW_ANSWERS`). Refuses one's own side, and a second one."""
    review = JointReview.objects.select_related("link").get(pk=review_id)
    if review.side == by.side.value:
        raise Refusal("Your side wrote this.", why="The other side answers it.", rule="S-16")
    if answer != "agree" and not words.strip():
        raise Refusal("Say what you remember differently.", rule="S-16", field="words")
    check_names_nobody_else(review.link, side=by.side, words=words)
    try:
        with transaction.atomic():
            given = ReviewAnswer.objects.create(
                **on_link(review.link, by), review=review, review_side=review.side, answer=answer, words=words
            )
    except IntegrityError as error:
        if ReviewAnswer.objects.filter(review=review).exists():
            raise Refusal("This has been answered already.", rule="S-16") from error
        raise
    wrote(by, "joint_review", review.link, "answer")
    return given


@transaction.atomic
def set_rhythm(
    *, by: Actor, link_id: UUID, introduced_on: datetime.date, how: str, every_days: int, words: str = ""
) -> PairRhythm:
    """Say how two workers in different areas were introduced and how often they talk. The newest holds (X-03)."""
    link = CaseLink.objects.get(pk=link_id)
    if introduced_on > local_today():
        raise Refusal("This has not happened yet.", rule="S-43", field="introduced_on")
    check_names_nobody_else(link, side=by.side, words=words)
    said: dict[str, Any] = on_link(link, by) | {
        "introduced_on": introduced_on,
        "how": how,
        "every_days": every_days,
        "words": words,
    }
    if again := sent_before(PairRhythm, **said):
        return again
    rhythm = PairRhythm.objects.create(**said)
    wrote(by, "pair_rhythm", link, "introduced_on", "every_days")
    return rhythm
