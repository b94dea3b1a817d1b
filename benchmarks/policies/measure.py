"""What need-to-know in the database costs: whole requests of the caseload list and the case page, with row policies and
audit, against the same requests past every policy, with filters written by hand and no audit.

    python benchmarks/policies/measure.py --people 10000 [--write]

Each way answers in a process of its own (asking.py). The two are asked in turn, 20 pairs a page after a warm-up, and the
median of the pairs' ratios is what counts: the bar is 1.5. A third process leaves out the audit alone: the event of a
look costs one statement, and at most 15 % of the time. `--write` keeps the result as last.json beside this file.

A page takes more statements the more kinds of things stand on it (a case nobody has asked views about has none to read). What
must not grow is how often it asks the same: of the caseloads and cases that are looked through, whatever their number of rows,
every statement is asked equally often by all pages that ask it at all. Where one is not, this fails and names it. The fullest
list and the fullest case are the two that are measured.
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
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1] / "src"), str(HERE.parent)]

PAIRS = 20
WARM = 5
MOST, MOST_FOR_AUDIT = 1.5, 1.15
LOOKED_THROUGH = 12
"""Case managers whose lists are opened for the fullest, and cases of each."""

CASELOADS = """
select m.id::text, u.email, count(*) as held, (array_agg(a.case_id::text order by a.case_id))[:%(most)s]
  from access_membership m join access_user u on u.id = m.user_id
  join access_caseassignment a on a.membership_id = m.id and a.kind = 'holder' and a.ends_on > current_date
  join lateral (select e.value from casework_stateentry e where e.case_id = a.case_id and e.history = 'status'
                 order by e.since desc, e.recorded_at desc limit 1) s on s.value not in ('closed', 'not_progressed', 'rejected')
 where m.role = 'case_manager' and m.ends_on > current_date and u.is_active
 group by m.id, u.email order by count(*) desc, m.id limit %(most)s"""


class Asked:
    """One process that answers in one way."""

    def __init__(self, way: str, app_url: str, emails: dict[str, str]) -> None:
        self.way = way
        known = [f"{member}={email}" for member, email in emails.items()]
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(HERE / "asking.py"), way, *known],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env=os.environ | {"DRIVE_APP_URL": app_url, "DRIVE_ROLE_PREFIX": "drive", "PYTHONPATH": str(HERE.parents[1] / "src")},
        )  # fmt: skip

    def __enter__(self) -> Asked:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)

    def ask(self, member: str, path: str, *kinds: str) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(" ".join((member, path, *kinds)) + "\n")
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


@dataclass(frozen=True)
class Looked:
    """Pages of one kind that were looked through."""

    fullest: tuple[str, str]
    """Reader and address of the one that takes most statements."""
    taken: list[int]
    """Statements of each page, fewest first."""
    times: dict[str, list[int]]
    """By statement without its values and the place that asks it, how often pages asked it that asked it at all: one number, or
    it grows with rows."""

    @property
    def growing(self) -> dict[str, list[int]]:
        return {said: times for said, times in self.times.items() if len(times) > 1}

    def told(self) -> dict[str, Any]:
        return {
            "pages": len(self.taken),
            "fewest": self.taken[0],
            "most": self.taken[-1],
            "if everything stood on one page": sum(max(times) for times in self.times.values()),
            "growing": self.growing,
        }


def look_through(asked: Asked, pages: list[tuple[str, str]]) -> Looked:
    """Every page once, after one that is not counted: what a process remembers it has asked already."""
    asked.ask(*pages[0])
    answers = [asked.ask(*page, "kinds") for page in pages]
    counts = [Counter(answer["kinds"]) for answer in answers]
    kinds = {said for count in counts for said in count}
    return Looked(
        max(zip(pages, answers, strict=True), key=lambda each: each[1]["statements"])[0],
        sorted(answer["statements"] for answer in answers),
        {said: sorted({count[said] for count in counts if said in count}) for said in sorted(kinds)},
    )


def main() -> None:
    """Measure once, print, and keep the result where that is wanted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    from worlds import world

    with world(chosen.people) as loaded, ExitStack() as stack:
        with psycopg.connect(loaded.superuser_url) as connection:
            rows = connection.execute(CASELOADS, {"most": LOOKED_THROUGH}).fetchall()
        assert rows, "nobody holds an open case"
        emails = {row[0]: row[1] for row in rows}
        from django.conf import settings

        app = str(settings.DRIVE_APP_URL)
        ways = {
            way: stack.enter_context(Asked(way, url, emails))
            for way, url in (("policies", app), ("unaudited", app), ("by_hand", loaded.superuser_url))
        }
        looked = {
            "caseload list": look_through(ways["policies"], [(row[0], "/cases/") for row in rows]),
            "case page": look_through(
                ways["policies"], [(row[0], f"/cases/{case}/") for row in rows for case in row[3]]
            ),
        }
        pages = {name: each.fullest for name, each in looked.items()}
        held = {row[0]: row[2] for row in rows}
        result: dict[str, Any] = {
            "measured": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "machine": f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.0f}, Python {platform.python_version()}",
            "people": loaded.people,
            "actions": loaded.rows["casework_action"],
            "audit_events": loaded.rows["audit_auditevent"],
            "rows": sum(loaded.rows.values()),
            "caseload": held[pages["caseload list"][0]],
            "statements": {name: each.told() for name, each in looked.items()},
            "pairs": PAIRS,
            "policies and audit to filters by hand": {
                name: compare(ways["policies"], ways["by_hand"], *page) for name, page in pages.items()
            },
            "audit to no audit": {
                name: compare(ways["policies"], ways["unaudited"], *page) for name, page in pages.items()
            },
        }
    print(json.dumps(result, indent=1))
    if chosen.write:
        kept = HERE / "last.json"
        before = json.loads(kept.read_text()) if kept.exists() else {}
        kept.write_text(json.dumps(before | {f"{chosen.people} people": result}, indent=1) + "\n")
    growing = any(each.growing for each in looked.values())
    worst = max(each["ratio"] for each in result["policies and audit to filters by hand"].values())
    audit = max(each["ratio"] for each in result["audit to no audit"].values())
    sys.exit(0 if worst <= MOST and audit <= MOST_FOR_AUDIT and not growing else 1)


if __name__ == "__main__":
    main()
