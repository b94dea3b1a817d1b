"""Who is away, who covers, which clients nobody covers, and what falls due meanwhile (V-17, W-08, W-17)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef

from drive.access.models import AssignmentKind, ClientAssignment, local_today

from ..models import Absence, CheckInPlan, CourtDate, RecordExit, absences_that_hold
from .newest import newest_of_each

WORKS = (AssignmentKind.HOLDER, AssignmentKind.COVER, AssignmentKind.JOINT)
"""Assignments of somebody else by which a client is not alone while the holder is away."""


@dataclass(frozen=True, slots=True)
class Away:
    """One absence that has not ended, with the clients held and what is due on those days.

    `uncovered` are clients with whom nobody else works on all of the days that are left: by the assignments themselves,
    so that one from whom the cover is kept (S-34) and one who came later are among them.
    """

    absence: Absence
    clients: int
    due: int
    uncovered: list[UUID]

    @property
    def gap(self) -> bool:
        return self.absence.cover_id is None or bool(self.uncovered)

    @property
    def covered_by(self) -> str:
        """Who covers, and for how many clients nobody does, in words."""
        many = len(self.uncovered)
        alone = f" {many} client{'' if many == 1 else 's'} without cover." if many else ""
        return (
            f"{self.absence.cover.name} covers.{alone}"
            if self.absence.cover
            else f"Nobody covers yet.{alone}"
        )


def absences(service_id: UUID, members: Collection[UUID] = ()) -> list[Away]:
    """Of the service, or of these members of it, soonest first: the row that holds of each. A fixed number of statements."""
    today = local_today()
    rows = (
        absences_that_hold()
        .filter(service_id=service_id, last_day__gte=today)
        .select_related("membership", "cover")
        .order_by("first_day", "membership__name")
    )
    if members:
        rows = rows.filter(membership__in=list(members))
    found = list(rows[:100])
    holding = _holding({row.membership_id for row in found}, today)
    others = _others({record for rows in holding.values() for record, _starts, _ends in rows}, today)
    held = {row.pk: _held(row, holding, today) for row in found}
    due = _due({record for records in held.values() for record in records})
    return [
        Away(
            row,
            len(held[row.pk]),
            sum(row.first_day <= day <= row.last_day for record in held[row.pk] for day in due[record]),
            [record for record in held[row.pk] if not _covered(row, others[record], today)],
        )
        for row in found
    ]


type _Days = tuple[UUID, datetime.date, datetime.date]
"""A client or a worker, with the first day and the first day no more."""


def _holding(members: Collection[UUID], today: datetime.date) -> dict[UUID, list[_Days]]:
    """Clients who are not closed, by who holds them now or later."""
    holding = defaultdict[UUID, list[_Days]](list)
    closed = RecordExit.objects.filter(record=OuterRef("record_id"), check_ins_continue=False)
    rows = ClientAssignment.objects.filter(
        ~Exists(closed), membership__in=list(members), kind=AssignmentKind.HOLDER, ends_on__gt=today
    )
    for row in rows:
        holding[row.membership_id].append((row.record_id, row.starts_on, row.ends_on))
    return holding


def _held(absence: Absence, holding: dict[UUID, list[_Days]], today: datetime.date) -> list[UUID]:
    """Clients held on one of the days that are left."""
    first = max(absence.first_day, today)
    return sorted(
        {
            record
            for record, starts, ends in holding[absence.membership_id]
            if starts <= absence.last_day and ends > first
        }
    )


def _others(records: Collection[UUID], today: datetime.date) -> dict[UUID, list[_Days]]:
    """Who works with each client now or later, the holder included."""
    others = defaultdict[UUID, list[_Days]](list)
    rows = ClientAssignment.objects.filter(record_id__in=list(records), kind__in=WORKS, ends_on__gt=today)
    for row in rows:
        others[row.record_id].append((row.membership_id, row.starts_on, row.ends_on))
    return others


def _covered(absence: Absence, others: list[_Days], today: datetime.date) -> bool:
    first = max(absence.first_day, today)
    return any(
        member != absence.membership_id and starts <= first and ends > absence.last_day
        for member, starts, ends in others
    )


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
