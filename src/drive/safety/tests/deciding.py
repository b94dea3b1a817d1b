"""Steps that several tests take: two views, an outcome of both, a booking."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.stepping import acting_as
from drive.safety import commands
from drive.safety.models import Booking, ContactQuestion, OutcomeProposal, StopConcern
from drive.safety.rules import OTHERS_AT_RISK

STEPPING = commands.Stepping(told="The room is taken", pace="longer", watches="Probation, weekly")
"""How contact is stepped back from (S-23)."""
SOON_AFTER = replace(STEPPING, although="The room is truly taken.")
"""... and why so soon after something on the client's side (S-11)."""

EVERYBODY = {key: "unknown" for key, _ in OTHERS_AT_RISK}


def ask(member: Membership, link_id: UUID) -> ContactQuestion:
    actor = member.as_actor()
    with acting_as(actor):
        return commands.ask_for_view(
            by=actor,
            link_id=link_id,
            planned="Weekly meetings",
            setting="Probation office",
            reason_given="His licence",
            when_planned="From next week",
            why_now="Released last week",
        )


def view(member: Membership, question_id: UUID, **said: Any) -> None:
    actor = member.as_actor()
    words: dict[str, Any] = {
        "own_view": f"A view written by {actor.name}.",
        "others_at_risk": EVERYBODY,
        "if_we_act": "He may ask why.",
        "if_we_do_not": "Nobody sees him.",
        "would_choose": "go",
        "work_out": "He could not.",
        "voice": "told_directly" if actor.side.value == "vs" else "",
    }
    with acting_as(actor):
        commands.give_view(by=actor, question_id=question_id, **(words | said))


def propose(member: Membership, question_id: UUID, **said: Any) -> OutcomeProposal:
    actor = member.as_actor()
    words: dict[str, Any] = {
        "outcome": "go",
        "told": "Your licence asks us to meet.",
        "ends_on": local_today() + datetime.timedelta(days=28),
        "places": ["probation_office", "remote"],
    }
    with acting_as(actor):
        return commands.propose_outcome(by=actor, question_id=question_id, **(words | said))


def answer(member: Membership, proposal_id: UUID, said: str = "agree", dissent: str = "") -> None:
    actor = member.as_actor()
    with acting_as(actor):
        commands.agree_outcome(by=actor, proposal_id=proposal_id, answer=said, dissent=dissent)


def decide(case_manager: Membership, idva: Membership, link_id: UUID, **said: Any) -> OutcomeProposal:
    """Two views and an outcome that both agree."""
    question = ask(case_manager, link_id)
    view(case_manager, question.pk)
    view(idva, question.pk)
    proposal = propose(case_manager, question.pk, **said)
    answer(idva, proposal.pk)
    return proposal


def tomorrow() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=1)


def book(member: Membership, case_id: UUID, **said: Any) -> Booking:
    actor = member.as_actor()
    words: dict[str, Any] = {
        "kind": "meeting",
        "channel": "face_to_face",
        "starts_at": tomorrow(),
        "place": "probation_office",
        "reason_given": "Your licence asks us to meet.",
        "will_think": "His licence, which he has signed.",
    }
    with acting_as(actor):
        return commands.book_contact(by=actor, case_id=case_id, **(words | said))


def stop(member: Membership, link_id: UUID, **said: Any) -> StopConcern:
    actor = member.as_actor()
    with acting_as(actor):
        return commands.raise_stop(by=actor, link_id=link_id, **said)
