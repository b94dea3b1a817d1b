"""What reporting asks of the extract: the tables of the acting membership's site, and what stands beside them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import connection


@dataclass(frozen=True, slots=True)
class ClientCoverage:
    """How many open cases have a linked client who is in touch with an IDVA (S-38, R-95)."""

    open_cases: int
    with_link: int
    with_client_in_touch: int


IN_TOUCH = ("engaged", "sporadic", "monitoring", "via_agency", "no_news")
"""K-21 values under which a view or news from the client can be had."""


def client_coverage(on: datetime.date) -> ClientCoverage:
    """Open cases on a day, with any link, and with a client in touch on that day. Report scope."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with open_case as (
              select c.id from casework_sucase c
               where coalesce(c.accepted_on, c.starts_on) <= %(day)s
                 and not exists (select from casework_closure x where x.case_id = c.id and x.closed_on <= %(day)s))
            select count(*), count(*) filter (where l.any_link), count(*) filter (where l.in_touch)
              from open_case c
              left join lateral (
                select true as any_link, bool_or(e.value = any(%(in_touch)s)) as in_touch
                  from safety_caselink k
                  left join lateral (select value from advocacy_engagemententry e
                                      where e.record_id = k.vs_record_id and e.since <= %(day)s
                                      order by e.since desc, e.recorded_at desc limit 1) e on true
                 where k.su_case_id = c.id having count(*) > 0) l on true
            """,
            {"day": on, "in_touch": list(IN_TOUCH)},
        )
        total, linked, in_touch = cursor.fetchone()
    return ClientCoverage(total, linked, in_touch)
