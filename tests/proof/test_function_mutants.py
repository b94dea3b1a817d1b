"""The functions behind the row policies made wrong inside, and the oracle asked whether it notices (S-39).

A policy says `id = any (access.su_cases())`; what `su_cases` says is a condition as well. A mutant leaves out a term of a
condition in a function's body or a kind of a list, turns a comparison or an order, says yes to everybody or to nobody. It
is noticed when a reader then sees, or a writer may then add or change, something else than tests/proof/oracle.py says, or
when a summary that crosses says something else than tests/proof/crossing.py; otherwise it stands in EXPLAINED with its
reason, or the test fails. An explanation that is no longer needed fails too.

`DRIVE_PROOF_MUTANTS` sets how many mutants are drawn (0: all of them, nightly), `DRIVE_PROOF_SEED` which.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import psycopg
import pytest

from tests.throwaway_server import PREFIX

from .test_policy_mutants import PAGES, SEED, Mutant, World, world

__all__ = ["world"]

MUTANTS = int(os.environ.get("DRIVE_PROOF_MUTANTS", "8"))

CROSSING = ("safety.client_summary", "safety.case_summary", "safety.views_written")
"""What tests/proof/crossing.py asks: these carry rows over the wall, and no policy asks them."""

OTHERS = {
    "holder": ("named_contact", "relay"),
    "panel_chair": ("panel_member",),
    "analyst": ("commissioner",),
    "spoke": ("no_answer",),
}
"""Kinds that a list which begins so leaves out: each is added once."""

FIRST = (
    "casework_sucase",
    "advocacy_vsrecord",
    "referrals_referral",
    "advocacy_sealedvalue",
    "extract_releaserequest",
)
"""Tables in which most mutants are noticed."""

type Step = tuple[bool, str, tuple[str, ...]]
"""Whether something is written or read, in which table, in which scopes."""

TURNED = {"=": ("<>",), "<>": ("=",), "<=": ("<", ">"), ">=": (">", "<"), "<": ("<=", ">"), ">": (">=", "<")}

EXPLAINED: dict[str, str] = {
    r".*: >= in .*(expires_at|recorded_at) > \(?now\(\).*": "nothing in a world ends at the very microsecond of a question",
    r"access\.is_held: .*": (
        "no policy asks for what is held: erasing asks, and src/drive/retention/tests holds it to the answer"
    ),
    r"access\.ended_on: min\( for max\( in .*x\.exited_on.*": "one exit a record: a unique key",
    r"access\.past_its_time: without \((m\.id =|\(m\.side\)|m\.site_id =).*|access\.past_its_time: <> in RETURN.*": (
        "asked only of records that the reader was found to read: their side and their site are the reader's"
    ),
    r"access\.records_past_time: (without \([cr]\.site_id|<> in .*\([cr]\.site_id = \( SELECT access\.site_in\('governance).*": (
        "policies ask it for managers; what it tells a governance lead, src/drive/retention/tests asks"
    ),
    r"access\.records_past_time: without \(access\.months_kept.*": (
        "where a site has not said how long it keeps, `kept_until` is null and no day comes after it"
    ),
    r"access\.records_past_time: without \(x\.id <> ALL.*": "not_barred of the proposal says it a second time",
    r"access\.records_asked_for: without \(\(r\.side\).*": (
        "no table of a side's disclosure scope has a row under a key of the other side"
    ),
    r"safety\.followed: (without \(n\.recorded_at|< in .*n\.recorded_at <= followed\.moment).*": (
        "policies and summaries ask of now, and no link was made later; of an earlier moment the clock asks, and "
        "src/drive/safety/tests/test_a_client_who_comes_back.py"
    ),
    r"access\.waiting_for_panel: without \(r\.site_id.*": "the policies of the site say it a second time",
}
"""Mutants that nobody notices here, and why: a regular expression over the mutant's name to the reason."""


@dataclass(frozen=True)
class Wrong:
    """One function with one place of its body made wrong."""

    function: str
    definition: str
    how: str

    @property
    def name(self) -> str:
        return f"{self.function}: {self.how}"


def groups(text: str) -> Iterator[tuple[int, int]]:
    """Where each pair of brackets begins and ends, strings left out."""
    opened: list[int] = []
    for at, letter in enumerate(_without_strings(text)):
        if letter == "(":
            opened.append(at)
        elif letter == ")":
            yield opened.pop(), at


def _body(definition: str) -> int:
    """Where what a function does begins."""
    return next(definition.index(word) + 1 for word in ("\nBEGIN ATOMIC", "\nRETURN ") if word in definition)


def _without_strings(text: str) -> str:
    """The same length, with nothing in the quotes that could be taken for the language."""
    return re.sub(r"'[^']*'", lambda found: "'" + "_" * (len(found[0]) - 2) + "'", text)


def split(text: str, words: str) -> list[str]:
    """The parts of a text between these words outside every bracket and string, the words kept as every second part."""
    bare, found, last, depth = _without_strings(text), [], 0, 0
    for each in re.finditer(rf"\(|\)|\s(?:{words})\s", bare):
        if each[0] in "()":
            depth += 1 if each[0] == "(" else -1
        elif not depth:
            found += [text[last : each.start()], each[0].strip()]
            last = each.end()
    return [*found, text[last:]]


def mistakes(body: str) -> Iterator[tuple[str, str]]:
    """Every wrong body, and what was done to it."""
    for begin, end in groups(body):
        for how, changed in _in_brackets(body[begin + 1 : end], body[:begin].rstrip().rsplit(None, 1)[-1:]):
            yield body[: begin + 1] + changed + body[end:], how
    bare = _without_strings(body)
    for sign in re.finditer(r" (=|<>|<=|>=|<|>) (ANY|ALL)?", bare):
        for other in TURNED[sign[1]]:
            said = other + {"ANY": " ALL", "ALL": " ANY", None: " "}[sign[2]]
            changed = f"{body[: sign.start()]} {said}{body[sign.end() :]}"
            yield changed, f"{said.strip()} in {_around(body, *sign.span())}"
    for word, other in (
        (" DESC", ""),
        ("NOT ", ""),
        ("max(", "min("),
        (" IS NULL", " IS NOT NULL"),
        ("IS DISTINCT", "IS NOT DISTINCT"),
    ):
        for place in re.finditer(re.escape(word), bare):
            changed = body[: place.start()] + other + body[place.end() :]
            yield (
                changed,
                f"{other.strip() or 'nothing'} for {word.strip()} in {_around(body, *place.span())}",
            )
    for listed in re.finditer(r"ARRAY\[[^\]]*\]", body):
        members = listed[0][6:-1].split(", ")
        for at, member in enumerate(members):
            left = ", ".join(members[:at] + members[at + 1 :])
            if left:
                yield (
                    body[: listed.start()] + f"ARRAY[{left}]" + body[listed.end() :],
                    f"without kind {member}",
                )
        for added in OTHERS.get(members[0].split("'")[1] if "'" in members[0] else "", ()):
            more = ", ".join([*members, re.sub("'.*'", f"'{added}'", members[0])])
            yield body[: listed.start()] + f"ARRAY[{more}]" + body[listed.end() :], f"with kind {added}"


def _around(body: str, begin: int, end: int) -> str:
    """The place in a few words, with how many like it came before: the mutant's name."""
    said = " ".join(body[max(0, begin - 60) : end + 60].split())
    return f"{said} @{begin}"


def _in_brackets(inside: str, before: list[str]) -> Iterator[tuple[str, str]]:
    said = " ".join(inside.split())
    if before in (["WHERE"], ["ON"]) and said != "true":
        yield f"true for {said}", "true"
    union = split(inside, "UNION ALL|UNION")
    for at in range(0, len(union) if len(union) > 1 else 0, 2):
        left = union[:at] + union[at + 2 :] if at + 1 < len(union) else union[:-2]
        yield f"without {' '.join(union[at].split())}", " " + " ".join(left) + " "
    if said.upper().startswith(("SELECT", "CASE", "WITH")):
        return
    for word, other in (("AND", "OR"), ("OR", "AND")):
        terms = split(inside, word)[::2]
        if len(terms) > 1:
            for at, term in enumerate(terms):
                left = terms[:at] + terms[at + 1 :]
                yield f"without {' '.join(term.split())} of {said}", f" {word} ".join(left)
            yield f"{other} for {word} in {said}", f" {other} ".join(terms)


def test_the_places_of_a_body_are_found() -> None:
    found = {how.split(" @")[0]: wrong for wrong, how in mistakes("WHERE ((a <= ')(') AND (b OR c))")}
    assert found["without (a <= ')(') of (a <= ')(') AND (b OR c)"] == "WHERE ((b OR c))"
    assert found["AND for OR in b OR c"] == "WHERE ((a <= ')(') AND (b AND c))"
    assert found["true for (a <= ')(') AND (b OR c)"] == "WHERE (true)"
    assert found["< in WHERE ((a <= ')(') AND (b OR c))"] == "WHERE ((a < ')(') AND (b OR c))"
    assert len(found) == 9
    kinds = {how for _, how in mistakes("x = ANY (ARRAY['holder'::text, 'cover'::text])")}
    assert kinds >= {"without kind 'holder'::text", "with kind relay"}
    assert split("a UNION ALL (b UNION c)", "UNION ALL|UNION") == ["a", "UNION ALL", "(b UNION c)"]


@dataclass
class Functions:
    """The functions that decide, as the catalogue has them, and who asks them."""

    world: World
    last: dict[str, list[Step]] = field(default_factory=dict)
    """By function, where its last mutants were noticed: asked first."""

    @cached_property
    def definitions(self) -> dict[str, str]:
        return dict(
            self.world.connection.execute(
                "select n.nspname || '.' || p.proname, pg_get_functiondef(p.oid) from pg_proc p"
                " join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang"
                " where n.nspname in ('access', 'safety') and p.prokind = 'f' and l.lanname = 'sql' and p.provolatile <> 'v' and p.prosqlbody is not null"
            ).fetchall()
        )

    @cached_property
    def policies(self) -> list[tuple[str, frozenset[str], str]]:
        """Table, scopes with pages, and what its policy says."""
        rows = self.world.connection.execute(
            "select tablename, roles::text[], coalesce(qual, '') || ' ' || coalesce(with_check, '') from pg_policies"
            " where schemaname = 'public'"
        ).fetchall()
        pages = {f"{PREFIX}_{scope}": scope for scope in PAGES}
        return [
            (table, frozenset(pages[r] for r in roles if r in pages), said) for table, roles, said in rows
        ]

    def ask(self, function: str) -> set[str]:
        """The function and all that call it, themselves or by way of others."""
        found = {function}
        while (
            more := {
                name
                for name, text in self.definitions.items()
                if any(f"{each}(" in text[_body(text) :] for each in found)
            }
            - found
        ):
            found |= more
        return found

    @cached_property
    def places(self) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
        """By function that decides: tables and scopes whose policies ask it."""
        made = {}
        for function in self.definitions:
            asking = self.ask(function)
            by_table: dict[str, set[str]] = {}
            for table, scopes, said in self.policies:
                if scopes and any(f"{each}(" in said for each in asking):
                    by_table.setdefault(table, set()).update(scopes)
            if by_table or asking & set(CROSSING):
                made[function] = [
                    (table, tuple(sorted(scopes))) for table, scopes in sorted(by_table.items())
                ]
        return made

    def mutants(self) -> list[Wrong]:
        """Every mutant of every function that decides and that the database accepts."""
        found: dict[str, Wrong] = {}
        for name in self.places:
            text = self.definitions[name]
            at = _body(text)
            body = text[at:]
            ways = [*mistakes(body)]
            if "RETURNS boolean" in text:
                ways += [("RETURN true", "always"), ("RETURN false", "never")]
            for wrong, how in ways:
                definition = text[:at] + wrong
                try:
                    with self.world.connection.transaction(force_rollback=True):
                        self.world.connection.execute(definition.encode())
                except psycopg.Error:
                    continue  # no such condition: the brackets were a list or an expression
                found.setdefault(definition, Wrong(name, definition, how))
        return list(found.values())

    def noticed(self, wrong: Wrong) -> bool:
        """Whether anybody reads, writes or is told something else than the oracle says."""
        with self.world.connection.transaction(force_rollback=True):
            self.world.connection.execute(wrong.definition.encode())
            if self.ask(wrong.function) & set(CROSSING) and self.crosses_otherwise():
                return True
            first = self.last.setdefault(wrong.function, [])
            for step in [*first, *(each for each in self.steps(wrong.function) if each not in first)]:
                if self._otherwise(*step):
                    self.last[wrong.function] = [step, *(each for each in first if each != step)]
                    return True
        return False

    def steps(self, function: str) -> list[Step]:
        """Reading first, what people are known by before all; then writing, which takes longer."""
        places = sorted(self.places[function], key=lambda place: place[0] not in FIRST)
        return [(writes, *place) for writes in (False, True) for place in places]

    def _otherwise(self, writes: bool, table: str, scopes: tuple[str, ...]) -> bool:
        try:
            if writes:
                return any(self.world.answered_otherwise(table, scopes))
            return self.world.seen_otherwise(Mutant(table, "", scopes, "", "", ""))
        except psycopg.Error:  # it asks itself for ever, or finds two rows where there is one
            return True

    def crosses_otherwise(self) -> bool:
        """Whether a summary that crosses says to anybody something else than it must."""
        for asked in self.world.crossing:
            try:
                with self.world.connection.transaction(force_rollback=True):
                    self.world.step(asked["member"], asked["scope"])
                    rows = self.world.connection.execute(
                        asked["question"].encode(), [asked["key"]]
                    ).fetchall()
            except psycopg.Error:
                return True
            if sorted(map(list, rows), key=str) != sorted(asked["answer"], key=str):
                return True
        return False


@pytest.fixture(scope="module")
def functions(world: World) -> Functions:
    return Functions(world)


def explained(wrong: Wrong) -> bool:
    return any(re.fullmatch(pattern, wrong.name, re.DOTALL) for pattern in EXPLAINED)


@pytest.fixture(scope="module")
def drawn(functions: Functions) -> list[Wrong]:
    """All of them, or some of those that somebody must notice."""
    everything = functions.mutants()
    assert len(everything) > 300
    found = everything
    if MUTANTS:
        found = random.Random(SEED).sample([each for each in everything if not explained(each)], MUTANTS)
    print(f"seed {SEED}: {len(found)} of {len(everything)} mutants of {len(functions.places)} functions")  # noqa: T201  # docs/proofs.md
    return found


def test_unspoiled_functions_agree_with_the_oracle(functions: Functions) -> None:
    told = functions.world.crossing
    assert len(told) > 50
    assert sum(bool(each["answer"]) for each in told) > 10
    assert not functions.crosses_otherwise()


def test_every_mutant_of_a_function_is_noticed_or_explained(functions: Functions, drawn: list[Wrong]) -> None:
    found = [functions.noticed(wrong) for wrong in drawn]
    unnoticed = [
        each.name for each, seen in zip(drawn, found, strict=True) if not seen and not explained(each)
    ]
    needless = [each.name for each, seen in zip(drawn, found, strict=True) if seen and explained(each)]
    noticed = sum(found)
    print(f"{noticed} noticed, {len(found) - noticed - len(unnoticed)} explained, {len(unnoticed)} neither")  # noqa: T201  # docs/proofs.md
    assert unnoticed == [], f"seed {SEED}\n" + "\n".join(unnoticed)
    assert needless == [], f"seed {SEED}"
