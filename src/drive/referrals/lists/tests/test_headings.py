"""Headings as areas word them."""

from __future__ import annotations

import pytest

from drive.referrals.lists.headings import Field, assign, recognise
from drive.referrals.lists.preview import preview
from drive.referrals.lists.tests.samples import GOOD, SECRET, TODAY, as_csv, judged


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        *[
            (heading, "service_user_name")
            for heading in (
                "Perp name (AKA)|Nominal|Offender|Alleged perpetrator|AP|Suspect|Subject|SU Name|Accused|Perpatrator name"
                "|Name of alleged perpetrator|PERPETRATOR_FULL_NAME|Service User|Person causing harm"
            ).split("|")
        ],
        *[
            (heading, "victim_survivor_name")
            for heading in (
                "Victim|Victim name|Survivor|V/S name|Client name|IP|Aggrieved|Injured party|Vicitm Name|Name of victim"
                "|victim/survivor|Complainant"
            ).split("|")
        ],
        *[
            (heading, "service_user_birth_date")
            for heading in "P_dob|Perp D.O.B.|Offender DOB|DOB of perp|Suspect date of birth|AP dob (dd/mm/yyyy)".split(
                "|"
            )
        ],
        *[
            (heading, "victim_survivor_birth_date")
            for heading in "V_dob|Victim DOB / age|Victim date of birth|Vic DOB|IP D.O.B|Client birth date".split(
                "|"
            )
        ],
        ("V_Surname", "victim_survivor_surname"),
        ("Victim's first name", "victim_survivor_forenames"),
        ("VictimForename", "victim_survivor_forenames"),
        ("Perp last name", "service_user_surname"),
        ("P_alias", "service_user_alias"),
        ("Age of victim", "victim_survivor_age"),
        ("P_sex", "service_user_gender"),
        ("Address of perp", "service_user_address"),
        ("P_postcode", "service_user_postcode"),
        *[
            (heading, "marac_date")
            for heading in "MARACdate|MARAC date|Meeting date|Conference date|Date heard|DATE OF MARAC|marac_date".split(
                "|"
            )
        ],
        ("Date referred", "referral_date"),
        ("Date of referral to MARAC", "referral_date"),
        ("Date", "incident_date"),
        ("Incident date/time", "incident_date"),
        *[
            (heading, "relationship")
            for heading in "Rel_code|Rel to victim|Relationship|Perp relationship to victim".split("|")
        ],
        *[
            (heading, "referring_agency")
            for heading in "Referring agency|Source|Referred by|Referral source".split("|")
        ],
        *[
            (heading, "children")
            for heading in "NoChildren|No of children|Children (no.)|Children (ages)".split("|")
        ],
        *[(heading, "repeat") for heading in "Repeat?|RepeatWithin12m|Repeat victim (12m)".split("|")],
        *[(heading, "reference") for heading in "Case no|Crime ref|URN|MARAC Ref|Crime number".split("|")],
    ],
)
def test_a_heading_is_recognised(heading: str, field: str) -> None:
    role, what = recognise(heading)
    assert (what if isinstance(what, Field) else f"{role}_{what}") == field


@pytest.mark.parametrize(
    "heading", ["Victim phone", "Victim consent", "p_ethnicity", "victim_id", "Worker name", "P"]
)
def test_a_heading_that_is_something_else_is_left(heading: str) -> None:
    assert recognise(heading)[1] is None or heading == "Worker name"
    assert assign([heading])[0].field is None


def test_a_bare_birth_date_belongs_to_the_person_named_before_it() -> None:
    fields = [column.field for column in assign(["Victim", "DOB", "Perpetrator", "DOB", "Sex"])]
    assert fields == [
        Field.VICTIM_SURVIVOR_NAME,
        Field.VICTIM_SURVIVOR_BIRTH_DATE,
        Field.SERVICE_USER_NAME,
        Field.SERVICE_USER_BIRTH_DATE,
        Field.SERVICE_USER_GENDER,
    ]


def test_headings_in_two_rows_are_joined() -> None:
    text = "MARAC,Victim,,Perpetrator,\r\nDate,Name,DOB,Name,DOB\r\n" + ",".join(GOOD[:5]) + "\r\n"
    found = preview(text.encode(), "list.csv", key=SECRET, today=TODAY)
    (row,) = found.rows
    assert (found.heading_line, row.line) == (2, 3)
    assert str(row.values.service_user.name) == "Tobias Heepleton"
    assert str(row.values.marac_date and row.values.marac_date.earliest) == "2025-03-10"


def test_unknown_columns_are_named_and_kept() -> None:
    found = judged(as_csv([("Pam Ple", "Uriah Heap", "blue")], ("Victim", "Suspect", "Front door")))
    assert found.unrecognised == ("Front door",)
    assert found.rows[0].values.extra == {"Front door": "blue"}
    assert any("“Front door”" in notice for notice in found.notices)
