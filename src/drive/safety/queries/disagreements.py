"""Where the two sides of a link see it differently now, and what was done about it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from drive.components.dates import local_date
from drive.components.some import Some

from ..models import CaseLink, ContactView, DifferingStep, JointReview, OutcomeAnswer, ReviewAnswer
from ..models.links import BridgeFact
from ..naming import names_of
from ..rules import DIFFERING_ABOUT, label
from .running import of_running_cases


@dataclass(frozen=True, slots=True)
class Step:
    """One thing done about a difference, and who wrote it down."""

    row: DifferingStep
    by: str


@dataclass(frozen=True, slots=True)
class Differing:
    """One difference that stands: about what, since when, and the last thing done about it."""

    link: CaseLink
    about: str
    since: datetime.date
    last: DifferingStep | None

    @property
    def what(self) -> str:
        return label(DIFFERING_ABOUT, self.about)

    @property
    def done(self) -> str:
        """The last step in words, or that there was none."""
        if self.last is None:
            return "Nothing is written down about it yet. Talk first."
        return f"{self.last.get_step_display()}, {self.last.get_outcome_display().lower()}."


def steps_of(link_id: UUID) -> list[Step]:
    """Everything done about differences on one link, newest first."""
    rows = list(DifferingStep.objects.filter(link_id=link_id).order_by("-held_on", "-recorded_at"))
    names = names_of(row.recorded_by_id for row in rows)
    return [Step(row, names[row.recorded_by_id]) for row in rows]


def differing(link_id: UUID | None = None, *, limit: int = 50) -> Some[Differing]:
    """Differences that stand, the oldest first; of one link, or of all running cases that the reader may see.

    About contact: the newest answer differs or wants the panel, or the newest two views would choose differently and
    nothing is agreed since. About a review: the other side remembers it differently. Any of them, and the use of what was
    told, also by a step that says so; a step that says it is settled ends a difference that was about no decision.
    """
    found: dict[tuple[UUID, str], tuple[CaseLink, datetime.datetime]] = {}
    later = OutcomeAnswer.objects.filter(link=OuterRef("link"), recorded_at__gt=OuterRef("recorded_at"))
    answers = _on(OutcomeAnswer.objects.filter(~Exists(later)).exclude(answer="agree"), link_id)
    for answer in answers.select_related("link").order_by("recorded_at"):
        found[answer.link_id, "contact"] = (answer.link, answer.recorded_at)
    other = ContactView.objects.filter(question=OuterRef("question"), side="vs")
    apart = ContactView.objects.filter(
        ~Exists(later), Exists(other.exclude(would_choose=OuterRef("would_choose"))), side="su"
    )
    for view in _on(apart, link_id).select_related("link").order_by("recorded_at"):
        found.setdefault((view.link_id, "contact"), (view.link, view.recorded_at))
    since = JointReview.objects.filter(link=OuterRef("link"), held_on__gt=OuterRef("review__held_on"))
    remembered = _on(ReviewAnswer.objects.filter(~Exists(since), answer="differ"), link_id)
    for said in remembered.select_related("link").order_by("recorded_at"):
        found[said.link_id, "review"] = (said.link, said.recorded_at)
    again = DifferingStep.objects.filter(
        link=OuterRef("link"), about=OuterRef("about"), recorded_at__gt=OuterRef("recorded_at")
    )
    newest = DifferingStep.objects.filter(~Exists(again))
    apart_still = _on(newest.filter(outcome="differ"), link_id)
    for step in apart_still.select_related("link").order_by("recorded_at"):
        found.setdefault((step.link_id, step.about), (step.link, step.recorded_at))
    last = {(step.link_id, step.about): step for step in newest.filter(link__in=[key for key, _ in found])}
    for key in [key for key in found if key[1] != "contact" and key in last]:
        if last[key].outcome == "settled" and last[key].recorded_at > found[key][1]:
            del found[key]
    rows = [
        Differing(link, about, local_date(began), last.get((key, about)))
        for (key, about), (link, began) in found.items()
    ]
    return Some(sorted(rows, key=lambda one: (one.since, str(one.link.pk)))[:limit], len(rows) > limit)


def _on[M: BridgeFact](rows: QuerySet[M], link_id: UUID | None) -> QuerySet[M]:
    return rows.filter(link_id=link_id) if link_id else of_running_cases(rows)
