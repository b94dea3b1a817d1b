"""The IDVA's work with a client as one episode for each tie, and the needs that her intake names."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from drive_evaluation.contract import CODE_LISTS

from .forms import client_forms
from .reading import TIES, Row, Window, answered, code, grouped, named, rows

HELP_SOUGHT = (
    "leave_attempts_12m",
    "ae_visits_12m",
    "police_calls_12m",
    "specialist_support_12m",
    "gp_visits_12m",
)
"""K-49: counts over the 12 months before intake."""

_EPISODES = """
select t.person_key, t.victim_key, v.opened_on, v.engaged, v.exited_on, v.exit_reason, v.contacts_made, v.supports,
       intake.as_of as intake_on, intake.items as intake, leaving.as_of as exit_on, leaving.items as leaving
  from tie t
  join access.coded_clients(%(last)s) v on v.record_id = t.record_id
  left join newest intake on intake.record_id = t.record_id and intake.instrument = 'idva_intake_form'
  left join newest leaving on leaving.record_id = t.record_id and leaving.instrument = 'idva_exit_form'
 where v.opened_on <= %(last)s
 order by t.person_key, t.victim_key, v.opened_on, t.record_id
"""

_NEWEST = """, newest as materialized (
  select a.record_id, a.instrument, a.as_of, jsonb_object_agg(a.item, a.value) filter (where a.value is not null) as items
    from access.coded_client_answers() a
    join (select distinct on (record_id, instrument) assessment from access.coded_client_answers()
           where as_of <= %(last)s order by record_id, instrument, as_of desc, assessment) n on n.assessment = a.assessment
   group by a.record_id, a.instrument, a.as_of)
"""


def advocacy(window: Window) -> Iterator[Row]:
    """One episode a tie: the first record in which the client was in touch or an intake form was filled.

    Never in touch and no form is no row: she never engaged with an IDVA. Contacts and supports are the exit form's own
    counts; before there is one, those recorded so far.
    """
    for (person, victim), records in grouped(
        rows(_EPISODES, window, within=TIES + _NEWEST), "person_key", "victim_key"
    ):
        row = next((one for one in records if one["engaged"] or one["intake_on"]), None)
        if row is None:
            continue
        intake, leaving = named(row["intake"]), named(row["leaving"])
        started = _day(intake.get("intake_date")) or row["intake_on"]
        ended = _day(leaving.get("exit_date")) or row["exit_on"] or row["exited_on"]
        yield {
            "victim_id": victim, "perpetrator_id": person, "intake_form": row["intake_on"] is not None,
            "intake_date": started, "exit_form": row["exit_on"] is not None,
            "exit_date": ended if ended is None or started is None or ended >= started else None,
            "exit_reason": answered("advocacy", "exit_reason", leaving.get("exit_reason"), row["exit_reason"]),
            "risk_level": code("advocacy", "risk_level", intake.get("risk_level")),
            "contacts_n": _count(leaving.get("contacts_n")) if row["exit_on"] else row["contacts_made"],
            "supports_n": _count(leaving.get("supports_n")) if row["exit_on"] else row["supports"],
            **{name: _count(intake.get(name)) for name in HELP_SOUGHT},
        }  # fmt: skip


def _day(value: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(value) if value else None


def _count(value: str | None) -> int | None:
    return int(value) if value is not None and value.isdigit() else None


def victim_needs(window: Window) -> Iterator[Row]:
    """The six needs of the intake form; a need that nobody was asked about is unknown, one without an answer has no row."""
    for form, items in client_forms(window, "idva_intake_form"):
        for need in CODE_LISTS["vneed"]:
            given = items.get(f"need_{need}")
            present = answered("victim_needs", "present", given["value"], given["missing"]) if given else None
            if present:
                yield {
                    "victim_id": form["victim_key"], "perpetrator_id": form["person_key"], "timepoint": "intake", "need": need,
                    "present": present,
                }  # fmt: skip
