"""The sample lists, counted by hand against the files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import pytest

from drive.referrals.lists.headings import Role
from drive.referrals.lists.preview import KnownReferralPerson, Outcome, Preview, RowResult
from drive.referrals.lists.problems import ListRefused, RefusedCode
from drive.referrals.lists.tests.samples import (
    CASTLEGATE_APRIL,
    CASTLEGATE_MARCH,
    CUSTODY,
    FIXTURES,
    LISTS,
    NORTHMOOR_APRIL,
    NORTHMOOR_MARCH,
    POLICE,
    judged,
    sample,
)

# Refused in each Northmoor list: no perpetrator, 31 February, month 13, age 0, born in 2031. In each
# Castlegate list: month 0, a victim without surname. Repeats are the lines that stand twice. Matched are
# later lines of a service user of an earlier line: the Northmoor list of March, for instance, brings Wilkins
# Dabblestone on lines 9 and 10.
COUNTS = {
    NORTHMOOR_MARCH: (50, {"created": 29, "matched": 14, "refused": 5, "repeat": 2}),
    NORTHMOOR_APRIL: (50, {"created": 27, "matched": 16, "refused": 5, "repeat": 2}),
    CASTLEGATE_MARCH: (55, {"created": 35, "matched": 18, "refused": 2, "repeat": 0}),
    CASTLEGATE_APRIL: (55, {"created": 34, "matched": 19, "refused": 2, "repeat": 0}),
    POLICE: (25, {"created": 23, "matched": 2, "refused": 0, "repeat": 0}),
}
# Every line with a problem: (line, field, code).
PROBLEMS = {
    NORTHMOOR_MARCH: {
        (11, "service_user_name", "name_missing"),
        (14, "service_user_name", "name_abbreviated"),
        (20, "service_user_birth_date", "date_impossible"),
        (28, "marac_date", "date_impossible"),
        (35, "service_user_name", "name_abbreviated"),
        (36, "service_user_name", "name_abbreviated"),
        (37, "victim_survivor_birth_date", "age_impossible"),
        (39, "service_user_name", "name_abbreviated"),
        (44, "service_user_birth_date", "born_in_future"),
    },
    CASTLEGATE_MARCH: {
        (10, "marac_date", "date_impossible"),
        (11, "victim_survivor_surname", "letter_lost"),
        (21, "service_user_birth_date", "birth_date_unknown"),
        (23, "service_user_forenames", "name_abbreviated"),
        (25, "victim_survivor_surname", "letter_lost"),
        (31, "service_user_surname", "letter_lost"),
        (34, "victim_survivor_surname", "surname_missing"),
        (42, "relationship", "relationship_unknown"),
        (43, "service_user_forenames", "name_abbreviated"),
        (55, "service_user_surname", "letter_lost"),
    },
    POLICE: set(),
}


@pytest.mark.parametrize("name", LISTS)
def test_outcomes_of_every_sample_list(name: str) -> None:
    lines, counts = COUNTS[name]
    found = sample(name)
    assert len(found.rows) == lines
    assert {str(outcome): count for outcome, count in found.counts.items()} == counts
    assert not found.unrecognised
    assert not found.skipped


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems_of_the_sample_lists(name: str) -> None:
    found = {(row.line, p.field, str(p.code)) for row in sample(name).rows for p in row.problems}
    assert found == PROBLEMS[name]


def test_the_custody_list_is_refused_in_words() -> None:
    with pytest.raises(ListRefused) as refused:
        sample(CUSTODY)
    assert refused.value.code is RefusedCode.NOT_A_REFERRAL_LIST
    assert "no column names the service user" in refused.value.text
    assert "“Conditional release date”" in refused.value.text


def test_values_of_one_line_of_each_kind_of_list() -> None:
    northmoor = {row.line: row for row in sample(NORTHMOOR_MARCH).rows}
    first = northmoor[5].values
    assert str(first.service_user.name) == "Tobias Pecksneath"
    assert str(first.service_user.born and first.service_user.born.earliest) == "1974-06-01"
    assert first.victim_survivor.gender == "woman"
    assert first.children is not None
    assert first.children.count == 0
    assert northmoor[6].values.children is not None
    assert northmoor[6].values.children.ages == (12, 11)
    assert northmoor[7].values.repeat is None
    assert northmoor[9].values.concerns == "=1+1 not a formula"
    castlegate = {row.line: row for row in sample(CASTLEGATE_MARCH).rows}
    assert (castlegate[2].values.relationship, castlegate[2].values.relationship_sent) == ("ex_partner", "XP")
    assert castlegate[20].values.relationship == "intermittent"
    assert castlegate[42].values.relationship_sent == "ZZ"
    police = sample(POLICE)
    assert police.source == "police"
    assert str(police.rows[4].values.victim_survivor.name) == "Philippa Ní Bhrollacháin"
    assert str(police.rows[0].values.when and police.rows[0].values.when.earliest) == "2025-04-09"


def truth() -> dict[tuple[str, int], dict[str, str]]:
    """Who is who on every line of the five lists, settled by reading them side by side."""
    with (FIXTURES / "who-is-who.csv").open(encoding="utf-8") as file:
        return {(row["file"], int(row["line"])): row for row in csv.DictReader(file)}


def pairs_judged(
    rows: Sequence[tuple[str, RowResult]], who: Literal["service_user", "victim_survivor"]
) -> tuple[int, int, int]:
    """Pairs of lines rightly, wrongly and not joined by their keys."""
    people = truth()
    said = [(people[name, row.line][who], getattr(row, who)) for name, row in rows if getattr(row, who)]
    both = [(a[0] == b[0], a[1] == b[1]) for a, b in combinations(said, 2)]
    return both.count((True, True)), both.count((False, True)), both.count((True, False))


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("who", ["service_user", "victim_survivor"])
def test_people_of_one_list(name: str, who: Literal["service_user", "victim_survivor"]) -> None:
    """Nobody is taken for another; one pair is missed: a Mortimer Spottletoe without a birth date, whom
    within his list nothing but the name joins to the other line, and who is therefore offered as possible.
    """
    right, wrong, missed = pairs_judged([(name, row) for row in sample(name).rows], who)
    assert wrong == 0
    assert missed == (1 if (name, who) == (CASTLEGATE_APRIL, "service_user") else 0)
    assert right > 0


def known_of(name: str, found: Preview) -> list[KnownReferralPerson]:
    """What a site holds once the list is saved."""
    known = []
    for row in found.rows:
        if row.outcome in (Outcome.CREATED, Outcome.MATCHED):
            su, vs = row.values.service_user.profile, row.values.victim_survivor.profile
            reference = f"{name}:{row.line}"
            assert row.service_user
            assert row.victim_survivor
            known.append(KnownReferralPerson(row.service_user, Role.SERVICE_USER, su, (vs,), reference))
            known.append(KnownReferralPerson(row.victim_survivor, Role.VICTIM_SURVIVOR, vs, (su,), reference))
    return known


def test_people_of_five_lists_uploaded_one_after_another() -> None:
    """The same person over months and agencies. One of 260 pairs of victims is missed: somebody whose
    first line was refused (an age of 0) and so is held nowhere when the second comes.
    """
    known: list[KnownReferralPerson] = []
    rows: list[tuple[str, RowResult]] = []
    for name in LISTS:
        found = judged((FIXTURES / name).read_bytes(), known=known)
        known += known_of(name, found)
        rows += [(name, row) for row in found.rows]
    assert pairs_judged(rows, "service_user") == (307, 0, 0)
    assert pairs_judged(rows, "victim_survivor") == (259, 0, 1)
    counted = Counter(row.outcome for _, row in rows)
    assert counted == {"created": 85, "matched": 132, "refused": 14, "repeat": 4}


@pytest.mark.parametrize("name", LISTS)
def test_the_same_list_twice_creates_nothing_twice(name: str) -> None:
    data = (FIXTURES / name).read_bytes()
    first = judged(data)
    saved = {row.identity for row in first.rows if row.outcome is not Outcome.REFUSED}
    again = judged(data, known=known_of(name, first), earlier=saved)
    assert {row.outcome for row in again.rows} <= {Outcome.REPEAT, Outcome.REFUSED}
    assert [(row.service_user, row.victim_survivor) for row in again.rows] == [
        (row.service_user, row.victim_survivor) for row in first.rows
    ]
