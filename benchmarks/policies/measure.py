"""What need-to-know in the database costs: whole requests of the caseload list and the case page, with row policies and
audit, against the same requests past every policy, with filters written by hand and no audit.

    python benchmarks/policies/measure.py --people 10000 [--write]

Each way answers in a process of its own (asking.py). The two are asked in turn, 20 pairs a page after a warm-up, and the
median of the pairs' ratios is what counts: the bar is 1.5. A third process leaves out the audit alone: the event of a
look costs one statement, and at most 15 % of the time. `--write` keeps the result as last.json beside this file.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

PAIRS = 20
WARM = 5
MOST, MOST_FOR_AUDIT = 1.5, 1.15

CASELOADS = """
select m.id, u.email, count(*) as held, min(a.case_id::text)
  from access_membership m join access_user u on u.id = m.user_id
  join access_caseassignment a on a.membership_id = m.id and a.kind = 'holder' and a.ends_on > current_date
  join lateral (select e.value from casework_stateentry e where e.case_id = a.case_id and e.history = 'status'
                 order by e.since desc, e.recorded_at desc limit 1) s on s.value not in ('closed', 'not_progressed', 'rejected')
 where m.role = 'case_manager' and m.ends_on > current_date and u.is_active
 group by m.id, u.email order by count(*) desc, m.id limit 1"""


class Asked:
    """One process that answers in one way."""

    def __init__(self, way: str, app_url: str, member: str, email: str) -> None:
        self.way = way
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "asking.py"), way, f"{member}={email}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"DRIVE_APP_URL": app_url, "DRIVE_ROLE_PREFIX": "drive", "PYTHONPATH": str(HERE.parents[1] / "src")},
        )  # fmt: skip

    def __enter__(self) -> Asked:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def ask(self, member: str, path: str) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{member} {path}\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


def compare(one: Asked, other: Asked, member: str, path: str) -> dict[str, Any]:
    """The median ratio of `one` to `other` over alternating pairs; both must show the same page."""
    ratios, mine, theirs = [], [], []
    first = second = {}
    for turn in range(WARM + PAIRS):
        order = (one, other) if turn % 2 else (other, one)
        found = {asked.way: asked.ask(member, path) for asked in order}
        first, second = found[one.way], found[other.way]
        assert first["digest"] == second["digest"], (
            f"{path} differs: {first['bytes']}, {second['bytes']} bytes"
        )
        if turn >= WARM:
            mine.append(first["seconds"])
            theirs.append(second["seconds"])
            ratios.append(first["seconds"] / second["seconds"])
    return {
        "ratio": round(statistics.median(ratios), 3),
        "lowest": round(min(ratios), 3),
        "highest": round(max(ratios), 3),
        f"{one.way}_ms": round(statistics.median(mine) * 1000, 1),
        f"{other.way}_ms": round(statistics.median(theirs) * 1000, 1),
        f"{one.way}_statements": first["statements"],
        f"{other.way}_statements": second["statements"],
    }


def main() -> None:
    """Measure once, print, and keep the result where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    from worlds import world

    with world(chosen.people) as loaded, ExitStack() as stack:
        with psycopg.connect(loaded.superuser_url) as connection:
            row = connection.execute(CASELOADS).fetchone()
        assert row, "nobody holds an open case"
        member, email, held, case = str(row[0]), row[1], row[2], row[3]
        from django.conf import settings

        app = str(settings.DRIVE_APP_URL)
        ways = {
            way: stack.enter_context(Asked(way, url, member, email))
            for way, url in (("policies", app), ("unaudited", app), ("by_hand", loaded.superuser_url))
        }
        pages = {"caseload list": "/cases/", "case page": f"/cases/{case}/"}
        result: dict[str, Any] = {
            "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}",
            "people": loaded.people,
            "actions": loaded.rows["casework_action"],
            "audit_events": loaded.rows["audit_auditevent"],
            "rows": sum(loaded.rows.values()),
            "caseload": held,
            "pairs": PAIRS,
            "policies and audit to filters by hand": {
                name: compare(ways["policies"], ways["by_hand"], member, path) for name, path in pages.items()
            },
            "audit to no audit": {
                name: compare(ways["policies"], ways["unaudited"], member, path)
                for name, path in pages.items()
            },
        }
    print(json.dumps(result, indent=1))
    if chosen.write:
        kept = HERE / "last.json"
        before = json.loads(kept.read_text()) if kept.exists() else {}
        kept.write_text(json.dumps(before | {f"{chosen.people} people": result}, indent=1) + "\n")
    worst = max(each["ratio"] for each in result["policies and audit to filters by hand"].values())
    audit = max(each["ratio"] for each in result["audit to no audit"].values())
    sys.exit(0 if worst <= MOST and audit <= MOST_FOR_AUDIT else 1)


if __name__ == "__main__":
    main()
