"""The return as XLSX: one visible sheet a section, no formulas, no hidden sheets, no author (S-40)."""

from __future__ import annotations

import datetime
import io

import xlsxwriter

from .performance import PerformanceReturn

_STAMP = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC).replace(tzinfo=None)
"""The file's own date is fixed: two downloads of the same return are the same bytes, and no clock is told."""


def workbook(made: PerformanceReturn, *, site_label: str) -> bytes:
    """The file's bytes. Text cells are written as text, so nothing in them can run; the dates inside are fixed."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties({"title": "Performance return", "author": "", "created": _STAMP})
    bold, wrap, right = (
        book.add_format({"bold": True}),
        book.add_format({"text_wrap": True, "valign": "top"}),
        book.add_format({"align": "right"}),
    )
    front = book.add_worksheet("About")
    front.set_column(0, 0, 100)
    lines = [
        f"Performance return, {site_label}",
        f"{made.first:%d %B %Y} to {made.last:%d %B %Y}, both days included",
        "Numbers of 7 or fewer are withheld and shown as [c]; the others are rounded to 5."
        if not made.exact
        else "Exact numbers.",
        "Shares are made from the rounded numbers. A dash means that there is nothing to show.",
        *(
            [f"Not recorded at this site, so not computed: {', '.join(made.skipped)}."]
            if made.skipped
            else []
        ),
    ]
    for row, line in enumerate(lines):
        front.write_string(row, 0, line, bold if row == 0 else wrap)
    for section in made.sections:
        sheet = book.add_worksheet(section.key.capitalize())
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 4, 16)
        sheet.write_string(0, 0, section.title, bold)
        base = (
            f"n = {section.n}" + (f", missing {section.missing}" if section.missing else "")
            if section.n
            else ""
        )
        sheet.write_string(1, 0, base)
        for column, (heading, _) in enumerate(section.columns):
            sheet.write_string(3, column, heading, bold)
        for row, cells in enumerate(section.rows, 4):
            for column, cell in enumerate(cells):
                number = cell.replace(",", "")
                if column and number.isdigit():
                    sheet.write_number(row, column, int(number), right)
                else:
                    sheet.write_string(row, column, cell, right if column else wrap)
        below = 5 + len(section.rows)
        for offset, text in enumerate(t for t in (section.definition, section.notes) if t):
            sheet.write_string(below + offset, 0, text, wrap)
    book.close()
    return buffer.getvalue()
