"""Stop concerns as both sides see them."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

from drive.access.emergency import read_in_part
from drive.access.stepping import Actor
from drive.components.dates import weekday_date
from drive.components.some import Some, first_of
from drive.instruments.codelists import code_list

from ..models import (
    StopAcknowledgement,
    StopAnswer,
    StopConcern,
    StopOverride,
)
from ..naming import names_of
from ..rules import STOP_SCOPES, label
from .asking import ask
from .running import of_running_cases


@dataclass(frozen=True, slots=True)
class Stop:
    """One concern as both sides see it; the reason is on its own page, never in a banner."""

    concern: StopConcern
    raised_by: str
    acknowledged: list[tuple[str, datetime.datetime]]
    answers: dict[str, StopAnswer]
    suspended: int
    override: StopOverride | None = None
    overridden_by: str = ""

    @property
    def overridden(self) -> str:
        """Until when a named manager has lifted it, and who (S-18); empty where nobody has. It is live all the same."""
        if self.override is None or not self.live:
            return ""
        last = self.override.ends_at - datetime.timedelta(minutes=1)
        return f"Overridden until the end of {weekday_date(last)} by {self.overridden_by}."

    @property
    def live(self) -> bool:
        return len(self.answers) < 2

    @property
    def scope(self) -> str:
        """What it covers, in words."""
        return scope_words(self.concern)

    def waits_for(self, side: str) -> bool:
        return side not in self.answers


def live_stops(
    *,
    case_id: UUID | None = None,
    record_id: UUID | None = None,
    link_id: UUID | None = None,
    limit: int = 50,
) -> Some[Stop]:
    """Live concerns on one case, one record or one link, newest first."""
    concerns = _unanswered()
    if case_id:
        concerns = concerns.filter(su_case_id=case_id)
    if record_id:
        concerns = concerns.filter(vs_record_id=record_id)
    if link_id:
        concerns = concerns.filter(link_id=link_id)
    return _first_stops(concerns, limit)


def stops_on_desk(actor: Actor, *, limit: int = 50) -> Some[Stop]:
    """Live concerns on every running case that the reader may see, for a desk, newest first. Of a record of which only a
    part is read in an emergency they stand on that part's page, never here (ADR 21).
    """
    part = read_in_part(actor)
    elsewhere = _unanswered().exclude(su_case_id__in=part).exclude(vs_record_id__in=part)
    return _first_stops(of_running_cases(elsewhere), limit)


def stop_concern(concern_id: UUID) -> Stop:
    """One concern, live or not. Raises `StopConcern.DoesNotExist`."""
    (stop,) = _stops([StopConcern.objects.get(pk=concern_id)])
    return stop


def _unanswered() -> QuerySet[StopConcern]:
    """Concerns that wait for the answer of a side, or of both."""
    return StopConcern.objects.alias(answered=Count("answers__side", distinct=True)).filter(answered__lt=2)


def _first_stops(concerns: QuerySet[StopConcern], limit: int) -> Some[Stop]:
    found = first_of(concerns.order_by("-recorded_at"), limit)
    return Some(_stops(found.rows), found.more)


def _stops(concerns: list[StopConcern]) -> list[Stop]:
    """The concerns with what both sides see of them, in five statements however many there are."""
    ids = [concern.pk for concern in concerns]
    read = defaultdict[UUID, list[StopAcknowledgement]](list)
    for one in StopAcknowledgement.objects.filter(concern__in=ids).order_by("recorded_at"):
        read[one.concern_id].append(one)
    answers = defaultdict[UUID, dict[str, StopAnswer]](dict)
    for answer in StopAnswer.objects.filter(concern__in=ids):
        answers[answer.concern_id][answer.side] = answer
    in_force = StopOverride.objects.filter(concern__in=ids, ends_at__gt=timezone.now()).order_by("ends_at")
    override = {one.concern_id: one for one in in_force}
    asked = (
        ask("select id, safety.suspended_by(id) as number from unnest(%s::uuid[]) as id", ids) if ids else []
    )
    suspended = {row["id"]: row["number"] for row in asked}
    names = names_of(
        [
            *(concern.recorded_by_id for concern in concerns),
            *(one.recorded_by_id for rows in read.values() for one in rows),
            *(one.recorded_by_id for one in override.values()),
        ]
    )
    return [
        Stop(
            concern=concern,
            raised_by=names[concern.recorded_by_id],
            acknowledged=[(names[one.recorded_by_id], one.recorded_at) for one in read[concern.pk]],
            answers=answers[concern.pk],
            suspended=suspended[concern.pk],
            override=override.get(concern.pk),
            overridden_by=names[override[concern.pk].recorded_by_id] if concern.pk in override else "",
        )
        for concern in concerns
    ]


def overrides_of(concern_id: UUID) -> list[Override]:
    """Every override of one concern, newest first: why, and what each worker had said."""
    return _overrides(StopOverride.objects.filter(concern_id=concern_id))


def overrides_here() -> list[Override]:
    """Every override that the reader may know of, newest first: for the expert advisor, the site's."""
    return _overrides(StopOverride.objects.all())


@dataclass(frozen=True, slots=True)
class Override:
    """One override with whoever made it, and whether it holds now."""

    override: StopOverride
    by: str
    scope: str
    in_force: bool


def _overrides(rows: QuerySet[StopOverride]) -> list[Override]:
    found = list(rows.select_related("concern").order_by("-recorded_at"))
    names = names_of(one.recorded_by_id for one in found)
    now = timezone.now()
    return [
        Override(one, names[one.recorded_by_id], scope_words(one.concern), one.ends_at > now) for one in found
    ]


def scope_words(concern: StopConcern) -> str:
    """What a concern covers, in words: "all contact", "Office", "a topic: child contact"."""
    if concern.scope == "place":
        return code_list("K-57").label(concern.place)
    if concern.words:
        return f"{label(STOP_SCOPES, concern.scope).lower()}: {concern.words}"
    return label(STOP_SCOPES, concern.scope).lower()
