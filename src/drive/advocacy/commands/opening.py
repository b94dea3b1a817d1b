"""Opening a client's record."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import transaction

from drive.access.models import AssignmentKind, ClientAssignment, Membership, local_today
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.codes import new_case_code
from drive.people.facts import sent_before
from drive.people.profiles import NewProfile

from ..models import ClientProfile, EngagementEntry, InformedEntry, VsRecord
from .writing import add_version, open_to


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


@transaction.atomic
def open_client(
    *, by: Actor, service_id: UUID, site_id: UUID, holder_id: UUID, profile: NewProfile
) -> VsRecord:
    """Open a record for a client who comes without Drive: the same record as any other, and nothing in it says how the
    client came (S-47). Acts in the IDVA manager's scope; sent twice, the first record comes back.

    Raises `Refusal` for somebody who does not work with clients here.
    """
    holder = Membership.objects.filter(
        pk=holder_id, service_id=service_id, side=Side.CLIENT, ends_on__gt=local_today()
    ).first()
    if holder is None or Permission.CLIENT_RECORD not in holder.role_entry.permissions:
        raise Refusal("This person does not work with clients here.", rule="S-46", field="holder")
    if again := sent_before(ClientProfile, recorded_by_id=by.membership_id, version=1, **profile.fields()):
        return again.record
    return open_record(
        by=by,
        service_id=service_id,
        site_id=site_id,
        person_key=uuid4(),
        holder_id=holder_id,
        profile=profile,
    )


@transaction.atomic
def save_profile(*, by: Actor, record_id: UUID, seen_version: int, profile: NewProfile) -> ClientProfile:
    """The next version of who the client is (R-20). Raises `SavedFirstError` when somebody saved first (S-48)."""
    return add_version(
        ClientProfile,
        by=by,
        record=open_to(record_id),
        kind="client_profile",
        seen_version=seen_version,
        **profile.fields(),
    )
