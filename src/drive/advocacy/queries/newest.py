"""The newest row of a history, for one client or for many, in one statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from ..models import (
    CheckIn,
    CheckInPlan,
    ChildrenKnown,
    ClientFact,
    ClientProfile,
    EngagementEntry,
    InformedEntry,
    LinkedAgain,
    LivingWith,
    SafeContactRule,
    SafetyPlan,
    UpdatePreference,
    Wish,
)

NEWEST_FIRST: dict[type[ClientFact], tuple[str, ...]] = {
    CheckIn: ("-done_at",),
    CheckInPlan: ("-recorded_at",),
    ChildrenKnown: ("-as_of", "-recorded_at"),
    ClientProfile: ("-version",),
    EngagementEntry: ("-since", "-recorded_at"),
    InformedEntry: ("-decided_on", "-recorded_at"),
    LinkedAgain: ("-recorded_at",),
    LivingWith: ("-as_of", "-recorded_at"),
    SafeContactRule: ("-version",),
    SafetyPlan: ("-version",),
    UpdatePreference: ("-said_on", "-recorded_at"),
    Wish: ("-said_on", "-recorded_at"),
}
"""What "newest" means in each history: by the day it is about, then by when it was written."""


def newest_of_each[F: ClientFact](model: type[F], record_ids: Iterable[UUID]) -> dict[UUID, F]:
    """The row that holds for each record, by record; records without one are left out."""
    rows: Any = (
        model._default_manager.filter(record_id__in=list(record_ids))
        .order_by("record_id", *NEWEST_FIRST[model])
        .distinct("record_id")
    )
    return {row.record_id: row for row in rows}


def newest[F: ClientFact](model: type[F], record_id: UUID) -> F | None:
    """The row that holds for one record, with who wrote it, or none."""
    rows: Any = model._default_manager.filter(record_id=record_id).select_related("recorded_by")
    found: F | None = rows.order_by(*NEWEST_FIRST[model]).first()
    return found


def history[F: ClientFact](model: type[F], record_id: UUID) -> list[F]:
    """Every row of one record's history, the one that holds first, with who wrote each."""
    rows: Any = model._default_manager.filter(record_id=record_id).select_related("recorded_by")
    return list(rows.order_by(*NEWEST_FIRST[model])[:100])


def newest_of_threads(model: Any, record_id: UUID) -> list[Any]:
    """The version that holds of each child, measure or hearing of one record."""
    return list(
        model.objects.filter(record_id=record_id)
        .select_related("recorded_by")
        .order_by("thread", "-version")
        .distinct("thread")
    )
