"""Every row policy made wrong in every way that we can draw, and the oracle asked whether it notices (S-39).

A mutant replaces a policy's condition by `true` or `false`, or drops one of its conditions. What each reader sees of the
table, and what each writer may add to it, must then differ from what tests/proof/oracle.py says; a mutant that nobody
notices stands in EXPLAINED with its reason, or the test fails. An explanation that is no longer needed fails too.

`DRIVE_PROOF_MUTANTS` sets how many are drawn (0: all of them, about a minute of CPU), `DRIVE_PROOF_SEED` which.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.browser.site import lay_out_world
from tests.throwaway_server import PREFIX

DRAWN = int(os.environ.get("DRIVE_PROOF_MUTANTS", "120"))
SEED = int(os.environ.get("DRIVE_PROOF_SEED", "20261122"))

PAGES = (
    "su_worker",
    "su_manager",
    "vs_worker",
    "vs_manager",
    "referrals",
    "panel",
    "governance",
    "administration",
    "report",
    "allocation",
)
"""Scopes whose readers are asked. Those of machines (policy, clock, accounts, matcher) hold `true` by design."""

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True)
class Mutant:
    """One policy with one part of it made wrong."""

    table: str
    policy: str
    scopes: tuple[str, ...]
    part: str
    """`using` or `with check`."""
    wrong: str
    how: str

    @property
    def name(self) -> str:
        return f"{self.table}.{self.policy} {self.part} {self.how}"


EXPLAINED: dict[str, str] = {
    r"(referrals_referral|referrals_referralparty)\.adds_(panel|allocation) .*|referrals_referraldecision\.adds_allocation .*"
    r"|extract_(releaserequest|releasefile)\.adds_governance .*|extract_releaseanswer\.adds_report .*": (
        "the grant is taken back where the table is declared: the privilege refuses before a policy is asked"
    ),
    r"access_(caseassignment|clientassignment|membership|user)\.(ends|changes) using true": (
        "a change names its row by its key, and the policies for reading hide the others (trap 13)"
    ),
    r"access_(case|client)assignment\.ends with check true": (
        "a changed row must pass the policies for reading as well, which say the same"
    ),
    r"access_breakglassreview\.at_(su|vs)_service using true": (
        "of_readings_seen says it a second time: no review without a reading that may be seen"
    ),
    r"access_(membership|user)\.(ends|changes) with check .*": (
        "whose account it is cannot be changed: no scope is granted that column"
    ),
    r"access_(user\.(changes|opens)|membership\.gives|breakglassreview\.reviews|draft\.own|bar\.keeps) .*": (
        "rows without an author's column or with a parent to answer for are not tried here, but by their commands' tests:"
        " access/tests/test_administration*.py, test_emergency.py, test_drafts.py"
    ),
    r"oversight_(alertanswer|ownchannel)\..* with check .*": "tried by oversight/tests",
    r"extract_.* with check .*": "tried by extract/tests: who asks, who answers, who writes what was released",
    r"access_user\.(sees|changes) .*|access_membership\.sees using true": (
        "an administration scope is reached by administrators alone; what one who has left sees is asked of memberships"
    ),
}
"""Mutants that nobody notices here, and why: a regular expression over the mutant's name to the reason."""


@dataclass
class World:
    """A database with the rich world, past every policy, and what the oracle says of it."""

    connection: Connection
    readers: list[dict[str, Any]]
    attempts: dict[str, list[dict[str, Any]]]
    rows: dict[str, dict[str, Any]]

    def step(self, member: str, scope: str) -> None:
        self.connection.execute(
            "select set_config('role', %s, true), set_config('drive.membership', %s, true)",
            [f"{PREFIX}_{scope}", member],
        )

    def back(self) -> None:
        self.connection.execute("select set_config('role', 'none', true)")

    def noticed(self, mutant: Mutant) -> bool:
        """Whether a reader or a writer of the mutant's scopes gets something else than the oracle says."""
        return self.seen_otherwise(mutant) or self.added_otherwise(mutant)

    def seen_otherwise(self, mutant: Mutant) -> bool:
        question = sql.SQL("select id::text from {}").format(sql.Identifier(mutant.table))
        for reader in self.readers:
            if reader["scope"] not in mutant.scopes:
                continue
            try:
                with self.connection.transaction(force_rollback=True):
                    self.step(reader["member"], reader["scope"])
                    found = {row[0] for row in self.connection.execute(question)}
            except psycopg.errors.InsufficientPrivilege:
                continue  # the scope may add here and not read
            if found != set(reader["seen"].get(mutant.table, ())):
                return True
        return False

    def added_otherwise(self, mutant: Mutant) -> bool:
        for attempt in self.attempts.get(mutant.table, ()):
            if attempt["scope"] in mutant.scopes and self.passes(attempt) != attempt["passes"]:
                return True
        return False

    def passes(self, attempt: dict[str, Any]) -> bool:
        """Whether the policies let the row in, or the change of it. What a constraint or a trigger then says is another
        matter."""
        table = sql.Identifier(attempt["table"])
        try:
            with self.connection.transaction(force_rollback=True):
                self.step(attempt["member"], attempt["scope"])
                if "change" in attempt:
                    change = sql.SQL("update {} set {} where id = %s").format(
                        table, sql.SQL(attempt["change"])
                    )
                    return self.connection.execute(change, [attempt["row"]]).rowcount == 1
                row = self.rows[attempt["row"]] | attempt["with"] | {"id": str(uuid4())}
                add = sql.SQL("insert into {0} select * from jsonb_populate_record(null::{0}, %s)").format(
                    table
                )
                self.connection.execute(add, [Jsonb(row)])
        except psycopg.errors.InsufficientPrivilege as refused:
            return "row-level security" not in str(refused) and "permission denied for table" not in str(
                refused
            )
        except psycopg.Error:
            return True
        return True


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with lay_out_world("mutants", "tests.proof.policy_world") as (superuser, told):
        attempts: dict[str, list[dict[str, Any]]] = {}
        for attempt in told["attempts"]:
            attempts.setdefault(attempt["table"], []).append(attempt)
        with psycopg.connect(superuser) as connection:
            rows = {}
            for table in attempts:
                everything = sql.SQL("select to_jsonb(t) from {} t").format(sql.Identifier(table))
                rows |= {row[0]["id"]: row[0] for row in connection.execute(everything).fetchall()}
            yield World(connection, told["readers"], attempts, rows)
            connection.rollback()


def parts(condition: str, word: str) -> list[str]:
    """The terms of a condition that are joined by `word` at its top; one when there is nothing to split."""
    text = condition.strip()
    while text.startswith("(") and _closes(text) == len(text) - 1:
        text = text[1:-1].strip()
    found, depth, last, at = [], 0, 0, 0
    while at < len(text):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0 and text.startswith(f" {word} ", at):
            found.append(text[last:at])
            at = last = at + len(word) + 2
            continue
        at += 1
    return [*found, text[last:]]


def _closes(text: str) -> int:
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return at
    return -1


def mutants_of(connection: Connection) -> list[Mutant]:
    """Every mutant of every policy of a scope with pages."""
    found = []
    for table, policy, roles, permissive, qual, check in connection.execute(
        "select tablename, policyname, roles::text[], permissive = 'PERMISSIVE', qual, with_check from pg_policies"
        " where schemaname = 'public' order by 1, 2"
    ).fetchall():
        scopes = tuple(s for s in PAGES if f"{PREFIX}_{s}" in roles)
        for part, condition in (("using", qual), ("with check", check)):
            if not scopes or condition in (None, "true"):
                continue
            ways = {"true": "true", **({"false": "false"} if permissive else {})}
            for word in ("AND", "OR"):
                terms = parts(condition, word)
                for n in range(len(terms)) if len(terms) > 1 else ():
                    ways[f"without {terms[n]}"] = f" {word} ".join(terms[:n] + terms[n + 1 :])
            found += [Mutant(table, policy, scopes, part, wrong, how) for how, wrong in ways.items()]
    return found


def test_the_terms_of_a_condition_are_found() -> None:
    assert parts("((a = 1) AND (b = ANY (f(x AND y))))", "AND") == ["(a = 1)", "(b = ANY (f(x AND y)))"]
    assert parts("(a) OR (b AND c)", "OR") == ["(a)", "(b AND c)"]
    assert parts("(only)", "AND") == ["only"]


def test_unspoiled_policies_agree_with_the_oracle(world: World) -> None:
    """What everybody sees and what everybody may add, table by table: otherwise every mutant would seem to be noticed."""
    tables = {each.table for each in mutants_of(world.connection)}
    wrong = [t for t in sorted(tables) if world.seen_otherwise(Mutant(t, "", PAGES, "", "", ""))]
    assert wrong == []
    assert any("change" in attempt for of_table in world.attempts.values() for attempt in of_table)
    added = [
        attempt
        for of_table in world.attempts.values()
        for attempt in of_table
        if world.passes(attempt) != attempt["passes"]
    ]
    assert added == []


def test_every_mutant_is_noticed_or_explained(world: World) -> None:
    everything = mutants_of(world.connection)
    drawn = everything if not DRAWN else random.Random(SEED).sample(everything, min(DRAWN, len(everything)))
    unnoticed, needless = [], []
    for mutant in drawn:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(
                f"alter policy {mutant.policy} on {mutant.table} {mutant.part} ({mutant.wrong})".encode()
            )
            noticed = world.noticed(mutant)
        explained = next(
            (why for pattern, why in EXPLAINED.items() if re.fullmatch(pattern, mutant.name, re.DOTALL)), ""
        )
        if not noticed and not explained:
            unnoticed.append(mutant.name)
        if noticed and explained:
            needless.append(mutant.name)
    told = f"{len(drawn)} of {len(everything)} mutants of row policies, seed {SEED}"
    print(told, f"{len(unnoticed)} unnoticed")  # noqa: T201  # the count that docs/proofs.md cites
    assert unnoticed == [], f"seed {SEED}\n" + "\n".join(unnoticed)
    assert needless == [], f"seed {SEED}"
    assert len(everything) > 400
