"""The known ways round row policies, each tried (the numbers of the traps are those of docs/adr/0003-row-policies.md's
source: measured, reproduced, and here kept from coming back).

`DRIVE_PROOF_REQUESTS` makes the run over one connection longer.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings

from drive.access.models import BreakGlass, Draft, Membership, User, local_today
from drive.access.scopes import Scope
from drive.access.stepping import acting_as, stepping_into
from drive.casework.models import SuCase
from tests.cast import Cast, seeding

REQUESTS = int(os.environ.get("DRIVE_PROOF_REQUESTS", "1000"))
PREFIX = str(settings.DRIVE_ROLE_PREFIX)

Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def real() -> Iterator[Connection]:
    """The application's own log-in, on a connection of its own, as in production."""
    with psycopg.connect(os.environ["DRIVE_REAL_APP_URL"]) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def superuser() -> Iterator[Connection]:
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as connection:
        yield connection
        connection.rollback()


def step(connection: Connection, scope: str, membership: UUID | None) -> None:
    connection.execute(
        "select set_config('role', %s, true), set_config('drive.membership', %s, true)",
        [f"{PREFIX}_{scope}", str(membership or "")],
    )


def test_one_connection_for_everybody_with_one_request_in_twenty_raising(
    two_services: dict[UUID, set[UUID]],
) -> None:
    """Traps 5 and 7: no row of anybody else, and no row without stepping in, on one connection of the real log-in."""
    chance = random.Random(20261121)
    foreign = raised = 0
    with psycopg.connect(os.environ["DRIVE_REAL_APP_URL"], autocommit=True) as pooled:
        for _ in range(REQUESTS):
            member = chance.choice(list(two_services))
            try:
                with pooled.transaction():
                    step(pooled, "su_worker", member)
                    rows = {row[0] for row in pooled.execute("select id from casework_sucase")}
                    foreign += rows != two_services[member]
                    if chance.random() < 0.05:
                        raised += 1
                        pooled.execute("select 1 / 0")
            except psycopg.errors.DivisionByZero:
                pass
            left = pooled.execute(
                "select current_user, coalesce(current_setting('drive.membership', true), '')"
            ).fetchone()
            assert left == (f"{PREFIX}_app", "")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            pooled.execute("select id from casework_sucase")
    assert foreign == 0
    assert raised > REQUESTS / 40


def test_a_cached_plan_keeps_nobodys_rows(two_services: dict[UUID, set[UUID]]) -> None:
    """Trap 2: one prepared statement under a forced generic plan, two people in turn."""
    with psycopg.connect(os.environ["DRIVE_REAL_APP_URL"], autocommit=True) as pooled:
        pooled.execute("set plan_cache_mode = force_generic_plan")
        for member in [*two_services, *two_services]:
            with pooled.transaction():
                step(pooled, "su_worker", member)
                rows = pooled.execute("select id from casework_sucase", prepare=True).fetchall()
            assert {row[0] for row in rows} == two_services[member]


def test_way_1_the_owner_is_held_by_the_policies_too(two_services: dict[UUID, set[UUID]]) -> None:
    """An owner without FORCE sees every row."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as owner:
        assert owner.execute("select count(*) from casework_sucase").fetchone() == (0,)


def test_way_2_the_application_is_no_superuser_and_cannot_become_one(real: Connection) -> None:
    for role in ("postgres", f"{PREFIX}_owner", f"{PREFIX}_policy", f"{PREFIX}_seed", f"{PREFIX}_backup"):
        with pytest.raises(psycopg.Error), real.transaction():
            real.execute(f"set role {role}")  # type: ignore[arg-type]  # from the tuple above


def test_way_3_no_view_and_no_materialised_view_is_granted(superuser: Connection) -> None:
    """Trap 19: a view of a superuser shows all. The project has none; one would have to ask as its reader."""
    views = superuser.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('v', 'm') and n.nspname in ('public', 'access', 'audit', 'safety')"
        " and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')"
    ).fetchall()
    assert views == []


def test_way_4_after_a_commit_an_empty_membership_sees_nothing_and_is_no_error(real: Connection) -> None:
    """A setting made for one transaction is empty afterwards, not null: the policies must take both."""
    real.execute("select set_config('drive.membership', %s, true)", [str(uuid4())])
    real.commit()
    assert real.execute("select current_setting('drive.membership', true)").fetchone() == ("",)
    step(real, "su_worker", None)
    assert real.execute("select count(*) from casework_sucase").fetchone() == (0,)
    assert real.execute("select count(*) from access_draft").fetchone() == (0,)


@pytest.mark.parametrize("scope", list(Scope))
def test_without_a_membership_no_scope_shows_anybody(
    scope: Scope, real: Connection, two_services: dict[UUID, set[UUID]]
) -> None:
    """Fails closed in every scope: no context, an unknown one, and one of another role."""
    for membership in (None, uuid4(), *two_services):
        if membership in two_services and scope is Scope.SU_WORKER:
            continue
        step(real, scope.value, membership)
        for table in ("casework_sucase", "advocacy_vsrecord", "safety_caselink", "referrals_referral"):
            try:
                with real.transaction():
                    assert real.execute(f"select count(id) from {table}").fetchone() == (0,)  # type: ignore[arg-type]  # names of this program alone
            except psycopg.errors.InsufficientPrivilege:
                continue


def test_way_6_a_hidden_case_and_an_absent_one_fail_alike_as_a_parent(cast: Cast) -> None:
    """Traps 14 and 15: neither the unique key nor the foreign key tells that somebody else's case is there."""
    from django.db import DatabaseError, transaction

    from drive.casework.models import StateEntry

    answers = []
    for case_id in (cast.case.pk, uuid4()):
        with (
            pytest.raises(DatabaseError) as refused,
            acting_as(cast.other_case_manager.as_actor()),
            transaction.atomic(),
        ):
            StateEntry.objects.create(
                case_id=case_id, service_id=cast.su_service.pk, recorded_by=cast.other_case_manager,
                history="status", value="working", since=local_today(),
            )  # fmt: skip
        answers.append(str(refused.value))
    assert answers[0] == answers[1]


WRITING = {
    "access.open_in_emergency", "access.finish_emergency_reading", "access.erase_record", "access.hand_over_sealed", "audit.record",
    "audit.record_own_account",
    "access.end_assignments_of_leavers", "access.find_alerts", "access.reckon_usual_volumes", "safety.alert_lapsed_bookings",
    "safety.escalate_unread",
}  # fmt: skip
"""Functions that write in another's name and that a scope may call. Each finds out for itself who calls, or takes nothing
from its caller and writes what the tables say already."""


def test_way_7_functions_that_write_in_anothers_name_are_these_and_no_more(superuser: Connection) -> None:
    """A definer function that takes an author or a link from its caller would forge; triggers cannot be called."""
    found = superuser.execute(
        "select distinct n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname in ('access', 'audit', 'safety') and p.prosecdef and p.provolatile = 'v' and p.prokind = 'f'"
        " and p.prorettype <> 'trigger'::regtype"
        " and exists (select from unnest(%s::text[]) scope where has_function_privilege(scope, p.oid, 'execute'))",
        [[f"{PREFIX}_{scope.value}" for scope in Scope]],
    ).fetchall()
    assert {name for (name,) in found} == WRITING


def test_trap_8_a_nested_context_does_not_outlive_its_block(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        with stepping_into(Scope.ACCOUNTS):
            pass
        assert SuCase.objects.count() == 1


def test_trap_13_a_change_of_hidden_rows_changes_none(cast: Cast) -> None:
    from drive.access.models import CaseAssignment

    with acting_as(cast.outside_manager.as_actor()):
        assert CaseAssignment.objects.filter(case_id=cast.case.pk).update(ends_on=local_today()) == 0


@pytest.mark.parametrize(
    "act",
    ["truncate casework_sucase", "create temp table audit_auditevent (id int)", "lock table casework_sucase"],
)
def test_traps_20_and_23_the_log_in_truncates_nothing_and_makes_no_table(act: str, real: Connection) -> None:
    for scope in ("app", "su_manager", "accounts", "clock"):
        real.rollback()
        if scope != "app":
            step(real, scope, None)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            real.execute(act)  # type: ignore[arg-type]  # from the list above


def test_trap_27_no_sequence_counts_what_is_hidden(superuser: Connection) -> None:
    """Keys are random: a sequence of ours would tell how many rows others have made."""
    from .oracle import our_models

    tables = [model._meta.db_table for model in our_models()]
    owned = superuser.execute(
        "select t.relname from pg_class s join pg_depend d on d.objid = s.oid join pg_class t on t.oid = d.refobjid"
        " where s.relkind = 'S' and t.relname = any(%s)",
        [tables],
    ).fetchall()
    assert owned == []


def test_s46_whoever_left_reads_not_even_their_own_drafts(cast: Cast) -> None:
    """A membership that ended and an account that was closed see nothing, colleagues' names included."""
    with seeding():
        Draft.objects.create(membership=cast.case_manager, form="own.x", record_id=uuid4(), content={})
        Draft.objects.create(membership=cast.idva, form="own.x", record_id=uuid4(), content={})
        Membership.objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
        User.objects.filter(pk=cast.idva.user_id).update(is_active=False)
    for member in (cast.case_manager, cast.idva):
        with acting_as(member.as_actor()):
            assert not Draft.objects.exists()
            assert not Membership.objects.exists()


def test_s34_whoever_is_barred_learns_of_no_emergency_reading_and_no_event(cast: Cast) -> None:
    """The manager tied to a case sees neither who opened it, nor why, nor what was done on it."""
    import datetime

    from django.utils import timezone

    from drive.access.models import Bar
    from drive.audit.models import AuditEvent
    from drive.audit.record import Act, record_event

    with seeding():
        BreakGlass.objects.create(
            membership=cast.other_case_manager, record_id=cast.case.pk, service_id=cast.su_service.pk, reason="words about the tied",
            expires_at=timezone.now() + datetime.timedelta(hours=1),
        )  # fmt: skip
    with acting_as(cast.case_manager.as_actor()):
        record_event(Act.LOOKED, by=cast.case_manager.as_actor(), kind="su_case", record_id=cast.case.pk)
    with acting_as(cast.service_manager.as_actor()):
        assert BreakGlass.objects.count() == 1
        assert AuditEvent.objects.count() == 1
    with seeding():
        Bar.objects.create(
            user=cast.service_manager.user,
            record_id=cast.case.pk,
            kind="tie",
            reason="family",
            recorded_by=cast.governance_lead,
        )
    with acting_as(cast.service_manager.as_actor()):
        assert not BreakGlass.objects.exists()
        assert not AuditEvent.objects.exists()
