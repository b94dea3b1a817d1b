"""Checks that the audit was not altered. A program of its own: the standard library and nothing else.

    python -m drive.audit.verify --events EVENTS.jsonl --roots ROOTS.jsonl [--taken 2026-11-22T10:00:00+00:00]

`EVENTS.jsonl` holds one sealed or unsealed event a line, in the order in which `drive audit export` writes them: each
stream's together, by number. `ROOTS.jsonl` is the file of roots that the sealer keeps outside the database. Found: an
event edited, removed, inserted or moved; a sealed tail cut off; a history forked (two roots that cannot both be true); a
root line changed or removed. Events that are not sealed yet are counted, with the age of the oldest; they are protected
by the database alone until the sealer has been, and one that has waited longer than `LONGEST_TAIL` is a fault. Age is
reckoned to `--taken`, the moment of the export: unless it is said, when the file of events was last written.

Events are read one after the other and not kept; of each line of the roots 32 bytes are.

Exit status: 0 intact, 1 altered or unsealed for too long, 2 not readable.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

GENESIS = "0" * 64
EVENT_FIELDS = (
    "id", "at", "act", "kind", "record_id", "service_id", "site_id", "account_id", "membership_id", "role",
    "assignment_id", "fields", "digest", "reason", "origin",
)  # fmt: skip
"""What is hashed of an event, in this order. `at` is ISO 8601 in UTC with microseconds."""

LONGEST_TAIL = timedelta(minutes=5)
"""How long an event may wait for the sealer, who comes twice a minute."""


def event_hash(event: dict[str, Any]) -> str:
    """SHA-256 of the event's canonical JSON: the fields above, in order, no spaces."""
    text = json.dumps([event[name] for name in EVENT_FIELDS], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def chained(previous: str, this_event: str) -> str:
    """The chain's head after one more event."""
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + bytes.fromhex(this_event)).hexdigest()


@dataclass
class MerkleTree:
    """The root of an append-only tree over event hashes (RFC 6962: leaves and nodes hashed apart), kept as its peaks."""

    count: int = 0
    peaks: list[tuple[int, bytes]] = field(default_factory=list)

    def add(self, leaf: str) -> None:
        node, size = bytes.fromhex(leaf), 1
        while self.peaks and self.peaks[-1][0] == size:
            _, left = self.peaks.pop()
            node, size = hashlib.sha256(b"\x01" + left + node).digest(), size * 2
        self.peaks.append((size, node))
        self.count += 1

    def root(self) -> str:
        if not self.peaks:
            return GENESIS
        node = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\x01" + left + node).digest()
        return node.hex()


def root_line_hash(line: dict[str, Any]) -> str:
    """What the next line of the file of roots refers to."""
    text = json.dumps({k: line[k] for k in sorted(line) if k != "this"}, separators=(",", ":"))
    return hashlib.sha256(b"\x03" + text.encode()).hexdigest()


@dataclass
class Report:
    """What was found. `faults` in plain words, each naming its stream; empty when nothing was altered."""

    streams: int = 0
    sealed: int = 0
    unsealed: int = 0
    oldest_unsealed: str = ""
    late: str = ""
    """In words, when the oldest unsealed event has waited longer than `LONGEST_TAIL`."""
    faults: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        return not self.faults and not self.late


def check(events: Iterable[dict[str, Any]], roots: Iterable[dict[str, Any]], *, taken: datetime) -> Report:
    """Compare events with roots.

    `events`: dicts with EVENT_FIELDS and `stream`, `number` (1-based place in its stream's chain, null when unsealed),
    `chain` (the head after it); each stream's together, by number, unsealed ones anywhere. `roots`: the lines of the
    file of roots, in the file's order. `taken`: when the events were read.
    """
    report = Report()
    points: dict[str, dict[int, bytes]] = {}
    previous = GENESIS
    for place, line in enumerate(roots, 1):
        if line.get("previous") != previous or line.get("this") != root_line_hash(line):
            report.faults.append(f"roots, line {place}: the file of roots was changed here")
        previous = str(line.get("this"))
        known = points.setdefault(str(line["stream"]), {})
        said = _point(str(line["head"]), str(line["root"]))
        if known.get(int(line["count"]), said) != said:
            report.faults.append(f"{line['stream']}: the history was forked at event {line['count']}")
        known[int(line["count"])] = said

    seen: set[str] = set()
    for stream, its_events in groupby(_sealed(events, report), lambda event: str(event["stream"])):
        if stream in seen:
            report.faults.append(f"{stream}: its events do not stand together")
        else:
            seen.add(stream)
            report.faults.extend(_check_stream(stream, its_events, points.get(stream, {}), report))
    for stream in sorted(set(points) - seen):
        report.faults.extend(_check_stream(stream, (), points[stream], report))
    report.streams = len(seen | set(points))
    if report.unsealed:
        waited = taken - datetime.fromisoformat(report.oldest_unsealed)
        if waited > LONGEST_TAIL:
            report.late = (
                f"The oldest event that is not sealed has waited for {int(waited.total_seconds() // 60)} minutes:"
                " the clock does not run, or its sealing fails. Until it has sealed them, the database alone protects them."
            )
    return report


def _point(head: str, root: str) -> bytes:
    """What a line of the roots says of its stream so far, in 32 bytes."""
    return hashlib.sha256(f"{head} {root}".encode()).digest()


def _sealed(events: Iterable[dict[str, Any]], report: Report) -> Iterator[dict[str, Any]]:
    """The sealed ones; the others are counted in the report."""
    for event in events:
        if event.get("number") is None:
            report.unsealed += 1
            if not report.oldest_unsealed or event["at"] < report.oldest_unsealed:
                report.oldest_unsealed = event["at"]
        else:
            yield event


def _check_stream(
    stream: str, events: Iterable[dict[str, Any]], points: dict[int, bytes], report: Report
) -> Iterator[str]:
    head, tree = GENESIS, MerkleTree()
    for expected, event in enumerate(events, 1):
        if int(event["number"]) != expected:
            yield f"{stream}: event {expected} is missing or stands twice"
            return
        this = event_hash(event)
        head = chained(head, this)
        tree.add(this)
        report.sealed += 1
        if event["chain"] != head:
            yield f"{stream}: event {expected} ({event['id']}) was edited, moved or replaced"
            return
        if expected in points and points[expected] != _point(head, tree.root()):
            yield f"{stream}: up to event {expected} the events are not those that were sealed"
            return
    if points and max(points) > tree.count:
        yield f"{stream}: the last {max(points) - tree.count} sealed events were removed"
    if tree.count and not points:
        yield f"{stream}: sealed events without any root outside the database"
    elif points and max(points) < tree.count:
        yield f"{stream}: {tree.count - max(points)} events carry a seal that the file of roots does not know"


def _lines(path: str) -> Iterator[dict[str, Any]]:
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def describe(report: Report) -> str:
    """The report as lines to print."""
    tail = f"{report.unsealed} not sealed yet" + (
        f", the oldest from {report.oldest_unsealed}" if report.unsealed else ""
    )
    lines = [f"{report.sealed} sealed events in {report.streams} streams; {tail}."]
    lines += [f"ALTERED  {fault}" for fault in report.faults]
    lines += [f"LATE     {report.late}"] if report.late else []
    return "\n".join(lines if not report.intact else [*lines, "Intact."])


def main() -> int:
    parser = argparse.ArgumentParser(description="Check that the audit was not altered.")
    parser.add_argument("--events", required=True)
    parser.add_argument("--roots", required=True)
    parser.add_argument("--taken", type=datetime.fromisoformat)
    chosen = parser.parse_args()
    try:
        taken = chosen.taken or datetime.fromtimestamp(os.stat(chosen.events).st_mtime, UTC)
        report = check(_lines(chosen.events), _lines(chosen.roots), taken=taken)
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"Not readable: {error}", file=sys.stderr)  # noqa: T201  # a program's own output
        return 2
    print(describe(report))  # noqa: T201  # a program's own output
    return 0 if report.intact else 1


if __name__ == "__main__":
    sys.exit(main())
