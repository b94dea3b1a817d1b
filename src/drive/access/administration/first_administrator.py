"""The first administrator of an empty site, made by whoever has the owner's log-in to the database.

No page and no scope of the application can do this: policies let an administrator be made by an administrator alone.
So it is done past them, as the loading role, in one transaction, with its event in the audit; and only while nobody
can sign in as an administrator.
"""

from __future__ import annotations

from uuid import uuid4

import psycopg
from psycopg import sql

from drive.access.models import OPEN, User, local_today
from drive.access.roles import Role

Connection = psycopg.Connection[tuple[object, ...]]

ORIGIN = "console"


class FirstAdministratorError(Exception):
    """It cannot be done; the text is one sentence, fit to show."""


def make_first_administrator(
    owner_url: str, *, prefix: str, user: User, organisation: str, site: str, label: str
) -> None:
    """Write `user` (unsaved, password set) as administrator of a site, making organisation and site where absent.

    Raises `FirstAdministratorError` when somebody administers already, when the address is taken, when the installation
    is not ready, and when a new site has no label.
    """
    try:
        with psycopg.connect(owner_url) as connection:
            _claimed(connection)
            _step(connection, f"{prefix}_seed")
            _nobody_administers(connection)
            if connection.execute("select from access_user where email = %s", [user.email]).rowcount:
                raise FirstAdministratorError(
                    f"There is an account {user.email} already. Choose another address for the administrator."
                )
            organisation_id = _named(connection, "access_organisation", organisation) or _added(
                connection, "access_organisation", {"name": organisation}
            )
            site_id = _named(connection, "access_site", site)
            if site_id is None:
                if not label:
                    raise FirstAdministratorError(
                        f"The site {site} is new: say with --label under which name it is released, such as Site 1."
                    )
                site_id = _added(connection, "access_site", {"name": site, "publication_label": label})
            _add_account(connection, user)
            membership_id = _added(
                connection,
                "access_membership",
                {
                    "user_id": user.pk, "name": user.name, "role": Role.ADMINISTRATOR.value,
                    "side": Role.ADMINISTRATOR.entry.side.value, "organisation_id": organisation_id, "site_id": site_id,
                    "starts_on": local_today(), "ends_on": OPEN, "work_phone": "",
                },
            )  # fmt: skip
            _step(connection, f"{prefix}_policy")
            connection.execute(
                "select audit.record('permission-changed', 'membership', %s, null, %s, '', %s, %s, %s, null)",
                [membership_id, site_id, ["account", "role", "site"], "The first administrator", ORIGIN],
            )
    except psycopg.OperationalError as error:
        raise FirstAdministratorError(
            f"The database does not answer: {str(error).strip().splitlines()[-1]}"
        ) from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise FirstAdministratorError(
            "This log-in may not do it: DATABASE_URL must be the owner’s, which `drive roles` made."
        ) from error


def _claimed(connection: Connection) -> None:
    """The installation must be for real work: practice has its own people."""
    try:
        row = connection.execute("select mode from access_installation").fetchone()
    except psycopg.errors.UndefinedTable as error:
        raise FirstAdministratorError("The database is empty: run `drive prepare` first.") from error
    if row is None:
        raise FirstAdministratorError("The database is not prepared: run `drive prepare` first.")
    if row[0] != "live":
        raise FirstAdministratorError(
            "This is a practice site with invented people, its administrator among them: real work needs another database."
        )


def _nobody_administers(connection: Connection) -> None:
    """Under a lock, so that two consoles cannot both be first."""
    connection.execute("lock table access_membership in share row exclusive mode")
    found = connection.execute(
        "select from access_membership m join access_user u on u.id = m.user_id"
        " where m.role = %s and u.is_active and m.ends_on > %s",
        [Role.ADMINISTRATOR.value, local_today()],
    )
    if found.rowcount:
        raise FirstAdministratorError(
            "Somebody administers this site already: they add others in the browser, or here with --as THEIR-EMAIL."
        )


def _step(connection: Connection, role: str) -> None:
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def _named(connection: Connection, table: str, name: str) -> object | None:
    found = connection.execute(
        sql.SQL("select id from {} where name = %s").format(sql.Identifier(table)), [name]
    ).fetchone()
    return found[0] if found else None


def _added(connection: Connection, table: str, values: dict[str, object]) -> object:
    row: dict[str, object] = {"id": uuid4(), **values}
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join([sql.Placeholder()] * len(row)),
        ),
        list(row.values()),
    )
    return row["id"]


def _add_account(connection: Connection, user: User) -> None:
    columns = {str(field.column): getattr(user, field.attname) for field in user._meta.concrete_fields}
    _added(connection, user._meta.db_table, columns)
