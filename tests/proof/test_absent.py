"""A record that is hidden and one that is not there cannot be told apart, on any page (S-39): the same bytes, and the same
statements asked of the database, one by one. How long both take is measured by benchmarks/not_found.

Every address with a key is asked for with the key of a record that the reader may not see and with one that was just
drawn, by GET and by POST; where two keys stand in an address, also a hidden inner key under an outer one that is the
reader's own. `DRIVE_PROOF_EVERYBODY` asks as everybody; otherwise every page is asked for once.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from drive.access import middleware
from drive.access.models import Membership
from drive.disclosures.models import SubjectRequest
from tests.cast import seeding

from .answers import KEY, Reader
from .oracle import World, allowed_anywhere
from .rich import Rich, rich_world
from .surfaces import Surface, addresses, surfaces

EVERYBODY = bool(os.environ.get("DRIVE_PROOF_EVERYBODY"))

NOBODY_IS_REFUSED: dict[str, str] = {
    "/administration/services/KEY/teams/add/": "administrators arrange every site",
    "/administration/sites/KEY/": "administrators arrange every site",
    "/administration/sites/KEY/change/": "administrators arrange every site",
    "/administration/sites/KEY/services/add/": "administrators arrange every site",
    "/administration/sites/KEY/settings/threshold/": "administrators arrange every site",
}
"""Pages whose key hides nothing from anybody who may open them, and why."""


@pytest.fixture
def rich(db: None, settings: Any) -> Rich:
    settings.DRIVE_RAISE_DENIED = False
    return rich_world()


def _bundles_elsewhere(rich: Rich) -> list[Surface]:
    """The pages of a subject access request at the other site."""
    request = rich.filler.fill(
        SubjectRequest, side="su", record_id=rich.cases[2].pk, site_id=rich.cast.other_site.pk
    )
    return [
        Surface(each.at(request_id=request.pk), each.page)
        for each in addresses()
        if each.route.startswith("subject-access/") and each.keys
    ]


def _kind(path: str) -> str:
    return KEY.sub("KEY", path)


def _nowhere(path: str) -> str:
    """The same address with keys that were just drawn."""
    return KEY.sub(lambda _: str(uuid4()), path)


def _pairs(reader: Reader, paths: list[str], seen: set[str], done: Counter[str]) -> Iterator[tuple[str, str]]:
    """An address with a key that the reader may not see, and the same one with keys that lead nowhere."""
    for path in paths:
        if not EVERYBODY and done[_kind(path)]:
            continue
        keys = KEY.findall(path)
        if reader.ask("get", path).status in (404, 405):  # 405: it is only ever sent to
            if keys[-1] not in seen:  # a concern read in an emergency, say, is not hidden where its link is
                yield path, path.replace(keys[1], str(uuid4())) if keys[0] in seen else _nowhere(path)
        elif len(keys) == 2:
            outer, inner = keys
            for other in paths:
                if _kind(other) == _kind(path) and KEY.findall(other)[0] != outer:
                    yield path.replace(inner, KEY.findall(other)[1]), path.replace(inner, str(uuid4()))


def _told_apart(
    rich: Rich, members: list[Membership], everything: list[Surface], done: Counter[str]
) -> list[str]:
    """What differs between hidden and absent, in words; counts the pairs of each kind of page in `done`."""
    world = World()
    known = {str(key) for key in world.by_key}
    found, statements = [], 0
    for member in members:
        reader = Reader(member, known)
        seen = {key for _, key in allowed_anywhere(world, world.by_key[member.pk])}
        paths = [each.path for each in everything if each.opens_for(member) and KEY.search(each.path)]
        for hidden, absent in _pairs(reader, paths, seen, done):
            for method in ("get", "post"):
                there, nowhere = reader.ask(method, hidden), reader.ask(method, absent)
                statements += len(there.statements)
                if there != nowhere:
                    found.append(f"{member}: {method} {hidden}: {there.difference(nowhere)}")
            done[_kind(hidden)] += 1
    print(f"{done.total()} pairs on {len(done)} pages, {statements} statements each")  # noqa: T201  # docs/proofs.md
    return found


def test_s39_hidden_and_absent_ask_the_same_of_the_database(rich: Rich) -> None:
    done: Counter[str] = Counter()
    everything = [*surfaces(rich, 6), *_bundles_elsewhere(rich)]
    assert _told_apart(rich, [*reversed(rich.members)], everything, done) == []
    kinds = {_kind(each.path) for each in everything if KEY.search(each.path)}
    assert kinds - set(done) == set(NOBODY_IS_REFUSED), "pages that nobody was refused"


def test_one_statement_more_for_a_hidden_record_is_noticed(
    rich: Rich, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The comparison can fail: whoever answers 404 first looks whether the record is there."""
    answered = middleware.nothing_here

    def curious(request: Any, *given: Any) -> Any:
        with seeding():
            there = World().by_key.keys() & set(request.resolver_match.kwargs.values())
        if there:
            with connection.cursor() as cursor:
                cursor.execute("select 1")
        return answered(request, *given)

    monkeypatch.setattr(middleware, "nothing_here", curious)
    page = Surface(f"/cases/{rich.cases[0].pk}/", None)
    found = _told_apart(rich, [rich.cast.other_case_manager], [page], Counter())
    assert found
    assert "queries" in found[0]
