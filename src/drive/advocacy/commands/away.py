"""Being away, and cover for it: whoever covers may work with the clients on those days and on no other (S-46, V-17)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from drive.access.models import AssignmentKind, ClientAssignment, Membership, local_today
from drive.access.queries import may_be_given
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.facts import sent_before

from ..models import Absence, RecordExit, absences_that_hold
from .closing import assign_record


@dataclass(frozen=True, slots=True)
class Covered:
    """What came of naming cover: the row, for how many clients, and how many that colleague must not see (S-34)."""

    absence: Absence
    given: int
    barred: int


@transaction.atomic
def declare_absence(*, by: Actor, first_day: datetime.date, last_day: datetime.date) -> Absence:
    """Say that one is away. Gives nobody access: the manager names who covers. Said again with another last day, cover that
    was named ends with the earlier of the two until the manager names it anew. Raises `Refusal` for days that have passed
    or are out of order.
    """
    _check_days(first_day, last_day)
    said = absences_that_hold().filter(membership_id=by.membership_id, first_day=first_day, last_day=last_day)
    return said.first() or _write(by, by.membership_id, first_day, last_day, None, "")


@transaction.atomic
def withdraw_absence(*, by: Actor, absence_id: UUID) -> None:
    """Not away after all: said by the one who is, or by their manager. Cover for it ends at once (S-46).

    Raises `Absence.DoesNotExist` for one that does not hold, or that is not the worker's own.
    """
    held = absences_that_hold()
    if by.scope is Scope.VS_WORKER:
        held = held.filter(membership_id=by.membership_id)
    absence = held.get(pk=absence_id)
    _write(by, absence.membership_id, absence.first_day, absence.last_day, None, "", withdrawn=True)


@transaction.atomic
def cover_absence(
    *,
    by: Actor,
    membership_id: UUID,
    first_day: datetime.date,
    last_day: datetime.date,
    cover_id: UUID,
    handover: str,
) -> Covered:
    """Name who covers for a worker, in the IDVA manager's scope: for each open client that the worker holds on those days
    the colleague has access from the first day to the last, included, and not a day longer. Cover that was named before for
    the same absence, for other days or by somebody else, ends; a client who comes to the worker later is covered as well.

    A client whom the colleague works with already on those days is left as it is. A client from whom they are kept (S-34) is left out
    and counted, so that the manager gives that one to somebody else. Raises `Refusal` for somebody who does not work here,
    for oneself, without words for the one who covers, and for days that have passed.
    """
    _check_days(first_day, last_day)
    if cover_id == membership_id:
        raise Refusal("Nobody covers for themselves.", rule="S-46", field="cover")
    if not handover.strip():
        raise Refusal("Write what whoever covers needs to know.", rule="S-46", field="handover")
    for person, field in ((membership_id, "membership"), (cover_id, "cover")):
        if not _works_here(by, person, first_day):
            raise Refusal("This person does not work with clients here.", rule="S-46", field=field)
    absence = _write(by, membership_id, first_day, last_day, cover_id, handover.strip())
    given = barred = 0
    for record_id in _held(membership_id, first_day, last_day):
        starts = _free_from(cover_id, record_id, max(first_day, local_today()))
        if starts > last_day:
            continue
        if not may_be_given(cover_id, [record_id]):
            barred += 1
            continue
        assign_record(
            by=by,
            record_id=record_id,
            membership_id=cover_id,
            handover=handover,
            kind=AssignmentKind.COVER,
            starts_on=starts,
            last_day=last_day,
        )
        given += 1
    return Covered(absence, given, barred)


def _works_here(by: Actor, member: UUID, day: datetime.date) -> bool:
    found = Membership.objects.filter(pk=member, ends_on__gt=day).values_list("service_id", flat=True).first()
    return found is not None and found == by.service_id


def _write(
    by: Actor,
    membership_id: UUID,
    first_day: datetime.date,
    last_day: datetime.date,
    cover_id: UUID | None,
    handover: str,
    *,
    withdrawn: bool = False,
) -> Absence:
    assert by.service_id is not None  # both scopes are a service's
    row = {
        "service_id": by.service_id,
        "membership_id": membership_id,
        "first_day": first_day,
        "last_day": last_day,
        "cover_id": cover_id,
        "handover": handover,
        "withdrawn": withdrawn,
    }
    again = sent_before(Absence, recorded_by_id=by.membership_id, **row)
    newest = Absence.objects.filter(membership_id=membership_id, first_day=first_day).order_by("-recorded_at")
    if again and again == newest.first():
        return again
    absence = Absence.objects.create(recorded_by_id=by.membership_id, **row)
    record_event(
        Act.WROTE,
        by=by,
        kind="absence",
        record_id=absence.pk,
        service_id=by.service_id,
        fields=[
            "first_day",
            "last_day",
            *(["cover"] if cover_id else []),
            *(["withdrawn"] if withdrawn else []),
        ],
    )
    return absence


def _check_days(first_day: datetime.date, last_day: datetime.date) -> None:
    if last_day < first_day:
        raise Refusal("The last day comes before the first.", rule="V-17", field="last_day")
    if last_day < local_today():
        raise Refusal("These days have passed.", rule="V-17", field="last_day")


def _held(membership_id: UUID, first_day: datetime.date, last_day: datetime.date) -> list[UUID]:
    """Open clients held on one of those days."""
    held = ClientAssignment.objects.filter(
        membership_id=membership_id,
        kind=AssignmentKind.HOLDER,
        starts_on__lte=last_day,
        ends_on__gt=first_day,
    ).values_list("record_id", flat=True)
    records = list(held)
    closed = set(
        RecordExit.objects.filter(record_id__in=records, check_ins_continue=False).values_list(
            "record_id", flat=True
        )
    )
    return sorted(set(records) - closed)


def _free_from(member: UUID, record_id: UUID, day: datetime.date) -> datetime.date:
    """The first day from `day` on, on which the member does not work with the client."""
    having = ClientAssignment.objects.filter(
        membership_id=member, record_id=record_id, starts_on__lte=day, ends_on__gt=day
    )
    return having.aggregate(last=Max("ends_on"))["last"] or day
