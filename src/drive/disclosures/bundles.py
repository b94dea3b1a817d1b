"""What a bundle says: made from an allow-list of the person's own data, in the scope of their own side (S-37, S-33).

Nobody's free words are in it: what a worker wrote about one person is about others as well, and a gap where a line was
taken out would tell that it had been there. The same goes for reasons, plans, decisions, who else works with whom, and
how the person came to the service: left out for everybody who asks, so that leaving out says nothing of one. A contact
cancelled for safety reads like any other that the service cancelled.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string

from drive.access.scopes import Scope
from drive.access.stepping import Actor, acting_as
from drive.advocacy.models import ClientContact, ClientProfile, RecordExit, VsRecord
from drive.casework.models import Closure, Contact, ServiceUserProfile, Session, SuCase
from drive.components.dates import plain_date
from drive.instruments.codelists import code_list

PERSON = (
    "given_names", "family_name", "known_as", "born_on", "born_precision", "gender", "ethnic_group", "ethnicity_as_given",
    "employment", "language", "interpreter", "disability",
)  # fmt: skip
"""Of a profile, exactly what the database grants to a bundle's scope (policies.sql)."""

SAID_ALIKE = {"cancelled_safety": "cancelled_us"}
"""Outcomes that would tell of somebody else's safety, and what they read as."""

OWN_SESSIONS = ("behaviour_change", "support", "group")
"""Kinds of session (K-63) that are the service user's own; those with a child are the child's."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of a bundle: a heading, the columns, the rows. Without rows it says that nothing is held."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as HTML. `digest` is the SHA-256 of its bytes, in hex."""

    html: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.html.encode()).hexdigest()


def make_bundle(actor: Actor, side: str, record_id: UUID, made_on: datetime.date) -> Bundle:
    """The bundle of one record, read in that side's scope alone.

    The actor must have a request for the record from the last day. Raises `SuCase.DoesNotExist` or
    `VsRecord.DoesNotExist` otherwise.
    """
    if side == "su":
        with acting_as(actor, Scope.SU_DISCLOSURE):
            sections = _service_user(record_id)
    else:
        with acting_as(actor, Scope.VS_DISCLOSURE):
            sections = _client(record_id)
    return Bundle(render_to_string("disclosures/bundle.html", {"sections": sections, "made_on": made_on}))


def _service_user(case_id: UUID) -> list[Section]:
    case = SuCase.objects.values("starts_on").get(pk=case_id)
    profiles = ServiceUserProfile.objects.filter(case_id=case_id).order_by("-version").values(*PERSON)
    contacts = Contact.objects.filter(case_id=case_id).order_by("happened_on", "id")
    sessions = Session.objects.filter(case_id=case_id, kind__in=OWN_SESSIONS).order_by("held_on", "id")
    closures = Closure.objects.filter(case_id=case_id).order_by("closed_on", "id")
    return [
        _person(profiles.first()),
        Section(
            "Contact with you",
            ("Day", "How", "What happened", "Who began it"),
            tuple(
                _contact(day, channel, outcome, started_by)
                for day, channel, outcome, started_by in contacts.values_list(
                    "happened_on", "channel", "outcome", "started_by"
                )
            ),
        ),
        Section(
            "Sessions with you",
            ("Day", "Kind", "Minutes", "Did you come?"),
            tuple(
                (
                    plain_date(day),
                    code_list("K-63.kind").label(kind),
                    _known(minutes),
                    "Yes" if attended else "No",
                )
                for day, kind, minutes, attended in sessions.values_list(
                    "held_on", "kind", "minutes", "attended"
                )
            ),
        ),
        _dates(case["starts_on"], list(closures.values_list("closed_on", flat=True))),
    ]


def _client(record_id: UUID) -> list[Section]:
    record = VsRecord.objects.values("opened_on").get(pk=record_id)
    profiles = ClientProfile.objects.filter(record_id=record_id).order_by("-version").values(*PERSON)
    contacts = ClientContact.objects.filter(record_id=record_id).order_by("happened_at", "id")
    exits = RecordExit.objects.filter(record_id=record_id).order_by("exited_on", "id")
    return [
        _person(profiles.first()),
        Section(
            "Contact with you",
            ("Day", "How", "What happened", "Who began it"),
            tuple(
                _contact(at, channel, outcome, started_by)
                for at, channel, outcome, started_by in contacts.values_list(
                    "happened_at", "channel", "outcome", "started_by"
                )
            ),
        ),
        _dates(record["opened_on"], list(exits.values_list("exited_on", flat=True))),
    ]


def _contact(day: datetime.date, channel: str, outcome: str, started_by: str) -> tuple[str, ...]:
    said = SAID_ALIKE.get(outcome, outcome)
    began = "The service" if started_by in ("us", "worker") else "You"
    return plain_date(day), code_list("K-18").label(channel), code_list("K-19").label(said), began


def _person(found: dict[str, Any] | None) -> Section:
    held = found or {}
    born, precision = held.get("born_on"), held.get("born_precision")
    rows = (
        ("Given names", _known(held.get("given_names"))),
        ("Family name", _known(held.get("family_name"))),
        ("Also known as", _known(", ".join(held.get("known_as") or []))),
        ("Born", (plain_date(born) if precision == "day" else str(born.year)) if born else "Not known"),
        ("Gender", _coded("K-02", held.get("gender"))),
        ("Ethnic group", _coded("K-03", held.get("ethnic_group"))),
        ("Ethnicity in your words", _known(held.get("ethnicity_as_given"))),
        ("Work", _coded("K-05", held.get("employment"))),
        ("Language", _known(held.get("language"))),
        ("Interpreter", _coded("K-01", held.get("interpreter"))),
        ("Disability", _coded("K-01", held.get("disability"))),
    )
    return Section("About you", ("What", "As we hold it"), rows)


def _dates(began: datetime.date, ended: list[datetime.date]) -> Section:
    rows = [("Began", plain_date(began)), *(("Ended", plain_date(day)) for day in ended)]
    return Section("Our work with you", ("What", "Day"), tuple(rows))


def _known(value: Any) -> str:
    return str(value) if value not in (None, "") else "Not known"


def _coded(name: str, code: str | None) -> str:
    if not code:
        return "Not known"
    for each in (name, "K-01"):
        if code in code_list(each):
            return code_list(each).label(code)
    return code.replace("_", " ").capitalize()
