"""Sealing and checking: every way of altering sealed events that we can draw is found."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.audit.record import Act, record_event
from drive.audit.sealing import exported_events, root_lines, seal_once
from drive.audit.verify import MerkleTree, chained, check, event_hash
from tests.cast import Cast, seeding

Log = tuple[list[dict[str, Any]], list[dict[str, Any]]]


@pytest.fixture
def sealed_log(cast: Cast, settings: Any, tmp_path: Path) -> Log:
    """Thirty events of two sites, sealed in four visits."""
    settings.DRIVE_AUDIT_ROOTS = str(tmp_path / "roots.jsonl")
    for visit in range(4):
        for member in (cast.case_manager, cast.idva, cast.outsider):
            with acting_as(member.as_actor()):
                for n in range(2 + visit % 2):
                    record_event(
                        Act.LOOKED,
                        by=member.as_actor(),
                        kind="su_case",
                        record_id=UUID(int=n),
                        reason=f"visit {visit}",
                    )
        assert seal_once() == 3 * (2 + visit % 2)
    return list(exported_events()), list(root_lines())


def test_an_untouched_log_is_intact(sealed_log: Log) -> None:
    events, roots = sealed_log
    report = check(copy.deepcopy(events), roots)
    assert report.intact, report.faults
    assert (report.sealed, report.unsealed, report.streams) == (30, 0, 2)


def test_events_not_sealed_yet_are_counted_with_their_age(sealed_log: Log, cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        record_event(Act.LOOKED, by=cast.idva.as_actor(), kind="vs_record")
    report = check(exported_events(), root_lines())
    assert report.intact
    assert report.unsealed == 1
    assert report.oldest_unsealed


def test_a_sealer_goes_on_from_the_last_root_and_from_the_events_alike(
    sealed_log: Log, cast: Cast, settings: Any
) -> None:
    """Without its peaks, as after a restore, the tree is made again; both ways lead to the same root."""
    path = Path(settings.DRIVE_AUDIT_ROOTS)
    lines = path.read_text()
    roots = []
    for peaks in (True, False):
        if not peaks:
            path.write_text(
                "".join(line + "\n" for line in lines.splitlines() if not _of_last_visit(line, lines))
            )
        with transaction.atomic():
            with acting_as(cast.idva.as_actor()):
                record_event(Act.LOOKED, by=cast.idva.as_actor(), kind="vs_record", reason="one more")
            assert seal_once() == 1
            last = list(root_lines())[-1]
            assert last["count"] == sum(e["stream"] == last["stream"] for e in exported_events())
            head, tree = "0" * 64, MerkleTree()
            sealed = [e for e in exported_events() if e["stream"] == last["stream"]]
            for event in sorted(sealed, key=lambda e: int(e["number"])):
                head = chained(head, event_hash(event))
                tree.add(event_hash(event))
            roots.append((last["head"], last["root"]) == (head, tree.root()))
            transaction.set_rollback(True)
    assert roots == [True, True]


def _of_last_visit(line: str, lines: str) -> bool:
    return line in lines.splitlines()[-2:]


def _edit(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    event = rng.choice(events)
    name = rng.choice(["act", "kind", "reason", "role", "origin", "membership_id", "record_id", "at"])
    event[name] = f"{event[name]}x"


def _delete(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    events.remove(rng.choice(events))


def _delete_and_close_ranks(
    events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random
) -> None:
    """A clever insider renumbers and chains again; the roots outside the database know better."""
    gone = rng.choice(events)
    events.remove(gone)
    _rechain(events, gone["stream"])


def _edit_and_rechain(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    event = rng.choice(events)
    event["reason"] += "?"
    _rechain(events, event["stream"])


def _swap(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    stream = rng.choice(events)["stream"]
    one, other = rng.sample([e for e in events if e["stream"] == stream], 2)
    for name in ("number", "chain"):
        one[name], other[name] = other[name], one[name]


def _swap_and_rechain(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    stream = rng.choice(events)["stream"]
    one, other = rng.sample([e for e in events if e["stream"] == stream], 2)
    one["number"], other["number"] = other["number"], one["number"]
    _rechain(events, stream)


def _cut_tail(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    stream = rng.choice(events)["stream"]
    ordered = sorted((e for e in events if e["stream"] == stream), key=lambda e: int(e["number"]))
    for event in ordered[-rng.randint(1, len(ordered)) :]:
        events.remove(event)


def _insert(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    forged = copy.deepcopy(rng.choice(events))
    forged["id"] = str(UUID(int=rng.getrandbits(128)))
    forged["number"] = int(forged["number"]) + 1
    for event in events:
        if event["stream"] == forged["stream"] and int(event["number"]) >= forged["number"]:
            event["number"] = int(event["number"]) + 1
    events.append(forged)
    _rechain(events, forged["stream"])


def _fork(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    """The history is written again and its roots are appended as if they followed."""
    from drive.audit.verify import root_line_hash

    event = rng.choice(events)
    event["act"] = "exported"
    _rechain(events, event["stream"])
    head, tree = "0" * 64, MerkleTree()
    for sealed in sorted(
        (e for e in events if e["stream"] == event["stream"]), key=lambda e: int(e["number"])
    ):
        tree.add(event_hash(sealed))
        head = chained(head, event_hash(sealed))
    line = {
        "stream": event["stream"],
        "count": tree.count,
        "head": head,
        "root": tree.root(),
        "at": "",
        "previous": roots[-1]["this"],
    }
    roots.append(line | {"this": root_line_hash(line)})


def _lose_a_root(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    del roots[rng.randrange(len(roots) - 1)]


def _rechain(events: list[dict[str, Any]], stream: str) -> None:
    head = "0" * 64
    for number, event in enumerate(
        sorted((e for e in events if e["stream"] == stream), key=lambda e: int(e["number"])), 1
    ):
        event["number"] = number
        event["chain"] = head = chained(head, event_hash(event))


TAMPERINGS: list[Callable[[list[dict[str, Any]], list[dict[str, Any]], random.Random], None]] = [
    _edit, _delete, _delete_and_close_ranks, _edit_and_rechain, _swap, _swap_and_rechain, _cut_tail, _insert, _fork, _lose_a_root,
]  # fmt: skip


def test_ten_thousand_tamperings_are_all_found(sealed_log: Log) -> None:
    events, roots = sealed_log
    seed = 20261121
    rng = random.Random(seed)
    missed = []
    for n in range(10_000):
        tamper = TAMPERINGS[n % len(TAMPERINGS)]
        changed, changed_roots = [dict(e) for e in events], [dict(r) for r in roots]
        tamper(changed, changed_roots, rng)
        if check(changed, changed_roots).intact:
            missed.append((n, tamper.__name__))
    assert missed == [], f"seed {seed}"


def test_no_scope_can_change_or_forge_an_event(cast: Cast) -> None:
    with acting_as(cast.service_manager.as_actor()):
        record_event(Act.LOOKED, by=cast.service_manager.as_actor(), kind="su_case")
    statements = [
        "update audit_auditevent set reason = 'nothing'",
        "delete from audit_auditevent",
        "truncate audit_auditevent",
        "insert into audit_auditevent (id, at, act, kind, fields, digest, role, reason, origin)"
        " values (gen_random_uuid(), now(), 'looked', 'x', '[]', '', '', '', '')",
    ]
    for member in cast.everybody():
        for statement in statements:
            with pytest.raises(DatabaseError, match="permission denied"), acting_as(member.as_actor()):
                with connection.cursor() as cursor:
                    cursor.execute(statement)


def test_not_even_a_role_past_the_policies_changes_an_event(cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        record_event(Act.LOOKED, by=cast.idva.as_actor(), kind="vs_record")
    for statement in ("update audit_auditevent set reason = ''", "delete from audit_auditevent"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), seeding():
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_the_membership_of_an_event_is_the_transactions_own(cast: Cast) -> None:
    """An actor built by hand cannot put another's name to an act: the database writes whom it knows."""
    pretended = cast.service_manager.as_actor()
    with acting_as(cast.case_manager.as_actor()):
        record_event(Act.LOOKED, by=pretended, kind="su_case", record_id=cast.case.pk)
    with seeding():
        event = AuditEvent.objects.get(record_id=cast.case.pk)
        assert event.membership_id == cast.case_manager.pk
        assert event.assignment_id is not None
