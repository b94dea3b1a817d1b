"""Whole requests of people of both sides over two server connections that they share transaction by transaction, as behind
a pooler: a transaction begins on whichever is drawn. The log-in is the application's own."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from uuid import UUID

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from django.urls import reverse
from psycopg.pq import TransactionStatus

from drive.access import pages
from drive.access.models import Membership
from drive.access.scopes import Side
from tests.cast import Cast, lay_out, open_case, open_record, seeding

PASSWORD = "marmalade umbrella trombone"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MARKS = ("Quagmire", "Flapdoodle", "Brouhaha", "Skulduggery", "Hullabaloo", "Gobbledegook")
"""A family name for each one's own case or record: nobody else may read it."""


class RaisedError(Exception):
    """What a view raises in the middle of its work."""


class Shared(DatabaseWrapper):  # type: ignore[misc]  # Django's wrapper is untyped
    """Django's connection over several of the server's: each transaction takes one by lot."""

    def share(self, chance: random.Random, servers: int) -> None:
        self.chance, self.servers = chance, []
        for _ in range(servers):
            self.connect()
            self.servers.append(self.connection)

    def set_autocommit(self, autocommit: bool, **more: Any) -> None:
        if not autocommit and len(getattr(self, "servers", [])) > 1:
            self.connection = self.chance.choice(self.servers)
        super().set_autocommit(autocommit, **more)

    def left_behind(self) -> set[tuple[str, str]]:
        """Who each server connection is now, and for which membership: between requests, nobody."""
        found = set()
        for raw in self.servers:
            assert raw.info.transaction_status is TransactionStatus.IDLE
            row = raw.execute(
                "select current_user, coalesce(current_setting('drive.membership', true), '')"
            ).fetchone()
            found.add((str(row[0]), str(row[1])))
        return found


@dataclass
class Counts:
    """What was asked and what came of it."""

    requests: int = 0
    foreign: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    left: set[tuple[str, str]] = field(default_factory=set)
    raised: int = 0
    kept: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    servers_used: int = 0


@dataclass(frozen=True)
class Person:
    browser: Client
    mark: str
    own: UUID
    side: Side

    def page(self, record: UUID) -> str:
        if self.side is Side.SERVICE_USER:
            return reverse("case_channels", kwargs={"case_id": record})
        return reverse("client_court", kwargs={"record_id": record})

    @property
    def everything(self) -> str:
        return reverse("case_list" if self.side is Side.SERVICE_USER else "client_list")

    def writing(self, words: str) -> dict[str, str]:
        if self.side is Side.SERVICE_USER:
            return {"kind": "address", "value": words, "label": "", "source": ""}
        return {"seen_version": "0", "on": "tomorrow", "what": words}


def _wrapper(kind: type[DatabaseWrapper], **said: str) -> Any:
    return kind(settings.DATABASES["default"] | connections["default"].settings_dict | said, "default")


def _people(cast: Cast) -> list[Person]:
    members: list[Membership] = [
        cast.case_manager, cast.other_case_manager, cast.outsider, cast.idva, cast.other_idva, cast.outside_idva,
    ]  # fmt: skip
    made = []
    with seeding():
        for member, mark in zip(members, MARKS, strict=True):
            opened = open_case if member.side == Side.SERVICE_USER else open_record
            assert member.service is not None
            made.append(opened(member.service, member, "Nobody", mark, member).pk)
            member.user.set_password(PASSWORD)
            member.user.save()
            TOTP.activate(member.user, SECRET)
    return [
        Person(Client(raise_request_exception=False, REMOTE_ADDR=f"192.0.2.{number}"), mark, own, Side(member.side))
        for number, (member, mark, own) in enumerate(zip(members, MARKS, made, strict=True), 1)
    ]  # fmt: skip


def _sign_in(person: Person, email: str) -> None:
    assert person.browser.post("/sign-in/", {"login": email, "password": PASSWORD}).status_code == 302
    code = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    assert person.browser.post("/sign-in/code/", {"code": code}).status_code == 302
    assert person.browser.get(person.everything).status_code == 200


@contextmanager
def _raising() -> Iterator[None]:
    """The view has written and answered; what comes next inside its transaction fails."""
    with mock.patch.object(pages, "discard_interrupted", side_effect=RaisedError):
        yield


def run(database: str, app: dict[str, str], requests: int, seed: int) -> Counts:
    """Lay the world out in `database`, sign six people in and let them ask in turn. Call in a thread of its own."""
    chance, counts = random.Random(seed), Counts()
    connections["default"] = _wrapper(DatabaseWrapper, NAME=database)
    cast = lay_out()
    people = _people(cast)
    emails = [m.user.email for m in (
        cast.case_manager, cast.other_case_manager, cast.outsider, cast.idva, cast.other_idva, cast.outside_idva,
    )]  # fmt: skip
    connections["default"].close()
    shared = connections["default"] = _wrapper(Shared, NAME=database, **app)
    shared.share(chance, 2)
    used: set[int] = set()
    try:
        for person, email in zip(people, emails, strict=True):
            _sign_in(person, email)
        for number in range(requests):
            _ask(chance, people, counts, number)
            counts.left |= shared.left_behind()
            used.add(id(shared.connection))
        counts.servers_used = len(used)
    finally:
        for raw in shared.servers:
            raw.close()
        shared.connection = None
    return counts


def _ask(chance: random.Random, people: list[Person], counts: Counts, number: int) -> None:
    person = chance.choice(people)
    counts.requests += 1
    turn, words = chance.random(), f"words-{number}-end"
    shows = True
    if number % 20 == 19:
        with _raising():
            answer = person.browser.post(person.page(person.own), person.writing(words))
        assert answer.status_code == 500, answer.status_code
        counts.raised += 1
        counts.lost.add(words)
        shows = False
    elif turn < 0.2:
        answer = person.browser.post(person.page(person.own), person.writing(words))
        assert answer.status_code == 302, answer.content.decode()
        counts.kept.add(words)
        shows = False
    elif turn < 0.4:
        other = chance.choice([each for each in people if each is not person])
        answer = person.browser.get(person.page(other.own))
        assert answer.status_code == 404
        shows = False
    else:
        answer = person.browser.get(person.everything if turn < 0.8 else person.page(person.own))
        assert answer.status_code == 200
    shown = {mark for mark in MARKS if mark in answer.content.decode()}
    counts.foreign += sorted(shown - {person.mark})
    if shows and shown != {person.mark}:
        counts.missing.append(person.mark)
