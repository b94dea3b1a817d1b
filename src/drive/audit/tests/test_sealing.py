"""Sealing and checking: every way of altering sealed events that we can draw is found."""

from __future__ import annotations

import copy
import os
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from drive.__main__ import main
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.audit.record import Act, record_event
from drive.audit.sealing import OVERLAP, exported_events, root_lines, seal_left_behind, seal_waiting
from drive.audit.verify import EVENT_FIELDS, MerkleTree, chained, check, event_hash
from tests.cast import Cast, lay_out, seeding
from tests.racing import remove_everything

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
"""When a log of sealed events was read does not matter."""

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
        assert seal_waiting() == 3 * (2 + visit % 2)
    return list(exported_events()), list(root_lines())


def test_an_untouched_log_is_intact(sealed_log: Log) -> None:
    events, roots = sealed_log
    report = check(copy.deepcopy(events), roots, taken=NOW)
    assert report.intact, report.faults
    assert (report.sealed, report.unsealed, report.streams) == (30, 0, 2)


def test_events_not_sealed_yet_are_counted_with_their_age(sealed_log: Log, cast: Cast) -> None:
    with acting_as(cast.idva.as_actor()):
        record_event(Act.LOOKED, by=cast.idva.as_actor(), kind="vs_record")
    report = check(exported_events(), root_lines(), taken=datetime.now(UTC))
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
            assert seal_waiting() == 1
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


def as_exported(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order in which the database gives them."""
    return sorted(events, key=lambda event: (str(event["stream"]), int(event["number"])))


def _edit(events: list[dict[str, Any]], roots: list[dict[str, Any]], rng: random.Random) -> None:
    event = rng.choice(events)
    name = rng.choice(EVENT_FIELDS)
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
        if check(as_exported(changed), changed_roots, taken=NOW).intact:
            missed.append((n, tamper.__name__))
    assert missed == [], f"seed {seed}"


def test_newest_events_and_roots_cut_together_show_against_the_roots_of_another_machine(
    sealed_log: Log,
) -> None:
    """Against the file that was cut they do not: why the roots belong elsewhere, and what `drive audit verify` says."""
    events, roots = sealed_log
    gone = roots[-1]
    before = max(line["count"] for line in roots[:-1] if line["stream"] == gone["stream"])
    cut = [e for e in events if e["stream"] != gone["stream"] or int(e["number"]) <= before]
    assert len(cut) < len(events)
    assert check(as_exported(cut), roots[:-1], taken=NOW).intact
    assert check(as_exported(cut), roots, taken=NOW).faults == [
        f"{gone['stream']}: the last {len(events) - len(cut)} sealed events were removed"
    ]


def test_roots_beside_the_database_are_said_to_be(
    cast: Cast, settings: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder, said in ((settings.DRIVE_DATA.path, True), (tmp_path, False)):
        settings.DRIVE_AUDIT_ROOTS = str(folder / "no-such-folder" / "roots.jsonl")
        assert main(["audit", "verify"]) == 0
        assert ("NOTE " in capsys.readouterr().out) is said


def test_an_event_that_waits_for_more_than_five_minutes_is_a_fault(
    sealed_log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    _written(timedelta(minutes=4), "short")
    assert main(["audit", "verify"]) == 0
    _written(timedelta(minutes=12), "long")
    assert main(["audit", "verify"]) == 1
    assert "LATE     The oldest event that is not sealed has waited for 12 minutes" in capsys.readouterr().out


def _written(before: timedelta, kind: str) -> None:
    """An event written so long ago, which shows only now."""
    with seeding():
        AuditEvent.objects.create(at=datetime.now(UTC) - before, act="looked", kind=kind)


def test_a_late_event_is_sealed_and_one_later_than_that_when_everything_is_looked_at(sealed_log: Log) -> None:
    """Sealing goes on from the newest sealed event, and looks back as far as `OVERLAP`."""
    _written(OVERLAP - timedelta(minutes=1), "late")
    assert seal_waiting() == 1
    _written(OVERLAP + timedelta(hours=1), "left behind")
    assert seal_waiting() == 0
    assert seal_left_behind() == 1
    assert check(exported_events(), root_lines(), taken=NOW).intact


def test_everything_that_waits_is_sealed_at_once(sealed_log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drive.audit.sealing.BATCH", 3)
    for n in range(11):
        _written(timedelta(seconds=n), "one of many")
    assert seal_waiting() == 11
    assert seal_waiting() == 0
    assert check(exported_events(), root_lines(), taken=NOW).intact


@pytest.fixture
def committed(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Cast]:
    """People who are really committed, and taken away afterwards."""
    settings.DRIVE_AUDIT_ROOTS = str(tmp_path / "roots.jsonl")
    try:
        yield lay_out()
    finally:
        remove_everything()


def test_what_another_transaction_commits_after_a_sealing_is_sealed_by_the_next(committed: Cast) -> None:
    """The event is older than one that is sealed already, by its time, and showed only afterwards."""
    seal_left_behind()
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"]) as slow:
        slow.execute("select audit.record('looked', 'slow', null, null, null, '', '{}', '', '', null)")
        with acting_as(committed.idva.as_actor()):
            record_event(Act.LOOKED, by=committed.idva.as_actor(), kind="quick")
        assert seal_waiting() == 1
        slow.commit()
    assert seal_waiting() == 1
    sealed = [e["kind"] for e in as_exported(list(exported_events())) if e["kind"] in ("slow", "quick")]
    assert sorted(sealed) == ["quick", "slow"]
    report = check(exported_events(), root_lines(), taken=datetime.now(UTC))
    assert (report.intact, report.unsealed) == (True, 0)


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
