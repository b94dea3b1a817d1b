"""Giving a case or a client's record to another holder, or to somebody who covers: one rule for both sides (S-46, S-34)."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import connection

from .models import OPEN, AssignmentKind, CaseAssignment, ClientAssignment, Membership, local_today
from .permissions import Permission
from .queries import may_be_given
from .refusal import Refusal
from .scopes import Side
from .stepping import Actor

_OF = {CaseAssignment: "case_id", ClientAssignment: "record_id"}
"""What names the record in each kind of assignment."""


def hand_over[A: (CaseAssignment, ClientAssignment)](
    assignment: type[A], *, by: Actor, side: Side, permission: Permission, record_id: UUID, service_id: UUID, membership_id: UUID,
    handover: str, kind: str, starts_on: datetime.date | None, last_day: datetime.date | None, noun: str, nobody: str,
) -> A:  # fmt: skip
    """Assign, and end the former holder's access on the day a new holder begins: today means at their next click.

    Within the caller's transaction and a manager's scope; the caller writes the event. Two who hand over the same record
    at once wait for each other, so that it never has two holders. `noun` and `nobody` are words of the side. Raises
    `Refusal` without a handover, for cover without an end, for somebody without `permission` at this service, who is
    barred from the record (S-34), or who has it already.
    """
    starts = starts_on or local_today()
    ends = last_day + datetime.timedelta(days=1) if last_day else None
    check_handover(handover, starts, ends, cover=AssignmentKind(kind) is AssignmentKind.COVER)
    member = Membership.objects.filter(
        pk=membership_id, service_id=service_id, side=side, ends_on__gt=starts
    ).first()
    if member is None or permission not in member.role_entry.permissions:
        raise Refusal(nobody, rule="S-46", field="membership")
    check_may_be_given(member, [record_id], field="membership")
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 46))", [str(record_id)])
    of = {_OF[assignment]: record_id}
    live = assignment._default_manager.filter(ends_on__gt=starts, **of)
    if live.filter(membership=member, kind=kind, starts_on__lte=starts).exists():
        raise Refusal(f"{member.name} has this {noun} already.", rule="S-46", field="membership")
    if AssignmentKind(kind) is AssignmentKind.HOLDER:
        for former in live.filter(kind=AssignmentKind.HOLDER):
            former.ends_on = max(starts, former.starts_on)
            former.save(update_fields=["ends_on"])
    made = assignment(
        membership=member, service_id=service_id, kind=kind, starts_on=starts, ends_on=ends or OPEN,
        handover=handover.strip(), recorded_by_id=by.membership_id, **of,
    )  # fmt: skip
    made.save(force_insert=True)
    return made


def check_may_be_given(member: Membership, records: list[UUID], *, field: str) -> None:
    """Raise `Refusal`, at `field`, for somebody who is barred from any of these records, and say nothing of which bar (S-34)."""
    if not may_be_given(member.pk, records):
        raise Refusal(
            f"{member.name} cannot take this one.",
            still_open="Choose somebody else.",
            rule="S-34",
            field=field,
        )


def beside_the_holder[A: (CaseAssignment, ClientAssignment)](assignment: type[A], record_id: UUID) -> list[A]:
    """Who else works or reads the record today or later: cover, joint work, named contacts, who speaks for the holder."""
    live = assignment._default_manager.filter(ends_on__gt=local_today(), **{_OF[assignment]: record_id})
    return list(
        live.exclude(kind=AssignmentKind.HOLDER).select_related("membership").order_by("starts_on", "id")
    )


def end_early[A: (CaseAssignment, ClientAssignment)](
    assignment: type[A], *, record_id: UUID, assignment_id: str
) -> A:
    """End today what somebody has beside the holder: their next click is refused. Within the caller's transaction and a
    manager's scope; the caller writes the event.

    Raises `Refusal` for a holder, whom only another holder follows (S-46), and for what has ended or is not there.
    """
    found = [one for one in beside_the_holder(assignment, record_id) if str(one.pk) == assignment_id]
    if not found:
        raise Refusal("This has ended already, or is not there to be ended.", rule="S-46")
    (ended,) = found
    ended.ends_on = max(local_today(), ended.starts_on)
    ended.save(update_fields=["ends_on"])
    return ended


def check_handover(
    handover: str, starts_on: datetime.date, ends_on: datetime.date | None, *, cover: bool
) -> None:
    """Raise `Refusal` unless the next worker will know what they need (S-46) and cover has an end.

    `ends_on` is the first day without it.
    """
    if not handover.strip():
        raise Refusal("Write what the next worker needs to know.", rule="S-46", field="handover")
    if cover and ends_on is None:
        raise Refusal("Cover needs a last day.", rule="S-46", field="last_day")
    if ends_on is not None and ends_on <= starts_on:
        raise Refusal("It must end after it begins.", rule="S-46", field="last_day")
