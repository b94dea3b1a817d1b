"""Allocating: from one accepted referral to a case, a client's record and the link between them, at once or not at all."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db import connection, transaction

from drive.access.handing_over import check_may_be_given
from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.advocacy.commands import open_record
from drive.audit.record import Act, record_event
from drive.casework.commands import NewLinkedPerson, add_linked_person, open_case
from drive.instruments.codelists import code_list
from drive.people.profiles import NewProfile
from drive.referrals import queries as referral_queries
from drive.referrals.models import ReferralParty
from drive.referrals.queries import ReferralRow
from drive.safety.commands import link_case_and_record

from . import queries, rules
from .models import Allocation


@transaction.atomic
def allocate(
    *,
    by: Actor,
    referral_id: UUID,
    su_holder_id: UUID | None = None,
    vs_holder_id: UUID | None = None,
    approach: str,
    reason: str = "",
    join_case: bool = False,
    join_record: bool = False,
) -> Allocation:
    """Give a referral to a case manager and an IDVA of its site (P-21). Acts in the allocation scope.

    Opens the case with its linked person, opens the record, links the two, and hands what arrived sealed to the record
    without opening it (S-03). `join_case` and `join_record` use the open one of an earlier referral of the same person
    instead (`queries.open_already`); its holder stays, and the holder named here is not needed. `approach` is K-15.
    Raises `Refusal`; `Referral.DoesNotExist` when the referral is out of sight. Two at once: the second is refused.
    """
    row = referral_queries.referral(referral_id)
    referral_queries.lock_site_lists(row.referral.site_id)
    # Read again behind the lock: somebody may have decided or allocated meanwhile.
    row = referral_queries.referral(referral_id)
    rules.may_allocate(
        latest_outcome=row.decision.outcome if row.decision else None,
        allocated=row.allocated,
        straight_from_marac=referral_queries.straight_from_marac(row.referral.site_id),
    )
    if approach not in code_list("K-15"):
        raise Refusal("Choose an approach.", rule="P-21", field="approach")
    known = queries.open_already(row)
    if (join_case and known.case is None) or (join_record and known.record is None):
        raise Refusal(
            "What this referral was to join has ended meanwhile.",
            still_open="A new one can be opened.",
            rule="P-21",
        )
    case_holder = (
        known.case.holder if join_case and known.case else _holder(su_holder_id, Side.SERVICE_USER, row)
    )
    record_holder = (
        known.record.holder if join_record and known.record else _holder(vs_holder_id, Side.CLIENT, row)
    )
    link_id = uuid4()
    linked = NewLinkedPerson(
        name_as_referred=row.victim_survivor.full_name,
        relationship=row.referral.relationship,
        age_as_referred=row.victim_survivor.age_as_referred,
        gender_as_referred=row.victim_survivor.gender,
        is_index=not join_case,
        link_id=link_id,
    )
    joined_before = join_case and join_record and known.linked
    if join_case and known.case:
        case_key, case_service = known.case.key, known.case.service_id
        if not joined_before:
            add_linked_person(by=by, case_id=case_key, service_id=case_service, person=linked)
    else:
        case_key, case_service = _open_case(by, row, case_holder, linked, approach)
    if join_record and known.record:
        record_key, record_service = known.record.key, known.record.service_id
    else:
        record_key, record_service = _open_record(by, row, record_holder)
    if not joined_before:
        link_case_and_record(
            by=by, link_id=link_id, su_case_id=case_key, su_service_id=case_service, vs_record_id=record_key,
            vs_service_id=record_service, site_id=row.referral.site_id, is_index=linked.is_index,
        )  # fmt: skip
    _hand_over(row.victim_survivor, record_key, record_service)
    made = Allocation.objects.create(
        referral=row.referral, site_id=row.referral.site_id, recorded_by_id=by.membership_id, su_case_id=case_key,
        su_holder=case_holder, vs_record_id=record_key, vs_holder=record_holder, approach=approach, reason=reason,
    )  # fmt: skip
    record_event(Act.WROTE, by=by, kind="referral", record_id=row.referral.pk, fields=["allocation"])
    return made


def _holder(membership_id: UUID | None, side: Side, row: ReferralRow) -> Membership:
    """The worker named, if they may hold such a record at this site today."""
    if membership_id is None:
        raise _nobody(side)
    today = local_today()
    roles = rules.CASE_HOLDERS if side is Side.SERVICE_USER else rules.RECORD_HOLDERS
    found = Membership.objects.filter(
        pk=membership_id, side=side, site_id=row.referral.site_id, starts_on__lte=today, ends_on__gt=today
    ).first()
    if found is None or found.service_id is None or Role(found.role) not in roles:
        raise _nobody(side)
    field = "su_holder" if side is Side.SERVICE_USER else "vs_holder"
    check_may_be_given(found, _records_behind(row), field=field)
    return found


def _records_behind(row: ReferralRow) -> list[UUID]:
    """The referral, and the open case and record of the same people: a tie to any of them is a tie to this one."""
    known = queries.open_already(row)
    return [row.referral.pk, *(each.key for each in (known.case, known.record) if each)]


def _nobody(side: Side) -> Refusal:
    if side is Side.SERVICE_USER:
        return Refusal("Choose a case manager.", rule="P-21", field="su_holder")
    return Refusal("Choose an IDVA, or who stands in for one.", rule="P-21", field="vs_holder")


def _open_case(
    by: Actor, row: ReferralRow, holder: Membership, linked: NewLinkedPerson, approach: str
) -> tuple[UUID, UUID]:
    assert holder.service_id  # settled by _holder
    case = open_case(
        by=by, service_id=holder.service_id, site_id=row.referral.site_id, person_key=row.service_user.person_key,
        holder_id=holder.pk, profile=_profile(row.service_user), referred_on=row.referral.referred_on,
        accepted_on=row.decision.decided_on if row.decision else None, referral_id=row.referral.pk, linked=[linked],
        approach=approach,
    )  # fmt: skip
    return case.pk, case.service_id


def _open_record(by: Actor, row: ReferralRow, holder: Membership) -> tuple[UUID, UUID]:
    assert holder.service_id  # settled by _holder
    record = open_record(
        by=by, service_id=holder.service_id, site_id=row.referral.site_id, person_key=row.victim_survivor.person_key,
        holder_id=holder.pk, profile=_profile(row.victim_survivor),
    )  # fmt: skip
    return record.pk, record.service_id


def _profile(party: ReferralParty) -> NewProfile:
    """The person as referred; what the list did not say stays as it stands there, unknown or not asked (R-04)."""
    return NewProfile(
        given_names=party.given_names, family_name=party.family_name, known_as=list(party.known_as), born_on=party.born_on,
        born_precision=party.born_precision, gender=party.gender, ethnic_group=party.ethnic_group,
        ethnicity_as_given=party.ethnicity_as_given, language=party.language, interpreter=party.interpreter,
    )  # fmt: skip


def _hand_over(party: ReferralParty, record_id: UUID, service_id: UUID) -> None:
    """What arrived sealed goes to her record as it is: nobody on the way can open it (S-03, S-06)."""
    with connection.cursor() as cursor:
        cursor.execute("select access.hand_over_sealed(%s, %s, %s)", [party.pk, record_id, service_id])
