"""How many events a second one core writes and seals, and checks again.

    python benchmarks/audit/measure.py [--events 20000] [--log 1000000] [--write]

Every event is written as a page writes it: `record_event` in the reader's scope, ten to a transaction. Sealing
chains them, keeps the Merkle tree and forces the roots to disk. The bar is 1,750 events a second on one core; what counts
is events by CPU second of this program and of the database's process together, which holds on a busy machine too.

Then so many events of the last hundred days are put beside them, sealed, and sealing a thousand more is measured before
and after: it must not grow with what is sealed already.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

LEAST = 1750
LONG_LOG = """
with made as (
  insert into audit_auditevent (id, at, act, kind, fields, digest, role, reason, origin)
  select gen_random_uuid(), now() - interval '1 day' - (n %% 8640000) * interval '1 second', 'looked', 'su_case', '[]', '', 'idva', '', ''
    from generate_series(1, %s) n returning id)
insert into audit_auditseal (event_id, stream, number, chain, sealed_at)
select id, 'none/2000-01-01', row_number() over (), repeat('0', 64), now() from made
"""
"""Events of the last hundred days, as if they had been sealed."""


def _cpu_of(process: int) -> float:
    """CPU seconds of one process so far."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Stopwatch:
    """CPU seconds of this program and of its database process, and seconds by the clock, for a block."""

    def __init__(self, backend: int) -> None:
        self.backend = backend

    def _spent(self) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        return own.ru_utime + own.ru_stime + _cpu_of(self.backend)

    def __enter__(self) -> Stopwatch:
        self.before, self.began = self._spent(), time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        self.cpu, self.seconds = self._spent() - self.before, time.monotonic() - self.began

    def told(self, events: int) -> dict[str, Any]:
        return {
            "events": events, "cpu_seconds": round(self.cpu, 2), "seconds": round(self.seconds, 2),
            "events_a_cpu_second": round(events / self.cpu),
        }  # fmt: skip


def main() -> None:
    """Measure once, print, and keep the result where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--log", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    from worlds import world

    with world(600) as loaded:
        result = _measure(loaded.superuser_url, chosen.events, chosen.log)
    print(json.dumps(result, indent=1))
    if chosen.write:
        (HERE / "last.json").write_text(json.dumps(result, indent=1) + "\n")
    sys.exit(0 if result["written and sealed"]["events_a_cpu_second"] >= LEAST else 1)


def _measure(superuser_url: str, events: int, log: int) -> dict[str, Any]:
    from django.db import connection

    from drive.access.models import Membership
    from drive.access.scopes import Scope
    from drive.access.stepping import acting_as, stepping_into
    from drive.audit.record import Act, record_event
    from drive.audit.sealing import exported_events, root_lines, seal_left_behind, seal_waiting
    from drive.audit.verify import check

    with psycopg.connect(superuser_url) as past:
        row = past.execute(
            "select m.id, m.user_id, min(a.case_id::text) from access_membership m join access_caseassignment a on a.membership_id = m.id"
            " where m.role = 'case_manager' and a.ends_on > current_date group by 1, 2 limit 1"
        ).fetchone()
    assert row
    with stepping_into(Scope.ACCOUNTS, user_id=row[1]):
        actor = Membership.objects.select_related("organisation", "site").get(pk=row[0]).as_actor()
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            backend = cursor.fetchone()[0]
    seal_left_behind()  # the world's own
    with Stopwatch(backend) as asking:
        for _ in range(events // 10):
            with acting_as(actor):
                pass
    with Stopwatch(backend) as writing:
        for _ in range(events // 10):
            with acting_as(actor):
                for _ in range(10):
                    record_event(Act.LOOKED, by=actor, kind="su_case", record_id=row[2])
    with Stopwatch(backend) as sealing:
        sealed = seal_waiting()
    assert sealed == events
    with Stopwatch(backend) as checking:
        report = check(exported_events(), root_lines(), taken=datetime.datetime.now(datetime.UTC))
    assert report.intact, report.faults

    def a_thousand() -> float:
        """CPU seconds of sealing a thousand events: the median of five times."""
        spent = []
        for _ in range(5):
            with acting_as(actor):
                for _ in range(1000):
                    record_event(Act.LOOKED, by=actor, kind="su_case", record_id=row[2])
            with Stopwatch(backend) as once:
                assert seal_waiting() == 1000
            spent.append(once.cpu)
        return round(sorted(spent)[2], 3)

    few = a_thousand()
    with psycopg.connect(superuser_url) as past:
        past.execute(LONG_LOG, [log])
        past.commit()
        past.autocommit = True
        past.execute("analyze audit_auditevent, audit_auditseal")
    many = a_thousand()
    with Stopwatch(backend) as everything:
        assert seal_left_behind() == 0
    both = writing.cpu - asking.cpu + sealing.cpu
    return {
        "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}",
        "written": writing.told(events),
        "of which stepping into the scope": asking.told(events),
        "sealed": sealing.told(events),
        "checked": checking.told(report.sealed),
        "sealing 1,000 events": {
            "cpu_seconds": few,
            f"with {log:,} more sealed": many,
            "looking at everything, nothing left behind": round(everything.cpu, 2),
        },
        "written and sealed": {
            "events": events,
            "cpu_seconds": round(both, 2),
            "events_a_cpu_second": round(events / both),
        },
    }


if __name__ == "__main__":
    main()
