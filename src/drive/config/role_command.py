"""`drive roles`: makes the database's roles on a server of one's own, or prints the SQL for its administrator."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .data_folder import DataFolder
from .database_roles import database_statements, role_statements
from .preparation import DATABASE


@dataclass(frozen=True, slots=True)
class Wanted:
    """One database and its roles: `prefix` begins every role's name."""

    database: str
    prefix: str
    owner_password: str
    app_password: str

    @property
    def roles(self) -> list[str]:
        """Run in any database of the server."""
        return role_statements(
            self.prefix, owner_password=self.owner_password, app_password=self.app_password
        )

    @property
    def inside(self) -> list[str]:
        """Run in the database itself."""
        return database_statements(self.prefix, self.database)

    @property
    def make(self) -> str:
        """Makes the database. Its encoding is said, because a server may have been made with another."""
        return (
            sql.SQL("create database {} encoding 'UTF8' template template0")
            .format(sql.Identifier(self.database))
            .as_string(None)
        )

    def script(self) -> str:
        """All of it for `psql`, which stops at the first error. Safe to run again."""
        named = sql.Literal(self.database).as_string(None)
        make = sql.Literal(self.make).as_string(None)
        return "\n".join(
            [
                "-- For psql, as a superuser, in any database of the server. It holds passwords: do not keep it.",
                "\\set ON_ERROR_STOP on",
                "set client_min_messages = warning;",
                *[f"{statement};" for statement in self.roles],
                f"select {make} where not exists (select from pg_database where datname = {named}) \\gexec",
                f"\\connect {sql.Identifier(self.database).as_string(None)}",
                "set client_min_messages = warning;",  # a new connection forgets it
                *[f"{statement};" for statement in self.inside],
            ]
        )

    def kept(self, folder: DataFolder, server: str) -> str:
        """Keep both log-ins to `server` in the data folder; the sentence that says where."""
        for name, role, password in (
            ("owner_url", "owner", self.owner_password),
            ("app_url", "app", self.app_password),
        ):
            address = make_conninfo(
                server, dbname=self.database, user=f"{self.prefix}_{role}", password=password
            )
            folder.keep(name, address)
        return f"{folder.secrets_file} holds DATABASE_URL as owner_url and DRIVE_APP_URL as app_url."


def run(*, print_sql: bool, superuser_url: str) -> int:
    """Print the SQL, or run it as a superuser; either way keep the two log-ins in the data folder.

    The server is that of `superuser_url`, else of DATABASE_URL. 0, or 1 with a sentence.
    """
    import django

    django.setup()
    from django.conf import settings

    folder: DataFolder = settings.DRIVE_DATA
    try:
        server = superuser_url or os.environ.get("DATABASE_URL", "")
        named = conninfo_to_dict(os.environ.get("DATABASE_URL", "") or superuser_url or f"dbname={DATABASE}")
    except psycopg.ProgrammingError as error:
        return _failed(f"That is no address of a database: {str(error).strip()}")
    database = str(named.get("dbname") or DATABASE)
    if database in ("postgres", "template1"):
        database = DATABASE
    wanted = Wanted(
        database,
        os.environ.get("DRIVE_ROLE_PREFIX", "") or database,
        folder.secret("owner_password"),
        folder.secret("app_password"),
    )
    if print_sql:
        print(wanted.script())  # noqa: T201  # the command's own output
        print(wanted.kept(folder, server), file=sys.stderr)  # noqa: T201  # as above
        return 0
    if not superuser_url:
        return _failed(
            "Say whose log-in makes the roles with --superuser-url, or print the SQL with --print."
        )
    try:
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            for statement in wanted.roles:
                connection.execute(sql.SQL(statement))
            found = connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
            if found is None:
                connection.execute(sql.SQL(wanted.make))
        with psycopg.connect(make_conninfo(superuser_url, dbname=database), autocommit=True) as connection:
            for statement in wanted.inside:
                connection.execute(sql.SQL(statement))
    except psycopg.Error as error:
        return _failed(f"The roles were not made: {str(error).strip().splitlines()[0]}")
    print(f"The roles of {database} stand. {wanted.kept(folder, superuser_url)}")  # noqa: T201  # as above
    return 0


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201  # a command's own output
    return 1
