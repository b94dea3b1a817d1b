"""Every row policy made wrong in every way that we can draw, and the oracle asked whether it notices (S-39).

A mutant replaces a policy's condition by `true` or `false`, or drops one of its conditions. What each reader sees of the
table, and what each writer may add to it, must then differ from what tests/proof/oracle.py says; a mutant that nobody
notices stands in EXPLAINED with its reason, or the test fails. An explanation that is no longer needed fails too.

`DRIVE_PROOF_MUTANTS` sets in how many tables policies are made wrong (0: in all, about two minutes), `DRIVE_PROOF_SEED`
in which.
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

TABLES = int(os.environ.get("DRIVE_PROOF_MUTANTS", "12"))
SEED = int(os.environ.get("DRIVE_PROOF_SEED", "20261122"))

PAGES = (
    "su_worker",
    "su_manager",
    "vs_worker",
    "vs_manager",
    "referrals",
    "panel",
    "adviser",
    "governance",
    "custodian",
    "administration",
    "report",
    "allocation",
    "su_disclosure",
    "vs_disclosure",
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
    r"referrals_(referral|referralparty)\.adds_(panel|allocation) .*|referrals_referraldecision\.adds_allocation .*"
    r"|extract_(releaserequest|releasefile)\.adds_governance .*|extract_releaseanswer\.adds_report .*"
    r"|safety_citation\.vs_(adds_held|adds_at_service|writes_as_vs) .*"
    r"|safety_stopoverride\.(su_adds_held|vs_adds_held|vs_adds_at_service|vs_writes_as_vs) .*"
    r"|safety_(escalation|overridenotice)\.(su|vs)_(adds_held|adds_at_service|writes_as_(su|vs)) .*": (
        "the grant is taken back where the table is declared: the privilege refuses before a policy is asked, which the"
        " attempts show"
    ),
    r"access_(caseassignment|clientassignment|bar)\.(ends|never_ones_own_end) using true": (
        "a change names its row by its key, and the policies for reading hide the others (trap 13)"
    ),
    r"access_(caseassignment|clientassignment|bar)\.ends with check true": (
        "a changed row must pass the policies for reading as well, which say the same"
    ),
    r"access_(membership\.ends|user\.changes) (using|with check) true": (
        "the row that is changed and the row that it becomes are asked the same; whose account it is cannot be changed: no"
        " scope is granted that column"
    ),
    r"access_breakglassreview\.at_(su|vs)_service using true": (
        "of_readings_seen says it a second time: no review without a reading that may be seen"
    ),
    r"disclosures_subject(bundle|release)\.reads_governance using true": (
        "of_requests_seen and of_bundles_seen say it a second time: no bundle without a request that may be seen"
    ),
    r"safety_(practiceincident|incidentcharge|incidentclosing|citation|escalation)\.in_its_time using true": (
        "nothing of these kinds hangs on a link of this world to a record past its time; tests/proof/test_erasure.py has one"
    ),
}
"""Mutants that nobody notices here, and why: a regular expression over the mutant's name to the reason."""


@dataclass
class World:
    """A database with the rich world, past every policy, and what the oracle says of it."""

    connection: Connection
    readers: list[dict[str, Any]]
    attempts: dict[str, dict[tuple[str, str], list[dict[str, Any]]]]
    """By table, and by member and scope."""
    rows: dict[str, dict[str, Any]]
    crossing: list[dict[str, Any]]
    """What is asked of the bridge, by whom, and what the answer must be (tests/proof/crossing.py)."""

    def rows_of(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table, past every policy."""
        everything = sql.SQL("select to_jsonb(t) from {} t").format(sql.Identifier(table))
        return [row for (row,) in self.connection.execute(everything).fetchall()]

    def step(self, member: str, scope: str) -> None:
        self.connection.execute(
            "select set_config('role', %s, true), set_config('drive.membership', %s, true)",
            [f"{PREFIX}_{scope}", member],
        )

    def back(self) -> None:
        self.connection.execute("select set_config('role', 'none', true)")

    def noticed(self, mutant: Mutant) -> bool:
        """Whether a reader or a writer of the mutant's scopes gets something else than the oracle says."""
        return self.seen_otherwise(mutant) or any(self.answered_otherwise(mutant.table, mutant.scopes))

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

    def answered_otherwise(self, table: str, scopes: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        """Attempts to add or to change that the policies answer otherwise than the oracle."""
        for (member, scope), attempts in self.attempts.get(table, {}).items():
            if scope in scopes:
                with self.connection.transaction(force_rollback=True):
                    self.step(member, scope)
                    answers = self.connection.execute(
                        "select tried.passed from jsonb_array_elements(%s) with ordinality as each (value, at),"
                        " proof_attempt(%s, each.value) as tried (passed) order by each.at",
                        [Jsonb([self.told(attempt) for attempt in attempts]), table],
                    ).fetchall()
                yield from (
                    attempt
                    for attempt, (passed,) in zip(attempts, answers, strict=True)
                    if passed != attempt["passes"]
                )

    def told(self, attempt: dict[str, Any]) -> dict[str, Any]:
        """What the database is asked to try."""
        if "change" in attempt:
            return {"change": attempt["change"], "row": attempt["row"]}
        return {"add": self.rows[attempt["row"]] | attempt["with"] | {"id": str(uuid4())}}


ATTEMPT = """
create function proof_attempt(tbl text, attempt jsonb) returns boolean language plpgsql as $$
declare
  touched bigint;
begin
  if attempt ? 'change' then
    execute format('update %I set %s where id = $1', tbl, attempt ->> 'change') using (attempt ->> 'row')::uuid;
    get diagnostics touched = row_count;
  else
    execute format('insert into %1$I select * from jsonb_populate_record(null::%1$I, $1)', tbl) using attempt -> 'add';
    touched := 1;
  end if;
  raise exception 'taken back' using errcode = 'P0099', detail = touched;
exception
  when insufficient_privilege then
    return sqlerrm not like '%row-level security%' and sqlerrm not like 'permission denied for table%';
  when sqlstate 'P0099' then
    return touched = 1;
  when others then
    return true;
end $$
"""
"""Whether the policies let a row in, or the change of it; nothing stays. What a constraint or a trigger then says is
another matter, and passes."""


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with lay_out_world("mutants", "tests.proof.policy_world") as (superuser, told):
        attempts: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = {}
        for attempt in told["attempts"]:
            by = attempt["member"], attempt["scope"]
            attempts.setdefault(attempt["table"], {}).setdefault(by, []).append(attempt)
        with psycopg.connect(superuser) as connection:
            connection.execute(ATTEMPT.encode())
            made = World(connection, told["readers"], attempts, {}, told["crossing"])
            for table in attempts:
                made.rows |= {row["id"]: row for row in made.rows_of(table)}
            yield made
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


@pytest.fixture(scope="module")
def drawn(world: World) -> list[Mutant]:
    """Every mutant of the tables that were drawn."""
    everything = mutants_of(world.connection)
    assert len(everything) > 1000
    tables = sorted({each.table for each in everything})
    chosen = random.Random(SEED).sample(tables, min(TABLES, len(tables))) if TABLES else tables
    found = [each for each in everything if each.table in chosen]
    print(f"seed {SEED}: {len(chosen)} of {len(tables)} tables, {len(found)} of {len(everything)} mutants")  # noqa: T201  # the seed is printed
    return found


def test_unspoiled_policies_agree_with_the_oracle(world: World, drawn: list[Mutant]) -> None:
    """What everybody sees and what everybody may add: otherwise every mutant would seem to be noticed."""
    tables = sorted({each.table for each in drawn})
    assert [t for t in tables if world.seen_otherwise(Mutant(t, "", PAGES, "", "", ""))] == []
    assert [each for table in tables for each in world.answered_otherwise(table, PAGES)] == []
    tried = [each for of in world.attempts.values() for those in of.values() for each in those]
    print(f"{len(tried)} attempts to write, {sum(each['passes'] for each in tried)} that pass")  # noqa: T201  # docs/proofs.md
    assert any("change" in each and each["passes"] for each in tried)


def test_every_mutant_is_noticed_or_explained(world: World, drawn: list[Mutant]) -> None:
    noticed, explained, unnoticed, needless = 0, 0, [], []
    for mutant in drawn:
        with world.connection.transaction(force_rollback=True):
            world.connection.execute(
                f"alter policy {mutant.policy} on {mutant.table} {mutant.part} ({mutant.wrong})".encode()
            )
            found = world.noticed(mutant)
        has_reason = any(re.fullmatch(pattern, mutant.name, re.DOTALL) for pattern in EXPLAINED)
        noticed, explained = noticed + found, explained + (has_reason and not found)
        if found and has_reason:
            needless.append(mutant.name)
        elif not found and not has_reason:
            unnoticed.append(mutant.name)
    print(f"{noticed} noticed, {explained} explained, {len(unnoticed)} neither")  # noqa: T201  # docs/proofs.md
    assert unnoticed == [], f"seed {SEED}\n" + "\n".join(unnoticed)
    assert needless == [], f"seed {SEED}"
