"""Every table is protected, or is on the list of third-party tables. Read from the catalogue, not from our files."""

from __future__ import annotations

import os
from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.conf import settings

from drive.access.scopes import Scope
from drive.access.third_party_tables import THIRD_PARTY_TABLES

OPEN_TABLES = {
    "access_organisation",
    "access_site",
    "access_sitesetting",
    "access_service",
    "access_team",
    "access_installation",
}
"""Names of places of work and their settings: readable by every scope, about nobody who is worked with."""


@pytest.fixture
def catalogue() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as connection:
        yield connection


def _ours() -> set[str]:
    return {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.startswith("drive.")
        for model in config.get_models()
    }


def test_every_table_in_the_database_is_accounted_for(
    catalogue: psycopg.Connection[tuple[object, ...]],
) -> None:
    rows = catalogue.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    unknown = {str(name) for (name,) in rows} - _ours() - set(THIRD_PARTY_TABLES)
    assert unknown == set()


def test_every_table_of_ours_forces_row_policies(catalogue: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = catalogue.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)"
    ).fetchall()
    assert {str(name) for (name,) in rows} & _ours() <= OPEN_TABLES


def test_no_policy_is_for_everybody_and_true_is_for_listed_roles_only(
    catalogue: psycopg.Connection[tuple[object, ...]],
) -> None:
    rows = catalogue.execute(
        "select tablename, policyname, roles::text[], qual, with_check, cmd from pg_policies"
    ).fetchall()
    assert rows
    prefix = settings.DRIVE_ROLE_PREFIX
    may_be_true = {f"{prefix}_policy", f"{prefix}_accounts", f"{prefix}_clock", f"{prefix}_matcher"}
    for table, name, roles, qual, check, cmd in rows:
        assert "public" not in roles, (table, name)  # type: ignore[operator]  # text[]
        if (cmd in ("SELECT", "ALL", "UPDATE", "DELETE") and qual == "true") or check == "true":
            assert set(roles) <= may_be_true, (table, name)  # type: ignore[arg-type]  # text[]


def test_the_log_in_role_inherits_nothing_and_reads_nothing(
    catalogue: psycopg.Connection[tuple[object, ...]],
) -> None:
    app = f"{settings.DRIVE_ROLE_PREFIX}_app"
    row = catalogue.execute(
        "select rolinherit, rolsuper, rolbypassrls from pg_roles where rolname = %s", [app]
    ).fetchone()
    assert row == (False, False, False)
    readable = catalogue.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
        " and c.relkind in ('r', 'v', 'm', 'p') and has_table_privilege(%s, c.oid, 'select, insert, update, delete')",
        [app],
    ).fetchall()
    assert readable == []


def test_the_wall_is_a_privilege(catalogue: psycopg.Connection[tuple[object, ...]]) -> None:
    """No client scope holds any privilege on a casework table, nor a case scope on an advocacy table (S-01)."""
    prefix = settings.DRIVE_ROLE_PREFIX
    walls = {
        "casework": [Scope.VS_WORKER, Scope.VS_MANAGER],
        "advocacy": [Scope.SU_WORKER, Scope.SU_MANAGER],
    }
    checked = 0
    for app, scopes in walls.items():
        for model in apps.get_app_config(app).get_models():
            for scope in scopes:
                granted = catalogue.execute(
                    "select has_any_column_privilege(%s, %s, 'select, insert, update, references')",
                    [f"{prefix}_{scope.value}", model._meta.db_table],
                ).fetchone()
                assert granted == (False,), (model._meta.db_table, scope)
                checked += 1
    assert checked >= 12


def test_deciding_functions_are_stable_definers_of_the_policy_role(
    catalogue: psycopg.Connection[tuple[object, ...]],
) -> None:
    """Traps 2 and 26: never IMMUTABLE, never owned by a role that bypasses, search path pinned."""
    rows = catalogue.execute(
        "select p.proname, r.rolname, r.rolbypassrls, p.provolatile, p.proconfig from pg_proc p"
        " join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner"
        " where n.nspname in ('access', 'audit', 'safety') and p.prosecdef"
    ).fetchall()
    assert len(rows) >= 8
    for name, owner, bypass, volatility, config in rows:
        assert owner == f"{settings.DRIVE_ROLE_PREFIX}_policy", name
        assert not bypass, name
        assert volatility in ("s", "v"), name
        assert config and any(str(c).startswith("search_path=") for c in config), name  # type: ignore[union-attr]  # text[]


def test_views_do_not_pass_policies(catalogue: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = catalogue.execute(
        "select c.relname, c.reloptions from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'access', 'audit', 'safety') and c.relkind in ('v', 'm')"
    ).fetchall()
    for name, options in rows:
        assert options and "security_invoker=true" in options, name  # type: ignore[operator]  # text[]


def test_nobody_can_truncate_or_delete_facts(catalogue: psycopg.Connection[tuple[object, ...]]) -> None:
    prefix = settings.DRIVE_ROLE_PREFIX
    for scope in Scope:
        for table in (
            "casework_sucase",
            "casework_stateentry",
            "advocacy_vsrecord",
            "safety_caselink",
            "audit_auditevent",
        ):
            row = catalogue.execute(
                "select has_table_privilege(%s, %s, 'update, delete, truncate')",
                [f"{prefix}_{scope.value}", table],
            ).fetchone()
            assert row == (False,), (scope, table)
