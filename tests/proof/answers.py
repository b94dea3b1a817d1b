"""What one reader is told by every surface, as something that can be compared: status, headers, body, file members,
titles, redirects, emails, and every statement that the answer took."""

from __future__ import annotations

import io
import random
import re
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import lxml.html
import pytest
from django.core import mail
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from drive.access.models import Membership
from tests.cast import sign_in

from .surfaces import Surface, body, masked

WORDS = "Some words"
KEY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Answer:
    """All of one answer, after masking. Two answers are equal or somebody can tell them apart."""

    status: int
    headers: tuple[tuple[str, str], ...]
    content: tuple[tuple[str, bytes], ...]
    """(member, bytes): one nameless member, or those of an XLSX file."""
    statements: tuple[str, ...]
    """What was asked of the database, without values: its length is the query count."""
    mails: tuple[tuple[str, ...], ...]
    """Every mail that the answer sent: to whom, from whom, about what, and its words."""

    def difference(self, other: Answer) -> str:
        """Where two answers part, in one line."""
        if self.status != other.status:
            return f"status {self.status}, {other.status}"
        if self.headers != other.headers:
            return f"headers {set(self.headers) ^ set(other.headers)}"
        if len(self.statements) != len(other.statements):
            return f"{len(self.statements)} queries, {len(other.statements)}"
        if self.mails != other.mails:
            return f"mails {set(self.mails) ^ set(other.mails)}"
        for (name, mine), (_, theirs) in zip(self.content, other.content, strict=False):
            if mine != theirs:
                at = next(
                    (i for i, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b),
                    min(len(mine), len(theirs)),
                )
                return (
                    f"{name or 'body'} at {at}: {mine[at - 40 : at + 60]!r} and {theirs[at - 40 : at + 60]!r}"
                )
        return "statements"


class _Database:
    """Remembers the statements between two answers."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements.append(re.sub(r"s\d+_x\d+|\(%s(, %s)*\)", "(..)", sql))
        return execute(sql, params, many, context)


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the block writes is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def drawn_alike() -> Iterator[None]:
    """What the program draws at random (a study's key, a nonce, a code) is the same in every block."""
    drawn = random.Random(0)
    with pytest.MonkeyPatch.context() as instead:
        instead.setattr(secrets, "choice", drawn.choice)
        instead.setattr(secrets, "token_bytes", drawn.randbytes)
        instead.setattr(secrets, "token_hex", lambda size: drawn.randbytes(size).hex())
        yield


def _said_by(message: mail.EmailMessage) -> list[str]:
    """All that a mail tells: the people, the subject, each form of its words, and what is attached."""
    parts = [*message.recipients(), str(message.from_email), str(message.subject), str(message.body)]
    parts += [str(each) for each in getattr(message, "alternatives", [])]
    return parts + [str(each) for each in message.attachments]


class Reader:
    """One member at a browser who changes nothing: every answer is undone."""

    def __init__(self, member: Membership, known: set[str]) -> None:
        self.client: Client = sign_in(member)
        self.client.raise_request_exception = False
        self.known = known
        """Keys of the world: any other key in an answer was drawn for it and is masked."""

    def _ask(self, method: str, path: str, **sent: Any) -> tuple[Answer, HttpResponse]:
        database, before = _Database(), len(mail.outbox)
        with undone(), drawn_alike(), connection.execute_wrapper(database):
            response: Any = getattr(self.client, method)(path, **sent)
            content = body(response)
        kept = tuple(
            sorted(
                (k, self._mask(v))
                for k, v in response.headers.items()
                if k not in ("Set-Cookie", "Content-Length")
            )
        )
        mails = tuple(tuple(self._mask(part) for part in _said_by(sent)) for sent in mail.outbox[before:])
        return Answer(
            response.status_code, kept, self._members(content), tuple(database.statements), mails
        ), response

    def ask(self, method: str, path: str) -> Answer:
        """What is answered to an address, and to nothing being sent to it."""
        return self._ask(method, path)[0]

    def _members(self, content: bytes) -> tuple[tuple[str, bytes], ...]:
        if content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as file:
                return tuple((name, file.read(name)) for name in file.namelist())
        return (("", self._mask(content.decode(errors="replace")).encode()),)

    def _mask(self, text: str) -> str:
        return KEY.sub(lambda found: found[0] if found[0] in self.known else "KEY", masked(text))

    def answers(self, surface: Surface, *, sends: bool) -> Iterator[tuple[str, Answer]]:
        """The page; with `sends`, also what it says to each of its forms sent empty and sent filled in."""
        got, page = self._ask("get", surface.path)
        yield f"GET {surface.path}", got
        if not sends or page.status_code != 200 or not page.headers["Content-Type"].startswith("text/html"):
            return
        for number, (action, fields) in enumerate(filled_forms(page.content, surface.path)):
            for how, data in (("empty", {}), ("filled", fields)):
                sent, _ = self._ask(
                    "post",
                    action,
                    data=urlencode(data, doseq=True),
                    content_type="application/x-www-form-urlencoded",
                )
                yield f"POST {action} form {number} {how}", sent


def filled_forms(content: bytes, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each form of a page that is sent by POST, with every question answered: the first answer offered, today, words."""
    for form in lxml.html.fromstring(content).iter("form"):
        if (form.get("method") or "").lower() != "post":
            continue
        fields: dict[str, Any] = {}
        for box in form.iter("input", "select", "textarea", "button"):
            name, kind = box.get("name"), (box.get("type") or "").lower()
            if not name or name == "csrfmiddlewaretoken" or kind == "file":
                continue
            if box.tag == "select":
                offered = [option.get("value") for option in box.iter("option") if option.get("value")]
                fields[name] = offered[0] if offered else ""
            elif kind in ("radio", "checkbox"):
                fields.setdefault(name, box.get("value") or "on")
            elif kind in ("hidden", "submit") or box.tag == "button":
                fields.setdefault(name, box.get("value") or "")
            else:
                drawn = box.get("class") or ""
                fields[name] = "today" if "date" in drawn else "10:00" if "time" in drawn else WORDS
        yield form.get("action") or path, fields
