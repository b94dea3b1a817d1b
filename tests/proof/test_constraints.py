"""Unique constraints and foreign keys answer nobody's question about a row that they may not see (S-39).

Everybody who may add to a table tries to clash with hidden rows of it: once with the values of a hidden row, once with
values that are nowhere. The database must answer alike; where it does not, whoever asks must have named a key that the
program drew (122 random bits), which nobody holds who was not shown the row once, or the constraint stands in `TELLS_NOTHING` with
its reason. Pages do not get that far: their commands read what is named first, and answer the one 404.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from .test_policy_mutants import World, world

__all__ = ["world"]

NOT_ASKED: dict[str, str] = {
    "access_user_email_key": "accounts are opened by administrators, who see every account",
    "one_alert_a_kind_and_day": "the clock alone finds alerts",
    "one_event_a_place": "the sealer alone seals",
    "one_notice_each": "the database tells of an override by itself (S-18)",
    "safety_escalation_concern_id_key": "the clock alone passes on",
    "safety_escalation_item_id_key": "the clock alone passes on",
    "booking_escalated_once_a_link": "the clock alone passes on",
    "usual_volume_a_role_and_day": "the clock alone reckons",
}
"""Unique constraints that nobody with a page can try, and why."""

TELLS_NOTHING: dict[str, str] = {
    "one_referral_an_identity": (
        "a repeat of the same line is known to whoever imports it, also of a referral that they are barred from: the page"
        " says the same of both (access.referral_identities, S-34)"
    ),
    "su_case_code_within_service": "codes are drawn by the program; no page takes one for a new case",
    "vs_record_code_within_service": "codes are drawn by the program; no page takes one for a new record",
    "own_channel_once": "under one's own account alone: the only clash is with what one wrote oneself",
}
"""Constraints that answer otherwise to values without a drawn key, and why that tells nothing."""

OF_PEOPLE_AT_WORK = (
    "recorded_by_id",
    "membership_id",
    "user_id",
    "kept_by_id",
    "service_id",
    "site_id",
    "organisation_id",
    "team_id",
)
"""Columns that name colleagues and places of work, which are no secret (W-26)."""


@dataclass(frozen=True)
class Constraint:
    name: str
    table: str
    columns: tuple[str, ...]
    parent: str = ""
    """Of a foreign key: the table that it leads to, and the columns there."""
    parent_columns: tuple[str, ...] = ()


def constraints(world: World) -> list[Constraint]:
    """Every unique constraint or index of a protected table, and every foreign key from one to another."""
    unique = world.connection.execute(
        """
        select i.indexrelid::regclass::text, i.indrelid::regclass::text,
               (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
                 where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[]))
          from pg_index i join pg_class c on c.oid = i.indrelid
         where c.relrowsecurity and i.indisunique and not i.indisprimary order by 1
        """
    ).fetchall()
    foreign = world.connection.execute(
        """
        select k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text,
               (select array_agg(a.attname::text order by o.at) from unnest(k.conkey) with ordinality o (num, at)
                  join pg_attribute a on a.attrelid = k.conrelid and a.attnum = o.num),
               (select array_agg(a.attname::text order by o.at) from unnest(k.confkey) with ordinality o (num, at)
                  join pg_attribute a on a.attrelid = k.confrelid and a.attnum = o.num)
          from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
         where k.contype = 'f' and c.relrowsecurity and p.relrowsecurity order by 1
        """
    ).fetchall()
    return [
        *(Constraint(name, table, tuple(columns)) for name, table, columns in unique),
        *(
            Constraint(name, table, tuple(columns), parent, tuple(theirs))
            for name, table, parent, columns, theirs in foreign
            if not set(columns) <= set(OF_PEOPLE_AT_WORK)
        ),
    ]


def _hidden(world: World, table: str, member: str) -> list[dict[str, Any]]:
    """A few rows of the table that this member sees in no scope: of every record, side and place."""
    seen = {key for r in world.readers if r["member"] == member for key in r["seen"].get(table, ())}
    told_apart = ("case_id", "record_id", "link_id", "su_case_id", "site_id", "side")
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in world.rows_of(table):
        if str(row["id"]) not in seen:
            found.setdefault(tuple(row.get(name) for name in told_apart), row)
    return list(found.values())


def _answer(world: World, attempt: dict[str, Any], row: dict[str, Any]) -> str:
    """What the database says to a new row, its deferred constraints included."""
    try:
        with world.connection.transaction(force_rollback=True):
            world.step(attempt["member"], attempt["scope"])
            add = sql.SQL("insert into {0} select * from jsonb_populate_record(null::{0}, %s)")
            world.connection.execute(add.format(sql.Identifier(attempt["table"])), [Jsonb(row)])
            world.connection.execute("set constraints all immediate")
    except psycopg.Error as refused:
        return f"{refused.sqlstate} {refused.diag.constraint_name or ''}"
    return "added"


def _tries(world: World, constraint: Constraint) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The answers to a hidden row's values and to values that are nowhere, and the values."""
    for (member, _), attempts in world.attempts.get(constraint.table, {}).items():
        mine = next((each for each in attempts if each["passes"] and "with" in each), None)
        if mine is None:
            continue
        own = world.rows[mine["row"]] | mine["with"]
        for hidden in _hidden(world, constraint.parent or constraint.table, member)[:4]:
            theirs = constraint.parent_columns or constraint.columns
            values = {c: hidden[t] for c, t in zip(constraint.columns, theirs, strict=True)}
            drawn = {name: str(uuid4()) for name, value in values.items() if _is_key(name, value)}
            drawn = drawn or {n: _another(v) for n, v in values.items() if _is_guessable(n, v)}
            row = own | {"id": str(uuid4())}
            yield _answer(world, mine, row | values), _answer(world, mine, row | values | drawn), values


def _is_key(name: str, value: Any) -> bool:
    """A key that the program drew, of a record or of what hangs on one."""
    if name in OF_PEOPLE_AT_WORK or not isinstance(value, str):
        return False
    return re.fullmatch(r"[0-9a-f-]{36}", value) is not None and UUID(value).version == 4


def _is_guessable(name: str, value: Any) -> bool:
    """Words, codes and digests."""
    return isinstance(value, str) and name not in OF_PEOPLE_AT_WORK and name not in ("side", "kind", "role")


def _another(value: str) -> str:
    """Something of the same form that is nowhere."""
    drawn = str(uuid4())
    return drawn if re.fullmatch(r"[0-9a-f-]{36}", value) else drawn.replace("-", "").upper()[: len(value)]


def test_s39_a_constraint_tells_nothing_of_a_hidden_row(world: World) -> None:  # the fixture
    tried: Counter[str] = Counter()
    answers: Counter[str] = Counter()
    differing, guessable = set[str](), set[str]()
    everything = constraints(world)
    for constraint in everything:
        for there, nowhere, values in _tries(world, constraint):
            tried[constraint.name] += 1
            answers[nowhere.split()[0]] += 1
            if there != nowhere:
                differing.add(constraint.name)
                if not any(_is_key(name, value) for name, value in values.items()):
                    guessable.add(constraint.name)
    unique = {each.name for each in everything if not each.parent}
    told = f"{len(unique)} unique, {len(everything) - len(unique)} foreign keys, {tried.total()} pairs"
    print(f"{told}; {len(differing)} tell a drawn key from one that is nowhere")  # noqa: T201  # docs/proofs.md
    assert guessable - set(TELLS_NOTHING) == set()
    assert unique - set(tried) == set(NOT_ASKED)
    assert answers["added"] > 50


def test_s39_no_protected_table_counts_its_rows(world: World) -> None:  # the fixture
    """No sequence, whose last value would tell how many there are."""
    assert (
        world.connection.execute(
            "select c.relname, a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid"
            "  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum"
            " where c.relrowsecurity and (a.attidentity <> '' or pg_get_expr(d.adbin, d.adrelid) like 'nextval%')"
        ).fetchall()
        == []
    )


def test_s39_a_key_that_can_be_guessed_is_noticed(world: World) -> None:  # the fixture
    """The comparison can fail: one name for each contact in the whole country would tell who is there."""
    table = "casework_linkedperson"
    with world.connection.transaction(force_rollback=True):
        world.connection.execute(f"create unique index guessed on {table} (name_as_referred)".encode())
        guessed = Constraint("guessed", table, ("name_as_referred",))
        assert any(there != nowhere for there, nowhere, _ in _tries(world, guessed))
