"""From an empty server to a database that is ready: roles, migrations, policies. Each step is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from .data_folder import DataFolder
from .database_roles import database_statements, role_statements
from .embedded_server import EmbeddedServer

DATABASE = "drive"


class PreparationError(Exception):
    """The database could not be prepared; the text is one sentence, fit to show."""


def make_database(
    server: EmbeddedServer, *, database: str = DATABASE, prefix: str = DATABASE
) -> tuple[str, str]:
    """Make roles and an empty database on the embedded server; (owner's URL, application's URL)."""
    folder: DataFolder = server.folder
    owner_password, app_password = folder.secret("owner_password"), folder.secret("app_password")
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        for statement in role_statements(prefix, owner_password=owner_password, app_password=app_password):
            connection.execute(sql.SQL(statement))
        if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    superuser_here = server.url(database, "postgres", folder.secret("superuser_password"))
    with psycopg.connect(superuser_here, autocommit=True) as connection:
        for statement in database_statements(prefix, database):
            connection.execute(sql.SQL(statement))
    return (
        server.url(database, f"{prefix}_owner", owner_password),
        server.url(database, f"{prefix}_app", app_password),
    )


def migrate(owner_url: str, say: Callable[[str], None] = lambda _text: None) -> None:
    """Run migrations and apply policies as the owner, skipping what already stands. Needs Django set up."""
    from django.core.management import call_command
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    from drive.access.policy_files import applied_fingerprint, apply_policies, fingerprint

    from .database_url import database_settings

    alias = "owner"
    connections.settings[alias] = connections.configure_settings(
        {"default": connections.settings["default"] | database_settings(owner_url)}
    )["default"]
    try:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        if plan:
            say(f"Bringing the database up to date: {len(plan)} steps")
            call_command("migrate", database=alias, verbosity=0, interactive=False)
        call_command("createcachetable", database=alias, verbosity=0)
        connections[alias].close()
        if plan or applied_fingerprint(owner_url) != fingerprint():
            say("Applying who may see what")
            apply_policies(owner_url)
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def prepare(owner_url: str, *, demonstration: bool, prefix: str, say: Callable[[str], None]) -> bool:
    """Migrate, apply the policies, and hold the database to its mode. Returns whether it holds no accounts yet.

    Raises `PreparationError` when it cannot, whatever the reason. Needs Django set up.
    """
    from django.db import Error

    from .installation import WrongInstallationError, claim

    try:
        migrate(owner_url, say)
        return claim(owner_url, demonstration=demonstration, prefix=prefix)
    except WrongInstallationError as error:
        raise PreparationError(str(error)) from error
    except (psycopg.Error, Error) as error:
        raise PreparationError(sentence(error)) from error


def sentence(error: Exception) -> str:
    """Why PostgreSQL did not do it, and what to do. Django's errors carry psycopg's as their cause."""
    cause = error if isinstance(error, psycopg.Error) else error.__cause__ or error
    said = " ".join(str(cause).split()).rstrip(".?") or type(cause).__name__
    if isinstance(cause, psycopg.errors.DiskFull):
        return "The disk that holds the database is full: free some space and start again."
    if isinstance(cause, psycopg.errors.InsufficientPrivilege | psycopg.errors.UndefinedObject):
        return f"This log-in may not prepare the database ({said}): run `drive roles` first, and use its owner_url as DATABASE_URL."
    if isinstance(cause, psycopg.OperationalError):
        return f"The database does not answer: {said}. Look at DATABASE_URL, and run `drive roles` if it was never run."
    return f"The database could not be prepared: {said}"
