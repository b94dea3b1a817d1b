"""Every page, for everybody: what stands in the answer is what the oracle allows, and nothing more (S-39, S-03, S-04).

Each record of the rich world carries its own marker in every field of words. A page may show fewer than its reader may
know; it never shows one that they may not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from drive.access.models import Membership
from drive.access.roles import Role
from drive.casework.models import ContactStrategy, LinkedPerson, ServiceUserProfile
from drive.referrals.models import IdentityMatch, ReferralParty
from tests.cast import sign_in

from .oracle import Eyes, World, allowed_anywhere, rule_for
from .rich import Rich, rich_world

MARKER = re.compile(r"zq\d{5}qz", re.IGNORECASE)

KEYS = int(os.environ.get("DRIVE_PROOF_KEYS", "1"))
"""Records asked for at each address."""

SPECIAL = {"history": "status", "instrument_id": "needs", "form": "su_case.contact"}
"""What stands in an address besides keys."""


@dataclass(frozen=True)
class Address:
    """A page: its address, and the name of the first key in it."""

    route: str
    kinds: tuple[tuple[str, str], ...]

    def at(self, **keys: Any) -> str:
        """The address with these keys; those not given lead nowhere."""
        made = self.route
        for converter, name in self.kinds:
            value = keys.get(
                name, uuid4() if converter == "uuid" else 1 if converter == "int" else SPECIAL[name]
            )
            made = made.replace(f"<{converter}:{name}>", str(value))
        return "/" + made


def addresses(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[Address]:
    """Every address of the site."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route)
        elif isinstance(entry, URLPattern):
            yield Address(route, tuple(re.findall(r"<(\w+):(\w+)>", route)))


def records_of(rich: Rich) -> dict[str, list[Any]]:
    """Every key that an address may carry, by the name of its argument: of both sides and both sites."""
    told = rich.filler.told.values()
    made = lambda name: [row for row in told if type(row).__name__ == name]  # noqa: E731  # one expression, used below
    return {
        "case_id": rich.cases,
        "record_id": [rich.cases[0], rich.records[0], rich.records[1], *rich.cases[1:], rich.records[2]],
        "link_id": rich.links,
        "referral_id": rich.referrals,
        "match_id": made("PossibleMatch"),
        "question_id": made("ContactQuestion"),
        "proposal_id": made("OutcomeProposal"),
        "concern_id": made("StopConcern"),
        "item_id": made("RiskItem"),
        "booking_id": made("Booking"),
        "incident_id": made("PracticeIncident"),
        "request_id": made("ReleaseRequest"),
        "assessment_id": made("Assessment"),
    }


ONE_S_OWN = ("account/", "sign-in/", "sign-out/")
"""The sign-in library's pages about the reader's own account: no record can be reached from them."""


def pages(rich: Rich) -> Iterator[str]:
    """Every address, once without a key or with each record's key; inner keys are those of the same case or link."""
    known = records_of(rich)
    for address in addresses():
        names = [name for converter, name in address.kinds if converter == "uuid"]
        if address.route.startswith(ONE_S_OWN):
            continue
        if not names:
            if not any(converter == "int" for converter, _ in address.kinds):
                yield address.at()
            continue
        for outer in known.get(names[0], [])[:KEYS]:
            if len(names) == 1:
                yield address.at(**{names[0]: outer.pk})
                continue
            inner = [row for row in known.get(names[1], []) if _belongs(row, names[0], outer.pk)]
            for row in inner[:1]:
                yield address.at(**{names[0]: outer.pk, names[1]: row.pk})


def _belongs(row: Any, outer: str, key: Any) -> bool:
    return key in {
        getattr(row, name, None) for name in (outer, "case_id", "record_id", "link_id", "su_case_id")
    }


def said(response: HttpResponse) -> str:
    """Everything that a response carries: body, headers, where it leads."""
    body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    return body.decode(errors="replace") + repr(sorted(response.headers.items()))


def markers(response: HttpResponse) -> set[str]:
    return {found.lower() for found in MARKER.findall(said(response))}


def may_know(rich: Rich, world: World, member: Membership) -> set[str]:
    """Markers of the rows that the oracle allows, and what the bridge tells by name: see each line."""
    seen = allowed_anywhere(world, member)
    known = {m for m, row in rich.filler.told.items() if (row._meta.db_table, str(row.pk)) in seen}
    for scope in Role(member.role).entry.scopes:
        eyes = Eyes(world, member, scope)
        for marker, row in rich.filler.told.items():
            # W-09: whoever reads a link from the client's side reads the service user's name.
            if isinstance(row, ServiceUserProfile) and any(
                link.su_case_id == row.case_id and eyes.client(link.vs_record_id) for link in rich.links
            ):
                known.add(marker)
            # S-33: the two people of an identity match, for the governance lead of either site alone.
            if isinstance(row, ReferralParty) and any(
                row.pk in (match.first, match.second) and rule_for(IdentityMatch)(eyes, match)
                for match in world.all(IdentityMatch)
            ):
                known.add(marker)
    return known


@pytest.fixture
def rich(db: None, settings: Any) -> Rich:
    """The rich world, answered as in production: what the database denies is the one 404."""
    settings.DRIVE_RAISE_DENIED = False
    return rich_world()


ROLES = [
    "case_manager", "other_case_manager", "service_manager", "idva", "other_idva", "stand_in", "idva_manager",
    "coordinator", "partner", "governance_lead", "analyst", "administrator", "outsider", "outside_idva",
]  # fmt: skip
"""One of each way of seeing. The others are asked in the long run."""


def who_is_asked(rich: Rich) -> list[Membership]:
    if os.environ.get("DRIVE_PROOF_EVERYBODY"):
        return rich.members
    return [getattr(rich.cast, name) for name in ROLES] + rich.members[-3:]


def test_s39_no_page_shows_a_marker_that_its_reader_may_not_know(rich: Rich) -> None:
    """Bodies, headers and redirects of every page with every key, searches included."""
    world, leaks, shown, asked = World(), [], 0, 0
    everything = list(pages(rich))
    for member in who_is_asked(rich):
        known, client = may_know(rich, world, member), sign_in(member)
        client.raise_request_exception = False  # a page that fails is a finding like another
        for address in everything:
            response: Any = client.get(address)
            asked += 1
            if response.status_code == 500:
                leaks.append(f"{member} at {address}: failed")
            found = markers(response)
            shown += len(found)
            for marker in found - known:
                row = rich.filler.told[marker]
                leaks.append(f"{member} at {address}: {row._meta.label} of {row.pk}")
    print(f"{asked} answers, {shown} markers shown")  # noqa: T201  # the count that the note cites
    assert leaks == []
    assert shown > 500, "the pages show too little for this test to prove anything"


def test_s39_forbidden_and_absent_are_one_answer(rich: Rich) -> None:
    """Body, status and headers of every 404 are the same bytes for everybody."""
    answers: dict[tuple[bytes, tuple[tuple[str, str], ...]], str] = {}
    for member in who_is_asked(rich):
        client = sign_in(member)
        for address in ["/no-such-page/", *list(pages(rich))[::3]]:
            response: Any = client.get(address)
            if response.status_code == 404:
                headers = tuple(sorted((k, v) for k, v in response.headers.items() if k != "Set-Cookie"))
                answers.setdefault((response.content, headers), f"{member} at {address}")
    assert len(answers) == 1, list(answers.values())


@pytest.mark.parametrize("address", ["/cases/", "/clients/", "/referrals/"])
def test_s39_searching_for_a_hidden_name_finds_as_much_as_for_nobody(rich: Rich, address: str) -> None:
    """The answer to a name that is there but hidden and to a name that is nowhere differ in the name typed alone."""
    world = World()
    for member in who_is_asked(rich):
        client, known = sign_in(member), may_know(rich, world, member)
        hidden = [
            marker
            for marker, row in rich.filler.told.items()
            if marker not in known and isinstance(row, ServiceUserProfile | LinkedPerson | ContactStrategy)
        ][:2]
        for name in hidden:
            nobody = "zq99999qz"
            found, nothing = (client.get(address, {"q": each}) for each in (name, nobody))
            assert masked(said(found), name) == masked(said(nothing), nobody), f"{member}: {name}"


def masked(text: str, name: str = "") -> str:
    """Without what differs from one answer to the next by design: nonce, token, cookies, clock."""
    text = text.replace(name, "NAME") if name else text
    text = re.sub(r"nonce[-=]\"?[\w+/=-]+", "NONCE", text)
    text = re.sub(r"name=\"csrfmiddlewaretoken\" value=\"\w+\"", "TOKEN", text)
    text = re.sub(r"X-CSRFToken[^}]*}", "TOKEN", text)
    return re.sub(r"\d\d:\d\d:\d\d", "CLOCK", text)
