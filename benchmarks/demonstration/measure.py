"""Loads a demonstration world into a PostgreSQL of its own and says how long it took and how much memory.

    python benchmarks/demonstration/measure.py --people 100000

Everything goes into a temporary folder, which is removed. CPU seconds are said beside the clock, because they hold on a
busy machine too.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "src"), str(Path(__file__).resolve().parents[1])]


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=None)
    chosen = parser.parse_args()
    from worlds import prepared

    with prepared() as place:
        _measure(place.owner_url, chosen.people)


def _measure(owner: str, people: int | None) -> None:
    from drive.demonstration.loading import load

    database_cpu = [0]

    def progress(done: int, of: int) -> None:
        database_cpu.append(_cpu_of_backend())

    before = resource.getrusage(resource.RUSAGE_SELF)
    loaded = load(owner, people=people, progress=progress)
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    rows = loaded.rows
    told = (
        f"people {loaded.people:,}; actions {rows['casework_action']:,}",
        f"audit events {rows['audit_auditevent']:,}; rows {sum(rows.values()):,}",
        f"seconds {loaded.seconds:.0f}; CPU of the program {cpu:.0f}, of the database's process {max(database_cpu)}",
        f"most memory of the program {after.ru_maxrss / 1024:.0f} MiB",
    )
    print("\n".join(told))  # the report itself


def _cpu_of_backend() -> int:
    """CPU seconds of the database process that the owner's connection talks to."""
    shown = subprocess.run(["ps", "-eo", "cputimes,args"], capture_output=True, text=True, check=True).stdout
    found = [int(line.split()[0]) for line in shown.splitlines() if "postgres: drive_owner drive " in line]
    return max(found, default=0)


if __name__ == "__main__":
    main()
