"""How long "who has looked at this person, and were they on the case?" takes with five million events in the audit.

    python benchmarks/audit_reading/measure.py --events 5000000

Starts a PostgreSQL of its own in a temporary folder, loads the demonstration world, adds generated looks until the audit
holds so many events, and asks the question as a service manager: of an ordinary record, and of a notorious one at which
one look in a hundred of the whole audit was made. Everything is removed afterwards.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from uuid import UUID

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "src"), str(Path(__file__).resolve().parents[1])]
RUNS = 20
MANY_LOOKS = 50_000
"""Looks at the notorious record."""

GENERATE = """
insert into audit_auditevent (id, at, act, kind, record_id, service_id, site_id, account_id, membership_id, role,
                              assignment_id, fields, digest, reason, origin)
select gen_random_uuid(), now() - (n %% 700) * interval '1 day' - (n %% 36000) * interval '1 second', 'looked', 'su_case',
       case when n <= %(many)s then %(notorious)s::uuid else (%(cases)s::uuid[])[1 + n %% cardinality(%(cases)s::uuid[])] end,
       %(service)s, %(site)s, null, (%(members)s::uuid[])[1 + (n / 7) %% cardinality(%(members)s::uuid[])], 'case_manager',
       case when n %% 10 < 9 then gen_random_uuid() end, '["case_page"]', '', '', '127.0.0.1'
  from generate_series(1, %(events)s) n
"""


def main() -> None:
    """Measure once and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=5_000_000)
    chosen = parser.parse_args()
    from worlds import world

    with world() as loaded:
        import psycopg

        with psycopg.connect(loaded.superuser_url, autocommit=True) as connection:
            manager, cases = _fill(connection, chosen.events)
        _ask(manager, cases)


def _fill(connection: object, events: int) -> tuple[UUID, list[UUID]]:
    """Generated looks at the cases of one service, the notorious one first. The manager who will ask, and the cases."""
    manager, service, site = connection.execute(  # type: ignore[attr-defined]  # a psycopg connection
        "select id, service_id, site_id from access_membership where role = 'service_manager' order by id limit 1"
    ).fetchone()
    cases = [
        key
        for (key,) in connection.execute(  # type: ignore[attr-defined]  # a psycopg connection
            "select id from casework_sucase where service_id = %s order by id", [service]
        )
    ]
    members = [
        key
        for (key,) in connection.execute(  # type: ignore[attr-defined]  # a psycopg connection
            "select id from access_membership where service_id = %s", [service]
        )
    ]
    began = time.monotonic()
    # ten thousand records share the looks, as they would in a service of some years
    others = [UUID(int=number) for number in range(10_000)]
    connection.execute(  # type: ignore[attr-defined]  # a psycopg connection
        GENERATE,
        {
            "many": MANY_LOOKS, "notorious": cases[0], "cases": [*cases[1:], *others], "service": service, "site": site,
            "members": members, "events": events,
        },
    )  # fmt: skip
    connection.execute("analyze audit_auditevent")  # type: ignore[attr-defined]  # a psycopg connection
    (count,) = connection.execute("select count(*) from audit_auditevent").fetchone()  # type: ignore[attr-defined]  # a psycopg connection
    (size,) = connection.execute(  # type: ignore[attr-defined]  # a psycopg connection
        "select pg_size_pretty(pg_total_relation_size('audit_auditevent'))"
    ).fetchone()
    print(f"events {count:,}; table with indexes {size}; generated in {time.monotonic() - began:.0f} s")
    return manager, cases


def _ask(manager: UUID, cases: list[UUID]) -> None:
    from drive.access.models import Membership
    from drive.access.scopes import Scope
    from drive.access.stepping import acting_as, stepping_into
    from drive.oversight.looks import who_looked

    with stepping_into(Scope.SU_MANAGER, membership_id=manager):
        actor = Membership.objects.select_related("site", "organisation").get(pk=manager).as_actor()
    for name, record in (("ordinary record", cases[1]), ("notorious record", cases[0])):
        for shown in ("all", "off", "emergency", "denied"):
            taken = []
            for _ in range(RUNS):
                began = time.perf_counter()
                with acting_as(actor):
                    found = who_looked(actor, record, shown=shown)
                taken.append((time.perf_counter() - began) * 1000)
            total = sum(each.times for each in found.readers)
            print(
                f"{name}, {shown}: {total:,} looks; first {taken[0]:.0f} ms, median {statistics.median(taken):.0f} ms,"
                f" most {max(taken):.0f} ms"
            )


if __name__ == "__main__":
    main()
