"""Stop concerns as both sides see them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils import timezone

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
    """Live concerns on one case, one record, one link, or (without any) on every running case the reader may see;
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
    if not (case_id or record_id or link_id):
        concerns = of_running_cases(concerns).order_by("-recorded_at")
    return first_of(concerns, limit).each(_stop)


def stop_concern(concern_id: UUID) -> Stop:
    """One concern, live or not. Raises `StopConcern.DoesNotExist`."""
    return _stop(StopConcern.objects.get(pk=concern_id))


def _stop(concern: StopConcern) -> Stop:
    acknowledged = list(
        StopAcknowledgement.objects.filter(concern=concern)
        .order_by("recorded_at")
        .values_list("recorded_by_id", "recorded_at")
    )
    override = (
        StopOverride.objects.filter(concern=concern, ends_at__gt=timezone.now()).order_by("-ends_at").first()
    )
    names = names_of(
        [
            concern.recorded_by_id,
            *(one for one, _ in acknowledged),
            *([override.recorded_by_id] if override else []),
        ]
    )
    (row,) = ask("select safety.suspended_by(%s) as number", concern.pk)
    return Stop(
        concern=concern,
        raised_by=names[concern.recorded_by_id],
        acknowledged=[(names[one], at) for one, at in acknowledged],
        answers={a.side: a for a in StopAnswer.objects.filter(concern=concern)},
        suspended=row["number"],
        override=override,
        overridden_by=names[override.recorded_by_id] if override else "",
    )


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
