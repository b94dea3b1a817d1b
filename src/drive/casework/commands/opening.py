"""Opening a case, by allocation or by the manager."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from django.db import transaction

from drive.access.models import AssignmentKind, CaseAssignment, local_today
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.codes import new_case_code
from drive.people.profiles import NewProfile

from ..models import CaseHistory, LinkedPerson, ServiceUserProfile, StateEntry, SuCase


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLinkedPerson:
    """A victim/survivor as the referral named her.

    `link_id` is the bridge's, drawn before either side is written.
    """

    name_as_referred: str
    relationship: str
    age_as_referred: int | None = None
    gender_as_referred: str = "unknown"
    is_index: bool = False
    link_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@transaction.atomic
def open_case(
    *,
    by: Actor,
    service_id: UUID,
    site_id: UUID,
    person_key: UUID,
    holder_id: UUID,
    profile: NewProfile,
    referred_on: datetime.date,
    accepted_on: datetime.date | None = None,
    referral_id: UUID | None = None,
    linked: Sequence[NewLinkedPerson] = (),
    approach: str = "",
) -> SuCase:
    """Open a service user's case for its holder, with the profile and the linked people as referred.

    Acts in the allocation or the manager's scope. The assignment is written first, so that the case is
    never without
    somebody who may see it. Status `allocated` (K-16) and contact `planned_pending` (K-17) start today.
    """
    today = local_today()
    case = SuCase(
        code=new_case_code(),
        person_key=person_key,
        site_id=site_id,
        service_id=service_id,
        referral_id=referral_id,
        referred_on=referred_on,
        accepted_on=accepted_on,
        allocated_on=today,
        starts_on=today,
        recorded_by_id=by.membership_id,
    )
    CaseAssignment.objects.create(
        membership_id=holder_id,
        case_id=case.pk,
        service_id=service_id,
        kind=AssignmentKind.HOLDER,
        recorded_by_id=by.membership_id,
    )
    case.save(force_insert=True)
    fact = {"case": case, "service_id": service_id, "recorded_by_id": by.membership_id}
    ServiceUserProfile.objects.create(**fact, **profile.fields())
    states = {
        CaseHistory.STATUS: "allocated",
        CaseHistory.CONTACT: "planned_pending",
        CaseHistory.WHEREABOUTS: "unknown",
    }
    if approach:
        states[CaseHistory.APPROACH] = approach
    for history, value in states.items():
        StateEntry.objects.create(**fact, history=history, value=value, since=today)
    for person in linked:
        LinkedPerson(**fact, **asdict(person)).save(force_insert=True)
    record_event(
        Act.WROTE,
        by=by,
        kind="su_case",
        record_id=case.pk,
        service_id=service_id,
        fields=["opened", "assignment"],
    )
    return case


@transaction.atomic
def add_linked_person(*, by: Actor, case_id: UUID, service_id: UUID, person: NewLinkedPerson) -> None:
    """Name another victim/survivor on a case that is open already, from a further referral of the same
    service user.

    Acts in the allocation scope, which writes the row and reads nothing of the case.
    """
    LinkedPerson(
        case_id=case_id, service_id=service_id, recorded_by_id=by.membership_id, **asdict(person)
    ).save(force_insert=True)
    record_event(
        Act.WROTE, by=by, kind="su_case", record_id=case_id, service_id=service_id, fields=["linked person"]
    )
