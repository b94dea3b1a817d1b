"""Every page, for everybody: what stands in the answer is what the oracle allows, and nothing more (S-39, S-03, S-04).

Each record of the rich world carries its own marker in every field of words. A page may show fewer than its reader may
know; it never shows one that they may not.
"""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from django.http import HttpResponse

from drive.access.models import Membership
from drive.advocacy.models import ClientProfile
from drive.casework.models import ServiceUserProfile
from drive.referrals.models import ReferralParty
from tests.cast import sign_in

from .oracle import World
from .rich import Rich, rich_world
from .surfaces import Surface, masked, may_know, said, stopped_clock, surfaces

MARKER = re.compile(r"zq\d{5}qz", re.IGNORECASE)

KEYS = int(os.environ.get("DRIVE_PROOF_KEYS", "1"))
"""Records asked for at each address."""

EVERYBODY = bool(os.environ.get("DRIVE_PROOF_EVERYBODY"))
"""Every member asks for every page. Otherwise one of each way of seeing, and of the pages that a role may not ask for at
all (one static answer, given before any row is read) each reader asks for every fourth, a different quarter each."""


def markers(response: HttpResponse) -> set[str]:
    return {found.lower() for found in MARKER.findall(said(response))}


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
    if EVERYBODY:
        return rich.members
    return [getattr(rich.cast, name) for name in ROLES] + rich.members[-3:]


def asked_of(everything: list[Surface], member: Membership, turn: int) -> list[Surface]:
    """What this reader is asked to open: see EVERYBODY."""
    return [
        each
        for place, each in enumerate(everything)
        if EVERYBODY or each.opens_for(member) or place % 4 == turn % 4
    ]


def test_s39_no_page_shows_what_its_reader_may_not_know(rich: Rich) -> None:
    """Bodies, headers and redirects of every page with every key: no marker of a hidden row, and every 404 the same
    bytes for everybody, whether the record is hidden or absent."""
    world, leaks, shown, asked = World(), [], 0, 0
    absent: dict[tuple[bytes, tuple[tuple[str, str], ...]], str] = {}
    everything = [Surface("/no-such-page/", None), *surfaces(rich, KEYS)]
    for turn, member in enumerate(who_is_asked(rich)):
        known, client = may_know(rich, world, member), sign_in(member)
        client.raise_request_exception = False  # a page that fails is a finding like another
        for surface in asked_of(everything, member, turn):
            response: Any = client.get(surface.path)
            asked += 1
            if response.status_code == 500:
                leaks.append(f"{member} at {surface.path}: failed")
            if response.status_code == 404:
                headers = tuple(sorted((k, v) for k, v in response.headers.items() if k != "Set-Cookie"))
                absent.setdefault((response.content, headers), f"{member} at {surface.path}")
            found = markers(response)
            shown += len(found)
            for marker in found - known:
                row = rich.filler.told[marker]
                leaks.append(f"{member} at {surface.path}: {row._meta.label} of {row.pk}")
    print(f"{asked} answers, {shown} markers shown")  # noqa: T201  # the count that docs/proofs.md cites
    assert leaks == []
    assert len(absent) == 1, list(absent.values())
    assert shown > 800, "the pages show too little for this test to prove anything"


NAMED = {"/cases/": ServiceUserProfile, "/clients/": ClientProfile, "/referrals/": ReferralParty}
"""Lists that are searched by name, and whose names they find."""


@pytest.mark.parametrize("address", NAMED)
def test_s39_searching_for_a_hidden_name_finds_as_much_as_for_nobody(rich: Rich, address: str) -> None:
    """The answer to a name that is there but hidden and to a name that is nowhere differ in the name typed alone; a name
    that may be known is found."""
    world, found = World(), 0
    page = next(each for each in surfaces(rich) if each.path == address)
    named = {m: row for m, row in rich.filler.told.items() if isinstance(row, tuple(NAMED.values()))}
    with stopped_clock():
        for member in who_is_asked(rich):
            if not page.opens_for(member):
                continue
            client, known = sign_in(member), may_know(rich, world, member)
            nobody = "zq99999qz"
            nothing = masked(said(client.post(address, {"words": nobody})), nobody)
            for name in [each for each in named if each not in known][:4]:
                assert masked(said(client.post(address, {"words": name})), name) == nothing, (
                    f"{member}: {name}"
                )
            for name in [each for each in known & set(named) if isinstance(named[each], NAMED[address])][:2]:
                found += masked(said(client.post(address, {"words": name})), name) != nothing
    assert found, "nobody is found at all: the search is not asked"
