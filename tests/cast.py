"""The same people in every test, always with outsiders. Every name is invented.

Marrowby has a case manager's service (Turnaround) and a client's service (Haven); Thistlewick has its own. Casimir
holds the case of Barnabus Crimplefoot; Imelda holds the record of Wilhelmina Puddifoot; the two are linked. Bertram
works beside Casimir without holding the case, Ida beside Imelda; the outsiders work at the other site.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from drive.access.models import (
    CaseAssignment,
    ClientAssignment,
    Membership,
    Organisation,
    Service,
    Site,
    User,
    local_today,
)
from drive.access.roles import Role
from drive.access.scopes import Side
from drive.advocacy.models import ClientProfile, VsRecord
from drive.casework.models import LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from drive.safety.models import CaseLink


@contextmanager
def seeding() -> Iterator[None]:
    """Write anything, past every policy, as the loader of worlds does. Restores the role it found."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select current_setting('role')")
        before = cursor.fetchone()[0]
        cursor.execute("select set_config('role', %s, true)", [f"{settings.DRIVE_ROLE_PREFIX}_seed"])
        yield
        cursor.execute("set constraints all immediate; set constraints all deferred")
        cursor.execute("select set_config('role', %s, true)", [before])


@dataclass(frozen=True)
class Cast:
    site: Site
    other_site: Site
    su_service: Service
    vs_service: Service
    other_su_service: Service
    other_vs_service: Service
    case_manager: Membership
    other_case_manager: Membership
    team_leader: Membership
    service_manager: Membership
    step_down_worker: Membership
    idva: Membership
    other_idva: Membership
    stand_in: Membership
    idva_manager: Membership
    expert_advisor: Membership
    coordinator: Membership
    chair: Membership
    partner: Membership
    governance_lead: Membership
    analyst: Membership
    custodian: Membership
    commissioner: Membership
    administrator: Membership
    outsider: Membership
    outside_idva: Membership
    outside_manager: Membership
    case: SuCase
    record: VsRecord
    link: CaseLink

    def everybody(self) -> list[Membership]:
        return [value for value in vars(self).values() if isinstance(value, Membership)]


def join(
    name: str, role: Role, service: Service | None, site: Site, organisation: Organisation
) -> Membership:
    """A new account with one membership from a year ago, open-ended. Call inside `seeding()`."""
    user = User(email=f"{name.split()[0].lower()}-{uuid4().hex[:6]}@example.invalid", name=name)
    user.set_unusable_password()
    user.save()
    return Membership.objects.create(
        user=user,
        name=name,
        role=role,
        side=role.entry.side,
        organisation=organisation,
        site=site,
        service=service,
        starts_on=local_today() - datetime.timedelta(days=365),
    )


def open_case(service: Service, holder: Membership, given: str, family: str, by: Membership) -> SuCase:
    """A case in work, held by `holder`. Call inside `seeding()`."""
    today = local_today()
    case = SuCase(
        code=uuid4().hex[:6].upper(), person_key=uuid4(), site_id=service.site_id, service_id=service.pk,
        referred_on=today, allocated_on=today, starts_on=today, recorded_by=by,
    )  # fmt: skip
    CaseAssignment.objects.create(membership=holder, case_id=case.pk, service_id=service.pk, recorded_by=by)
    case.save()
    ServiceUserProfile.objects.create(
        case=case, service_id=service.pk, recorded_by=by, given_names=given, family_name=family,
        folded_name=f"{family} {given}".lower(), born_on=datetime.date(1990, 5, 17), gender="man",
    )  # fmt: skip
    StateEntry.objects.create(
        case=case, service_id=service.pk, recorded_by=by, history="status", value="allocated", since=today
    )
    return case


def open_record(service: Service, holder: Membership, given: str, family: str, by: Membership) -> VsRecord:
    """A client record held by `holder`. Call inside `seeding()`."""
    record = VsRecord(
        code=uuid4().hex[:6].upper(), person_key=uuid4(), site_id=service.site_id, service_id=service.pk,
        opened_on=local_today(), recorded_by=by,
    )  # fmt: skip
    ClientAssignment.objects.create(
        membership=holder, record_id=record.pk, service_id=service.pk, recorded_by=by
    )
    record.save()
    ClientProfile.objects.create(
        record=record, service_id=service.pk, recorded_by=by, given_names=given, family_name=family,
        folded_name=f"{family} {given}".lower(), born_on=datetime.date(1993, 2, 3), gender="woman",
    )  # fmt: skip
    return record


def link(case: SuCase, record: VsRecord, by: Membership, name: str) -> CaseLink:
    """Case and record belong together. Call inside `seeding()`."""
    made = CaseLink.objects.create(
        su_case_id=case.pk, su_service_id=case.service_id, vs_record_id=record.pk, vs_service_id=record.service_id,
        site_id=case.site_id, is_index=True, recorded_by=by,
    )  # fmt: skip
    LinkedPerson.objects.create(
        case=case, service_id=case.service_id, link_id=made.pk, name_as_referred=name, relationship="ex_partner",
        age_as_referred=32, gender_as_referred="woman", is_index=True, recorded_by=by,
    )  # fmt: skip
    return made


def lay_out() -> Cast:
    with seeding():
        turnaround = Organisation.objects.create(name="Turnaround Marrowby")
        haven = Organisation.objects.create(name="Haven Marrowby")
        police = Organisation.objects.create(name="Marrowshire Police")
        elsewhere = Organisation.objects.create(name="Thistlewick Together")
        refuge = Organisation.objects.create(name="Thistlewick Shelter")
        site = Site.objects.create(name="Marrowby", publication_label="Site 1")
        other_site = Site.objects.create(name="Thistlewick", publication_label="Site 2")
        su = Service.objects.create(
            organisation=turnaround, site=site, side=Side.SERVICE_USER, name="Turnaround Marrowby"
        )
        vs = Service.objects.create(organisation=haven, site=site, side=Side.CLIENT, name="Haven Marrowby")
        other_su = Service.objects.create(
            organisation=elsewhere, site=other_site, side=Side.SERVICE_USER, name="Thistlewick Together"
        )
        other_vs = Service.objects.create(
            organisation=refuge, site=other_site, side=Side.CLIENT, name="Thistlewick Shelter"
        )
        manager = join("Septima Gale", Role.SERVICE_MANAGER, su, site, turnaround)
        casimir = join("Casimir Tolliver", Role.CASE_MANAGER, su, site, turnaround)
        imelda = join("Imelda Farthing", Role.IDVA, vs, site, haven)
        idva_manager = join("Honoria Wick", Role.IDVA_MANAGER, vs, site, haven)
        case = open_case(su, casimir, "Barnabus", "Crimplefoot", manager)
        record = open_record(vs, imelda, "Wilhelmina", "Puddifoot", idva_manager)
        return Cast(
            site=site, other_site=other_site, su_service=su, vs_service=vs, other_su_service=other_su, other_vs_service=other_vs,
            case_manager=casimir,
            other_case_manager=join("Bertram Ashlock", Role.CASE_MANAGER, su, site, turnaround),
            team_leader=join("Leopold Tarn", Role.TEAM_LEADER, su, site, turnaround),
            service_manager=manager,
            step_down_worker=join("Dora Plimsoll", Role.STEP_DOWN_WORKER, su, site, turnaround),
            idva=imelda,
            other_idva=join("Ida Pemberley", Role.IDVA, vs, site, haven),
            stand_in=join("Tamsin Rook", Role.STAND_IN, vs, site, haven),
            idva_manager=idva_manager,
            expert_advisor=join("Ezra Whitlow", Role.EXPERT_ADVISOR, None, site, turnaround),
            coordinator=join("Coralie Mudd", Role.PANEL_COORDINATOR, None, site, turnaround),
            chair=join("Crispin Vole", Role.PANEL_CHAIR, None, site, police),
            partner=join("Percival Stoat", Role.PANEL_MEMBER, None, site, police),
            governance_lead=join("Guinevere Locke", Role.GOVERNANCE_LEAD, None, site, turnaround),
            analyst=join("Anselm Byte", Role.ANALYST, None, site, turnaround),
            custodian=join("Cuthbert Seal", Role.ALLOCATION_CUSTODIAN, None, site, turnaround),
            commissioner=join("Constance Purse", Role.COMMISSIONER, None, site, police),
            administrator=join("Ada Keys", Role.ADMINISTRATOR, None, site, turnaround),
            outsider=join("Oswin Farr", Role.CASE_MANAGER, other_su, other_site, elsewhere),
            outside_idva=join("Odette Vane", Role.IDVA, other_vs, other_site, refuge),
            outside_manager=join("Osbert Quill", Role.SERVICE_MANAGER, other_su, other_site, elsewhere),
            case=case, record=record, link=link(case, record, manager, "Wilhelmina Puddifoot"),
        )  # fmt: skip


def sign_in(membership: Membership) -> Client:
    """A browser in which the person of the membership is signed in, without the sign-in page."""
    from allauth.mfa.models import Authenticator

    with seeding():
        if not Authenticator.objects.filter(user_id=membership.user_id).exists():
            Authenticator.objects.create(user_id=membership.user_id, type=Authenticator.Type.TOTP, data={})
        session = session_of(membership)
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def session_of(membership: Membership) -> str:
    """The key of a session in which the person of the membership is signed in. Call it within `seeding`."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(membership.user_id)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = membership.user.get_session_auth_hash()
    session["membership"] = str(membership.pk)
    session.save()
    return session.session_key or ""
