"""Applies every app's `policies.sql`, and the grants on third-party tables, after migrations.

Everything is dropped and made again in one transaction as the owner, so what stands in the files is what stands in the
database: no policy or grant survives that no file names.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import psycopg
from django.apps import apps
from django.conf import settings
from psycopg import sql

from .definer_functions import CALLERS
from .roles import ROLES
from .scopes import Scope
from .third_party_tables import THIRD_PARTY_TABLES

SERVICE_ROLES = ("owner", "policy", "app", "seed", "backup")
"""Database roles that are no scope: who owns, who decides, who logs in, who loads, who backs up (house decision 11)."""

SCHEMAS = ("access", "audit", "safety")
"""Where the functions live that policies and the bridge call; tables are in `public`."""

_ROLE_WORD = re.compile(r"\brole_([a-z_]+)\b")


def named(text: str) -> str:
    """`role_su_worker` becomes this database's own role name. Raises `LookupError` for a role nobody declared."""

    def replace(match: re.Match[str]) -> str:
        name = match.group(1)
        if name == "name":  # access.scope_role(), a function
            return match.group(0)
        if name not in {s.value for s in Scope} and name not in SERVICE_ROLES:
            raise LookupError(f"policies.sql names role_{name}, which is no scope")
        return f"{settings.DRIVE_ROLE_PREFIX}_{name}"

    return _ROLE_WORD.sub(replace, text)


def policy_files() -> list[Path]:
    """The files in the order of the layers, which is the order of INSTALLED_APPS."""
    found = (Path(config.path) / "policies.sql" for config in apps.get_app_configs())
    return [path for path in found if path.exists()]


def fingerprint() -> str:
    """Digest of everything that `apply_policies` would do; equal fingerprints need no second application."""
    works_in = [(role.value, [scope.value for scope in entry.scopes]) for role, entry in ROLES.items()]
    this_file = Path(__file__).read_bytes()
    callers = [(name, sorted(scopes)) for name, scopes in CALLERS.items()]
    digest = hashlib.sha256(
        repr((sorted(THIRD_PARTY_TABLES.items()), works_in, callers, settings.DRIVE_ROLE_PREFIX)).encode()
        + this_file
    )
    for path in policy_files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _statement(text: str) -> sql.SQL:
    return sql.SQL(text)


def apply_policies(owner_url: str) -> None:
    """Drop and make again every policy, grant and policy function. `owner_url` logs in as the owner."""
    prefix = settings.DRIVE_ROLE_PREFIX
    everybody = [
        sql.Identifier(f"{prefix}_{name}") for name in ([s.value for s in Scope] + ["policy", "app", "seed"])
    ]
    with psycopg.connect(owner_url) as connection, connection.cursor() as cursor:
        # pgbouncer and `psql -1` habits do not matter here: one connection, one transaction.
        cursor.execute("set local client_min_messages = warning")
        for schema in SCHEMAS:
            cursor.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))
        cursor.execute(
            "select format('drop policy %I on %I.%I', policyname, schemaname, tablename) from pg_policies"
            " where schemaname = 'public'"
        )
        for (statement,) in cursor.fetchall():
            cursor.execute(_statement(statement))
        # The functions that decide belong to the policy role, so they are dropped as that role; what hangs on them
        # (triggers) is made again by the files.
        cursor.execute(
            "select p.oid::regprocedure::text from pg_proc p join pg_roles r on r.oid = p.proowner where r.rolname = %s",
            [f"{prefix}_policy"],
        )
        deciding = [name for (name,) in cursor.fetchall()]
        cursor.execute(sql.SQL("set local role {}").format(sql.Identifier(f"{prefix}_policy")))
        for name in deciding:
            cursor.execute(_statement(f"drop function if exists {name} cascade"))
        cursor.execute("set local role none")
        roles = sql.SQL(", ").join([*everybody, sql.SQL("public")])
        for kind in ("tables", "sequences", "routines"):
            for schema in ("public", *SCHEMAS):
                cursor.execute(
                    sql.SQL("revoke all on all {} in schema {} from {}").format(
                        sql.SQL(kind), sql.Identifier(schema), roles
                    )
                )
        schemas = sql.SQL(", ").join([sql.Identifier("public"), *map(sql.Identifier, SCHEMAS)])
        cursor.execute(
            sql.SQL("grant usage on schema {} to {}").format(schemas, sql.SQL(", ").join(everybody))
        )
        cursor.execute(_statement(named("grant create on schema access, audit, safety to role_policy")))
        cursor.execute(
            "create table if not exists access.works_in (role text, scope text, primary key (role, scope))"
        )
        cursor.execute("truncate access.works_in")
        cursor.executemany(
            "insert into access.works_in values (%s, %s)",
            [(role.value, scope.value) for role, entry in ROLES.items() for scope in entry.scopes],
        )
        cursor.execute(_statement(named("grant select on access.works_in to role_policy")))
        cursor.execute(
            _statement(
                "create or replace function access.scope_role(scope text) returns text language sql immutable "
                f"return quote_ident('{prefix}_' || scope)"
            )
        )
        for path in policy_files():
            cursor.execute(_statement(named(path.read_text())))
        cursor.execute("call audit.watch_writes()")
        # Third-party tables hold no case data and know nothing of row policies: a grant to the accounts scope only.
        for table, scopes in THIRD_PARTY_TABLES.items():
            for scope in scopes:
                cursor.execute(
                    sql.SQL("grant select, insert, update, delete on {} to {}").format(
                        sql.Identifier(table), sql.Identifier(f"{prefix}_{scope.value}")
                    )
                )
        cursor.execute(
            sql.SQL("grant usage on all sequences in schema public to {}").format(
                sql.Identifier(f"{prefix}_{Scope.ACCOUNTS.value}")
            )
        )
        # Functions: those that decide belong to the policy role, and are run by the scopes that `CALLERS` names.
        cursor.execute(
            "select p.oid::regprocedure::text, n.nspname || '.' || p.proname, p.prosecdef, p.prokind from pg_proc p"
            " join pg_namespace n on n.oid = p.pronamespace where n.nspname = any(%s)",
            [list(SCHEMAS)],
        )
        for signature, name, definer, kind in cursor.fetchall():
            if kind == "p":
                cursor.execute(_statement(f"revoke all on procedure {signature} from public"))
                continue
            cursor.execute(_statement(f"revoke all on function {signature} from public"))
            runs = everybody
            if definer:
                callers = [scope.value for scope in sorted(CALLERS.get(name, ()))]
                runs = [sql.Identifier(f"{prefix}_{each}") for each in [*callers, "policy", "seed"]]
            cursor.execute(
                sql.SQL("grant execute on function {} to {}").format(
                    _statement(signature), sql.SQL(", ").join(runs)
                )
            )
            if definer:
                cursor.execute(_statement(f"alter function {signature} set search_path = public, pg_temp"))
                cursor.execute(_statement(named(f"alter function {signature} owner to role_policy")))
        # Loading the demonstration and reading for backup: past the policies, and never reachable from the log-in role.
        cursor.execute(
            _statement(
                named("grant select, insert, update, delete on all tables in schema public to role_seed")
            )
        )
        cursor.execute(_statement(named("grant select on all tables in schema public to role_backup")))
        cursor.execute(_statement(f"comment on schema access is 'policies {fingerprint()}'"))


def applied_fingerprint(owner_url: str) -> str:
    """The fingerprint of the last application, or an empty string."""
    with psycopg.connect(owner_url) as connection:
        row = connection.execute(
            "select obj_description(to_regnamespace('access'), 'pg_namespace')"
        ).fetchone()
    return (row[0] or "").removeprefix("policies ") if row else ""
