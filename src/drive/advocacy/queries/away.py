"""Who is away, who covers, and what falls due meanwhile (V-17, W-08, W-17)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from drive.access.models import AssignmentKind, ClientAssignment, local_today

from ..models import Absence, CheckInPlan, CourtDate, RecordExit
from .newest import newest_of_each


@dataclass(frozen=True, slots=True)
class Away:
    """One absence that has not ended, with the clients held and what is due on those days."""

    absence: Absence
    clients: int
    due: int

    @property
    def gap(self) -> bool:
        return self.absence.cover_id is None


def absences(service_id: UUID, members: Collection[UUID] = ()) -> list[Away]:
    """Of the service, or of these members of it, soonest first: the row that holds of each. A fixed number of statements."""
    today = local_today()
    later = Absence.objects.filter(
        membership=OuterRef("membership"),
        first_day=OuterRef("first_day"),
        recorded_at__gt=OuterRef("recorded_at"),
    )
    rows = (
        Absence.objects.filter(service_id=service_id, last_day__gte=today)
        .filter(~Exists(later))
        .select_related("membership", "cover")
        .order_by("first_day", "membership__name")
    )
    if members:
        rows = rows.filter(membership__in=list(members))
    found = list(rows[:100])
    held = _held({row.membership_id for row in found}, today)
    due = _due({record for records in held.values() for record in records})
    return [
        Away(
            row,
            len(held[row.membership_id]),
            sum(
                row.first_day <= day <= row.last_day
                for record in held[row.membership_id]
                for day in due[record]
            ),
        )
        for row in found
    ]


def _held(members: Collection[UUID], today: datetime.date) -> dict[UUID, set[UUID]]:
    held = defaultdict[UUID, set[UUID]](set)
    rows = ClientAssignment.objects.filter(
        membership__in=list(members), kind=AssignmentKind.HOLDER, starts_on__lte=today, ends_on__gt=today
    )
    closed = RecordExit.objects.filter(record=OuterRef("record_id"), check_ins_continue=False)
    for member, record in rows.filter(~Exists(closed)).values_list("membership_id", "record_id"):
        held[member].add(record)
    return held


def _due(records: Collection[UUID]) -> dict[UUID, list[datetime.date]]:
    """Days of check-ins and hearings, by client."""
    due = defaultdict[UUID, list[datetime.date]](list)
    for record_id, plan in newest_of_each(CheckInPlan, records).items():
        if plan.due_on:
            due[record_id].append(plan.due_on)
    hearings = CourtDate.objects.filter(record_id__in=list(records)).order_by("thread", "-version")
    for row in hearings.distinct("thread"):
        if not row.cancelled:
            due[row.record_id].append(row.on)
    return due
