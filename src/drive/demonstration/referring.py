"""Referrals, what was decided on them, and the opening of case, record and link that follows acceptance."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID, uuid5

from drive.access.models import CaseAssignment, ClientAssignment
from drive.access.roles import Role
from drive.access.sealing import lookup_digest, seal
from drive.advocacy.models import ClientProfile, EngagementEntry, InformedEntry, SealedValue, VsRecord
from drive.allocation.models import Allocation
from drive.casework.models import LinkedPerson, ServiceUserProfile, StateEntry, SuCase
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from drive.people.names import fold as fold_name
from drive.people.profiles import NewProfile
from drive.referrals.models import Referral, ReferralDecision, ReferralParty, SealedArrival
from drive.safety.models import CaseLink

from . import words
from .courses import DIRECT, REJECTIONS, ClientCourse, Course, Stage
from .diary import DAY, later
from .keys import code_of, dashed, draw_key
from .names import Person
from .scribe import Case, Link, Record, Scribe
from .staff import Worker

PERSONS = UUID("6f6bd1f2-3a0e-4d8e-9f0b-5d1f6c3b7a10")
"""Name space of person keys, the one that `drive.referrals` uses: one key follows one match key of one site."""

MOST_CLIENTS = 4
NAMED_CONTACT_EVERY = 12
"""One client in so many, at the site with a panel, has a named contact beside their IDVA (A-25)."""


class Arrivals:
    """Writes how one course begins."""

    def __init__(self, scribe: Scribe) -> None:
        self.scribe, self.rng, self.diary = scribe, scribe.rng, scribe.diary

    def write(self, course: Course) -> Case | None:
        """Referral and decisions; and where it was allocated, the case with its records and links."""
        match_key = f"{self.rng.getrandbits(256):064x}"
        case: Case | None = None
        for number, client in enumerate(course.clients):
            if course.allocated_on is None and number:
                break  # a second person is referred once the first referral is at work
            referral, sealed, person_keys = self._referral(course, client, match_key, index=number == 0)
            course.referral = course.referral or referral
            self._decisions(course, referral, further=number > 0)
            if course.allocated_on is None:
                continue
            if case is None:
                case = self._case(course, referral, person_keys[0])
            self._record(course, case, client, number, referral, person_keys[1], sealed)
        return case

    def _referral(
        self, course: Course, client: ClientCourse, match_key: str, *, index: bool
    ) -> tuple[str, tuple[str, bytes, str], tuple[str, str]]:
        rng, diary = self.rng, self.diary
        by = course.place.first(Role.PANEL_COORDINATOR)
        at = diary.at(course.referred_on, rng)
        children = rng.choice((0, 0, 1, 1, 2, 2, 3, None, None))
        referral = self.scribe.row(
            Referral, recorded_at=at, recorded_by_id=by.id, site_id=course.place.id, identity=f"{rng.getrandbits(256):064x}",
            source=course.source, referred_on=course.referred_on,
            marac_on=course.referred_on + DAY * rng.randint(3, 12) if course.source == "marac" else None,
            incident_on=course.referred_on - DAY * rng.randint(2, 21) if rng.random() < 0.8 else None,
            reference=f"PX/{rng.randint(10000, 99999)}", referring_agency=rng.choice(words.REFERRERS),
            relationship=client.relationship if rng.random() < 0.9 else "unknown", children_count=children,
            high_risk=rng.choice(("yes", "yes", "yes", "no", "not_recorded")),
            repeat_marac=rng.choice(("yes", "no", "no", "not_recorded")),
            visible_risks=rng.choice((None, rng.randint(9, 22))), concerns=rng.choice(words.CONCERNS),
            offence=rng.choice(words.OFFENCES), backdated=rng.random() < 0.03,
        )  # fmt: skip
        him = self._party(course, referral, at, by, course.person, "service_user", match_key)
        her_match = f"{rng.getrandbits(256):064x}"
        her = self._party(course, referral, at, by, client.person, "victim_survivor", her_match)
        address = words.address(rng, client.person, course.place.name)
        key = dashed(draw_key(rng))
        ciphertext = seal(address.encode(), bound_to=f"advocacy_sealedvalue:{key}:address")
        lookup = lookup_digest(folded_channel("address", address), purpose=DIGEST_PURPOSE)
        self.scribe.row(
            SealedArrival, id=key, recorded_at=at, recorded_by_id=by.id, party_id=her[0], site_id=course.place.id, kind="address",
            ciphertext=ciphertext, lookup=lookup,
        )  # fmt: skip
        if index:
            self.scribe.event(
                "wrote",
                by=by,
                at=at,
                kind="referral_list",
                record_id=referral,
                fields=["saved", "1 referrals"],
            )
        return referral, (key, ciphertext, lookup), (him[1], her[1])

    def _party(
        self,
        course: Course,
        referral: str,
        at: datetime.datetime,
        by: Worker,
        person: Person,
        role: str,
        match_key: str,
    ) -> tuple[str, str]:
        exact = person.born_on if person.born_precision == "day" else None
        known = f"{fold_name(person.family_name)}|{fold_name(person.given_names)}|{exact}"
        person_key = str(uuid5(PERSONS, f"{dashed(course.place.id)}{match_key}"))
        party = self.scribe.row(
            ReferralParty, recorded_at=at, recorded_by_id=by.id, referral_id=referral, site_id=course.place.id, role=role,
            match_key=match_key, person_key=person_key, age_as_referred=person.age(course.referred_on),
            postcode=words.postcode(self.rng) if role == "service_user" else "",
            identity_digest=lookup_digest(known, purpose="identity") if exact else "",
            **as_referred(person).fields(),
        )  # fmt: skip
        return party, person_key

    def _decisions(self, course: Course, referral: str, *, further: bool) -> None:
        """What the panel said each time. Where cases come straight from MARAC, only what was not taken is decided."""
        straight = not course.place.panel
        if straight and course.stage is not Stage.REJECTED:
            return
        rng = self.rng
        by = course.place.first(Role.PANEL_COORDINATOR)
        day = course.referred_on
        for _ in range(course.brought_back if not further else 0):
            day = later(day, 7, 13, rng)
            if day >= self.diary.today:
                return
            awaited, source = rng.choice(words.AWAITED)
            self._decision(
                course,
                referral,
                by,
                day,
                outcome="bring_back",
                rationale="Too little is known to decide.",
                awaited=awaited,
                awaited_from=source,
            )
        if course.decided_on is None:
            return
        if course.stage is Stage.REJECTED:
            self._decision(
                course, referral, by, course.decided_on, outcome="reject", rejection_reason=rng.choice(REJECTIONS),
                rationale=rng.choice(words.REJECTED_BECAUSE), next_step=rng.choice(words.NEXT_STEPS),
            )  # fmt: skip
        else:
            self._decision(
                course, referral, by, course.decided_on, outcome="accept", rationale=rng.choice(words.ACCEPTED_BECAUSE),
                approach=first_approach(course),
            )  # fmt: skip

    def _decision(self, course: Course, referral: str, by: Worker, day: datetime.date, **values: Any) -> None:
        at = self.diary.at(day, self.rng)
        self.scribe.row(
            ReferralDecision, recorded_at=at, recorded_by_id=by.id, referral_id=referral, site_id=course.place.id,
            vs_safety=self.rng.choice(words.VS_SAFETY), child_safety=self.rng.choice(words.CHILD_SAFETY), decided_on=day, **values,
        )  # fmt: skip
        self.scribe.event(
            "wrote",
            by=by,
            at=at,
            kind="referral",
            record_id=referral,
            fields=["decision"],
            reason=str(values["outcome"]),
        )

    def _case(self, course: Course, referral: str, person_key: str) -> Case:
        """As `casework.commands.open_case` does it."""
        assert course.allocated_on  # only what was allocated has a case
        manager = course.place.first(Role.SERVICE_MANAGER)
        role = (
            Role.STEP_DOWN_WORKER
            if course.stage is Stage.STEP_DOWN and course.place.panel
            else Role.CASE_MANAGER
        )
        turn = course.holder if course.holder is not None else course.number // 2
        holder = course.place.one_of(role, turn)
        at = self.diary.on(course.allocated_on, 9, self.rng.randrange(60))
        case = Case(
            draw_key(self.rng), course.place.su_service_id, course.place.id, holder, "", course.person
        )
        case.assignment_id = self.scribe.row(
            CaseAssignment, kind="holder", starts_on=course.allocated_on, ends_on=datetime.date.max, recorded_at=at,
            recorded_by_id=manager.id, membership_id=holder.id, case_id=case.id, service_id=case.service_id,
        )  # fmt: skip
        self.scribe.row(
            SuCase, id=case.id, code=code_of(course.number, side="su"), person_key=person_key, site_id=case.site_id,
            service_id=case.service_id, referral_id=referral, referred_on=course.referred_on,
            accepted_on=course.decided_on if course.place.panel else None, allocated_on=course.allocated_on,
            starts_on=course.allocated_on, recorded_at=at, recorded_by_id=manager.id,
        )  # fmt: skip
        part: dict[str, Any] = {"by": manager, "silent": True}
        self.scribe.on_case(case, ServiceUserProfile, "", at, **part, **as_referred(course.person).fields())
        for history, value in (
            ("status", "allocated"), ("contact", "planned_pending"), ("whereabouts", "unknown"), ("approach", first_approach(course)),
        ):  # fmt: skip
            case.last_state[history] = self.scribe.on_case(
                case,
                StateEntry,
                "",
                at,
                by=manager,
                silent=True,
                history=history,
                value=value,
                since=course.allocated_on,
            )
        self.scribe.event(
            "wrote",
            by=manager,
            at=at,
            kind="su_case",
            record_id=case.id,
            service_id=case.service_id,
            fields=["opened", "assignment"],
        )
        return case

    def _record(
        self,
        course: Course,
        case: Case,
        client: ClientCourse,
        number: int,
        referral: str,
        person_key: str,
        sealed: tuple[str, bytes, str],
    ) -> None:
        """As `advocacy.commands.open_record` and allocation do it: record, link, linked person, what arrived sealed."""
        assert course.allocated_on  # as above
        manager = course.place.first(Role.SERVICE_MANAGER)
        turn = client.idva if client.idva is not None else course.number // 2 + number
        # Two clients of one case never share an IDVA where the site has two.
        holder = course.place.one_of(
            Role.STAND_IN if course.place.panel and course.number % 23 == 7 else Role.IDVA, turn
        )
        at = self.diary.on(course.allocated_on, 10, self.rng.randrange(60))
        record = Record(
            draw_key(self.rng), course.place.vs_service_id, course.place.id, holder, "", client.person
        )
        record.assignment_id = self.scribe.row(
            ClientAssignment, kind="holder", starts_on=course.allocated_on, ends_on=datetime.date.max, recorded_at=at,
            recorded_by_id=manager.id, membership_id=holder.id, record_id=record.id, service_id=record.service_id,
        )  # fmt: skip
        if (
            course.place.panel
            and number == 0
            and course.number % NAMED_CONTACT_EVERY == 5
            and holder.role is Role.IDVA
        ):
            self.scribe.row(
                ClientAssignment, kind="named_contact", starts_on=course.allocated_on, ends_on=datetime.date.max, recorded_at=at,
                recorded_by_id=manager.id, membership_id=course.place.first(Role.STAND_IN).id, record_id=record.id,
                service_id=record.service_id, handover="Rung when the holder is out.",
            )  # fmt: skip
        self.scribe.row(
            VsRecord, id=record.id, code=code_of(course.number * MOST_CLIENTS + number, side="vs"), person_key=person_key,
            site_id=record.site_id, service_id=record.service_id, opened_on=course.allocated_on, recorded_at=at, recorded_by_id=manager.id,
        )  # fmt: skip
        on_record = self.scribe.on_record
        on_record(
            record, ClientProfile, "", at, by=manager, silent=True, **as_referred(client.person).fields()
        )
        on_record(
            record,
            EngagementEntry,
            "",
            at,
            by=manager,
            silent=True,
            value="not_yet_tried",
            since=course.allocated_on,
        )
        on_record(
            record,
            InformedEntry,
            "",
            at,
            by=manager,
            silent=True,
            state="not_considered",
            decided_on=course.allocated_on,
        )
        self.scribe.event(
            "wrote",
            by=manager,
            at=at,
            kind="vs_record",
            record_id=record.id,
            service_id=record.service_id,
            fields=["opened", "assignment"],
        )
        key, ciphertext, lookup = sealed
        on_record(
            record,
            SealedValue,
            "",
            at,
            by=manager,
            silent=True,
            id=key,
            kind="address",
            ciphertext=ciphertext,
            lookup=lookup,
        )
        link = Link(draw_key(self.rng), case, record, draw_key(self.rng))
        case.links.append(link)
        self.scribe.on_case(
            case, LinkedPerson, "", at, by=manager, silent=True, id=link.linked_person_id, link_id=link.id,
            name_as_referred=client.person.full_name, relationship=client.relationship,
            age_as_referred=client.person.age(course.referred_on), gender_as_referred=client.person.gender, is_index=number == 0,
        )  # fmt: skip
        if number:
            self.scribe.event(
                "wrote",
                by=manager,
                at=at,
                kind="su_case",
                record_id=case.id,
                service_id=case.service_id,
                fields=["linked person"],
            )
        self.scribe.row(
            CaseLink, id=link.id, su_case_id=case.id, su_service_id=case.service_id, vs_record_id=record.id,
            vs_service_id=record.service_id, site_id=case.site_id, is_index=number == 0, recorded_at=at, recorded_by_id=manager.id,
        )  # fmt: skip
        self.scribe.event(
            "wrote",
            by=manager,
            at=at,
            kind="case_link",
            record_id=link.id,
            service_id=case.service_id,
            fields=["linked"],
        )
        self.scribe.row(
            Allocation, recorded_at=at, recorded_by_id=manager.id, referral_id=referral, site_id=case.site_id, su_case_id=case.id,
            su_holder_id=case.holder.id, vs_record_id=record.id, vs_holder_id=holder.id, approach=first_approach(course),
        )  # fmt: skip
        self.scribe.event(
            "wrote", by=manager, at=at, kind="referral", record_id=referral, fields=["allocation"]
        )


def as_referred(person: Person) -> NewProfile:
    """What the referral says about somebody: what nobody asked stays not asked (R-04)."""
    return NewProfile(
        given_names=person.given_names, family_name=person.family_name, known_as=list(person.known_as), born_on=person.born_on,
        born_precision=person.born_precision, gender=person.gender, ethnic_group=person.ethnic_group, interpreter=person.interpreter,
        language=person.language,
    )  # fmt: skip


def first_approach(course: Course) -> str:
    """The approach that a case begins with: without contact where contact comes later."""
    return "indirect_only" if course.approach in DIRECT else course.approach
