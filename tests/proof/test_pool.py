"""A pool that hands out connections by transaction: ten thousand whole requests of both sides over two connections of the
real log-in, one view in twenty raising after it has written. No row of anybody else, nothing of what was raised.

Nightly all of them: `DRIVE_PROOF_REQUESTS=10000 pytest tests/proof/test_pool.py -s`. `DRIVE_PROOF_SEED` repeats a run.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.throwaway_server import PREFIX, TEMPLATE, WORKER

from . import pooled

REQUESTS = int(os.environ.get("DRIVE_PROOF_REQUESTS", "200"))
SEED = int(os.environ.get("DRIVE_PROOF_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
DATABASE = f"drivetest_pool_{WORKER}"


@pytest.fixture
def another_database() -> Iterator[str]:
    """A database of this test's own, in which worlds are committed; its superuser's address."""
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER"], autocommit=True) as owner:
        owner.execute("select pg_advisory_lock(1)")  # a template is copied by one at a time
        owner.execute(f"create database {DATABASE} template {TEMPLATE} owner {PREFIX}_owner")  # type: ignore[arg-type]  # names of this program alone
        owner.execute(f"grant connect on database {DATABASE} to {PREFIX}_app, {PREFIX}_tester")  # type: ignore[arg-type]  # names of this program alone
        owner.execute("select pg_advisory_unlock(1)")
        try:
            yield make_conninfo(os.environ["DRIVE_TEST_SUPERUSER"], dbname=DATABASE)
        finally:
            owner.execute(f"drop database {DATABASE} with (force)")  # type: ignore[arg-type]  # names of this program alone


def test_two_connections_for_everybody_and_one_view_in_twenty_raising_after_a_write(
    another_database: str, django_db_blocker: Any
) -> None:
    real = conninfo_to_dict(os.environ["DRIVE_REAL_APP_URL"])
    app = {"USER": str(real["user"]), "PASSWORD": str(real["password"])}
    came: list[pooled.Counts | BaseException] = []

    def ask() -> None:
        try:
            came.append(pooled.run(DATABASE, app, REQUESTS, SEED))
        except BaseException as error:
            came.append(error)

    with django_db_blocker.unblock():
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    counts = came[0]
    if isinstance(counts, BaseException):
        raise AssertionError(f"seed {SEED}") from counts
    kept = len(counts.kept)
    print(f"{counts.requests} requests (seed {SEED}), {counts.raised} raised, {kept} writes kept")  # noqa: T201  # docs/proofs.md
    assert counts.foreign == [], f"seed {SEED}"
    assert counts.missing == [], f"seed {SEED}: one's own row was not there, so nothing was proved"
    assert counts.left == {(f"{PREFIX}_app", "")}, f"seed {SEED}"
    assert counts.servers_used == 2
    assert counts.raised == REQUESTS // 20
    with psycopg.connect(another_database) as superuser:
        written = superuser.execute(
            "select value from casework_contactchannel union all select what from advocacy_courtdate"
        ).fetchall()
        failed = superuser.execute("select count(*) from audit_auditevent where act = 'failed'").fetchone()
    assert {words for (words,) in written} & counts.lost == set(), (
        f"seed {SEED}: kept although the view raised"
    )
    assert counts.kept == {words for (words,) in written}, f"seed {SEED}"
    assert len(written) == len(counts.kept)
    assert failed == (counts.raised,)
