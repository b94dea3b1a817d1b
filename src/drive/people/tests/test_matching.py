"""Who is one person: pairs that people were asked about, and what must hold for all pairs."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive.people.matching import SAME, Band, Born, Evidence, PeopleIndex, Profile, compare
from drive.people.names import PersonName, read_full_name


def someone(
    written: str, born: str = "", *, address: str | None = None, postcode: str | None = None, named: str = ""
) -> Evidence:
    """`someone("Tobias Heepleton", "1982-10-15", named="Nasreen Snodgrassby")`; four figures are a year."""
    known = Born.known(date(int(born), 1, 1), "year") if len(born) == 4 else None
    known = Born.known(date.fromisoformat(born)) if len(born) == 10 else known
    return Evidence(
        Profile(read_full_name(written), known, address, postcode),
        (Profile(read_full_name(named)),) if named else (),
    )


SAME_PAIRS = [
    (someone("Tobias Heepleton", "1982-10-15"), someone("HEEPLETON, Tobias", "1982-10-15")),
    (someone("Barnaby Muddlecombe", "1957-05-16"), someone("Barnaby Muddlceombe", "1957-05-16")),
    (someone("Jasper Twemloowe", "1963-07-24"), someone("Jasper Twemlowe", "1963-07-24")),
    (someone("Kwa. Nicklebeaard", "2007-11-28"), someone("Kwabena Nicklebeard", "2007-11-28")),
    (someone("Toby Heepleton", "1982-10-15"), someone("Tobias Heepleton", "1982-10-15")),
    (someone("J Harkaway", "1990-08-19"), someone("Jasper Harkaway", "1990-08-19")),
    (someone("Horatio Brz?czykowski", "1971-03-08"), someone("Horatio Brzęczykowski", "1971-03-08")),
    (someone("Seán Ní Bhrollacháin", "1991-06-25"), someone("Sean Ni Bhrollachain", "1991-06-25")),
    (someone("Jemima Müller-Trotwood", "1958-08-08"), someone("Jemima Trotwood", "1958-08-08")),
    (someone("Silas Harkaway (aka Tariq)", "1998-05-12"), someone("Tariq Harkaway", "1998-05-12")),
    (someone("Obadiah Twemlowe", "1993-07-02"), someone("Obadiah Twemlowe", "1993-02-07")),
    (someone("Obadiah Twemlowe", "1993-07-21"), someone("Obadiah Twemlowe", "1993-07-12")),
    (someone("Obadiah Twemlowe", "1978-07-21"), someone("Obadiah Twemlowe", "1987-07-21")),
    (
        someone("Wilkins Dabblestone", named="Clemency Grimwigge"),
        someone("Wilkins Dabblestone", "1982-12-25", named="Clemency Grimwige"),
    ),
    (
        someone("Oba. Twemlowe", named="Philippa Harkaway"),
        someone("Obadiah Twemlowe", "1993-07-21", named="Philippa Harkaway"),
    ),
    (
        someone("Josiah Grimwigge", address="83 Placeholder Road, Northmoor"),
        someone("Josiah Grimwigge", "1957-05-08", address="83 placeholder road Northmoor"),
    ),
    (
        someone("Grimwigge Josiah", "1957-05-08", named="Philippa Grimwigge"),
        someone("Josiah Grimwigge", "1957-05-08", named="Philippa Grimwigge"),
    ),
]
POSSIBLE_PAIRS = [
    # A name alone, or a name and a postcode that whole streets share.
    (someone("Mortimer Spottletoe"), someone("Mortimer Spottletoe", "1978-04-15")),
    (someone("Rufus Nicklebeard", postcode="ZZ5 6ZZ"), someone("Rufus Nicklebeard", postcode="ZZ56ZZ")),
    # Marriage changes surnames; that is a question, not an answer.
    (
        someone("Perpetua Pecksneath", "1984-05-01", named="Silas Nicklebeard"),
        someone("Perpetua Fezziwicke", "1984-05-01", named="Silas Nicklebeard"),
    ),
    (someone("Paul Harkaway", "1990-08-19"), someone("Paula Harkaway", "1990-08-19")),
]
DIFFERENT_PAIRS = [
    # Twins.
    (someone("Silas Harkaway", "1998-05-12"), someone("Tobias Harkaway", "1998-05-12")),
    # Brothers who harm one person.
    (
        someone("José Dabblestone", "1974-01-13", named="Rosamund Crumplehorn"),
        someone("Thaddeus Dabblestone", "1976-07-26", named="Rosamund Crumplehorn"),
    ),
    (
        someone("Tobias Dabblestone", named="Rosamund Crumplehorn"),
        someone("Thaddeus Dabblestone", named="Rosamund Crumplehorn"),
    ),
    # Father and son at one address, who harm one person; even with one birthday.
    (
        someone("Josiah Grimwigge", "1957-05-08", address="83 Placeholder Road", named="Ottoline Grimwigge"),
        someone("Josiah Grimwigge", "1987-11-10", address="83 Placeholder Road", named="Ottoline Grimwigge"),
    ),
    (someone("Josiah Grimwigge", "1957-05-08"), someone("Josiah Grimwigge", "1987-05-08")),
    # One name, two people.
    (someone("Tobias Pecksneath", "1974-06-01"), someone("Tobias Pecksneath", "2006-02-26")),
    (someone("Tariq Winkleby", "1971-12-12"), someone("Tariq Winkleby", "1972-05-28")),
    (someone("Mortimer Spottletoe", "1955"), someone("Mortimer Spottletoe", "1978-04-15")),
    (
        someone("Seán Snodgrassby", "1985-09-06", postcode="ZZ1 1ZZ"),
        someone("Seán Quillfeather", "1985-09-06", postcode="ZZ1 1ZZ"),
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME_PAIRS)
def test_one_person_is_recognised(one: Evidence, other: Evidence) -> None:
    judgement = compare(one, other)
    assert judgement.band is Band.SAME, judgement
    assert judgement.reasons
    assert not judgement.opposed


@pytest.mark.parametrize(("one", "other"), POSSIBLE_PAIRS)
def test_a_likeness_is_offered_and_no_more(one: Evidence, other: Evidence) -> None:
    judgement = compare(one, other)
    assert judgement.band is Band.POSSIBLE, judgement


@pytest.mark.parametrize(("one", "other"), DIFFERENT_PAIRS)
def test_two_people_stay_two(one: Evidence, other: Evidence) -> None:
    judgement = compare(one, other)
    assert judgement.band is Band.DIFFERENT, judgement


def test_the_reasons_are_words_and_name_nobody_of_the_other_side() -> None:
    judgement = compare(
        someone("Silas Harkaway", "1998-05-12", named="Marigold Winkleby"),
        someone("Silas Hrkaway", "1998-05-12", named="Marigold Winkleby"),
    )
    assert judgement.reasons[:3] == ("same surname but for one letter", "same forename", "same birth date")
    assert "Marigold" not in " ".join(judgement.reasons)
    assert judgement.differences == ("spelling of the surname",)


names = st.builds(
    PersonName,
    st.sampled_from(["Harkaway", "Hrkaway", "Müller-Trotwood", "Trotwood", "Brz?czykowski", None]),
    st.sampled_from(["Silas", "Si", "S.", "Sila", "Paul", "Paula", "Tobias Silas", None]),
    st.sampled_from([(), ("Tariq",), ("Silas",), ("Tom Harkaway",)]),
)
days = st.dates(date(1960, 1, 1), date(1961, 12, 31))
births = st.one_of(
    st.none(),
    days.map(lambda day: Born(day, day)),
    st.builds(Born.known, days, st.sampled_from(["month", "year"])),
    days.map(lambda day: Born(day, day + timedelta(days=1095))),
)
profiles = st.builds(
    Profile, names, births, st.sampled_from([None, "1 Fiction Street"]), st.sampled_from([None, "ZZ1 1ZZ"])
)
evidence = st.builds(Evidence, profiles, st.lists(profiles, max_size=2).map(tuple))


@given(evidence, evidence)
def test_a_judgement_is_the_same_both_ways(one: Evidence, other: Evidence) -> None:
    assert compare(one, other) == compare(other, one)


def the_same_misspelt(chance: random.Random, person: Profile) -> Profile:
    """One slip of the pen: two letters swapped, one dropped, one doubled, or the forename cut short."""
    surname, forename = person.name.surname or "", person.name.forenames or ""
    place = chance.randrange(1, len(surname) - 2)
    slip = chance.randrange(4)
    if slip == 0:
        surname = surname[:place] + surname[place + 1] + surname[place] + surname[place + 2 :]
    elif slip == 1:
        surname = surname[:place] + surname[place + 1 :]
    elif slip == 2:
        surname = surname[:place] + surname[place] + surname[place:]
    else:
        forename = forename[:3] + "."
    return Profile(PersonName(surname, forename), person.born)


def a_town(chance: random.Random, people: int) -> list[Profile]:
    surnames = ["Harkaway", "Snodgrassby", "Muddlecombe", "Twemlowe", "Grimwigge", "Pecksneath", "Winkleby"]
    forenames = ["Silas", "Tobias", "Obadiah", "Zebedee", "Jasper", "Josiah", "Mortimer", "Horatio"]
    start = date(1950, 1, 1)
    return [
        Profile(
            PersonName(chance.choice(surnames), chance.choice(forenames)),
            Born.known(start + timedelta(days=chance.randrange(20000))),
        )
        for _ in range(people)
    ]


def test_slips_are_found_and_namesakes_are_not_taken_for_one_another() -> None:
    """400 people of only 56 names, each misspelt once: recall at least 0.99, precision at least 0.98."""
    chance = random.Random(25)
    town = a_town(chance, 400)
    index: PeopleIndex[int] = PeopleIndex()
    for number, person in enumerate(town):
        index.add(number, Evidence(person))
    right = wrong = missed = 0
    for number, person in enumerate(town):
        found = [
            other
            for other, judgement in index.like(Evidence(the_same_misspelt(chance, person)))
            if judgement.score >= SAME
        ]
        right += number in found
        missed += number not in found
        wrong += len(found) - (number in found)
    assert right / (right + missed) >= 0.99, (right, missed)
    assert right / (right + wrong) >= 0.98, (right, wrong)


@given(st.integers(0, 10_000))
def test_the_index_finds_whom_comparing_everybody_finds(seed: int) -> None:
    chance = random.Random(seed)
    town = a_town(chance, 12)
    asked = Evidence(the_same_misspelt(chance, town[0]))
    for wanted in (None, [asked.profile]):
        index: PeopleIndex[int] = PeopleIndex(wanted)
        for number, person in enumerate(town):
            index.add(number, Evidence(person))
        by_index = {number for number, judgement in index.like(asked) if judgement.band is Band.SAME}
        by_all = {
            number for number, person in enumerate(town) if compare(asked, Evidence(person)).band is Band.SAME
        }
        assert by_index == by_all


def test_an_undated_person_meets_dated_ones_in_the_index() -> None:
    index: PeopleIndex[str] = PeopleIndex()
    index.add("dated", someone("Wilkins Dabblestone", "1982-12-25"))
    index.add("undated", someone("Wilkins Dabblestone"))
    index.add("other", someone("Uriah Dabblestone", "1982-12-25"))
    assert {who for who, _ in index.like(someone("Bill Dabblestone"))} == set()
    assert {who for who, _ in index.like(someone("Wilkie Dabblestone"))} == {"dated", "undated"}
