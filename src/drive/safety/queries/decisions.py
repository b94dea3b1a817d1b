"""Where the joint contact decision of a link stands, and what waits for whom."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from drive.access.stepping import Actor
from drive.components.some import Some, first_of
from drive.instruments.codelists import code_list

from ..models import (
    CaseLink,
    ContactQuestion,
    ContactView,
    DecisionLapse,
    OutcomeAnswer,
    OutcomeProposal,
)
from ..naming import names_of, signed
from ..position import latest_decision, position
from ..rules import refusal_words
from .asking import ask
from .running import of_running_cases


@dataclass(frozen=True, slots=True)
class Written:
    """That a side has written its view; what it says opens when both have."""

    side: str
    at: datetime.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one link stands: the newest question, its views as far as the reader may read them, and the
    outcome.
    """

    link: CaseLink
    position: str
    question: ContactQuestion | None
    asked_by: str
    written: dict[str, Written]
    views: dict[str, ContactView]
    proposal: OutcomeProposal | None
    proposed_by: str
    answer: OutcomeAnswer | None
    answered_by: str
    settled: OutcomeProposal | None
    settled_answer: OutcomeAnswer | None
    lapse: DecisionLapse | None

    @property
    def words(self) -> str:
        """The position in one sentence."""
        return refusal_words(self.position)[0]

    @property
    def both_viewed(self) -> bool:
        return len(self.written) == 2

    @property
    def outcome(self) -> str:
        """The settled outcome in words, or empty."""
        return code_list("K-51").label(self.settled.outcome) if self.settled else ""

    def waits_for_answer_of(self, side: str) -> bool:
        """Whether the side has a proposal of the other side before it."""
        return self.proposal is not None and self.answer is None and self.proposal.side != side


def decision_for(link_id: UUID) -> Decision:
    """The joint contact decision of one link. Raises `CaseLink.DoesNotExist`."""
    link = CaseLink.objects.get(pk=link_id)
    question = ContactQuestion.objects.filter(link=link).order_by("-recorded_at").first()
    written = _written([question.pk])[question.pk] if question else {}
    views = {v.side: v for v in ContactView.objects.filter(question=question)} if question else {}
    proposals = (
        OutcomeProposal.objects.filter(question=question) if question else OutcomeProposal.objects.none()
    )
    proposal = proposals.order_by("-recorded_at").first()
    answer = OutcomeAnswer.objects.filter(proposal=proposal).first() if proposal else None
    settled_id = latest_decision(link.pk)
    settled = OutcomeProposal.objects.filter(pk=settled_id).first() if settled_id else None
    settled_answer = OutcomeAnswer.objects.filter(proposal=settled).first() if settled else None
    lapse = None
    if settled_answer:
        after = DecisionLapse.objects.filter(link=link, recorded_at__gte=settled_answer.recorded_at)
        lapse = after.order_by("recorded_at").first()
    names = names_of(row.recorded_by_id for row in (question, proposal, answer) if row is not None)
    return Decision(
        link=link,
        position=position(link.pk),
        question=question,
        asked_by=names[question.recorded_by_id] if question else "",
        written=written,
        views=views,
        proposal=proposal,
        proposed_by=names[proposal.recorded_by_id] if proposal else "",
        answer=answer,
        answered_by=names[answer.recorded_by_id] if answer else "",
        settled=settled,
        settled_answer=settled_answer,
        lapse=lapse,
    )


def _written(question_ids: list[UUID]) -> dict[UUID, dict[str, Written]]:
    """Who has written a view on each question, and when, by side; in two statements however many there are."""
    rows = ask("select q.id, v.* from unnest(%s::uuid[]) q(id), safety.views_written(q.id) v", question_ids)
    names = signed(row["written_by"] for row in rows)
    found: dict[UUID, dict[str, Written]] = {question: {} for question in question_ids}
    for row in rows:
        found[row["id"]][row["side"]] = Written(row["side"], row["written_at"], names[row["written_by"]])
    return found


@dataclass(frozen=True, slots=True)
class ViewAsked:
    """A question that waits for the reader's side, oldest first."""

    question: ContactQuestion
    link: CaseLink
    other_has_written: bool


def views_asked(actor: Actor, *, limit: int = 50) -> Some[ViewAsked]:
    """The newest question of each link on which the actor's own side has not written, the longest waiting
    first; while the case goes on.
    """
    own = ContactView.objects.filter(question=OuterRef("pk"), side=actor.side.value)
    newer = ContactQuestion.objects.filter(link=OuterRef("link"), recorded_at__gt=OuterRef("recorded_at"))
    waiting = of_running_cases(ContactQuestion.objects.filter(~Exists(own), ~Exists(newer)))
    found = first_of(waiting.select_related("link").order_by("recorded_at"), limit)
    written = _written([question.pk for question in found])
    return found.each(lambda question: ViewAsked(question, question.link, bool(written[question.pk])))


def outcomes_to_answer(actor: Actor, *, limit: int = 50) -> Some[OutcomeProposal]:
    """Proposals of the other side that wait for the actor's side, the longest waiting first; while the case goes on."""
    answered = OutcomeAnswer.objects.filter(proposal=OuterRef("pk"))
    newer = OutcomeProposal.objects.filter(link=OuterRef("link"), recorded_at__gt=OuterRef("recorded_at"))
    waiting = OutcomeProposal.objects.filter(~Exists(answered), ~Exists(newer)).exclude(side=actor.side.value)
    return first_of(of_running_cases(waiting).select_related("link").order_by("recorded_at"), limit)
