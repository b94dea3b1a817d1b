"""The command line is a surface like a page: `drive` prints nothing that whoever runs it may not know (S-01, S-39), a hidden
case and one that is not there read alike, and what stands in clients' records changes no word of it.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from drive.__main__ import COMMAND_MODULES, main
from drive.access.models import Membership, local_today
from drive.advocacy.models import Wish
from drive.casework import reading
from drive.casework.models import SuCase
from drive.extract.models import ReleaseAnswer
from drive.extract.pseudonyms import draw_key
from tests.cast import seeding

from .answers import KEY, undone
from .behind_the_wall import alter_client_side
from .oracle import World
from .rich import Rich, rich_world
from .surfaces import may_know
from .test_surfaces import MARKER

type Ran = tuple[int, str]

QUIET = {
    "serve": "starts the site",
    "prepare": "brings the database up to date",
    "clock": "does what is due; says how much of it",
    "roles": "says where log-ins stand",
    "role-table": "reads no row: which role opens which page",
    "policies": "reads the catalogue and no row",
    "administrator add": "prints a one-time link for an account",
    "audit seal": "says how many events were sealed",
    "referrals import": "tells the lines of the list that it is given: referrals/tests hold what it says of earlier ones",
    "extract key": "draws a key",
    "extract ask": "repeats what was asked",
    "release": "says yes or no",
    "demo": "lays out a practice site of invented people",
}
"""Commands that tell nothing about anybody, and why."""
ASKED = {"case timeline", "extract list", "extract write", "return", "audit verify", "audit export"}

ACTING = [
    "case_manager", "other_case_manager", "service_manager", "idva", "analyst", "governance_lead", "commissioner", "outsider",
]  # fmt: skip


@pytest.fixture
def rich(db: None, settings: Any, capsys: pytest.CaptureFixture[str]) -> Rich:
    """The rich world, in which an extract was asked for and released."""
    settings.DRIVE_RAISE_DENIED = False
    made, today = rich_world(), local_today()
    before, month = today - datetime.timedelta(days=1), today - datetime.timedelta(days=30)
    with seeding():
        SuCase.objects.update(referred_on=month, allocated_on=month, starts_on=month)
    analyst, lead = (["--as", each.user.email] for each in (made.cast.analyst, made.cast.governance_lead))
    dates = ["--first", month.isoformat(), "--last", before.isoformat()]
    study = ["--study", "northmoor", "--recipient", "Nowhere", "--purpose", "A test"]
    assert main(["extract", "ask", *study, *dates, *analyst]) == 0
    asked = KEY.search(capsys.readouterr().out)
    assert asked
    assert main(["release", asked[0], *lead]) == 0
    return made


def _leaves(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """Every command, with its act."""
    inner = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    for name, sub in (pair for each in inner for pair in each.choices.items()):
        yield from _leaves(sub, f"{before} {name}".strip())
    if not inner:
        yield before


def _every_command() -> set[str]:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    for name in COMMAND_MODULES:
        if find_spec(name):
            import_module(name).add_commands(commands)
    return set(_leaves(parser))


def _of(rich: Rich, member: Membership, folder: Path) -> list[list[str]]:
    """What one person types."""
    today = local_today()
    year = ["--first", (today - datetime.timedelta(days=365)).isoformat(), "--last", today.isoformat()]
    acting = ["--as", member.user.email]
    key = folder / "key"
    key.write_text(draw_key() + "\n")
    with seeding():
        answers = ReleaseAnswer.objects.filter(outcome="released").order_by("recorded_at")
        released = [str(each.request_id) for each in answers]
    return [
        *(["case", "timeline", code, *acting] for code in [*(case.code for case in rich.cases), "ZZ-ZZZ"]),
        ["extract", "list", *acting],
        ["return", *year, *acting],
        *(["return", "--release", release, *acting] for release in released),
        *(
            ["extract", "write", release, "--key-file", str(key), "--out", str(folder / f"{n}"), *acting]
            for n, release in enumerate(released)
        ),
    ]


def _run(typed: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> Ran:
    """What was answered, on both streams and in files; nothing of it stays in the database."""
    capsys.readouterr()
    with undone():
        code = main(typed)
    told = capsys.readouterr()
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and each.name != "key"]
    words = told.out + told.err + "".join(f"{each.name}{each.read_text()}" for each in files)
    for each in files:
        each.unlink()
    return code, words


def test_every_command_is_asked_or_said_to_be_quiet() -> None:
    assert {
        each
        for each in _every_command()
        if each not in ASKED and each not in QUIET and each.split()[0] not in QUIET
    } == set()
    assert _every_command() >= ASKED


def test_s39_no_command_tells_what_whoever_runs_it_may_not_know(
    rich: Rich, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaks, done = _leaks(rich, tmp_path, capsys)
    assert leaks == []
    assert done == ASKED, "no command of this kind did what it was asked"


def _leaks(rich: Rich, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[list[str], set[str]]:
    """What was told to somebody who may not know it; and the commands that were answered at all."""
    world, leaks, shown, ran = World(), list[str](), 0, 0
    done = set[str]()
    for member in (getattr(rich.cast, name) for name in ACTING):
        known = may_know(rich, world, member)
        for typed in _of(rich, member, tmp_path):
            code, words = _run(typed, tmp_path, capsys)
            done |= {each for each in ASKED if code == 0 and words and " ".join(typed).startswith(each)}
            found = {each.lower() for each in MARKER.findall(words)}
            ran, shown = ran + 1, shown + len(found)
            leaks += [
                f"{member}: {typed[:2]}: {rich.filler.told[each]._meta.label}" for each in found - known
            ]
    for typed in (["audit", "verify"], ["audit", "export"]):
        _, words = _run(typed, tmp_path, capsys)
        done |= {" ".join(typed)} if words else set()
        leaks += [f"{typed}: {each}" for each in MARKER.findall(words)]
    with capsys.disabled():
        print(f"{ran} commands, {shown} marks shown")  # noqa: T201  # docs/proofs.md
    return leaks, done


def test_a_command_that_tells_too_much_is_noticed(
    rich: Rich, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search can fail: a timeline to which what she wished was added."""
    lines = reading.timeline_lines

    def chatty(code: str, email: str) -> list[str]:
        with seeding():
            hers = [wish.words for wish in Wish.objects.all()]
        return [*lines(code, email), *hers]

    monkeypatch.setattr(reading, "timeline_lines", chatty)
    leaks, _ = _leaks(rich, tmp_path, capsys)
    assert [each for each in leaks if "advocacy.Wish" in each]


def test_s39_a_hidden_case_reads_like_one_that_is_not_there(
    rich: Rich, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("other_case_manager", "outsider", "idva", "analyst", "governance_lead"):
        acting = ["--as", getattr(rich.cast, name).user.email]
        hidden = rich.cases[0].code
        there, nowhere = (
            _run(["case", "timeline", code, *acting], tmp_path, capsys) for code in (hidden, "ZZ-ZZZ")
        )
        assert (there[0], there[1].replace(hidden, "ZZ-ZZZ")) == nowhere


def test_s01_no_command_across_the_wall_tells_two_worlds_of_clients_apart(
    rich: Rich, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> dict[str, Ran]:
        found = {}
        for member in (getattr(rich.cast, name) for name in ("case_manager", "service_manager", "analyst")):
            for typed in _of(rich, member, tmp_path):
                if typed[:2] != [
                    "extract",
                    "write",
                ]:  # coded columns of clients' records are what an extract is for
                    code, words = _run(typed, tmp_path, capsys)
                    found[f"{member} {' '.join(typed)}"] = code, KEY.sub("KEY", words)
        return found

    before = told()
    assert alter_client_side(rich) > 300
    assert told() == before
    assert any(code == 0 and words for code, words in before.values())
