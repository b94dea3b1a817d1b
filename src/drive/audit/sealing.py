"""The sealer: chains what has been written since it last came, and writes the roots outside the database.

No request waits for it: events are written in the transaction of the act, unchained, and sealed within a minute by the
clock. A stream is one site on one day. One sealer runs at a time (an advisory lock). It acts in the clock's scope,
which may read events and add seals and nothing else.

It looks from the newest sealed event on, and `OVERLAP` before it, since an event carries the time at which it was
written and shows when its transaction ends. What a longer transaction brought in is found by `seal_left_behind`, which
looks at everything.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connection

from drive.access.scopes import Scope
from drive.access.stepping import stepping_into

from .verify import EVENT_FIELDS, GENESIS, LONGEST_TAIL, MerkleTree, chained, event_hash, root_line_hash

_LOCK = 0x5EA1
BATCH = 20_000
"""Events sealed in one transaction."""

OVERLAP = LONGEST_TAIL
"""How far before the newest sealed event it looks again: as old as an event may get before the verifier says so."""


def roots_file() -> Path:
    """Where roots are kept: `DRIVE_AUDIT_ROOTS`, best on another machine, or the data folder."""
    return Path(settings.DRIVE_AUDIT_ROOTS)


def roots_are_beside_the_database() -> bool:
    """Whether the roots are kept in the data folder: newest roots and events could then be cut together unseen."""
    return roots_file().resolve().is_relative_to(Path(settings.DRIVE_DATA.path).resolve())


def _as_event(row: tuple[Any, ...]) -> dict[str, Any]:
    """As it is hashed and exported: keys as text, the time in UTC to the microsecond, `fields` as a list."""
    event = dict(zip(EVENT_FIELDS, row, strict=True))
    at = event["at"].astimezone(UTC).isoformat(timespec="microseconds")
    told = {name: None if value is None else str(value) for name, value in event.items()}
    return told | {"at": at, "fields": json.loads(event["fields"])}


_COLUMNS = ", ".join(f"e.{name}" for name in EVENT_FIELDS)


def seal_waiting() -> int:
    """Seal what was written lately, all of it; how many. What it costs does not grow with what is sealed already."""
    return _until_done(everything=False)


def seal_left_behind() -> int:
    """Seal whatever is not sealed, however old; how many. Compares every event with the seals."""
    return _until_done(everything=True)


def _until_done(*, everything: bool) -> int:
    total = 0
    while sealed := seal_once(everything=everything):
        total += sealed
        if sealed < BATCH:
            break
    return total


def seal_once(*, everything: bool = False) -> int:
    """Seal up to BATCH events, oldest first; how many. Roots are on disk before the seals are committed.

    Should the program die between the two, the file knows more than the database: the next run writes the same points
    again, since chains depend on nothing but the events, and the verifier sees no fork.
    """
    with stepping_into(Scope.CLOCK), connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
        (ours,) = cursor.fetchone()
        if not ours:
            return 0
        since = None if everything else _newest_sealed(cursor)
        cursor.execute(
            f"select {_COLUMNS} from audit_auditevent e"  # a closed list of columns
            " where e.at >= coalesce(%s, '-infinity'::timestamptz)"
            " and not exists (select from audit_auditseal s where s.event_id = e.id)"
            " order by e.at, e.id limit %s",
            [since and since - OVERLAP, BATCH],
        )
        waiting = [_as_event(row) for row in cursor.fetchall()]
        if not waiting:
            return 0
        day = datetime.now(UTC).date().isoformat()
        streams: dict[str, list[dict[str, Any]]] = {}
        for event in waiting:
            streams.setdefault(f"{event['site_id'] or 'none'}/{day}", []).append(event)
        last = _last_lines(roots_file())
        lines = []
        for stream, events in sorted(streams.items()):
            head, tree = _so_far(cursor, stream, last.get(stream))
            before, heads = tree.count, []
            for event in events:
                this = event_hash(event)
                head = chained(head, this)
                tree.add(this)
                heads.append(head)
            cursor.execute(
                "insert into audit_auditseal (event_id, stream, number, chain, sealed_at)"
                " select x.id, %s, %s + x.place, x.chain, now()"
                " from unnest(%s::uuid[], %s::text[]) with ordinality as x (id, chain, place)",
                [stream, before, [event["id"] for event in events], heads],
            )
            peaks = [[size, node.hex()] for size, node in tree.peaks]
            lines.append(
                {"stream": stream, "count": tree.count, "head": head, "root": tree.root(), "peaks": peaks}
            )
        _append_roots(lines)
    return len(waiting)


def _newest_sealed(cursor: Any) -> datetime | None:
    """When the newest sealed event was written: reads no more than what waits, newest first, and the one behind it."""
    cursor.execute(
        "select (select e.at from audit_auditevent e where exists (select from audit_auditseal s where s.event_id = e.id)"
        " order by e.at desc, e.id desc limit 1)"
    )
    (newest,) = cursor.fetchone()
    return cast(datetime | None, newest)


def _so_far(cursor: Any, stream: str, last: dict[str, Any] | None) -> tuple[str, MerkleTree]:
    """The stream's head and tree up to its last seal: taken up where the last line of the roots left them, or made again
    from every sealed event where the two do not say the same."""
    cursor.execute(
        "select number, chain from audit_auditseal where stream = %s order by number desc limit 1", [stream]
    )
    row = cursor.fetchone()
    if row is None:
        return GENESIS, MerkleTree()
    count, head = row
    if last and (last["count"], last["head"]) == row:
        return head, MerkleTree(count, [(size, bytes.fromhex(node)) for size, node in last["peaks"]])
    tree = MerkleTree()
    with connection.chunked_cursor() as again:
        again.execute(
            f"select {_COLUMNS} from audit_auditseal s join audit_auditevent e on e.id = s.event_id"  # a closed list of columns
            " where s.stream = %s order by s.number",
            [stream],
        )
        while rows := again.fetchmany(_ROWS):
            for event in rows:
                tree.add(event_hash(_as_event(event)))
    return head, tree


_TAIL = 1 << 20
"""Bytes at the end of the file of roots that are read to go on from."""


def _last_lines(path: Path) -> dict[str, dict[str, Any]]:
    """The newest line of each stream that stands near the end of the file; the empty name holds the very last line."""
    if not path.exists():
        return {}
    before = max(0, path.stat().st_size - _TAIL)
    found: dict[str, dict[str, Any]] = {}
    with path.open("rb") as file:
        file.seek(before)
        if before:
            file.readline()  # cut through
        for line in file:
            if line.strip():
                told = json.loads(line)
                found[str(told["stream"])] = found[""] = told
    return found


def _append_roots(lines: list[dict[str, Any]]) -> None:
    """Add to the file of roots, each line naming the one before it, and force it to disk."""
    path = roots_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    last = _last_lines(path).get("")
    previous = str(last["this"]) if last else GENESIS
    with path.open("a", encoding="utf-8") as file:
        for line in lines:
            line["at"] = datetime.now(UTC).isoformat(timespec="seconds")
            line["previous"] = previous
            line["this"] = previous = root_line_hash(line)
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())


_ROWS = 5_000
"""Events held at once while all are read."""


def exported_events() -> Iterator[dict[str, Any]]:
    """Every event with its seal, as the verifier reads it: each stream's together and in order, then what is not sealed.

    In the clock's scope. Held by the database's cursor, never all at once by the program.
    """
    with stepping_into(Scope.CLOCK), connection.chunked_cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS}, s.stream, s.number, s.chain from audit_auditevent e"  # a closed list of columns
            " left join audit_auditseal s on s.event_id = e.id order by s.stream, s.number"
        )
        while rows := cursor.fetchmany(_ROWS):
            for *row, stream, number, chain in rows:
                yield _as_event(tuple(row)) | {"stream": stream, "number": number, "chain": chain}


def root_lines() -> Iterator[dict[str, Any]]:
    """The lines of the file of roots; none when there is no file yet."""
    path = roots_file()
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for line in file:
                if line.strip():
                    yield json.loads(line)
