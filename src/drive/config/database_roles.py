"""The PostgreSQL roles of one Drive database: made once by a superuser, or printed for an administrator to run.

Only this needs a superuser. `<db>_owner` owns everything and migrates; `<db>_policy` owns the functions that decide;
`<db>_app` logs in for web and workers, owns nothing and inherits nothing; each scope is a role without a log-in;
`<db>_seed` and `<db>_backup` pass row policies and are for local loading and for backup alone (house decision 11).
"""

from __future__ import annotations

from drive.access.scopes import Scope

EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent", "fuzzystrmatch")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def role_statements(prefix: str, *, owner_password: str, app_password: str) -> list[str]:
    """SQL that makes the roles, safe to run again. Run as a superuser, in any database of the server."""
    statements = [
        "do $$ begin if current_setting('server_version_num')::int < 160000 then"
        " raise exception 'Drive needs PostgreSQL 16 or newer'; end if; end $$"
    ]

    def role(name: str, options: str) -> None:
        full = f"{prefix}_{name}"
        statements.append(
            f"do $$ begin if not exists (select from pg_roles where rolname = {_literal(full)}) then"
            f" create role {_quoted(full)}; end if; end $$"
        )
        statements.append(f"alter role {_quoted(full)} with {options}")

    plain = "nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
    role("owner", f"login inherit {plain} password {_literal(owner_password)}")
    role("policy", f"nologin inherit {plain}")
    role("app", f"login noinherit {plain} password {_literal(app_password)}")
    role("seed", "nologin nosuperuser nocreatedb nocreaterole noreplication bypassrls")
    role("backup", "nologin nosuperuser nocreatedb nocreaterole noreplication bypassrls")
    for scope in Scope:
        role(scope.value, f"nologin inherit {plain}")
        statements.append(
            f"grant {_quoted(f'{prefix}_{scope.value}')} to {_quoted(f'{prefix}_app')} with inherit false, set true"
        )
    for name in ("policy", "seed"):
        # The owner gives functions to the one and loads data as the other; it never has their sight by itself (trap 3).
        statements.append(
            f"grant {_quoted(f'{prefix}_{name}')} to {_quoted(f'{prefix}_owner')} with inherit false, set true"
        )
    return statements


def database_statements(prefix: str, database: str) -> list[str]:
    """SQL to run as a superuser inside the new database itself."""
    owner = _quoted(f"{prefix}_owner")
    return [
        f"alter database {_quoted(database)} owner to {owner}",
        f"revoke all on database {_quoted(database)} from public",  # also TEMPORARY: trap 23
        f"grant connect on database {_quoted(database)} to {_quoted(f'{prefix}_app')}, {_quoted(f'{prefix}_backup')}",
        f"alter schema public owner to {owner}",
        "revoke all on schema public from public",
        *[f"create extension if not exists {name}" for name in EXTENSIONS],
        f"grant usage on schema public to {_quoted(f'{prefix}_seed')}, {_quoted(f'{prefix}_backup')}",
    ]
