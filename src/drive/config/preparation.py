"""From an empty server to a database that is ready: roles, migrations, policies. Each step is safe to repeat."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
from psycopg import sql

from .data_folder import DataFolder
from .database_roles import database_statements, role_statements
from .embedded_server import EmbeddedServer

DATABASE = "drive"


def make_database(server: EmbeddedServer, *, database: str = DATABASE, prefix: str = DATABASE) -> tuple[str, str]:
    """Make roles and an empty database on the embedded server; (owner's URL, application's URL)."""
    folder: DataFolder = server.folder
    owner_password, app_password = folder.secret("owner_password"), folder.secret("app_password")
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        for statement in role_statements(prefix, owner_password=owner_password, app_password=app_password):
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]  # built from closed names and quoted values
        if connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone() is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    superuser_here = server.url(database, "postgres", folder.secret("superuser_password"))
    with psycopg.connect(superuser_here, autocommit=True) as connection:
        for statement in database_statements(prefix, database):
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]  # as above
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
