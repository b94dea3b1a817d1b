"""What a list would do: repeats, matches, keys, and what goes out again."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from drive.people.matching import Band, Born, Profile
from drive.people.names import read_full_name
from drive.referrals.lists.headings import Role
from drive.referrals.lists.persons import key_of
from drive.referrals.lists.preview import (
    KnownReferralPerson,
    Outcome,
    RowResult,
    preview,
    refused_rows_file,
    to_json,
)
from drive.referrals.lists.tests.samples import (
    FIXTURES,
    GOOD,
    HEADINGS,
    NORTHMOOR_MARCH,
    SECRET,
    TODAY,
    as_csv,
    judged,
    sample,
)

LATER = ("24/03/2025", *GOOD[1:])


def outcomes(*rows: tuple[str, ...]) -> list[str]:
    return [str(row.outcome) for row in judged(as_csv(rows)).rows]


def held(row: RowResult, role: Role = Role.SERVICE_USER) -> KnownReferralPerson:
    key = row.service_user if role is Role.SERVICE_USER else row.victim_survivor
    assert key
    return KnownReferralPerson(key, role, row.values.person(role).profile, (), "handle")


def test_a_line_that_stands_twice_is_kept_once() -> None:
    first, again, later = judged(as_csv([GOOD, GOOD, LATER])).rows
    assert (first.outcome, again.outcome, later.outcome) == ("created", "repeat", "matched")
    assert again.repeat_of == first.line
    assert later.match
    assert (later.match.line, later.match.band) == (first.line, Band.SAME)


def test_the_same_row_written_otherwise_is_a_repeat() -> None:
    other = (
        "2025-03-10",
        "SNODGRASSBY, Nasreen",
        "18.06.77",
        "HEEPLETON, Tobias",
        "15 Oct 1982",
        "Current Partner",
    )
    turned = dict(zip(HEADINGS, other, strict=True))
    headings = ("Relationship", "Perp name", "Perp DOB", "Victim name", "Victim DOB", "Notes", "MARAC date")
    first = judged(as_csv([GOOD])).rows[0]
    data = as_csv([tuple(turned.get(heading, "") for heading in headings)], headings)
    assert outcomes(GOOD, other) == ["created", "repeat"]
    assert judged(data, earlier=[first.identity]).rows[0].outcome is Outcome.REPEAT


def test_two_agencies_that_bring_the_same_two_people_to_one_meeting_are_both_kept() -> None:
    headings = (*HEADINGS, "Referring agency")
    rows = judged(as_csv([(*GOOD, "Housing"), (*GOOD, "Health"), (*GOOD, "HOUSING ")], headings)).rows
    assert [str(row.outcome) for row in rows] == ["created", "matched", "repeat"]
    assert rows[2].repeat_of == rows[0].line


def test_another_crime_on_one_day_is_another_referral() -> None:
    headings = ("Crime ref", "Nominal", "Victim", "Date")
    rows = [
        ("FIC/1/25", "HARKAWAY ZEBEDEE", "MAGWITCHETT DRUSILLA", "07/04/2025"),
        ("FIC/2/25", "HARKAWAY ZEBEDEE", "MAGWITCHETT DRUSILLA", "07/04/2025"),
        ("FIC/2/25", "HARKAWAY ZEBEDEE", "MAGWITCHETT DRUSILLA", "07/04/2025 02:22"),
    ]
    found = [str(row.outcome) for row in judged(as_csv(rows, headings)).rows]
    assert found == ["created", "matched", "repeat"]


def test_a_refused_line_is_nobodys_match_nor_repeat() -> None:
    bad = ("13/13/2025", *GOOD[1:])
    assert outcomes(bad, bad, GOOD) == ["refused", "refused", "created"]


def test_a_list_in_two_parts_gives_the_outcomes_of_the_whole() -> None:
    rows = [GOOD, LATER, GOOD, ("24/03/2025", "Pam Ple", "", "Uriah Heap", "", "")]
    whole = judged(as_csv(rows)).rows
    first = judged(as_csv(rows[:1])).rows
    rest = judged(as_csv(rows[1:]), known=[held(first[0])], earlier=[first[0].identity]).rows
    assert [row.outcome for row in (*first, *rest)] == [row.outcome for row in whole]
    assert [row.service_user for row in (*first, *rest)] == [row.service_user for row in whole]


def test_somebody_known_is_offered_with_reasons_and_takes_the_known_key() -> None:
    known = KnownReferralPerson(
        "known-key",
        Role.SERVICE_USER,
        Profile(read_full_name("Toby Heapleton"), Born.known(TODAY)),
        (),
        "DR-0098",
    )
    known_well = KnownReferralPerson(
        "well-known",
        Role.SERVICE_USER,
        judged(as_csv([GOOD])).rows[0].values.service_user.profile,
        (),
        "DR-0007",
    )
    (row,) = judged(as_csv([GOOD]), known=[known, known_well]).rows
    assert row.outcome is Outcome.MATCHED
    assert row.service_user == "well-known"
    assert row.match
    assert (row.match.known_key, row.match.known_reference, row.match.line) == ("well-known", "DR-0007", None)
    assert row.match.reasons == ("same surname", "same forename", "same birth date")
    assert len(row.matches) == 1


def test_a_mere_likeness_is_offered_but_keeps_a_key_of_its_own() -> None:
    undated = (*LATER[:1], "Pam Ple", "", GOOD[3], "", "")
    first, second = judged(as_csv([GOOD, undated])).rows
    assert second.outcome is Outcome.MATCHED
    assert second.match
    assert second.match.band is Band.POSSIBLE
    assert first.service_user != second.service_user


def test_a_line_without_birth_date_does_not_join_a_father_and_his_son() -> None:
    father = ("01/03/2025", "Pam Ple", "", "Josiah Grimwigge", "08/05/1957", "")
    son = ("02/03/2025", "Pam Ple", "", "Josiah Grimwigge", "10/11/1987", "")
    either = ("03/03/2025", "Pam Ple", "", "Josiah Grimwigge", "", "")
    keys = [row.service_user for row in judged(as_csv([father, son, either])).rows]
    assert len(set(keys)) == 3


def test_victims_matches_are_never_shown_and_roles_never_meet() -> None:
    """S-33: she was a service user elsewhere; nothing of this preview says so."""
    first = judged(as_csv([GOOD])).rows[0]
    swapped = ("24/03/2025", GOOD[3], GOOD[4], "Uriah Heap", "01/02/1980", "")
    alone = judged(as_csv([swapped]))
    beside = judged(as_csv([swapped]), known=[held(first)])
    assert to_json(alone) == to_json(beside)
    victim_known = judged(as_csv([LATER]), known=[held(first, Role.VICTIM_SURVIVOR)]).rows[0]
    assert victim_known.outcome is Outcome.CREATED
    assert victim_known.matches == ()
    assert victim_known.victim_survivor == first.victim_survivor
    both = judged(as_csv([GOOD, swapped])).rows
    assert both[0].service_user != both[1].victim_survivor


def test_keys_hold_no_name_and_depend_on_the_secret() -> None:
    row = judged(as_csv([GOOD])).rows[0]
    other = preview(as_csv([GOOD]), "list.csv", key=b"another secret", today=TODAY).rows[0]
    assert row.service_user
    assert len(row.service_user) == 32
    assert set(row.service_user) <= set("0123456789abcdef")
    assert row.service_user != other.service_user
    assert row.identity != other.identity
    su, vs = row.values.service_user.profile, row.values.victim_survivor.profile
    assert key_of(Role.SERVICE_USER, su, (vs,), SECRET) == row.service_user


def test_json_is_the_list_of_the_command_line() -> None:
    found = to_json(judged(as_csv([GOOD, ("13/13/2025", "", *GOOD[2:])])))
    assert json.loads(json.dumps(found)) == found
    assert [set(row) for row in found] == [
        {"line", "outcome", "service_user", "victim_survivor", "problems"}
    ] * 2
    assert found[1]["line"] == 3
    assert found[1]["victim_survivor"] is None
    assert found[1]["problems"] == [
        {
            "field": "marac_date",
            "code": "date_impossible",
            "text": "There is no month 13. Type the date as day/month/year, or "
            "leave it empty if nobody knows it.",
        },
        {
            "field": "victim_survivor_name",
            "code": "name_missing",
            "text": "There is no name of the victim/survivor. Add the name.",
        },
    ]


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_refused_lines_go_out_inert_and_come_back_corrected() -> None:
    headings = (*HEADINGS, "Concerns")
    bad = ("13/13/2025", *GOOD[1:], "=cmd|' /C calc'!A0")
    out = refused_rows_file(judged(as_csv([(*GOOD, "+44"), bad], headings)))
    titles, line = rows_of(out)
    assert titles == [*headings, "What is wrong"]
    assert line[6] == "'=cmd|' /C calc'!A0"
    assert line[7].startswith("There is no month 13.")
    (back,) = judged(out.replace(b"13/13/2025", b"24/03/2025")).rows
    assert back.outcome is Outcome.CREATED
    assert back.values.concerns == "=cmd|' /C calc'!A0"
    assert back.values.extra == {}


def test_every_refused_line_of_a_sample_comes_back_as_it_went() -> None:
    found = sample(NORTHMOOR_MARCH)
    again = judged(refused_rows_file(found))
    refused = [row for row in found.rows if row.outcome is Outcome.REFUSED]
    assert [[p.code for p in row.problems] for row in again.rows] == [
        [p.code for p in row.problems] for row in refused
    ]
    assert [row.raw for row in again.rows] == [row.raw for row in refused]


people = st.sampled_from(
    [
        ("Josiah Grimwigge", "08/05/1957"),
        ("Josiah Grimwigge", "10/11/1987"),
        ("GRIMWIGGE, Josiah", ""),
        ("Jos. Grimwiggge", "08/05/1957"),
        ("Tobias Pecksneath", "01/06/1974"),
        ("Toby Pecskneath", "06/01/1974"),
        ("Zebedee Harkaway (aka Tariq)", "27/03/2003"),
        ("Tariq Harkaway", "27/03/2003"),
    ]
)
line = st.tuples(st.sampled_from(["10/03/2025", "24/03/2025", ""]), people, people).map(
    lambda row: (row[0], f"Pam {row[1][0].split()[-1]}", row[1][1], *row[2], "partner")
)


@given(st.lists(line, max_size=9).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
@settings(max_examples=60, deadline=None)
def test_the_order_of_lines_changes_no_key(both: tuple[list[tuple[str, ...]], list[tuple[str, ...]]]) -> None:
    found = []
    for rows in both:
        judged_rows = judged(as_csv(rows)).rows
        found.append(
            sorted((row.raw, row.service_user or "", row.victim_survivor or "") for row in judged_rows)
        )
    assert found[0] == found[1]


@given(st.lists(line, max_size=9))
@settings(max_examples=60, deadline=None)
def test_uploading_twice_creates_nothing_twice(rows: list[tuple[str, ...]]) -> None:
    first = judged(as_csv(rows)).rows
    saved = [row for row in first if row.outcome in (Outcome.CREATED, Outcome.MATCHED)]
    known = [held(row, role) for row in saved for role in Role]
    again = judged(as_csv(rows), known=known, earlier={row.identity for row in saved}).rows
    assert {row.outcome for row in again} <= {Outcome.REPEAT, Outcome.REFUSED}


def test_the_order_of_a_sample_changes_no_key() -> None:
    text = (FIXTURES / "marac-castlegate-2025-03.csv").read_bytes().split(b"\r\n")
    turned = b"\r\n".join([text[0], *reversed(text[1:])])
    straight, back = (
        {row.raw: (row.service_user, row.victim_survivor) for row in judged(data).rows}
        for data in (b"\r\n".join(text), turned)
    )
    assert straight == back
