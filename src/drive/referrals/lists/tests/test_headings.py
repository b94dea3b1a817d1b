"""Headings as areas word them."""

from __future__ import annotations

import pytest

from drive.referrals.lists.headings import Field, assign, recognise
from drive.referrals.lists.preview import preview
from drive.referrals.lists.tests.samples import GOOD, SECRET, TODAY, as_csv, judged

AS_AREAS_WORD_THEM = """
service_user_name: Perp name (AKA) | Nominal | Offender | Alleged perpetrator | AP | Suspect | Subject
service_user_name: SU Name | Accused | Perpatrator name | Name of alleged perpetrator | PERPETRATOR_FULL_NAME
service_user_name: Service User | Person causing harm
service_user_surname: P_Surname | Perp last name | Accused (surname) | Surname of perpetrator
service_user_forenames: P_Forename | Perpetrator forename(s)
service_user_alias: P_alias | Perp aliases | AKA (perp)
service_user_birth_date: P_dob | Perp D.O.B. | Offender DOB | DOB of perp | Suspect date of birth
service_user_birth_date: AP dob (dd/mm/yyyy)
service_user_gender: P_sex | Perp gender
service_user_address: Address of perp
service_user_postcode: P_postcode | Perp post code
victim_survivor_name: Victim | Victim name | Survivor | V/S name | Client name | IP | Aggrieved
victim_survivor_name: Injured party | Vicitm Name | Name of victim | victim/survivor | Complainant
victim_survivor_surname: V_Surname
victim_survivor_forenames: Victim's first name | VictimForename
victim_survivor_birth_date: V_dob | Victim DOB / age | Victim date of birth | Vic DOB | IP D.O.B
victim_survivor_age: Age of victim
victim_survivor_gender: Gender (victim)
marac_date: MARACdate | MARAC date | Meeting date | Conference date | Date heard | DATE OF MARAC | marac_date
referral_date: Date referred | Date of referral to MARAC
incident_date: Date | Incident date/time
relationship: Rel_code | Rel to victim | Relationship | Perp relationship to victim
referring_agency: Referring agency | Source | Referred by | Referral source
children: NoChildren | No of children | Children (no.) | Children (ages)
repeat: Repeat? | RepeatWithin12m | Repeat victim (12m)
reference: Case no | Crime ref | URN | MARAC Ref | Crime number
"""
RECOGNISED = [
    (heading.strip(), field)
    for field, _, headings in (line.partition(":") for line in AS_AREAS_WORD_THEM.strip().splitlines())
    for heading in headings.split("|")
]


@pytest.mark.parametrize(("heading", "field"), RECOGNISED)
def test_a_heading_is_recognised(heading: str, field: str) -> None:
    role, what = recognise(heading)
    assert (what if isinstance(what, Field) else f"{role}_{what}") == field


@pytest.mark.parametrize(
    "heading", ["Victim phone", "Victim consent", "p_ethnicity", "victim_id", "Worker name", "P"]
)
def test_a_heading_that_is_something_else_is_left(heading: str) -> None:
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
