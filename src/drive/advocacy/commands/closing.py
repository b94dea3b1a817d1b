"""Closing a client's record, and handing it over."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.handing_over import end_early, hand_over
from drive.access.models import AssignmentKind, ClientAssignment, local_today
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.instruments.codelists import code_list

from ..models import CheckInPlan, EngagementEntry, RecordExit
from ..rules import check_happened
from .writing import add_fact, open_to


@transaction.atomic
def close_record(
    *,
    by: Actor,
    record_id: UUID,
    exited_on: datetime.date,
    reason: str,
    detail: str = "",
    check_ins_continue: bool = False,
) -> RecordExit:
    """The service stops working with the client (K-62). Nothing else closes a client's record, the end of
    Drive least of all (V-18, P-49).

    Engagement becomes `exited`; check-ins stop unless the client agreed that they go on (V-12). Raises
    `Refusal` when the record is closed already. What happened can still be written afterwards (S-43).
    """
    code_list("K-62").entry(reason)
    check_happened(exited_on, local_today(), field="exited_on")
    record = open_to(record_id)
    closed_already = Refusal(
        "This record is closed already.",
        still_open="You can still write down what happened.",
        rule="V-18",
    )
    if RecordExit.objects.filter(record=record).exists():
        raise closed_already
    try:
        with transaction.atomic():
            closed = add_fact(
                RecordExit,
                by=by,
                record=record,
                kind="record_exit",
                exited_on=exited_on,
                reason=reason,
                detail=detail,
                check_ins_continue=check_ins_continue,
            )
    except IntegrityError as error:  # closed by a colleague at the same moment
        raise closed_already from error
    add_fact(EngagementEntry, by=by, record=record, kind="client_engagement", value="exited", since=exited_on)
    plan = CheckInPlan.objects.filter(record=record).order_by("-recorded_at").first()
    if plan is not None and plan.due_on is not None and not check_ins_continue:
        add_fact(
            CheckInPlan,
            by=by,
            record=record,
            kind="check_in_plan",
            interval_days=plan.interval_days,
            due_on=None,
            why="Stopped with the end of support",
        )
    return closed


@transaction.atomic
def assign_record(
    *,
    by: Actor,
    record_id: UUID,
    membership_id: UUID,
    handover: str,
    kind: str = AssignmentKind.HOLDER,
    starts_on: datetime.date | None = None,
    last_day: datetime.date | None = None,
) -> ClientAssignment:
    """Give the record to another holder, or to somebody who covers until `last_day`, included (S-46, V-17).

    Acts in the IDVA manager's scope. A new holder ends the former one's access on the day it begins: today
    means at their next click. Raises `Refusal` without a handover, or for somebody who does not work with
    clients here.
    """
    record = open_to(record_id)
    made = hand_over(
        ClientAssignment, by=by, side=Side.CLIENT, permission=Permission.CLIENT_RECORD, record_id=record.pk,
        service_id=record.service_id, membership_id=membership_id, handover=handover, kind=kind, starts_on=starts_on,
        last_day=last_day, noun="record", nobody="This person does not work with clients here.",
    )  # fmt: skip
    record_event(
        Act.WROTE,
        by=by,
        kind="client_assignment",
        record_id=record.pk,
        service_id=record.service_id,
        fields=["assignment", kind],
    )
    return made


@transaction.atomic
def end_record_assignment(*, by: Actor, record_id: UUID, assignment_id: str) -> ClientAssignment:
    """End cover, joint work or a named contact today (S-46). Acts in the IDVA manager's scope; raises as `end_early` does."""
    record = open_to(record_id)
    ended = end_early(ClientAssignment, record_id=record.pk, assignment_id=assignment_id)
    record_event(
        Act.WROTE, by=by, kind="client_assignment", record_id=record.pk, service_id=record.service_id, fields=["ended", ended.kind]
    )  # fmt: skip
    return ended
