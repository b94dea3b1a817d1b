"""Writing the demonstration world into an empty database: by COPY, in one transaction, as the loading role.

Row policies do not hold for that role; constraints, foreign keys and triggers do, and they are asked chunk by chunk, so
that the database's own list of checks to make never grows with the world.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import models
from django.utils import timezone
from psycopg import sql

from drive.config.installation import DEMONSTRATION

from .accounts import PASSWORD, Accounts, accounts, whom_to_sign_in_as
from .list_of_the_month import bring_in
from .sheets import NULL, columns_of
from .world import World

__all__ = ["Loaded", "NotEmptyError", "load", "load_if_empty", "pour", "whom_to_sign_in_as"]

SEED = 2026
"""The world of the tour."""

type Progress = Callable[[int, int], None]


class NotEmptyError(Exception):
    """The database holds something, or is not for practice; the text is fit to show."""


@dataclass(slots=True)
class Loaded:
    """What was written: rows by table, and how long it took in seconds."""

    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def people(self) -> int:
        """Service users and victims/survivors named on referrals, each counted for each role."""
        return self.rows.get("referrals_referralparty", 0)


def load(
    owner_url: str,
    *,
    people: int | None = None,
    seed: int = SEED,
    progress: Progress = lambda _done, _of: None,
    now: datetime.datetime | None = None,
) -> Loaded:
    """Write a world of about so many people. `progress` hears service users done, and of how many.

    Raises `NotEmptyError` unless the database is for practice (`access_installation`) and holds no account, referral, case
    or record. Nothing is left behind when it fails. Afterwards the tables are analysed, so that pages are quick at once.
    """
    began = timezone.now()
    world = World(seed, now or began, make_password(PASSWORD), people)
    with psycopg.connect(owner_url) as connection:
        row = connection.execute("select mode from access_installation").fetchone()
        if row is None or row[0] != DEMONSTRATION:
            raise NotEmptyError(
                "This database is not a practice site: the practice world is not written into it."
            )
        with _as_loader(connection):
            for table in ("access_user", "referrals_referral", "casework_sucase", "advocacy_vsrecord"):
                if connection.execute(
                    sql.SQL("select exists (select from {})").format(sql.Identifier(table))
                ).fetchone() == (True,):
                    raise NotEmptyError(
                        "This database holds something already: the practice world is written into an empty one alone."
                    )
            loaded = pour(world, connection, progress)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("analyze")
    loaded.seconds = (timezone.now() - began).total_seconds()
    return loaded


class _as_loader:  # noqa: N801  # reads as a verb where it is used
    """The loading role for a block of the transaction; the role before it afterwards."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection

    def __enter__(self) -> None:
        self.connection.execute(
            sql.SQL("set local role {}").format(sql.Identifier(f"{settings.DRIVE_ROLE_PREFIX}_seed"))
        )

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            self.connection.execute("set local role none")


def pour(
    world: World, connection: psycopg.Connection[Any], progress: Progress = lambda _done, _of: None
) -> Loaded:
    """Copy every chunk into `connection`, whose role must be the loading one, within its transaction.

    Raises the database's own error at the first row that breaks a rule.
    """
    loaded = Loaded()
    with connection.cursor() as cursor:
        for done, sheets in _one_ahead(world.chunks()):
            for model, lines in sheets.carry_off():
                _copy(cursor, model, lines)
                table = model._meta.db_table
                loaded.rows[table] = loaded.rows.get(table, 0) + len(lines)
            cursor.execute("set constraints all immediate; set constraints all deferred")
            progress(done, world.service_users)
    return loaded


def _one_ahead[T](chunks: Iterator[T]) -> Iterator[T]:
    """The same chunks, each made while the database is at work on the one before: at most two exist."""
    with ThreadPoolExecutor(1) as aside:
        coming = aside.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = aside.submit(next, chunks, None)
            yield chunk


def _copy(cursor: psycopg.Cursor[Any], model: type[models.Model], lines: list[str]) -> None:
    columns = columns_of(model)
    into = sql.SQL("copy {} ({}) from stdin (null {})").format(
        sql.Identifier(columns.table),
        sql.SQL(", ").join(map(sql.Identifier, columns.names)),
        sql.Literal(NULL),
    )
    with cursor.copy(into) as copy:
        for block in _blocks(lines):
            copy.write(block)


def _blocks(lines: list[str], size: int = 2000) -> Iterator[bytes]:
    for first in range(0, len(lines), size):
        yield "".join(lines[first : first + size]).encode()


def load_if_empty(owner_url: str, say: Callable[[str], None]) -> Accounts | None:
    """The world of the tour, into a practice database that holds nothing yet; None where it holds something."""
    try:
        loaded = load(owner_url)
    except NotEmptyError:
        return None
    say(
        f"Written in {loaded.seconds:.1f} seconds: {sum(loaded.rows.values()):,} rows about {loaded.people} invented people"
    )
    bring_in()
    return accounts()
