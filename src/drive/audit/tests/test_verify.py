"""The verifier by itself, without a database: what it computes, what it says, how it ends as a program."""

from __future__ import annotations

import hashlib
import json
import os
import random
import sys
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

from drive.audit import verify
from drive.audit.verify import (
    EVENT_FIELDS,
    GENESIS,
    MerkleTree,
    Report,
    chained,
    check,
    describe,
    event_hash,
    root_line_hash,
)

from .test_sealing import TAMPERINGS, as_exported

TRIES = 200

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def checked(events: Iterable[dict[str, Any]], roots: Iterable[dict[str, Any]]) -> Report:
    """Compared in the order of an export, at noon."""
    sealed = [event for event in events if event["number"] is not None]
    rest = [event for event in events if event["number"] is None]
    return check([*as_exported(sealed), *rest], roots, taken=NOON)


Log = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def an_event(n: int, **values: Any) -> dict[str, Any]:
    """An event by hand; `n` makes it itself."""
    made: dict[str, Any] = dict.fromkeys(EVENT_FIELDS, "") | {"fields": []}
    return (
        made
        | {"id": str(UUID(int=n)), "at": f"2026-11-{1 + n % 28:02d}T12:00:00.000000+00:00", "act": "looked"}
        | values
    )


def a_log(streams: int = 2, visits: int = 4, each: int = 3) -> Log:
    """Sealed events of some streams, a root line for each stream and visit."""
    events: list[dict[str, Any]] = []
    roots: list[dict[str, Any]] = []
    heads, trees, previous = (
        dict.fromkeys(range(streams), GENESIS),
        [MerkleTree() for _ in range(streams)],
        GENESIS,
    )
    for _ in range(visits):
        for stream in range(streams):
            for _ in range(each):
                event = an_event(len(events), reason=f"because {len(events)}")
                heads[stream] = chained(heads[stream], event_hash(event))
                trees[stream].add(event_hash(event))
                events.append(
                    event | {"stream": f"s{stream}", "number": trees[stream].count, "chain": heads[stream]}
                )
            line = {
                "stream": f"s{stream}",
                "count": trees[stream].count,
                "head": heads[stream],
                "root": trees[stream].root(),
                "previous": previous,
            }
            previous = root_line_hash(line)
            roots.append(line | {"this": previous})
    return events, roots


def test_an_untouched_log_is_intact() -> None:
    events, roots = a_log()
    report = checked(events, roots)
    assert (report.faults, report.intact) == ([], True)
    assert (report.streams, report.sealed, report.unsealed, report.oldest_unsealed) == (2, 24, 0, "")
    assert describe(report) == "24 sealed events in 2 streams; 0 not sealed yet.\nIntact."


def test_events_out_of_their_order_are_a_fault() -> None:
    """They are read one after the other and not kept, so a stream's must stand together."""
    events, roots = a_log(streams=2, visits=2, each=2)
    assert check(events, roots, taken=NOON).faults == [
        "s0: the last 2 sealed events were removed",
        "s1: the last 2 sealed events were removed",
        "s0: its events do not stand together",
        "s1: its events do not stand together",
    ]
    backwards = check(as_exported(events)[::-1], roots, taken=NOON)
    assert backwards.faults == [f"s{n}: event 1 is missing or stands twice" for n in (1, 0)]
    assert (backwards.streams, backwards.sealed) == (2, 0)


def test_events_are_read_one_after_the_other_and_not_kept() -> None:
    """A log of a million events needs no more than one of a thousand: what was read before is gone."""
    events, roots = a_log(streams=2, visits=50, each=10)
    alive: list[weakref.ref[_Event]] = []

    def one_by_one() -> Iterator[dict[str, Any]]:
        for event in as_exported(events):
            made = _Event(event)
            alive.append(weakref.ref(made))
            assert sum(each() is not None for each in alive[-20:]) < 5
            yield made

    assert check(one_by_one(), roots, taken=NOON).intact
    assert len(alive) == 1000


class _Event(dict[str, Any]):
    """One that says whether it is still held."""


def test_an_empty_log_is_intact() -> None:
    assert checked([], []).intact


def test_every_tampering_is_found() -> None:
    events, roots = a_log()
    rng = random.Random(20261122)
    for n in range(TRIES):
        changed, changed_roots = [dict(e) for e in events], [dict(r) for r in roots]
        TAMPERINGS[n % len(TAMPERINGS)](changed, changed_roots, rng)
        report = checked(changed, changed_roots)
        assert not report.intact, TAMPERINGS[n % len(TAMPERINGS)].__name__
        assert "ALTERED" in describe(report)


def test_what_is_not_sealed_is_counted_with_the_age_of_the_oldest() -> None:
    events, roots = a_log()
    waiting = [
        an_event(90 + n, at=f"2026-11-22T11:5{n}:00.000000+00:00") | {"number": None} for n in (7, 5, 6)
    ]
    report = check([*waiting, *as_exported(events)], roots, taken=NOON)
    assert (report.intact, report.unsealed, report.oldest_unsealed[:16]) == (True, 3, "2026-11-22T11:55")
    assert "3 not sealed yet, the oldest from 2026-11-22T11:55" in describe(report)
    assert describe(report).endswith("Intact.")


def test_an_event_that_waits_for_longer_than_five_minutes_is_a_fault_but_no_alteration() -> None:
    events, roots = a_log()
    late = an_event(90, at="2026-11-22T11:00:59.000000+00:00") | {"number": None}
    report = checked([*events, late], roots)
    assert (report.intact, report.faults) == (False, [])
    assert (
        describe(report)
        .splitlines()[1]
        .startswith(
            "LATE     The oldest event that is not sealed has waited for 59 minutes: the clock does not run"
        )
    )
    assert "Intact" not in describe(report)
    both = checked([*events[1:], late], roots)
    assert [line.split()[0] for line in describe(both).splitlines()[1:]] == ["ALTERED", "LATE"]


def test_each_fault_is_named_once_with_its_stream_and_place() -> None:
    events, roots = a_log(streams=1)
    gone = [e for e in events if e["number"] != 5]
    assert checked(gone, roots).faults == ["s0: event 5 is missing or stands twice"]
    cut = [e for e in events if e["number"] <= 10]
    assert checked(cut, roots).faults == ["s0: the last 2 sealed events were removed"]
    assert checked(events, []).faults == ["s0: sealed events without any root outside the database"]
    assert checked(events, roots[:2]).faults == [
        "s0: 6 events carry a seal that the file of roots does not know"
    ]
    assert checked([], roots).faults == ["s0: the last 12 sealed events were removed"]
    edited = [e | ({"reason": "x"} if e["number"] == 4 else {}) for e in events]
    assert checked(edited, roots).faults == [f"s0: event 4 ({events[3]['id']}) was edited, moved or replaced"]


def test_a_changed_root_line_and_a_fork_are_named() -> None:
    events, roots = a_log(streams=1)
    changed = [r | ({"root": "0" * 64} if n == 1 else {}) for n, r in enumerate(roots)]
    assert "roots, line 2: the file of roots was changed here" in checked(events, changed).faults
    twice = dict(roots[-1]) | {"head": "1" * 64, "previous": roots[-1]["this"]}
    twice["this"] = root_line_hash(twice)
    faults = checked(events, [*roots, twice]).faults
    assert "s0: the history was forked at event 12" in faults
    assert "s0: up to event 12 the events are not those that were sealed" in faults
    wrong = [r | {"root": "0" * 64} if n < 2 else r for n, r in enumerate(roots)]
    assert sum("are not those that were sealed" in fault for fault in checked(events, wrong).faults) == 1
    again = dict(roots[-1]) | {
        "previous": roots[-1]["this"]
    }  # a sealer that died writes the same point again: no fork
    again["this"] = root_line_hash({k: v for k, v in again.items() if k != "this"})
    assert checked(events, [*roots, again]).intact


def _root_by_definition(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, over leaf hashes."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(
        b"\x01" + _root_by_definition(leaves[:split]) + _root_by_definition(leaves[split:])
    ).digest()


def test_the_root_is_that_of_rfc_6962() -> None:
    tree = MerkleTree()
    assert tree.root() == GENESIS
    leaves: list[bytes] = []
    for n in range(1, 34):
        leaves.append(hashlib.sha256(bytes([n])).digest())
        tree.add(leaves[-1].hex())
        assert (tree.count, tree.root()) == (n, _root_by_definition(leaves).hex())


def test_hashes_are_what_the_page_of_the_format_says() -> None:
    """Written out again here, so that a log stays readable by another program."""
    event = an_event(7, reason="später")
    text = (
        "["
        + ",".join(
            json.dumps(event[name], ensure_ascii=False, separators=(",", ":")) for name in EVENT_FIELDS
        )
        + "]"
    )
    assert event_hash(event) == hashlib.sha256(b"\x00" + text.encode()).hexdigest()
    assert chained("00" * 32, "11" * 32) == hashlib.sha256(b"\x02" + b"\x00" * 32 + b"\x11" * 32).hexdigest()
    line = {"b": 1, "a": "x", "this": "left out"}
    assert root_line_hash(line) == hashlib.sha256(b'\x03{"a":"x","b":1}').hexdigest()


@contextmanager
def called_with(*arguments: str) -> Iterator[None]:
    before = sys.argv
    sys.argv = ["verify", *arguments]
    try:
        yield
    finally:
        sys.argv = before


def test_as_a_program_it_ends_with_0_1_or_2(tmp_path: Path) -> None:
    events, roots = a_log()
    files = tmp_path / "events", tmp_path / "roots"
    ends, said = [], []
    for written in (as_exported(events), as_exported(events[1:]), [{"stream": "s0"}]):
        for path, rows in zip(files, (written, roots), strict=True):
            path.write_text("\n\n".join(json.dumps(row) for row in rows))
        ends.append(_run(said, "--events", str(files[0]), "--roots", str(files[1])))
    ends.append(_run(said, "--events", str(tmp_path / "nowhere"), "--roots", str(files[1])))
    assert ends == [0, 1, 2, 2]
    assert [words.split()[0] for words in said] == ["24", "12", "Not", "Not"]
    waiting = an_event(99, at="2026-11-22T12:00:00.000000+00:00") | {"number": None}
    files[0].write_text("\n".join(json.dumps(row) for row in [*as_exported(events), waiting]))
    given = ["--events", str(files[0]), "--roots", str(files[1])]
    for minute, end in ((4, 0), (6, 1)):
        taken = datetime(2026, 11, 22, 12, minute, tzinfo=UTC)
        assert _run(said, *given, "--taken", taken.isoformat()) == end
        os.utime(files[0], (taken.timestamp(), taken.timestamp()))
        assert _run(said, *given) == end, "unless it is said, when the file was written"
    assert _run(said, *given, "--taken", "2026-11-22T12:00:00") == 2, "no zone"
    for arguments in (["--events", str(files[0])], ["--roots", str(files[1])]):
        asked = None
        try:
            _run(said, *arguments)
        except SystemExit as wrongly:
            asked = wrongly.code
        assert asked == 2, "asked wrongly"


def _run(said: list[str], *arguments: str) -> int:
    """The program with these arguments; what it says is added to `said`."""
    words = StringIO()
    with called_with(*arguments), redirect_stdout(words), redirect_stderr(words):
        end = verify.main()
    said.append(words.getvalue())
    return end
