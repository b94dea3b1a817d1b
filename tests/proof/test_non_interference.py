"""Two worlds that differ only in what is behind the wall answer the other side alike, byte for byte (S-01, S-03, S-06,
S-39, W-09).

Each page is asked for, and each of its forms is sent empty and filled in, in the first world; then everything behind
the wall is made another (tests/proof/behind_the_wall.py) and the same is asked again. `DRIVE_PROOF_EVERYBODY` asks as
every role, and lets everybody send.
"""

from __future__ import annotations

import datetime
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from drive.access.models import Membership
from drive.access.scopes import Side
from drive.advocacy.models import Wish
from tests.cast import seeding

from .answers import Answer, Reader
from .behind_the_wall import alter_case_side, alter_client_side, alter_other_client
from .oracle import World
from .rich import Rich, rich_world
from .surfaces import Surface, masked, stopped_clock, surfaces

EVERYBODY = bool(os.environ.get("DRIVE_PROOF_EVERYBODY"))

ACROSS_FROM_CLIENTS = ["case_manager", "service_manager", "coordinator", "governance_lead", "analyst"]
"""Who must not notice what is in clients' records; the first also sends every form."""
ACROSS_FROM_CASES = ["idva", "idva_manager", "coordinator", "governance_lead"]
"""Who must not notice what is in service users' cases."""

Only = Callable[[Surface], bool]
Told = dict[tuple[str, str], Answer]


@pytest.fixture
def rich(db: None, settings: Any) -> Rich:
    settings.DRIVE_RAISE_DENIED = False
    return rich_world()


def _told(members: list[Membership], everything: list[Surface], known: set[str], only: Only) -> Told:
    """All that these readers are told, by reader and surface."""
    told: Told = {}
    readers = [
        Reader(member, known) for member in members
    ]  # signed in before anybody reads when somebody last was
    for place, (member, reader) in enumerate(zip(members, readers, strict=True)):
        for surface in everything:
            if surface.opens_for(member) and only(surface):
                for where, answer in reader.answers(surface, sends=EVERYBODY or place == 0):
                    told[str(member), where] = answer
    return told


def _everything(_: Surface) -> bool:
    return True


def _keys(rich: Rich) -> set[str]:
    return {str(key) for key in World().by_key}


def _compare(
    rich: Rich, members: list[Membership], alter: Callable[[Rich], int], only: Only = _everything
) -> list[str]:
    """What differs between the two worlds, in words; empty when nobody can tell."""
    known, everything = _keys(rich), list(surfaces(rich))
    with stopped_clock() as moment:
        before = _told(members, everything, known, only)
    changed = alter(rich)
    known |= _keys(rich)
    with stopped_clock(moment):
        after = _told(members, everything, known, only)
    statements = sum(len(each.statements) for each in before.values())
    print(f"{changed} fields changed; {len(before)} answers compared, {statements} statements")  # noqa: T201  # for docs/proofs.md
    assert changed > 300, "hardly anything was made different"
    if only is _everything:
        assert any(each.status in (302, 303) for each in before.values()), "no form was taken"
        assert len(before) > 150
    return [
        f"{who}: {where}: {_difference(before.get((who, where)), after.get((who, where)))}"
        for who, where in [*before, *(set(after) - set(before))]
        if before.get((who, where)) != after.get((who, where))
    ]


def _difference(before: Answer | None, after: Answer | None) -> str:
    return before.difference(after) if before and after else "asked in one world only"


def _members(rich: Rich, names: list[str], side: Side) -> list[Membership]:
    """The named ones, or everybody who does not work on that side."""
    if not EVERYBODY:
        return [getattr(rich.cast, name) for name in names]
    counts = (
        "analyst",
        "commissioner",
        "service_manager",
    )  # their returns count what is in service users' cases
    return [
        each
        for each in rich.cast.everybody()
        if each.side != side and not (side is Side.SERVICE_USER and each.role in counts)
    ]


def test_nobody_across_the_wall_can_tell_what_is_in_a_clients_record(rich: Rich) -> None:
    assert _compare(rich, _members(rich, ACROSS_FROM_CLIENTS, Side.CLIENT), alter_client_side) == []


def test_nobody_across_the_wall_can_tell_what_is_in_a_service_users_case(rich: Rich) -> None:
    assert _compare(rich, _members(rich, ACROSS_FROM_CASES, Side.SERVICE_USER), alter_case_side) == []


def test_s04_one_idva_cannot_tell_what_is_in_the_record_of_another_client_of_the_same_case(
    rich: Rich,
) -> None:
    """Two clients linked to one service user, each with an IDVA of her own; who covers the first learns as little."""
    readers = [rich.cast.idva, rich.cast.stand_in]
    assert _compare(rich, readers, alter_other_client) == []


SPOILINGS: dict[str, tuple[str, str, str, str, Callable[[Rich], int]]] = {
    "a failed attempt to reach her counted as contact (S-03)": (
        "safety.client_summary(uuid)", "'agreed_next'", "'no_answer'", "case_manager", alter_client_side,
    ),
    "his legal position for his whereabouts (W-09)": (
        "safety.case_summary(uuid)", "'whereabouts'::text", "'legal'::text", "idva", alter_case_side,
    ),
    "the kind of what is sealed told to the other side (S-06)": (
        "safety.client_summary(uuid)", r"safety\.holder_of_record\(l\.vs_record_id\)",
        "(select count(*)::text from advocacy_sealedvalue v where v.record_id = l.vs_record_id)", "case_manager",
        alter_client_side,
    ),
    "how much is shared on the case told to each of its IDVAs (S-04)": (
        "safety.case_summary(uuid)", r"safety\.holder_of_case\(l\.su_case_id\)",
        "(select count(*)::text from safety_riskitem i where i.su_case_id = l.su_case_id)", "idva", alter_other_client,
    ),
}  # fmt: skip
"""A function of the bridge, what is replaced in it, by what, who should notice, and what is made different."""


@pytest.fixture
def spoiled(request: pytest.FixtureRequest) -> Iterator[tuple[str, Callable[[Rich], int]]]:
    """A function made wrong for one test; who should notice what. Comes before `db`, so that it is put right at the end."""
    name, right, wrong, reader, alter = SPOILINGS[request.param]
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"], autocommit=True) as owner:
        row = owner.execute("select pg_get_functiondef(%s::regprocedure)", [name]).fetchone()
        assert row
        spoiling, times = re.subn(right, wrong, row[0])
        assert times, row[0]
        owner.execute(spoiling)
        try:
            yield reader, alter
        finally:
            owner.execute(row[0])


@pytest.mark.parametrize("spoiled", SPOILINGS, indirect=True)
def test_a_leaking_function_is_noticed(spoiled: tuple[str, Callable[[Rich], int]], rich: Rich) -> None:
    """The proof can fail: the leak shows on the one page where it comes out."""
    reader, alter = spoiled
    pages = {"case_manager": f"/cases/{rich.cases[0].pk}/", "idva": f"/clients/{rich.records[0].pk}/"}
    member = getattr(rich.cast, reader)
    assert _compare(rich, [member], alter, lambda surface: surface.path == pages[reader]) != []


def test_one_query_more_for_a_row_behind_the_wall_is_noticed(
    rich: Rich, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words are the same; only how often the database was asked differs."""
    from drive.access import pages

    write = pages.record_event

    def chatty(*given: Any, **more: Any) -> None:
        with seeding():
            hidden = Wish.objects.count()
        with connection.cursor() as cursor:
            for _ in range(hidden):
                cursor.execute("select 1")
        write(*given, **more)

    monkeypatch.setattr(pages, "record_event", chatty)
    page = f"/cases/{rich.cases[0].pk}/"
    found = _compare(rich, [rich.cast.case_manager], alter_client_side, lambda surface: surface.path == page)
    assert found
    assert "queries" in found[0]


def test_a_mail_with_other_words_and_a_time_of_day_in_a_row_are_noticed(
    rich: Rich, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many mails and as many letters; what a hidden row says is in the words of the mail, or an hour on the page."""
    from drive.access import pages

    write = pages.record_event
    page = f"/cases/{rich.cases[0].pk}/"

    def telling(*given: Any, **more: Any) -> None:
        with seeding():
            hidden = Wish.objects.filter(record_id=rich.records[0].pk).values_list("words", flat=True)
            mail.send_mail(
                "A case", f"She wishes {hidden[0]}", "drive@example.invalid", ["him@example.invalid"]
            )
        write(*given, **more)

    monkeypatch.setattr(pages, "record_event", telling)
    found = _compare(rich, [rich.cast.case_manager], alter_client_side, lambda surface: surface.path == page)
    assert "mails" in found[0]
    with stopped_clock() as now:
        clock = timezone.localtime(now)
        later = clock + datetime.timedelta(minutes=1)
        assert masked(f"at {clock:%H:%M}, {clock:%H:%M:%S}") == "at CLOCK, CLOCK"
        assert masked(f"at {later:%H:%M}") == f"at {later:%H:%M}"
