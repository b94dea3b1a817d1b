"""What the database really enforces, read from its catalogue: a matrix to read and a list of gaps.

Nothing here trusts our files. `drive policies` prints the matrix, `drive policies --check` the gaps; the tests about the
whole tree ask the same function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from .definer_functions import CALLERS
from .scopes import SCOPES, Scope, Side
from .third_party_tables import THIRD_PARTY_TABLES

OPEN_TABLES = frozenset(
    {
        "access_organisation",
        "access_site",
        "access_sitesetting",
        "access_service",
        "access_team",
        "access_installation",
    }
)
"""Places of work and their settings, about nobody who is worked with: grants without row policies."""

TRUE_ALLOWED = frozenset({"policy", "accounts", "clock", "matcher"})
"""Roles that may have a policy of plain `true`: those that decide, sign in, seal or compare; none has a page of cases."""

SIDES = {"casework": Side.SERVICE_USER, "advocacy": Side.CLIENT}
"""Apps whose tables belong to one side; the other side's scopes hold no privilege on them at all (S-01)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One scope's privileges on one table, and the row policies that narrow them."""

    table: str
    scope: str
    privileges: tuple[str, ...]
    columns: str
    policies: tuple[str, ...]


Connection = psycopg.Connection[tuple[Any, ...]]


def _tables(connection: Connection) -> list[tuple[str, bool, bool]]:
    return connection.execute(
        "select c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1"
    ).fetchall()


def matrix(connection: Connection, prefix: str) -> list[Entry]:
    """Every scope that holds any privilege on any table of ours, by table."""
    policies: dict[tuple[str, str], list[str]] = {}
    for table, name, roles, command, restrictive in connection.execute(
        "select tablename, policyname, roles::text[], cmd, permissive = 'RESTRICTIVE' from pg_policies where schemaname = 'public'"
        " order by 1, 2"
    ):
        for role in roles:
            words = f"{'not ' if restrictive else ''}{command.lower()}: {name}"
            policies.setdefault((table, role), []).append(words)
    entries = []
    for table, _, _ in _tables(connection):
        if table in THIRD_PARTY_TABLES:
            continue
        for scope in Scope:
            role = f"{prefix}_{scope.value}"
            held = []
            columns = ""
            for privilege in ("select", "insert", "update", "delete"):
                row = connection.execute(
                    "select has_table_privilege(%s, %s, %s)",
                    [role, table, privilege],
                ).fetchone()
                if row and row[0]:
                    held.append(privilege)
                elif privilege != "delete":
                    named = connection.execute(
                        "select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute a"
                        " where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped"
                        " and has_column_privilege(%s, a.attrelid, a.attnum, %s)",
                        [table, role, privilege],
                    ).fetchone()
                    if named and named[0]:
                        held.append(privilege)
                        columns = str(named[0])
            if held:
                entries.append(
                    Entry(table, scope.value, tuple(held), columns, tuple(policies.get((table, role), ())))
                )
    return entries


def gaps(connection: Connection, prefix: str) -> list[str]:
    """Everything that is not as it must be, each in one sentence; empty when all is well."""
    return [
        *_unprotected(connection),
        *_unwatched(connection),
        *_never_erased(connection),
        *_erased_too_much(connection, prefix),
        *_policies_too_wide(connection, prefix),
        *_log_in_role(connection, prefix),
        *_the_wall(connection, prefix),
        *_granted_without_policy(connection, prefix),
        *_functions(connection, prefix),
        *_callers(connection, prefix),
        *_views(connection),
        *_too_much(connection, prefix),
    ]


def _unprotected(connection: Connection) -> Iterator[str]:
    from django.apps import apps

    ours = {
        model._meta.db_table
        for config in apps.get_app_configs()
        if config.name.startswith("drive.")
        for model in config.get_models()
    }
    for table, enabled, forced in _tables(connection):
        if table in THIRD_PARTY_TABLES:
            continue
        if table not in ours:
            yield f"{table}: nobody declared this table"
        elif table not in OPEN_TABLES and not (enabled and forced):
            yield f"{table}: row policies are not forced"


UNWATCHED = frozenset({"audit_auditevent", "audit_auditseal", "access_draft"})
"""Protected tables whose writes are not recorded by trigger: the audit itself, and what is nobody's record yet."""


def _unwatched(connection: Connection) -> Iterator[str]:
    """Tables with personal data whose writes would leave no trace in the audit (docs/adr/0012)."""
    for table, operations in connection.execute(
        "select c.relname, array(select t.tgtype & 28 from pg_trigger t join pg_proc p on p.oid = t.tgfoid"
        "  join pg_namespace f on f.oid = p.pronamespace"
        "  where t.tgrelid = c.oid and f.nspname = 'audit' and p.proname = 'record_stored' and t.tgenabled in ('O', 'A') order by 1)"
        " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relforcerowsecurity order by 1"
    ):
        if table not in UNWATCHED and operations != [4, 8, 16]:  # pg_trigger.h: insert, delete, update
            yield f"{table}: a write of its rows leaves no trace in the audit"


OUTLIVES = frozenset({"audit_auditevent", "retention_erasureproposal"})
"""Tables with a record's key that stay when it is erased: they hold no content (docs/adr/0016)."""


def _never_erased(connection: Connection) -> Iterator[str]:
    """Tables whose rows hang on a record and would stay when it is erased."""
    for (table,) in connection.execute(
        "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and not a.attisdropped"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
        " and a.attname in ('case_id', 'record_id', 'link_id', 'su_case_id', 'vs_record_id', 'referral_id')"
        " and not exists (select from access.erased_with e where e.tbl = c.relname) order by 1"
    ):
        if table not in OUTLIVES:
            yield f"{table}: its rows would stay when their record is erased"


def _erased_too_much(connection: Connection, prefix: str) -> Iterator[str]:
    """Policies that would let erasing one record take more than hangs on it, and scopes that delete."""
    for table, name in connection.execute(
        "select p.tablename, p.policyname from pg_policies p join access.erased_with e on e.tbl = p.tablename"
        " where p.permissive = 'PERMISSIVE' and p.cmd in ('ALL', 'DELETE') and p.roles::text[] && array[%s]"
        " and coalesce(p.qual, '') not like '%%erasing%%' order by 1, 2",
        [f"{prefix}_policy"],
    ):
        yield f"{table}: policy {name} would let erasing take rows of other records"


def _policies_too_wide(connection: Connection, prefix: str) -> Iterator[str]:
    allowed = {f"{prefix}_{name}" for name in TRUE_ALLOWED}
    for table, name, roles, using, check in connection.execute(
        "select tablename, policyname, roles::text[], coalesce(qual, ''), coalesce(with_check, '') from pg_policies"
        " where permissive = 'PERMISSIVE'"
    ):
        if "public" in roles:
            yield f"{table}: policy {name} is for everybody"
        elif "true" in (using, check) and not set(roles) <= allowed:
            yield f"{table}: policy {name} lets {', '.join(sorted(set(roles) - allowed))} see or write every row"


def _log_in_role(connection: Connection, prefix: str) -> Iterator[str]:
    app = f"{prefix}_app"
    row = connection.execute(
        "select rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = %s",
        [app],
    ).fetchone()
    if row is None:
        yield f"{app}: the log-in role does not exist"
        return
    if any(row):
        yield f"{app}: inherits, bypasses or creates"
    for (table,) in connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
        " and c.relkind in ('r', 'v', 'm', 'p') and has_table_privilege(%s, c.oid, 'select, insert, update, delete')",
        [app],
    ):
        yield f"{table}: the log-in role reaches it without stepping into a scope"
    for (role,) in connection.execute(
        "select rolname from pg_roles where rolname like %s and rolname not in (%s, %s, %s) and (rolbypassrls or rolsuper)",
        [f"{prefix}\\_%", f"{prefix}_seed", f"{prefix}_backup", f"{prefix}_tester"],
    ):
        yield f"{role}: passes row policies"


def _the_wall(connection: Connection, prefix: str) -> Iterator[str]:
    for table, _, _ in _tables(connection):
        side = next((s for app, s in SIDES.items() if table.startswith(f"{app}_")), None)
        if side is None:
            continue
        for scope, entry in SCOPES.items():
            if entry.side in (side, Side.NEITHER):
                continue
            row = connection.execute(
                "select has_any_column_privilege(%s, %s, 'select, insert, update, references')",
                [f"{prefix}_{scope.value}", table],
            ).fetchone()
            if row and row[0]:
                yield f"{table}: {scope.value} stands on the other side of the wall and holds a privilege"


def _granted_without_policy(connection: Connection, prefix: str) -> Iterator[str]:
    """A grant without a policy shows nothing, and hides that somebody meant it to show something."""
    for entry in matrix(connection, prefix):
        if entry.table in OPEN_TABLES:
            continue
        for privilege in entry.privileges:
            if not any(p.startswith((f"{privilege}:", "all:")) for p in entry.policies):
                yield f"{entry.table}: {entry.scope} may {privilege} but no policy says which rows"


def _functions(connection: Connection, prefix: str) -> Iterator[str]:
    for name, owner, volatility, config, everybody in connection.execute(
        "select n.nspname || '.' || p.proname, r.rolname, p.provolatile, coalesce(p.proconfig, '{}'),"
        " has_function_privilege('public', p.oid, 'execute')"
        " from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner"
        " where n.nspname in ('access', 'audit', 'safety', 'public') and p.prosecdef"
        " and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"
    ):
        if owner != f"{prefix}_policy":
            yield f"{name}: decides as {owner}, not as the policy role"
        if volatility == "i":
            yield f"{name}: is declared IMMUTABLE, so a cached plan would keep another's answer"
        if not any(str(c).startswith("search_path=") for c in config):
            yield f"{name}: its search path is not pinned"
        if everybody:
            yield f"{name}: everybody may call it"


def _callers(connection: Connection, prefix: str) -> Iterator[str]:
    """Every deciding function stands in the closed list, and its scopes, and they alone, may call it."""
    callable_by: dict[str, set[str]] = {}
    for name, role in connection.execute(
        "select n.nspname || '.' || p.proname, r.rolname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " left join pg_roles r on r.rolname = any(%s) and has_function_privilege(r.oid, p.oid, 'execute')"
        " where n.nspname in ('access', 'audit', 'safety', 'public') and p.prosecdef and p.prokind = 'f'"
        " and p.prorettype <> 'trigger'::regtype and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')",
        [[f"{prefix}_{name}" for name in [*(s.value for s in Scope), "app"]]],
    ):
        callable_by.setdefault(name, set()).update({role.removeprefix(f"{prefix}_")} if role else ())
    for name, roles in callable_by.items():
        if name not in CALLERS:
            yield f"{name}: decides past the policies and stands in no list of who may call it"
            continue
        for role in sorted(roles ^ CALLERS[name]):
            yield f"{name}: {role} {'may call it and is not listed' if role in roles else 'is listed and may not call it'}"
    for name in CALLERS.keys() - callable_by.keys():
        yield f"{name}: is listed and does not exist"


def _views(connection: Connection) -> Iterator[str]:
    for name, kind, options in connection.execute(
        "select c.relname, c.relkind, coalesce(c.reloptions, '{}') from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'access', 'audit', 'safety') and c.relkind in ('v', 'm')"
        " and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')"
    ):
        if kind == "m" or "security_invoker=true" not in options:
            yield f"{name}: a view that does not ask as its reader"


def _too_much(connection: Connection, prefix: str) -> Iterator[str]:
    for scope in Scope:
        role = f"{prefix}_{scope.value}"
        for (table,) in connection.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public'"
            " and c.relkind in ('r', 'p') and has_table_privilege(%s, c.oid, 'truncate, references, trigger')",
            [role],
        ):
            yield f"{table}: {scope.value} may truncate or attach to it"


def printed(entries: list[Entry]) -> str:
    """The matrix as text: a table a paragraph, a scope a line."""
    lines: list[str] = []
    table = ""
    for entry in entries:
        if entry.table != table:
            table = entry.table
            lines.append(f"\n{table}")
        columns = f" ({entry.columns})" if entry.columns else ""
        lines.append(
            f"  {entry.scope:<15} {'/'.join(entry.privileges):<22}{columns} {'; '.join(entry.policies)}"
        )
    return "\n".join(lines).strip()
