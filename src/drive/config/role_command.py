"""`drive roles`: makes the database's roles on a server of one's own, or prints the SQL for its administrator."""

from __future__ import annotations

import os

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from .data_folder import DataFolder
from .database_roles import database_statements, role_statements
from .preparation import DATABASE


def run(*, print_sql: bool, superuser_url: str) -> int:
    """Print the SQL, or run it as a superuser and keep the two log-ins in the data folder. 0, or 1 with a sentence."""
    import django

    django.setup()
    from django.conf import settings

    folder: DataFolder = settings.DRIVE_DATA
    named = conninfo_to_dict(os.environ.get("DATABASE_URL", "") or superuser_url or f"dbname={DATABASE}")
    database = str(named.get("dbname") or DATABASE)
    if database in ("postgres", "template1"):
        database = DATABASE
    prefix = os.environ.get("DRIVE_ROLE_PREFIX", "") or database
    owner, app = folder.secret("owner_password"), folder.secret("app_password")
    roles = role_statements(prefix, owner_password=owner, app_password=app)
    inside = database_statements(prefix, database)
    if print_sql:
        make = sql.SQL("create database {}").format(sql.Identifier(database)).as_string(None)
        for line in [
            "-- Run as a superuser, in any database of the server. It holds passwords: do not keep it.",
            *[f"{statement};" for statement in roles],
            f"{make};  -- unless it is there",
            f"-- Then, in the database {database}:",
            *[f"{statement};" for statement in inside],
        ]:
            print(line)  # noqa: T201  # the command's own output
        return 0
    if not superuser_url:
        print("Say whose log-in makes the roles with --superuser-url, or print the SQL with --print.")  # noqa: T201  # as above
        return 1
    try:
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            for statement in roles:
                connection.execute(sql.SQL(statement))
            if (
                connection.execute("select 1 from pg_database where datname = %s", [database]).fetchone()
                is None
            ):
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        with psycopg.connect(make_conninfo(superuser_url, dbname=database), autocommit=True) as connection:
            for statement in inside:
                connection.execute(sql.SQL(statement))
    except psycopg.Error as error:
        print(f"The roles were not made: {str(error).strip().splitlines()[0]}")  # noqa: T201  # as above
        return 1
    folder.keep(
        "owner_url", make_conninfo(superuser_url, dbname=database, user=f"{prefix}_owner", password=owner)
    )
    folder.keep("app_url", make_conninfo(superuser_url, dbname=database, user=f"{prefix}_app", password=app))
    where = f"in {folder.secrets_file}, as owner_url and app_url"
    print(f"The roles of {database} stand. DATABASE_URL and DRIVE_APP_URL are {where}.")  # noqa: T201  # as above
    return 0
