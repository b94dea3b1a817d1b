"""Giving a case to another holder, or to somebody who covers (S-46)."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import transaction

from drive.access.handing_over import end_early, hand_over
from drive.access.models import AssignmentKind, CaseAssignment
from drive.access.permissions import Permission
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
    made = hand_over(
        CaseAssignment, by=by, side=Side.SERVICE_USER, permission=Permission.CASE_RECORD, record_id=case.pk,
        service_id=case.service_id, membership_id=membership_id, handover=handover, kind=kind, starts_on=starts_on,
        last_day=last_day, noun="case", nobody="This person does not work cases here.",
    )  # fmt: skip
    record_event(
        Act.WROTE, by=by, kind="case_assignment", record_id=case.pk, service_id=case.service_id, fields=["assignment", kind]
    )  # fmt: skip
    return made


@transaction.atomic
def end_case_assignment(*, by: Actor, case_id: UUID, assignment_id: str) -> CaseAssignment:
    """End cover, joint work or a named contact today (S-46). Acts in the manager's scope; raises as `end_early` does."""
    case = SuCase.objects.get(pk=case_id)
    ended = end_early(CaseAssignment, record_id=case.pk, assignment_id=assignment_id)
    record_event(
        Act.WROTE, by=by, kind="case_assignment", record_id=case.pk, service_id=case.service_id, fields=["ended", ended.kind]
    )  # fmt: skip
    return ended
