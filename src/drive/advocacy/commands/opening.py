"""Opening a client's record."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from drive.access.models import AssignmentKind, ClientAssignment, local_today
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.codes import new_case_code
from drive.people.profiles import NewProfile

from ..models import ClientProfile, EngagementEntry, InformedEntry, VsRecord


@transaction.atomic
def open_record(
    *,
    by: Actor,
    service_id: UUID,
    site_id: UUID,
    person_key: UUID,
    holder_id: UUID,
    profile: NewProfile,
) -> VsRecord:
    """Open a client's record for its holder. Acts in the allocation or the IDVA manager's scope.

    Engagement `not_yet_tried` (K-21) and informed state `not_considered` (K-23) start today. What
    arrived sealed with the referral is handed over by the database itself (S-06), so that no scope reads it.
    """
    today = local_today()
    record = VsRecord(
        code=new_case_code(),
        person_key=person_key,
        site_id=site_id,
        service_id=service_id,
        opened_on=today,
        recorded_by_id=by.membership_id,
    )
    ClientAssignment.objects.create(
        membership_id=holder_id,
        record_id=record.pk,
        service_id=service_id,
        kind=AssignmentKind.HOLDER,
        recorded_by_id=by.membership_id,
    )
    record.save(force_insert=True)
    fact = {"record": record, "service_id": service_id, "recorded_by_id": by.membership_id}
    ClientProfile.objects.create(**fact, **profile.fields())
    EngagementEntry.objects.create(**fact, value="not_yet_tried", since=today)
    InformedEntry.objects.create(**fact, state="not_considered", decided_on=today)
    record_event(
        Act.WROTE,
        by=by,
        kind="vs_record",
        record_id=record.pk,
        service_id=service_id,
        fields=["opened", "assignment"],
    )
    return record
