"""How the tables read the database: which rows are asked for, in batches, and how a code becomes the contract's.

Works in the report scope, which is granted no name, address or free text (`policies.sql`).
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connection

from drive_evaluation.contract import TABLES

Row = dict[str, Any]

BATCH = 2_000
"""Rows that are in memory at a time, whatever a table holds."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is asked for: the days, and whose cases.

    `last` is the data cut: nothing that happened later is told. With `first`, people whose case had ended and whose
    referral was decided before it are left out. `service_id` keeps to cases of one service that the acting member is
    not barred from: what a manager may open (S-40). `site_code` and `label` stand for the site.
    """

    site_code: str
    last: datetime.date
    first: datetime.date | None = None
    service_id: UUID | None = None
    label: str = ""

    @property
    def values(self) -> Row:
        """The parameters of every statement."""
        return {"first": self.first, "last": self.last, "service": self.service_id}


KEPT = """
cohort as materialized (
  select c.person_key from casework_sucase c
   where c.starts_on <= %(last)s
     and (%(first)s::date is null
          or not exists (select from casework_closure x where x.case_id = c.id and x.closed_on < %(first)s::date))
  union
  select p.person_key from referrals_referral r
    join referrals_referralparty p on p.referral_id = r.id and p.role = 'service_user'
    left join lateral (select d.outcome, d.decided_on from referrals_referraldecision d
                        where d.referral_id = r.id and d.decided_on <= %(last)s
                        order by d.recorded_at desc, d.id desc limit 1) d on true
   where r.referred_on <= %(last)s
     and (%(first)s::date is null or coalesce(d.decided_on, r.referred_on) >= %(first)s::date
          or (coalesce(d.outcome, 'bring_back') <> 'reject'
              and not exists (select from casework_sucase c where c.person_key = p.person_key and c.starts_on <= %(last)s)))
), refused as materialized (
  select said.person_key from (
    select distinct on (c.person_key) c.person_key, s.answer from casework_sharingconsent s
      join casework_sucase c on c.id = s.case_id
     order by c.person_key, s.said_on desc, s.recorded_at desc, s.id) said where said.answer = 'no'
), kept as materialized (
  select c.id, c.person_key, c.service_id, c.referral_id, c.referred_on, c.accepted_on, c.starts_on,
         exists (select from refused n where n.person_key = c.person_key) as refused
    from casework_sucase c join cohort k on k.person_key = c.person_key
   where c.starts_on <= %(last)s
     and (%(service)s::uuid is null
          or (c.service_id = %(service)s::uuid and c.id <> all ((select access.barred())::uuid[])))
), shared as (
  select * from kept where not refused
)
"""
"""Whose rows: people assessed or worked with in the window, the consent of each, and their cases (P-20).

`refused` asks the newest answer of all, also one given after the data cut: a withdrawal holds at once.
"""

TIES = (
    KEPT
    + """, tie as materialized (
  select l.id as linked_person, c.id as case_id, c.person_key, c.refused, l.is_index, l.relationship, l.age_as_referred,
         l.gender_as_referred, (l.recorded_at at time zone 'Europe/London')::date as linked_on, l.recorded_at,
         b.vs_record_id as record_id, coalesce(v.person_key, l.id) as victim_key
    from casework_linkedperson l
    join kept c on c.id = l.case_id
    left join safety_caselink b on coalesce(b.thread, b.id) = l.link_id
    left join access.client_keys() v on v.record_id = b.vs_record_id
   where (l.recorded_at at time zone 'Europe/London')::date <= %(last)s
), told_of as materialized (
  select distinct on (record_id) record_id, case_id, person_key, victim_key from tie where record_id is not null
   order by record_id, is_index desc, recorded_at, linked_person
)
"""
)
"""... and the ties to victims/survivors. One client is one key, whichever of her records it came from; without a record
she is the tie's own key. `told_of`: whom a client's form is about, the index tie of her record or the first."""


def rows(statement: str, window: Window, *, within: str = KEPT) -> Iterator[Row]:
    """Rows of a statement over the named parts of `within`, in batches, through a cursor of the server's."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"with {within} {statement}", window.values)
        names = [column.name for column in cursor.description or ()]
        while batch := cursor.fetchmany(BATCH):
            for values in batch:
                yield dict(zip(names, values, strict=True))


def grouped(found: Iterable[Row], *keys: str) -> Iterator[tuple[tuple[Any, ...], list[Row]]]:
    """Consecutive rows with the same keys: the statement must order by them."""
    for key, group in groupby(found, key=lambda row: tuple(row[name] for name in keys)):
        yield key, list(group)


CODES: dict[tuple[str, str], frozenset[str]] = {
    (name, field.name): frozenset(field.codes)
    for name, table in TABLES.items()
    for field in table.fields
    if field.codes
}
"""Table and field of the contract to the codes that it takes."""

ASKED_WITHOUT_ANSWER = ("unknown", "declined", "not_asked", "not_applicable", "cannot_tell")
"""Missing states that the contract tells as `unknown` (A6); what nobody recorded stays empty."""


def code(table: str, field: str, value: str | None) -> str | None:
    """`value` if the contract knows it as a code of the field, else nothing: never guessed."""
    return value if value and value in CODES[table, field] else None


def answered(table: str, field: str, *values: str | None) -> str | None:
    """The first of `values` that is a code other than `unknown`; `unknown` where somebody asked; else nothing."""
    known = [value for value in values if value]
    for value in known:
        if value != "unknown" and value in CODES[table, field]:
            return value
    return "unknown" if any(value in ASKED_WITHOUT_ANSWER for value in known) else None


def listed(value: Any) -> list[str]:
    """A JSON column of codes as a list. Django hands JSON of a plain statement over as text."""
    return [str(item) for item in (json.loads(value) if isinstance(value, str) else value or ())]


def named(value: Any) -> dict[str, str]:
    """A JSON object of names and codes, empty where there is none."""
    return dict(json.loads(value) if isinstance(value, str) else value or {})


POINTS = {
    "intake": "intake",
    "two_weeks": "intake",
    "m3": "m3",
    "m6": "m6",
    "m9": "m9",
    "mid": "mid",
    "exit": "exit",
}
"""K-36 to the contract's timepoints; points after closure are `post`, further reviews `review`."""


def timepoint(point: str) -> str:
    """The contract's word for a point of K-36."""
    return POINTS.get(point) or ("post" if point.startswith("post") else "review")
