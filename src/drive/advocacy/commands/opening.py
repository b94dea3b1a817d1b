"""Opening a client's record."""

from __future__ import annotations

from dataclasses import fields
from uuid import UUID, uuid4

from django.db import connection, transaction

from drive.access.handing_over import check_may_be_given
from drive.access.models import AssignmentKind, ClientAssignment, Membership, local_today
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.codes import new_case_code
from drive.people.facts import sent_before
from drive.people.profiles import NewProfile

from ..models import ClientProfile, EngagementEntry, InformedEntry, LinkedAgain, RecordExit, VsRecord
from .writing import add_fact, add_version, open_to


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
    _works_with_clients(holder_id, service_id)
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
def open_again(*, by: Actor, earlier_id: UUID, holder_id: UUID) -> VsRecord:
    """Open a new record for a client who comes back, from the closed one (ADR 24). Acts in the IDVA manager's scope.

    The person is the same, with what was last said about the person; all else is asked anew, what was sealed included.
    Bars on the earlier record hold at the new one by trigger (S-34). The same for every client, linked to Drive or not
    (S-47). Raises `Refusal` while a record of the client is open here, and for a holder who does not work with clients
    here or must not work with this one.
    """
    earlier = open_to(earlier_id)
    with connection.cursor() as cursor:  # of two managers at once the second finds the record of the first
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"person {earlier.person_key}"]
        )
    of_client = VsRecord.objects.filter(person_key=earlier.person_key, service_id=earlier.service_id)
    if of_client.exclude(pk__in=RecordExit.objects.values("record_id")).exists():
        raise Refusal(
            "A record of this client is open here already.", still_open="The work goes on in it.", rule="V-01"
        )
    holder = _works_with_clients(holder_id, earlier.service_id)
    check_may_be_given(holder, list(of_client.values_list("pk", flat=True)), field="holder")
    known = ClientProfile.objects.filter(record=earlier).order_by("-version").first()
    return open_record(
        by=by,
        service_id=earlier.service_id,
        site_id=earlier.site_id,
        person_key=earlier.person_key,
        holder_id=holder.pk,
        profile=NewProfile(**{one.name: getattr(known, one.name) for one in fields(NewProfile)})
        if known
        else NewProfile(given_names="", family_name=""),
    )


def _works_with_clients(membership_id: UUID, service_id: UUID) -> Membership:
    found = Membership.objects.filter(
        pk=membership_id, service_id=service_id, side=Side.CLIENT, ends_on__gt=local_today()
    ).first()
    if found is None or Permission.CLIENT_RECORD not in found.role_entry.permissions:
        raise Refusal("This person does not work with clients here.", rule="S-46", field="holder")
    return found


def say_why_linked_again(*, by: Actor, record_id: UUID, link_id: UUID, reason: str) -> LinkedAgain:
    """Keep why the record was linked again to a Drive case; the bridge makes the link (`safety.commands.link_again`)."""
    return add_fact(
        LinkedAgain, by=by, record=open_to(record_id), kind="linked_again", link_id=link_id, reason=reason
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
