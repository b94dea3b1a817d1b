"""Random worlds: what each member may see in each scope is what the oracle says, table by table (S-01 to S-06, S-34,
S-35, S-39, S-46).

Then one of them in turn opens the list at their desk and searches it, and both show what the oracle says and no more.

`DRIVE_PROOF_EXAMPLES` and `DRIVE_PROOF_STEPS` make the search longer, `DRIVE_PROOF_READERS` lets more of them open lists; a
failure prints the steps that lead to it. Nightly: 100 examples of 40 steps and 3 readers.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from drive.access import commands
from drive.access.models import (
    Bar,
    BreakGlass,
    BreakGlassReview,
    CaseAssignment,
    ClientAssignment,
    Draft,
    Membership,
    Service,
    local_today,
)
from drive.access.roles import Role
from drive.access.scopes import Scope, Side
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientFact, RecordExit, VsRecord
from drive.allocation.models import Allocation
from drive.audit.record import Act, record_event
from drive.casework.models import CaseFact, StateEntry, SuCase
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting
from drive.referrals.models import Referral, ReferralDecision, ReferralParty
from drive.safety.models import Booking, BookingState, CaseLink, ContactQuestion, ContactView
from drive.safety.models.links import BridgeFact
from tests.cast import Cast, join, lay_out, link, open_case, open_record, seeding

from .asking import readable, seen
from .filling import Filler
from .lists import compare_lists, has_a_list
from .oracle import Seen, World, allowed, our_models, rule_for
from .rich import rich_world

EXAMPLES = int(os.environ.get("DRIVE_PROOF_EXAMPLES", "6"))
STEPS = int(os.environ.get("DRIVE_PROOF_STEPS", "14"))
READERS = int(os.environ.get("DRIVE_PROOF_READERS", "1"))
ASKED: Counter[str] = Counter()
"""What was asked in all examples, for docs/proofs.md."""

CASE_FACTS = [m for m in our_models() if issubclass(m, CaseFact)]
CLIENT_FACTS = [m for m in our_models() if issubclass(m, ClientFact)]
BRIDGE_FACTS = [m for m in our_models() if issubclass(m, BridgeFact)]

SU_ROLES = [role for role in Role if role.entry.side is Side.SERVICE_USER]
VS_ROLES = [role for role in Role if role.entry.side is Side.CLIENT]
OTHER_ROLES = [role for role in Role if role.entry.side is Side.NEITHER]

DAYS = st.sampled_from([-30, -1, 0, 1, 30])
"""Around today, where the mistakes are."""


class Worlds(RuleBasedStateMachine):
    """Each step changes who works where, on what, or what is written; then everybody looks at everything."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.turn = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.cast: Cast = lay_out()
        self.filler = Filler(self.cast.service_manager, self.cast.idva_manager)
        self.members: list[Membership] = self.cast.everybody()
        self.services: list[Service] = [
            self.cast.su_service, self.cast.vs_service, self.cast.other_su_service, self.cast.other_vs_service,
        ]  # fmt: skip
        self.cases: list[SuCase] = [self.cast.case]
        self.records: list[VsRecord] = [self.cast.record]
        self.links: list[CaseLink] = [self.cast.link]
        self.referrals: list[Referral] = []
        self.meetings: list[Meeting] = []
        self.closed: set[UUID] = set()

    def _member(self, data: st.DataObject, side: Side | None = None) -> Membership:
        chosen = data.draw(st.sampled_from([m for m in self.members if side is None or m.side == side]))
        with seeding():
            return Membership.objects.select_related("user", "organisation", "site", "service").get(
                pk=chosen.pk
            )

    def _service(self, data: st.DataObject, side: Side) -> Service:
        return data.draw(st.sampled_from([s for s in self.services if s.side == side]))

    @rule(data=st.data(), role=st.sampled_from([*SU_ROLES, *VS_ROLES, *OTHER_ROLES]), starts=DAYS, ends=DAYS)
    def hire(self, data: st.DataObject, role: Role, starts: int, ends: int) -> None:
        """A new account, or a second membership of somebody who works here already (S-01)."""
        side = role.entry.side
        service = None if side is Side.NEITHER else self._service(data, side)
        place = service or data.draw(st.sampled_from(self.services))
        with seeding():
            member = join("Newcomer", role, service, place.site, place.organisation)
            member.starts_on, member.ends_on = _day(min(starts, ends)), _day(max(starts, ends))
            if data.draw(st.booleans()):
                member.user = self._member(data).user
            member.save()
        self.members.append(member)

    @rule(data=st.data(), ends=DAYS)
    def leave(self, data: st.DataObject, ends: int) -> None:
        """A membership ends, tomorrow, today or a month ago (S-46)."""
        member = self._member(data)
        with seeding():
            member.ends_on = max(_day(ends), member.starts_on)
            member.save()

    @rule(data=st.data())
    def close_account(self, data: st.DataObject) -> None:
        user = self._member(data).user
        with seeding():
            type(user).objects.filter(pk=user.pk).update(is_active=False)

    @rule(data=st.data())
    def open_a_case(self, data: st.DataObject) -> None:
        holder = self._member(data, Side.SERVICE_USER)
        with seeding():
            case = open_case(self._service(data, Side.SERVICE_USER), holder, "Nobody", "Real", holder)
            if self.referrals:
                case.referral_id = data.draw(st.sampled_from([None, *self.referrals]), "came from")
                case.referral_id = case.referral_id and case.referral_id.pk
                case.save()
            self.cases.append(case)

    @rule(data=st.data())
    def open_a_record(self, data: st.DataObject) -> None:
        holder = self._member(data, Side.CLIENT)
        with seeding():
            self.records.append(
                open_record(self._service(data, Side.CLIENT), holder, "Nobody", "Else", holder)
            )

    @rule(data=st.data())
    def link_them(self, data: st.DataObject) -> None:
        case, record = data.draw(st.sampled_from(self.cases)), data.draw(st.sampled_from(self.records))
        if (case.pk, record.pk) not in {(each.su_case_id, each.vs_record_id) for each in self.links}:
            with seeding():
                self.links.append(link(case, record, self.cast.service_manager, "Somebody"))

    @rule(
        data=st.data(),
        on_case=st.booleans(),
        starts=DAYS,
        ends=DAYS,
        kind=st.sampled_from(["holder", "cover", "joint", "relay"]),
    )
    def assign(self, data: st.DataObject, on_case: bool, starts: int, ends: int, kind: str) -> None:
        """Also to somebody of the wrong side or site: the policies must not care how the row came about."""
        dates = {"starts_on": _day(min(starts, ends)), "ends_on": _day(max(starts, ends)), "kind": kind}
        member = self._member(data)
        with seeding():
            if on_case:
                case = data.draw(st.sampled_from(self.cases))
                CaseAssignment.objects.create(
                    membership=member,
                    case_id=case.pk,
                    service_id=case.service_id,
                    recorded_by=member,
                    **dates,
                )
            else:
                record = data.draw(st.sampled_from(self.records))
                ClientAssignment.objects.create(
                    membership=member,
                    record_id=record.pk,
                    service_id=record.service_id,
                    recorded_by=member,
                    **dates,
                )

    @rule(data=st.data(), on_case=st.booleans())
    def hand_over(self, data: st.DataObject, on_case: bool) -> None:
        """One assignment ends today and another begins: access moves at once (S-46)."""
        model: Any = CaseAssignment if on_case else ClientAssignment
        with seeding():
            old = data.draw(st.sampled_from(list(model.objects.order_by("pk"))))
            old.ends_on = max(local_today(), old.starts_on)
            old.save()
            old.pk, old.membership = (
                uuid4(),
                self._member(data, Side.SERVICE_USER if on_case else Side.CLIENT),
            )
            old.starts_on, old.ends_on, old.handover = local_today(), _day(30), "what the next worker needs"
            old.save(force_insert=True)

    @rule(data=st.data(), kind=st.sampled_from(["tie", "restriction", "exclusion"]), starts=DAYS, ends=DAYS)
    def bar(self, data: st.DataObject, kind: str, starts: int, ends: int) -> None:
        """One person, or everybody but who works it and one who keeps it; at a case, a client's record or a referral (S-34)."""
        everybody = kind == "restriction" and data.draw(st.booleans(), "everybody")
        keeps = everybody and data.draw(st.booleans(), "kept by somebody")
        with seeding():
            Bar.objects.create(
                user=None if everybody else self._member(data).user, kept_by=self._member(data).user if keeps else None,
                record_id=data.draw(st.sampled_from([*self.cases, *self.records, *self.referrals])).pk, kind=kind,
                reason="a declared reason", recorded_by=self.cast.governance_lead,
                starts_on=_day(min(starts, ends)), ends_on=_day(max(starts, ends)),
            )  # fmt: skip

    @rule(data=st.data(), on_case=st.booleans())
    def close(self, data: st.DataObject, on_case: bool) -> None:
        """A closed case leaves the list of open ones and stays where it was (P-47); a client's record likewise."""
        if on_case:
            case = data.draw(st.sampled_from(self.cases))
            self.closed.add(case.pk)
            self.filler.fill(
                StateEntry, case=case, history="status",
                value=data.draw(st.sampled_from(["closed", "not_progressed", "rejected", "working"])),
            )  # fmt: skip
            return
        record = data.draw(st.sampled_from(self.records))
        with seeding():
            written = RecordExit.objects.filter(record=record).exists()
        if not written:
            self.filler.fill(RecordExit, record=record)

    @precondition(lambda self: bool(self.referrals))
    @rule(data=st.data())
    def allocate(self, data: st.DataObject) -> None:
        """A referral becomes a case and a client's record: what is barred at one is barred at the others (S-34)."""
        referral = data.draw(st.sampled_from(self.referrals))
        case, record = data.draw(st.sampled_from(self.cases)), data.draw(st.sampled_from(self.records))
        with seeding():
            taken = Allocation.objects.filter(referral=referral).exists()
        if not taken:
            self.filler.fill(
                Allocation, referral=referral, site_id=referral.site_id, su_case_id=case.pk, vs_record_id=record.pk,
                su_holder=self._member(data, Side.SERVICE_USER), vs_holder=self._member(data, Side.CLIENT),
            )  # fmt: skip

    @rule(data=st.data(), how_much=st.sampled_from(["reach", "danger", "whole"]))
    def break_glass(self, data: st.DataObject, how_much: str) -> None:
        """Through the command, which opens or only seems to (S-35)."""
        member = self._member(data)
        scope = Scope.SU_WORKER if member.side == Side.SERVICE_USER else Scope.VS_WORKER
        if scope not in Role(member.role).entry.scopes or not _works_today(member):
            return
        code = data.draw(st.sampled_from([*self.cases, *self.records])).code
        with acting_as(member.as_actor(), scope):
            commands.open_in_emergency(
                by=member.as_actor(scope), code=code, reason="he is on his way", told="yes", scope=how_much
            )

    @rule(
        data=st.data(), hours=st.sampled_from([-1, 1]), how_much=st.sampled_from(["reach", "danger", "whole"])
    )
    def break_glass_by_row(self, data: st.DataObject, hours: int, how_much: str) -> None:
        """Whatever was opened, on either side, by anybody; and what the reviewer found."""
        record = data.draw(st.sampled_from([*self.cases, *self.records]))
        with seeding():
            reading = BreakGlass.objects.create(
                membership=self._member(data), record_id=record.pk, service_id=record.service_id, reason="he is on his way",
                scope=how_much, expires_at=timezone.now() + datetime.timedelta(hours=hours),
            )  # fmt: skip
            BreakGlassReview.objects.create(
                break_glass=reading,
                service_id=reading.service_id,
                finding="needed",
                recorded_by=self.cast.service_manager,
            )

    @rule(data=st.data(), model=st.sampled_from(CASE_FACTS))
    def write_on_a_case(self, data: st.DataObject, model: type[CaseFact]) -> None:
        case = data.draw(st.sampled_from(self.cases))
        if model in (Booking, BookingState) and (
            case.pk not in {each.su_case_id for each in self.links} or case.pk in self.closed
        ):
            return  # contact without any link cannot be planned at all (S-15), nor on a closed case
        self.filler.fill(model, case=case)

    @rule(data=st.data(), model=st.sampled_from(CLIENT_FACTS), withheld=st.booleans())
    def write_on_a_record(self, data: st.DataObject, model: type[ClientFact], withheld: bool) -> None:
        record = data.draw(st.sampled_from(self.records))
        with seeding():
            written = model.objects.filter(record=record).exists()
        if model.__name__ == "RecordExit" and written:
            return
        known = {"withheld": withheld} if model.__name__ == "SealedValue" else {}
        self.filler.fill(model, record=record, **known)

    @rule(data=st.data(), model=st.sampled_from(BRIDGE_FACTS), side=st.sampled_from(["su", "vs"]))
    def write_on_the_bridge(self, data: st.DataObject, model: type[BridgeFact], side: str) -> None:
        self.filler.fill(model, link=data.draw(st.sampled_from(self.links)), side=side)

    @precondition(lambda self: bool(self.links))
    @rule(data=st.data(), sides=st.sampled_from([["su"], ["vs"], ["su", "vs"]]))
    def views(self, data: st.DataObject, sides: list[str]) -> None:
        """One view or both (S-15)."""
        at = data.draw(st.sampled_from(self.links))
        question = self.filler.fill(ContactQuestion, link=at, side="su")
        for side in sides:
            self.filler.fill(ContactView, link=at, side=side, question=question)

    @rule(data=st.data(), outcome=st.sampled_from(["", "accept", "reject", "bring_back"]))
    def refer(self, data: st.DataObject, outcome: str) -> None:
        service = data.draw(st.sampled_from(self.services))
        referral = self.filler.fill(Referral, site_id=service.site_id)
        for role in ("service_user", "victim_survivor"):
            self.filler.fill(
                ReferralParty, referral=referral, role=role, site_id=service.site_id,
                identity_digest=data.draw(st.sampled_from(["same", "other"])),
            )  # fmt: skip
        if outcome:
            more = {"rejection_reason": "x"} if outcome == "reject" else {}
            self.filler.fill(
                ReferralDecision, referral=referral, site_id=service.site_id, outcome=outcome, **more
            )
        self.referrals.append(referral)

    @precondition(lambda self: bool(self.referrals))
    @rule(data=st.data(), days=st.sampled_from([-1, 0, 1]))
    def meet(self, data: st.DataObject, days: int) -> None:
        """A meeting with a referral on its agenda, one member invited, who accepted its statement or not (S-28)."""
        referral, member = data.draw(st.sampled_from(self.referrals)), self._panel_member(data)
        meeting = self.filler.fill(Meeting, site_id=referral.site_id, held_on=_day(days))
        known = {"meeting": meeting, "site_id": meeting.site_id}
        self.filler.fill(AgendaItem, referral=referral, state="listed", **known)
        self.filler.fill(Invitation, member=member, state="invited", **known)
        if data.draw(st.booleans(), "accepted"):
            self.filler.fill(Acceptance, recorded_by=member, **known)
        self.meetings.append(meeting)

    @precondition(lambda self: bool(self.meetings))
    @rule(
        data=st.data(),
        what=st.sampled_from(["listed", "taken_off", "invited", "withdrawn", "accepted"]),
        here=st.booleans(),
    )
    def change_a_meeting(self, data: st.DataObject, what: str, here: bool) -> None:
        """Put on or taken off, invited or no longer, accepted; also in a row that is of another site than the meeting."""
        meeting = data.draw(st.sampled_from(self.meetings))
        sites = [each.site_id for each in self.services if here is (each.site_id == meeting.site_id)]
        known: dict[str, Any] = {"meeting": meeting, "site_id": sites[0]}
        if what in ("listed", "taken_off"):
            referral = data.draw(st.sampled_from(self.referrals))
            self.filler.fill(AgendaItem, referral=referral, state=what, **known)
        elif what == "accepted":
            self.filler.fill(Acceptance, recorded_by=self._panel_member(data), **known)
        else:
            self.filler.fill(Invitation, member=self._panel_member(data), state=what, **known)

    def _panel_member(self, data: st.DataObject) -> Membership:
        """Mostly somebody whose role it is; sometimes anybody."""
        those = [m for m in self.members if m.role == Role.PANEL_MEMBER]
        return data.draw(st.sampled_from([*those, *those, self._member(data)]))

    @rule(data=st.data())
    def draft(self, data: st.DataObject) -> None:
        with seeding():
            Draft.objects.create(
                membership=self._member(data),
                form="su_case.contact",
                record_id=uuid4(),
                content={"note": ["x"]},
            )

    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        """An event of the audit, on any record, by anybody."""
        member = self._member(data)
        record = data.draw(st.sampled_from([*self.cases, *self.records]))
        with acting_as(member.as_actor()):
            record_event(
                Act.LOOKED,
                by=member.as_actor(),
                kind="su_case",
                record_id=record.pk,
                service_id=record.service_id,
            )

    @invariant()
    def everybody_sees_what_the_oracle_says(self) -> None:
        if not hasattr(self, "cast"):
            return
        world = World()
        ASKED["worlds"] += 1
        members = [world.by_key[each.pk] for each in self.members]
        for member in members:
            for scope in Role(member.role).entry.scopes:
                found, expected = seen(member, scope), allowed(world, member, scope)
                ASKED["readers"] += 1
                ASKED["rows"] += len(expected)
                assert found - expected == set(), f"{member} in {scope.value} sees too much"
                assert expected - found == set(), f"{member} in {scope.value} does not see"
        readers = [member for member in members if has_a_list(member) and _works_today(member)]
        for _ in range(min(READERS, len(readers))):
            self.turn += 1
            member = readers[self.turn * 7 % len(readers)]
            ASKED["lists"] += compare_lists(world, member, self.turn)


def _day(offset: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=offset)


def _works_today(member: Membership) -> bool:
    return bool(member.starts_on <= local_today() < member.ends_on and member.user.is_active)


def test_everybody_sees_what_the_oracle_says_in_random_worlds(db: None) -> None:
    run_state_machine_as_test(
        Worlds,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    print(f"asked: {dict(ASKED)}")  # noqa: T201  # docs/proofs.md


def test_every_table_can_be_filled_and_is_judged(db: None) -> None:
    """One row at least in each table that hangs on a case, a record or a link, and a rule for every table."""
    cast = lay_out()
    filler = Filler(cast.service_manager, cast.idva_manager)
    for model in our_models():
        rule_for(model)
        if issubclass(model, CaseFact):
            filler.fill(model, case=cast.case)
        elif issubclass(model, ClientFact):
            filler.fill(model, record=cast.record)
        elif issubclass(model, BridgeFact):
            filler.fill(model, link=cast.link, side="vs")
    world = World()
    for member in cast.everybody():
        for scope in Role(member.role).entry.scopes:
            assert seen(member, scope) == allowed(world, member, scope), f"{member} in {scope.value}"


def test_a_table_without_a_rule_is_refused() -> None:
    class Unjudged:
        _meta = type("Meta", (), {"db_table": "notes"})

    with pytest.raises(LookupError, match="who may see it"):
        rule_for(Unjudged)  # type: ignore[arg-type]  # what is no rule is the point


def test_what_a_scope_was_not_granted_it_is_denied(db: None) -> None:
    """Tables that `seen` does not ask about are those that answer "permission denied", not those that were forgotten."""
    for scope in Scope:
        assert len(readable(scope)) < len(our_models())


def test_everybody_sees_what_the_oracle_says_in_the_rich_world(db: None) -> None:
    rich = rich_world()
    assert _differences(rich.members) == []


SPOILINGS = {
    "a bar forgotten on one table (S-34)": ("casework_contact", "not_barred", "true"),
    "a sealed value opened in an emergency (S-35)": (
        "advocacy_sealedvalue", "held", "record_id = any ((select access.vs_records())::uuid[])",
    ),
    "a withheld value shown to whoever covers (S-06)": (
        "advocacy_sealedvalue", "held", "record_id = any ((select access.vs_records_held())::uuid[])",
    ),
    "the other view before both are in (S-15)": ("safety_contactview", "gate_su", "true"),
    "a manager who reads every service": ("advocacy_clientprofile", "at_service", "true"),
    "drafts of others (S-48)": ("access_draft", "own", "true"),
    "what the panel has decided (A-14)": ("referrals_referral", "before_them", "true"),
    "papers before the statement (S-28)": ("panels_agendaitem", "concerns_them", "true"),
    "who else is invited (S-28)": ("panels_invitation", "concerns_them", "true"),
    "the audit of the other site": ("audit_auditevent", "at_site", "true"),
    "one policy that shows nothing": ("casework_action", "held", "false"),
}  # fmt: skip


@pytest.fixture
def spoiled(request: pytest.FixtureRequest) -> Iterator[None]:
    """A policy made wrong for one test. Comes before `db`, so that it is put right after the test's rows are gone."""
    table, policy, wrong = SPOILINGS[request.param]
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"], autocommit=True) as owner:
        right = owner.execute(
            "select qual from pg_policies where tablename = %s and policyname = %s", [table, policy]
        ).fetchone()
        assert right, f"{table} has no policy {policy}"
        owner.execute(f"alter policy {policy} on {table} using ({wrong})")  # type: ignore[arg-type]  # from the table above
        try:
            yield
        finally:
            owner.execute(f"alter policy {policy} on {table} using ({right[0]})")  # type: ignore[arg-type]  # as it was


@pytest.mark.parametrize("spoiled", SPOILINGS, indirect=True)
def test_the_oracle_finds_each_spoiled_policy(spoiled: None, db: None) -> None:
    """The proof can fail."""
    rich = rich_world()
    assert _differences(rich.members) != []


def _differences(members: list[Membership]) -> list[tuple[str, str, Seen]]:
    world = World()
    found = []
    for member in (world.by_key[each.pk] for each in members):
        for scope in Role(member.role).entry.scopes:
            wrong = seen(member, scope) ^ allowed(world, member, scope)
            if wrong:
                found.append((str(member), scope.value, wrong))
    return found
