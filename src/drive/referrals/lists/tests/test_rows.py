"""One test for each kind of bad line, and for what looks odd and is not wrong."""

from __future__ import annotations

from datetime import date

import pytest

from drive.referrals.lists.cells import Missing, Unclear
from drive.referrals.lists.dates import PartialDate, Precision, read_date
from drive.referrals.lists.headings import Field
from drive.referrals.lists.preview import Outcome
from drive.referrals.lists.tests.samples import TODAY, as_csv, judged, only_row
from drive.referrals.lists.values import read_gender, read_relationship, read_yes_no


@pytest.mark.parametrize(
    ("cells", "field", "code", "words"),
    [
        ({"Perp name": ""}, "service_user_name", "name_missing", "There is no name of the service user"),
        ({"Perp name": "unknown"}, "service_user_name", "name_missing", "“unknown” is no name"),
        ({"Victim name": ""}, "victim_survivor_name", "name_missing", "no name of the victim/survivor"),
        ({"Victim name": "Zuleika"}, "victim_survivor_name", "surname_missing", "type “unknown”"),
        ({"Perp name": "12345"}, "service_user_name", "name_unreadable", "does not hold a name"),
        ({"Perp name": "=A1&B1"}, "service_user_name", "name_unreadable", "does not hold a name"),
        ({"Perp name": "x y" * 90}, "service_user_name", "name_unreadable", "does not hold a name"),
        (
            {"Perp name": "Nasreen Snodgrassby", "Perp DOB": "18/06/1977"},
            "line",
            "same_person",
            "stands on both sides",
        ),
        ({"MARAC date": "13/13/2025"}, "marac_date", "date_impossible", "There is no month 13."),
        ({"MARAC date": "2025-00-14"}, "marac_date", "date_impossible", "There is no month 0."),
        ({"MARAC date": "next week"}, "marac_date", "date_unreadable", "cannot be read as a date"),
        (
            {"Perp DOB": "31/02/1991"},
            "service_user_birth_date",
            "date_impossible",
            "There is no 31 February.",
        ),
        ({"Perp DOB": "29/02/1991"}, "service_user_birth_date", "date_impossible", "no 29 February in 1991"),
        ({"Perp DOB": "04/19/1990"}, "service_user_birth_date", "date_impossible", "type 19/04/1990"),
        ({"Perp DOB": "05/05/2031"}, "service_user_birth_date", "born_in_future", "has not come yet"),
        ({"Perp DOB": "20/04/2025"}, "service_user_birth_date", "born_after", "born after 10/03/2025"),
        ({"Perp DOB": "01/01/1850"}, "service_user_birth_date", "date_impossible", "The year 1850"),
        ({"Victim DOB": "0"}, "victim_survivor_birth_date", "age_impossible", "An age of 0"),
        ({"Victim DOB": "130"}, "victim_survivor_birth_date", "age_impossible", "Nobody is 130"),
        (
            {"Victim DOB": "01/02/2025"},
            "victim_survivor_birth_date",
            "age_impossible",
            "less than a year old",
        ),
    ],
)
def test_a_line_that_cannot_be_used_is_refused_in_words(
    cells: dict[str, str], field: str, code: str, words: str
) -> None:
    row = only_row(**cells)
    assert row.outcome is Outcome.REFUSED
    assert [(problem.field, str(problem.code)) for problem in row.problems] == [(field, code)]
    assert words in row.problems[0].text


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"Perp name": "Kwa. Nicklebeard"}, "service_user_name", "name_abbreviated"),
        ({"Perp name": "Horatio Brz?czykowski"}, "service_user_name", "letter_lost"),
        ({"Perp name": "Rufus M\ufffdller"}, "service_user_name", "letter_lost"),
        ({"Perp name": "SeÃ¡n Harkaway"}, "service_user_name", "letters_garbled"),
        ({"Victim name": "Zuleika Unknown"}, "victim_survivor_name", "name_incomplete"),
        ({"Perp DOB": "unknown"}, "service_user_birth_date", "birth_date_unknown"),
        ({"Victim DOB": "8"}, "victim_survivor_birth_date", "age_implausible"),
        ({"Victim DOB": "01/02/1920"}, "victim_survivor_birth_date", "age_implausible"),
        ({"MARAC date": "10/03/1999"}, "marac_date", "date_implausible"),
        ({"Relationship": "XQ"}, "relationship", "relationship_unknown"),
        ({"Relationship": "family member"}, "relationship", "relationship_unknown"),
        ({"Perp gender": "wx"}, "service_user_gender", "gender_unknown"),
        ({"Repeat?": "perhaps"}, "repeat", "answer_unknown"),
        ({"No of children": "some"}, "children", "number_unknown"),
        ({"Perp age": "20"}, "service_user_age", "age_disagrees"),
    ],
)
def test_a_doubt_is_asked_about_and_the_line_is_kept(cells: dict[str, str], field: str, code: str) -> None:
    row = only_row(**cells)
    assert row.outcome is Outcome.CREATED
    assert [(problem.field, str(problem.code)) for problem in row.problems] == [(field, code)]


@pytest.mark.parametrize(
    "cells",
    [
        # A blank cell is missing, and no problem.
        {
            "MARAC date": "",
            "Victim DOB": "",
            "Perp DOB": "",
            "Relationship": "",
            "Repeat?": "",
            "Perp gender": "",
        },
        # Ages of 15 and 17, women who abuse, men who are abused, any tie (R-14, G-05).
        {"Victim DOB": "15", "Perp DOB": "10/02/2008", "Perp gender": "F", "Relationship": "grandmother"},
        {"Victim DOB": "10", "Perp gender": "non-binary", "Relationship": "?", "Repeat?": "n/k"},
        {"Perp DOB": "1982", "Victim DOB": "March 1977"},
        {"Perp name": "Zebedee Snodgrassby", "Perp DOB": "18/06/1977"},
    ],
)
def test_what_is_only_unusual_or_missing_raises_nothing(cells: dict[str, str]) -> None:
    row = only_row(**cells)
    assert row.outcome is Outcome.CREATED
    assert row.problems == ()


def test_missing_and_stated_unknown_stay_different() -> None:
    row = only_row(**{"Repeat?": "", "Relationship": "unknown", "High risk": "n/a"})
    assert row.values.repeat is None
    assert Field.REPEAT not in row.values.missing
    assert row.values.missing == {
        Field.RELATIONSHIP: Missing.UNKNOWN,
        Field.HIGH_RISK: Missing.NOT_APPLICABLE,
    }


def test_a_lost_letter_is_guessed_from_the_rest_of_the_list_and_not_put_in() -> None:
    rows = [
        ("Pam Ple", "Horatio Brz?czykowski"),
        ("Estella Brzęczykowski", "Uriah Harkaway"),
    ]
    found = judged(as_csv(rows, ("Victim", "Suspect"))).rows[0]
    assert "Probably “Brzęczykowski”" in found.problems[0].text
    assert found.values.service_user.name.surname == "Brz?czykowski"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("09/11/1968", "1968-11-09", "1968-11-09"),
        ("9.11.68", "1968-11-09", "1968-11-09"),
        ("09-11-05", "2005-11-09", "2005-11-09"),
        ("1968-11-09", "1968-11-09", "1968-11-09"),
        ("1968-11-09T02:29:00", "1968-11-09", "1968-11-09"),
        ("09/11/1968 02:29", "1968-11-09", "1968-11-09"),
        ("9 Nov 1968", "1968-11-09", "1968-11-09"),
        ("Sat 9th November 1968", "1968-11-09", "1968-11-09"),
        ("Nov 9, 1968", "1968-11-09", "1968-11-09"),
        ("9-Nov-68", "1968-11-09", "1968-11-09"),
        ("25151", "1968-11-09", "1968-11-09"),
        ("19681109", "1968-11-09", "1968-11-09"),
        ("09111968", "1968-11-09", "1968-11-09"),
        ("November 1968", "1968-11-01", "1968-11-30"),
        ("02/1968", "1968-02-01", "1968-02-29"),
        ("1968", "1968-01-01", "1968-12-31"),
        ("c. 1968", "1968-01-01", "1968-12-31"),
        ("before 1968", "1900-01-01", "1968-01-01"),
    ],
)
def test_dates_are_read_as_they_are_written(text: str, first: str, last: str) -> None:
    read = read_date(text, today=TODAY, past=True)
    assert isinstance(read, PartialDate)
    assert (str(read.earliest), str(read.latest)) == (first, last)


def test_a_year_of_two_figures_is_near_today_for_a_meeting_and_past_for_a_birth() -> None:
    assert read_date("01/04/26", today=TODAY) == PartialDate.of(date(2026, 4, 1))
    assert read_date("01/04/26", today=TODAY, past=True) == PartialDate.of(date(1926, 4, 1))


def test_an_age_gives_the_years_a_birth_date_can_lie_in() -> None:
    born = only_row(**{"Victim DOB": "47"}).values.victim_survivor.born
    assert born
    assert born.precision is Precision.AGE
    assert born.earliest <= date(1977, 6, 18) <= born.latest


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("XP", "ex_partner"),
        ("P", "partner"),
        ("FA", "family_adult"),
        ("FM", "family_minor"),
        ("IP", "intermittent"),
        ("O", "other"),
        ("Ex-Partner", "ex_partner"),
        ("Ex-partner (lives apart)", "ex_partner"),
        ("family member - adult", "family_adult"),
        ("Family Member - Minor", "family_minor"),
        ("intermittent partner", "intermittent"),
        ("Unknown", Missing.UNKNOWN),
        ("?", Missing.UNKNOWN),
        ("", None),
    ],
)
def test_relationships_are_coded(sent: str, code: str | None) -> None:
    assert read_relationship(sent) == code


def test_yes_no_and_gender_are_coded_and_blank_is_neither() -> None:
    assert [read_yes_no(text) for text in ("Y", "yes", "No", "N", "")] == [True, True, False, False, None]
    assert [read_gender(text) for text in ("M", "female", "Non-binary", "n/k")] == [
        "man",
        "woman",
        "non_binary",
        Missing.UNKNOWN,
    ]
    with pytest.raises(Unclear):
        read_yes_no("perhaps")
