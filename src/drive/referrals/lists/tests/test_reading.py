"""Files are read whatever wrote them, and refused in words when they cannot be."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drive.referrals.lists.preview import Outcome, Preview
from drive.referrals.lists.problems import ListRefused, RefusedCode
from drive.referrals.lists.reading import MAX_BYTES, MAX_ROWS
from drive.referrals.lists.tests.samples import (
    FIXTURES,
    GOOD,
    HEADINGS,
    NORTHMOOR_MARCH,
    as_csv,
    judged,
)

ACCENTED = ("10/03/2025", "Zuleika Grimwigge", "07/06/1994", "Seán Müller", "09/11/2005", "partner")


def read_or_refused(data: bytes) -> Preview | ListRefused:
    """Whichever it is; any other exception is a failure."""
    try:
        return judged(data)
    except ListRefused as refused:
        return refused


def lines(*rows: tuple[str, ...], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\r\n" for row in (HEADINGS, *rows))


def workbook(*sheets: tuple[str, list[tuple[object, ...]]], hidden: str = "") -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        if title == hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def names(found: Preview) -> list[str]:
    return [str(row.values.service_user.name) for row in found.rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_any_separator_and_encoding(separator: str, encoding: str) -> None:
    found = judged(lines(ACCENTED, separator=separator).encode(encoding))
    assert names(found) == ["Seán Müller"]
    assert [row.line for row in found.rows] == [2]


def test_lines_are_rows_of_the_file_with_titles_blanks_headings_and_totals_counted() -> None:
    text = as_csv([GOOD, (), HEADINGS, ACCENTED, ("Total", "2")]).decode()
    found = judged(f"Castlegate MARAC\r\n\r\n{text}".encode())
    assert found.heading_line == 3
    assert [row.line for row in found.rows] == [4, 7]
    assert [(skipped.line, skipped.why) for skipped in found.skipped] == [
        (6, "the headings again"),
        (8, "a total or a note"),
    ]


def test_a_quotation_mark_never_closed_swallows_no_lines() -> None:
    odd = ("10/03/2025", '"Nasreen Snodgrassby', "18/06/1977", "Tobias Heepleton", "15/10/1982", "partner")
    assert len(judged(lines(odd, *[ACCENTED] * 40).encode()).rows) == 41


def test_a_separator_named_in_the_first_line_is_obeyed() -> None:
    found = judged(("sep=;\r\n" + lines(ACCENTED, separator=";")).encode())
    assert names(found) == ["Seán Müller"]


def test_a_workbook_of_mixed_cells_is_read() -> None:
    rows: list[tuple[object, ...]] = [
        ("Northmoor MARAC",),
        (),
        HEADINGS,
        (date(2025, 3, 10), "Nasreen Snodgrassby", 28294, "Tobias Heepleton", "15.10.82", "partner"),
        (45728, "Nasreen Snodgrassby", 47, "Tobias Heepleton", 1982, "partner"),
    ]
    first, second = judged(workbook(("List", rows))).rows
    assert first.line == 4
    assert first.values.victim_survivor.born
    assert first.values.victim_survivor.born.earliest == date(1977, 6, 18)
    assert second.values.marac_date
    assert second.values.marac_date.earliest == date(2025, 3, 12)
    assert second.values.service_user.born
    assert second.values.service_user.born.latest == date(1982, 12, 31)
    assert first.service_user == second.service_user
    assert not first.problems
    assert not second.problems


def test_hidden_and_other_sheets_are_left_with_a_notice() -> None:
    found = judged(
        workbook(
            ("Old", [HEADINGS, GOOD]),
            ("Codes", [("XP", "Ex-partner")]),
            ("List", [HEADINGS, ACCENTED]),
            hidden="Old",
        )
    )
    assert names(found) == ["Seán Müller"]
    assert any("hidden sheet “Old”" in notice for notice in found.notices)
    assert any("“Codes” was not read" in notice for notice in found.notices)


def test_formulas_are_not_run_and_a_name_made_by_one_is_refused() -> None:
    found = judged(
        workbook(("List", [HEADINGS, (*GOOD[:3], '=HYPERLINK("http://localhost","Tobias")', *GOOD[4:])]))
    )
    assert [str(problem.code) for problem in found.rows[0].problems] == ["name_unreadable"]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (130 * 1024 * 1024))
    return out.getvalue()


def cut_workbook() -> bytes:
    data = (FIXTURES / NORTHMOOR_MARCH).read_bytes()
    return data[: len(data) // 2]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", RefusedCode.EMPTY),
        (b" \r\n\r\n", RefusedCode.EMPTY),
        (b"x" * (MAX_BYTES + 1), RefusedCode.TOO_LARGE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", RefusedCode.OLD_EXCEL),
        (b"%PDF-1.7 list", RefusedCode.OTHER_FORMAT),
        (b"<html><table></table></html>", RefusedCode.OTHER_FORMAT),
        (bytes(range(32)) * 40, RefusedCode.OTHER_FORMAT),
        (b"just some words\r\nand some more\r\n", RefusedCode.NO_HEADINGS),
        (b"Name,DOB,Height\r\nA,B,C\r\n", RefusedCode.NOT_A_REFERRAL_LIST),
    ],
)
def test_what_is_no_list_is_refused_in_words(data: bytes, code: RefusedCode) -> None:
    with pytest.raises(ListRefused) as refused:
        judged(data)
    assert refused.value.code is code
    assert refused.value.text.endswith(".")


def test_a_zip_bomb_and_a_broken_workbook_are_refused_before_they_are_unpacked() -> None:
    for data, code in ((bomb(), RefusedCode.TOO_LARGE), (cut_workbook(), RefusedCode.DAMAGED)):
        with pytest.raises(ListRefused) as refused:
            judged(data)
        assert refused.value.code is code


def test_too_many_lines_are_refused() -> None:
    with pytest.raises(ListRefused) as refused:
        judged(as_csv([GOOD] * (MAX_ROWS + 1)))
    assert refused.value.code is RefusedCode.TOO_MANY_LINES


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
@settings(max_examples=200)
def test_no_bytes_break_the_reading(data: bytes) -> None:
    found = read_or_refused(data)
    assert found.text if isinstance(found, ListRefused) else found.columns


@given(
    st.binary(min_size=1, max_size=30),
    st.integers(0, (FIXTURES / NORTHMOOR_MARCH).stat().st_size - 1),
)
@settings(max_examples=40, deadline=None)
def test_no_damage_to_a_workbook_breaks_the_reading(damage: bytes, place: int) -> None:
    data = (FIXTURES / NORTHMOOR_MARCH).read_bytes()
    found = read_or_refused(data[:place] + damage + data[place + len(damage) :])
    assert found.text if isinstance(found, ListRefused) else found.columns


cell = st.one_of(
    st.text(
        st.characters(exclude_categories=("Cc", "Cs")), max_size=25
    ),  # many control signs are refused as no text
    st.sampled_from(
        ["31/02/1990", "=1+1", "unknown", "0", "Kwa.", "99999", "1e9", "00/00/0000", "?", "١٢/٠٣/١٩٩٠"]
    ),
    st.dates().map(str),
    st.integers(-10, 10**12).map(str),
)


def test_what_is_mostly_control_signs_is_no_text() -> None:
    with pytest.raises(ListRefused, match="a kind of file we do not know"):
        judged(as_csv([("\x00\x01\x02",) * len(HEADINGS)] * 4))


@given(st.lists(st.tuples(*[cell] * len(HEADINGS)), max_size=6))
def test_no_cells_break_the_reading(rows: list[tuple[str, ...]]) -> None:
    found = judged(as_csv(rows))
    assert {row.outcome for row in found.rows if any(p.refuses for p in row.problems)} <= {Outcome.REFUSED}
    assert all(row.problems or row.values.service_user.name.complete for row in found.rows)
