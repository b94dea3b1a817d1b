"""Giving a case to another holder, or to somebody who covers (S-46)."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from drive.access.models import OPEN, AssignmentKind, CaseAssignment, Membership, local_today
from drive.access.permissions import Permission
from drive.access.queries import may_be_given
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from ..models import SuCase


@transaction.atomic
def assign_case(
    *,
    by: Actor,
    case_id: UUID,
    membership_id: UUID,
    handover: str,
    kind: str = AssignmentKind.HOLDER,
    starts_on: datetime.date | None = None,
    last_day: datetime.date | None = None,
) -> CaseAssignment:
    """Give the case to another holder, or to somebody who covers or joins until `last_day`, included.

    Acts in the manager's scope. A new holder ends the former one's access on the day it begins: today means at their
    next click. Raises `Refusal` without a handover, for somebody who does not work cases here, or who is barred from
    this one (S-34); `SuCase.DoesNotExist` for a case that is not the service's.
    """
    case = SuCase.objects.get(pk=case_id)
    starts = starts_on or local_today()
    ends = last_day + datetime.timedelta(days=1) if last_day else OPEN
    _check(handover, starts, ends, kind)
    member = Membership.objects.filter(
        pk=membership_id, service_id=case.service_id, side=Side.SERVICE_USER, ends_on__gt=starts
    ).first()
    if member is None or Permission.CASE_RECORD not in member.role_entry.permissions:
        raise Refusal("This person does not work cases here.", rule="S-46", field="membership")
    if not may_be_given(member.pk, [case.pk]):
        raise Refusal(
            f"{member.name} cannot take this one.",
            still_open="Choose somebody else.",
            rule="S-34",
            field="membership",
        )
    live = CaseAssignment.objects.filter(case_id=case.pk, ends_on__gt=starts)
    if live.filter(membership=member, kind=kind, starts_on__lte=starts).exists():
        raise Refusal(f"{member.name} has this case already.", rule="S-46", field="membership")
    if kind == AssignmentKind.HOLDER:
        for former in live.filter(kind=AssignmentKind.HOLDER):
            former.ends_on = max(starts, former.starts_on)
            former.save(update_fields=["ends_on"])
    made = CaseAssignment(
        membership=member, case_id=case.pk, service_id=case.service_id, kind=kind, starts_on=starts, ends_on=ends,
        handover=handover.strip(), recorded_by_id=by.membership_id,
    )  # fmt: skip
    made.save(force_insert=True)
    record_event(
        Act.WROTE, by=by, kind="case_assignment", record_id=case.pk, service_id=case.service_id, fields=["assignment", kind]
    )  # fmt: skip
    return made


def _check(handover: str, starts: datetime.date, ends: datetime.date, kind: str) -> None:
    if not handover.strip():
        raise Refusal("Write what the next worker needs to know.", rule="S-46", field="handover")
    if kind == AssignmentKind.COVER and ends == OPEN:
        raise Refusal("Cover needs a last day.", rule="S-46", field="last_day")
    if ends <= starts:
        raise Refusal("It must end after it begins.", rule="S-46", field="last_day")
