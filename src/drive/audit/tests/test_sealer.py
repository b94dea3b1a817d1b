"""The sealer by itself: what it leaves to another, what it goes on from, and what it writes down."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from drive.audit import sealing
from drive.audit.models import AuditEvent
from drive.audit.sealing import exported_events, root_lines, seal_left_behind, seal_once, seal_waiting
from drive.audit.verify import MerkleTree, check, event_hash
from tests.cast import seeding

SITE = UUID(int=7)


@pytest.fixture(autouse=True)
def roots(db: None, settings: Any, tmp_path: Path) -> Path:
    """Where the file of roots is to be; there is none yet."""
    settings.DRIVE_AUDIT_ROOTS = str(tmp_path / "roots.jsonl")
    return tmp_path / "roots.jsonl"


def waiting(events: int, *, site: UUID | None = SITE) -> None:
    """So many more events that wait, one after the other."""
    with seeding():
        for _ in range(events):
            AuditEvent.objects.create(at=datetime.now(UTC), act="looked", kind="register", site_id=site)


def numbers() -> list[int | None]:
    """The places of all events in their streams; none where one is not sealed."""
    return [event["number"] for event in exported_events()]


def intact() -> bool:
    return check(exported_events(), root_lines(), taken=datetime.now(UTC)).intact


def test_a_sealer_leaves_everything_to_one_that_is_at_work(roots: Path) -> None:
    waiting(2)
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as at_work:
        at_work.execute("select pg_advisory_xact_lock(%s)", [sealing._LOCK])
        assert seal_once() == 0
        assert numbers() == [None, None]
        assert not roots.exists()
    assert seal_once() == 2


def test_where_nothing_waits_nothing_is_written(roots: Path) -> None:
    assert seal_once() == 0
    assert not roots.exists()
    waiting(1)
    assert seal_once() == 1
    before = roots.read_bytes()
    assert [seal_once(), seal_once(everything=True)] == [0, 0]
    assert roots.read_bytes() == before


@pytest.mark.parametrize(("events", "counts", "looks"), [(5, [2, 4, 5], 3), (4, [2, 4], 3), (1, [1], 1)])
def test_more_than_a_batch_is_sealed_in_several_transactions(
    monkeypatch: pytest.MonkeyPatch, events: int, counts: list[int], looks: int
) -> None:
    """And it is not looked again after less than a batch: looking at everything compares every event."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    waiting(events)
    with CaptureQueriesContext(connection) as asked:
        assert seal_left_behind() == events
    assert sum("pg_try_advisory" in each["sql"] for each in asked.captured_queries) == looks
    assert [line["count"] for line in root_lines()] == counts
    assert numbers() == list(range(1, events + 1))
    assert intact()


def test_a_stream_is_one_site_on_one_day_and_what_has_no_site_has_its_own() -> None:
    waiting(1)
    waiting(1, site=None)
    days = {datetime.now(UTC).date().isoformat()}
    seal_waiting()
    days.add(datetime.now(UTC).date().isoformat())
    streams = [line["stream"].split("/") for line in root_lines()]
    assert [site for site, _ in streams] == [str(SITE), "none"]
    assert {day for _, day in streams} <= days
    assert sorted(event["stream"] for event in exported_events()) == ["/".join(each) for each in streams]


def test_an_exported_event_has_keys_as_text_its_time_in_utc_and_a_list_of_fields() -> None:
    with seeding():
        event = AuditEvent.objects.create(
            at=datetime(2026, 7, 1, 12, 30, 0, 5, tzinfo=timezone(timedelta(hours=1))), act="wrote", kind="su_case",
            record_id=UUID(int=3), fields=["risk", "phase"], role="case_manager", reason="Weekly",
        )  # fmt: skip
    nothing = dict.fromkeys(("service_id", "site_id", "account_id", "membership_id", "assignment_id"))
    assert list(exported_events()) == [
        nothing
        | {"id": str(event.pk), "at": "2026-07-01T11:30:00.000005+00:00", "act": "wrote", "kind": "su_case"}
        | {"record_id": str(UUID(int=3)), "role": "case_manager", "fields": ["risk", "phase"], "digest": ""}
        | {"reason": "Weekly", "origin": "", "stream": None, "number": None, "chain": None}
    ]


@pytest.mark.parametrize(
    ("said", "believed"),
    [({}, True), ({"count": 2}, False), ({"head": "1" * 64}, False), (None, False)],
    ids=["as it was written", "another count", "another head", "no file"],
)
def test_a_sealer_believes_the_last_line_if_it_says_what_the_seals_say(
    roots: Path, said: dict[str, Any] | None, believed: bool
) -> None:
    """Then it reads none of the sealed events again; otherwise all of them. The root is the same."""
    waiting(3)
    seal_waiting()
    (line,) = root_lines()
    if said is None:
        roots.unlink()
    else:
        roots.write_text(json.dumps(line | said) + "\n")
    waiting(2)
    with CaptureQueriesContext(connection) as asked:
        assert seal_waiting() == 2
    again = any("join audit_auditevent" in each["sql"] for each in asked.captured_queries)
    assert again is not believed
    tree = MerkleTree()
    for event in exported_events():
        tree.add(event_hash(event))
    last = list(root_lines())[-1]
    assert (last["count"], last["root"]) == (5, tree.root())
    assert last["peaks"] == [[size, node.hex()] for size, node in tree.peaks]


def test_of_a_long_file_of_roots_the_end_is_read_and_a_line_that_is_cut_through_is_left_out(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever its end begins with: within a line, at one, or with the file."""
    told = [{"stream": name, "count": count} for count, name in enumerate(("a", "bb", "a", "ccc"))]
    lines = [json.dumps(each) + "\n" for each in told]
    roots.write_text("".join(lines))
    begins = [sum(map(len, lines[:at])) for at in range(4)]
    for before in range(-1, begins[3]):
        monkeypatch.setattr(sealing, "_TAIL", roots.stat().st_size - before)
        whole = [each for each, begin in zip(told, begins, strict=True) if begin > before or before <= 0]
        newest = {each["stream"]: each for each in whole}
        assert sealing._last_lines(roots) == newest | {"": told[-1]}, before


def test_the_chain_of_lines_goes_on_where_only_the_end_of_the_file_is_read(
    roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "_TAIL", 1500)
    for _ in range(4):
        waiting(1)
        seal_waiting()
    assert roots.stat().st_size > 1500
    assert intact()


def test_blank_lines_in_the_file_of_roots_are_passed_over(roots: Path) -> None:
    waiting(1)
    seal_waiting()
    roots.write_text(f"\n{roots.read_text()}\n  \n")
    waiting(1)
    seal_waiting()
    assert [line["count"] for line in root_lines()] == [1, 2]
    assert intact()


def test_the_file_of_roots_begins_with_its_folder(settings: Any, tmp_path: Path) -> None:
    settings.DRIVE_AUDIT_ROOTS = str(tmp_path / "elsewhere" / "mounted" / "roots.jsonl")
    assert list(root_lines()) == []
    waiting(1)
    assert seal_waiting() == 1
    assert [line["count"] for line in root_lines()] == [1]


def test_what_is_forced_to_disk_is_every_line(roots: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: forced.append(roots.read_text()))
    waiting(1)
    waiting(1, site=None)
    seal_waiting()
    assert forced == [roots.read_text()]
    assert len(list(root_lines())) == 2


def test_nothing_is_sealed_whose_roots_are_not_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written again by the next visit, the same points are no fork."""

    def full(number: int) -> None:
        raise OSError("No space left on device")

    waiting(2)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            seal_waiting()
    assert numbers() == [None, None]
    assert seal_waiting() == 2
    assert intact()
