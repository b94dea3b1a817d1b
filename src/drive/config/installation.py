"""What a database is for, said once and held to: practice with invented people, or real work. Never both."""

from __future__ import annotations

import psycopg
from psycopg import sql

DEMONSTRATION = "demonstration"
LIVE = "live"


class WrongInstallationError(Exception):
    """The database is for something else; the text is fit to show."""


def claim(owner_url: str, *, demonstration: bool, prefix: str) -> bool:
    """Hold the database to its mode, or give an empty one its mode. Returns whether it holds no accounts yet.

    Raises `WrongInstallationError` when practice is asked of a database that holds anything else, or the reverse.
    Call it after the migrations; `owner_url` logs in as the owner.
    """
    wanted = DEMONSTRATION if demonstration else LIVE
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("select mode from access_installation").fetchone()
        # The owner sees no rows of protected tables (row policies, trap 17); the loading role counts for it.
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(f"{prefix}_seed")))
        empty = connection.execute("select not exists (select from access_user)").fetchone() == (True,)
        connection.execute("set local role none")
        if row is None and not empty and demonstration:
            raise WrongInstallationError(
                "This database holds accounts that are no practice: practice mode will not start on it."
                " Choose another place with --data, or another database."
            )
        if row is None:
            connection.execute(
                "insert into access_installation (id, mode, made_at) values (1, %s, now())", [wanted]
            )
        elif row[0] == DEMONSTRATION and not demonstration:
            raise WrongInstallationError(
                "This database is a practice site with invented people: real work will not start on it."
                " Choose another place with --data, or another database."
            )
        elif row[0] == LIVE and demonstration:
            raise WrongInstallationError(
                "This database is for real work: practice mode will not start on it."
                " Start with --empty, or choose another place with --data."
            )
    return empty
