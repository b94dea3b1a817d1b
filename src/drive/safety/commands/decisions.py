"""The joint contact decision: ask, give a view, propose, agree or differ, end early (S-15, S-16, S-19,
S-20).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.people.facts import sent_before

from ..models import CaseLink, ContactQuestion, ContactView, DecisionLapse, OutcomeAnswer, OutcomeProposal
from ..rules import LONGEST_DECISION, OTHERS_AT_RISK, VOICE_NOT_HAD
from ..source_check import check_names_nobody_else, check_what_reaches_him
from .links import on_link, wrote


@transaction.atomic
def ask_for_view(
    *,
    by: Actor,
    link_id: UUID,
    planned: str,
    setting: str,
    reason_given: str,
    when_planned: str,
    why_now: str,
) -> ContactQuestion:
    """Ask for a joint decision on contact that is planned; either side may. Decides nothing. Twice is once.

    Refuses a `reason_given` to him that leads to somebody (S-07, S-10).
    """
    link = CaseLink.objects.get(pk=link_id)
    check_what_reaches_him(link.su_case_id, reason_given, field="reason_given", side=by.side)
    words = {
        "planned": planned,
        "setting": setting,
        "reason_given": reason_given,
        "when_planned": when_planned,
        "why_now": why_now,
    }
    check_names_nobody_else(link, side=by.side, **words)
    asked: dict[str, Any] = on_link(link, by) | words
    again = sent_before(ContactQuestion, **asked)
    if again is not None and not again.views.exists():
        return again
    question = ContactQuestion.objects.create(**asked)
    wrote(by, "contact_question", link, "planned", "setting", "reason_given", "when_planned", "why_now")
    return question


@transaction.atomic
def give_view(
    *,
    by: Actor,
    question_id: UUID,
    own_view: str,
    others_at_risk: Mapping[str, str],
    if_we_act: str,
    if_we_do_not: str,
    would_choose: str,
    work_out: str,
    voice: str = "",
    voice_detail: str = "",
    leave_out: str = "",
    use_rule: str = "background",
) -> ContactView:
    """Record one side's view, once and for good; the other side's opens when both are in (S-15).

    `others_at_risk` answers every key of `rules.OTHERS_AT_RISK` with words or `unknown`. The IDVA's side
    also says whose voice it carries (`rules.VOICE`), or why it was not had. Refuses a blank (S-20), and a
    second view.
    """
    question = ContactQuestion.objects.select_related("link").get(pk=question_id)
    for key, words in OTHERS_AT_RISK:
        if not others_at_risk.get(key, "").strip():
            raise Refusal(f"{words}: say who and how, or that it is unknown.", rule="S-20", field=key)
    if by.side.value == "vs" and not voice:
        raise Refusal(
            "Say how the client’s own voice came into this, or why not.", rule="S-15", field="voice"
        )
    if voice in VOICE_NOT_HAD and not voice_detail.strip():
        raise Refusal("Say why the client’s own voice was not had.", rule="S-15", field="voice_detail")
    others = {key: others_at_risk[key].strip() for key, _ in OTHERS_AT_RISK}
    check_names_nobody_else(
        question.link, side=by.side, own_view=own_view, if_we_act=if_we_act, if_we_do_not=if_we_do_not,
        leave_out=leave_out, work_out=work_out, **others,
    )  # fmt: skip
    try:
        with transaction.atomic():
            view = ContactView.objects.create(
                **on_link(question.link, by),
                question=question,
                own_view=own_view,
                voice=voice,
                voice_detail=voice_detail,
                others_at_risk=others,
                if_we_act=if_we_act,
                if_we_do_not=if_we_do_not,
                would_choose=would_choose,
                leave_out=leave_out,
                use_rule=use_rule,
                work_out=work_out,
            )
    except IntegrityError as error:
        if ContactView.objects.filter(question=question, side=by.side.value).exists():
            raise Refusal(
                "Your side’s view is already recorded, and a view does not change.", rule="S-15"
            ) from error
        raise
    wrote(by, "contact_view", question.link, "own_view", "others_at_risk", "would_choose", "use_rule")
    return view


@transaction.atomic
def propose_outcome(
    *,
    by: Actor,
    question_id: UUID,
    outcome: str,
    told: str,
    ends_on: datetime.date,
    places: Sequence[str] = (),
    conditions: str = "",
    leave_out: str = "",
    tell_each_other: str = "",
    dissent: str = "",
) -> OutcomeProposal:
    """Put an outcome (K-51) to the other side. Nothing is decided until they agree (S-16).

    Refuses before both views are in, an end date that has passed or is further off than `LONGEST_DECISION`, conditions left
    unsaid, and words to him that lead to somebody (`told`: S-07, S-10).
    """
    question = ContactQuestion.objects.select_related("link").get(pk=question_id)
    sides = set(ContactView.objects.filter(question=question).values_list("side", flat=True))
    if sides != {"su", "vs"}:
        raise Refusal(
            "Both views come first.",
            why="An outcome can be put forward when each of you has written.",
            rule="S-15",
        )
    if ends_on < local_today():
        raise Refusal(
            "The end date has passed.",
            why="Choose the last day on which this should hold.",
            rule="S-19",
            field="ends_on",
        )
    if ends_on > local_today() + LONGEST_DECISION:
        raise Refusal(
            f"A joint decision holds for {LONGEST_DECISION.days} days at most.",
            why="Then both of you look at it again.",
            rule="S-19",
            field="ends_on",
        )
    check_what_reaches_him(question.link.su_case_id, told, field="told", side=by.side)
    if outcome == "go_with_conditions" and not conditions.strip():
        raise Refusal("Say which conditions.", rule="S-15", field="conditions")
    words = {
        "conditions": conditions,
        "leave_out": leave_out,
        "told": told,
        "tell_each_other": tell_each_other,
        "dissent": dissent,
    }
    check_names_nobody_else(question.link, side=by.side, **words)
    decided = {"question": question, "outcome": outcome, "places": list(places), "ends_on": ends_on}
    forward: dict[str, Any] = on_link(question.link, by) | words | decided
    again = sent_before(OutcomeProposal, **forward)
    if again is not None and not OutcomeAnswer.objects.filter(proposal=again).exists():
        return again
    proposal = OutcomeProposal.objects.create(**forward)
    wrote(by, "contact_outcome", question.link, "outcome", "conditions", "places", "ends_on", "dissent")
    return proposal


@transaction.atomic
def agree_outcome(*, by: Actor, proposal_id: UUID, answer: str, dissent: str = "") -> OutcomeAnswer:
    """Answer the other side's proposal: `agree`, `differ` or `to_panel` (which counts as wait).

    Refuses one's own side's proposal: an outcome has two sides and two people (S-16). A newer proposal
    replaces this one.
    """
    proposal = OutcomeProposal.objects.select_related("link").get(pk=proposal_id)
    if proposal.side == by.side.value:
        raise Refusal(
            "Your side put this forward.",
            why="The other side answers it; an outcome needs both.",
            rule="S-16",
        )
    if answer != "agree" and not dissent.strip():
        raise Refusal("Say what you see differently.", rule="S-16", field="dissent")
    check_names_nobody_else(proposal.link, side=by.side, dissent=dissent)
    newest = OutcomeProposal.objects.filter(link=proposal.link).order_by("-recorded_at").first()
    if newest != proposal:
        raise Refusal("A newer outcome has been put forward.", why="Read and answer that one.", rule="S-16")
    try:
        with transaction.atomic():
            given = OutcomeAnswer.objects.create(
                **on_link(proposal.link, by),
                proposal=proposal,
                proposal_side=proposal.side,
                answer=answer,
                dissent=dissent,
            )
    except IntegrityError as error:
        if OutcomeAnswer.objects.filter(proposal=proposal).exists():
            raise Refusal("This has been answered already.", rule="S-16") from error
        if "two people" in str(error):
            raise Refusal("An outcome needs two people.", rule="S-16") from error
        raise
    wrote(by, "contact_outcome", proposal.link, "answer", "dissent")
    return given


@transaction.atomic
def lapse_decision(*, by: Actor, link_id: UUID, cause: str, what: str = "") -> DecisionLapse:
    """End the decision in force early, for a listed cause (S-19). Bookings stay visible, to be settled
    together.
    """
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, what=what)
    lapse = DecisionLapse.objects.create(**on_link(link, by), cause=cause, what=what)
    wrote(by, "decision_lapse", link, "cause")
    return lapse
