"""Stop concerns as both sides see them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from drive.instruments.codelists import code_list

from ..models import (
    StopAcknowledgement,
    StopAnswer,
    StopConcern,
)
from ..naming import names_of
from ..rules import STOP_SCOPES, label
from .asking import ask


@dataclass(frozen=True, slots=True)
class Stop:
    """One concern as both sides see it; the reason is on its own page, never in a banner."""

    concern: StopConcern
    raised_by: str
    acknowledged: list[tuple[str, datetime.datetime]]
    answers: dict[str, StopAnswer]
    suspended: int

    @property
    def live(self) -> bool:
        return len(self.answers) < 2

    @property
    def scope(self) -> str:
        """What it covers, in words: "all contact", "the place: Office"."""
        concern = self.concern
        if concern.scope == "place":
            return f"{code_list('K-57').label(concern.place)}"
        if concern.words:
            return f"{label(STOP_SCOPES, concern.scope).lower()}: {concern.words}"
        return label(STOP_SCOPES, concern.scope).lower()

    def waits_for(self, side: str) -> bool:
        return side not in self.answers


def live_stops(
    *,
    case_id: UUID | None = None,
    record_id: UUID | None = None,
    link_id: UUID | None = None,
    limit: int = 50,
) -> list[Stop]:
    """Live concerns on one case, one record, one link, or (without any) on everything the reader may see;
    newest first.
    """
    answered = Count("answers__side", distinct=True)
    concerns = StopConcern.objects.alias(answered=answered).filter(answered__lt=2).order_by("-recorded_at")
    if case_id:
        concerns = concerns.filter(su_case_id=case_id)
    if record_id:
        concerns = concerns.filter(vs_record_id=record_id)
    if link_id:
        concerns = concerns.filter(link_id=link_id)
    return [_stop(one) for one in concerns[:limit]]


def stop_concern(concern_id: UUID) -> Stop:
    """One concern, live or not. Raises `StopConcern.DoesNotExist`."""
    return _stop(StopConcern.objects.get(pk=concern_id))


def _stop(concern: StopConcern) -> Stop:
    acknowledged = list(
        StopAcknowledgement.objects.filter(concern=concern)
        .order_by("recorded_at")
        .values_list("recorded_by_id", "recorded_at")
    )
    names = names_of([concern.recorded_by_id, *(one for one, _ in acknowledged)])
    (row,) = ask("select safety.suspended_by(%s) as number", concern.pk)
    return Stop(
        concern=concern,
        raised_by=names[concern.recorded_by_id],
        acknowledged=[(names[one], at) for one, at in acknowledged],
        answers={a.side: a for a in StopAnswer.objects.filter(concern=concern)},
        suspended=row["number"],
    )
