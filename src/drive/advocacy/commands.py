"""What the IDVA's side can do: one atomic function an act, row and audit event together."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from drive.access.models import AssignmentKind, ClientAssignment, local_today
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.codes import new_case_code
from drive.people.profiles import NewProfile

from .models import ClientProfile, VsRecord


@transaction.atomic
def open_record(
    *, by: Actor, service_id: UUID, site_id: UUID, person_key: UUID, holder_id: UUID, profile: NewProfile
) -> VsRecord:
    """Open a client's record for its holder. Acts in the allocation or the IDVA manager's scope."""
    record = VsRecord(
        code=new_case_code(), person_key=person_key, site_id=site_id, service_id=service_id,
        opened_on=local_today(), recorded_by_id=by.membership_id,
    )  # fmt: skip
    ClientAssignment.objects.create(
        membership_id=holder_id, record_id=record.pk, service_id=service_id, kind=AssignmentKind.HOLDER, recorded_by_id=by.membership_id
    )
    record.save(force_insert=True)
    ClientProfile.objects.create(
        record=record, service_id=service_id, recorded_by_id=by.membership_id, **profile.fields()
    )
    record_event(Act.WROTE, by=by, kind="vs_record", record_id=record.pk, service_id=service_id, fields=["opened", "assignment"])
    return record
