"""Reading a return: every cell checked before any is used, and names turned away wherever they stand."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from drive_evaluation.contract import TABLES, Field
from drive_evaluation.errors import PackageError
from drive_evaluation.validation import Problem

Row = dict[str, str]

NAMING_COLUMN = re.compile(
    r"name|initial|alias|known_as|birth|dob|born|address|street|post_?code|phone|mobile|e_?mail|nhs|pnc|case_?no|crime_?no|reference|note|comment"
)
"""Headings under which somebody could be named. They are refused whatever stands below them."""

PSEUDONYM = re.compile(r"[a-z0-9][a-z0-9_-]{3,39}")
NAME_WORDS = re.compile(r"[A-Z][\w'’-]*(?:[ ,]+[A-Z][\w'’.-]*)+")
"""Two or more words with capitals, as people are written."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a return. ``like`` is the field of the contract whose type and codes its cells keep to."""

    name: str
    like: tuple[str, str]
    required: bool = False
    more_codes: tuple[str, ...] = ()

    @property
    def field(self) -> Field:
        """The contract's field."""
        table, name = self.like
        return next(f for f in TABLES[table].fields if f.name == name)


class Findings(list[Problem]):
    """Problems of one file."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def error(self, row: int | None, field: str | None, rule: str, found: str, remedy: str) -> None:
        """Add an error; ``row`` counts the header as 1."""
        self.append(Problem("error", self.file, row, field, rule, found, remedy))


def read_return(
    path: Path, columns: Sequence[Column], known_ids: Mapping[str, frozenset[str]]
) -> tuple[list[tuple[int, Row]], Findings]:
    """(line of the file, cells) of every row, and what is wrong with the file. Missing columns read as empty cells.

    ``known_ids`` maps id columns to the pseudonyms that the package holds: those need no further look. Raises
    PackageError where the file is no comma-separated text.
    """
    findings = Findings(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PackageError(
            f"{path.name}: not a file in UTF-8 ({error}); write it again as comma-separated text"
        ) from error
    lines = list(csv.reader(text.splitlines()))
    if not lines:
        raise PackageError(f"{path.name}: the file is empty; write at least the header row")
    header = [heading.strip() for heading in lines[0]]
    _header(header, columns, findings)
    if findings:
        return [], findings
    rows = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            findings.error(
                number,
                None,
                "cells",
                f"{len(cells)} cells under {len(header)} headings",
                "Write one cell per heading.",
            )
            continue
        row = {column.name: "" for column in columns} | dict(
            zip(header, (cell.strip() for cell in cells), strict=True)
        )
        rows.append((number, row))
        for column in columns:
            _cell(column, row[column.name], number, findings, known_ids.get(column.name, frozenset()))
    return rows, findings


def _header(header: Sequence[str], columns: Sequence[Column], findings: Findings) -> None:
    known = {column.name for column in columns}
    for heading in header:
        if header.count(heading) > 1:
            findings.error(1, heading, "one-column", "the column stands twice", "Keep one.")
        if heading in known:
            continue
        if NAMING_COLUMN.search(heading.casefold().replace(" ", "_")):
            findings.error(
                1, heading, "no-names", "the column could name somebody",
                "Remove it before the file leaves the service; rows are known by the third party's pseudonyms alone.",
            )  # fmt: skip
        else:
            findings.error(
                1,
                heading,
                "known-column",
                "this is no column of the return",
                f"Use {', '.join(c.name for c in columns)}.",
            )
    for column in columns:
        if column.required and column.name not in header:
            findings.error(1, column.name, "all-columns", "the column is missing", "Add it.")


def _cell(column: Column, cell: str, row: int, findings: Findings, known: frozenset[str]) -> None:
    field = column.field
    if not cell:
        if column.required:
            findings.error(
                row, column.name, "required", "the cell is empty", "Fill it, or leave the row out."
            )
        return
    if NAME_WORDS.fullmatch(cell):
        findings.error(
            row,
            column.name,
            "no-names",
            "the cell looks like a name",
            "Remove it; no name may be in a return.",
        )
        return
    remedy = _remedy(column, field, cell, known)
    if remedy:
        # What stands in the cell is not repeated: it may be somebody's.
        findings.error(row, column.name, "type-or-code", "the cell is not of its kind", remedy)


def _remedy(column: Column, field: Field, cell: str, known: frozenset[str]) -> str:
    """What would be right, or nothing where the cell is."""
    if field.codes is not None:
        codes = (*field.codes, *column.more_codes)
        return "" if cell in codes else f"Use one of {', '.join(codes)}."
    if field.type == "date":
        return "" if _is_day(cell) else "Write a calendar day as YYYY-MM-DD."
    if field.type == "integer":
        return "" if re.fullmatch(r"\d{1,4}", cell) else "Write a whole number of at most four digits."
    if field.type == "boolean":
        return "" if cell in ("true", "false") else "Write true or false."
    if cell in known:
        return ""
    if not PSEUDONYM.fullmatch(cell):
        return "Write the third party's pseudonym: 4 to 40 small letters, digits, - or _."
    if (
        field.name.endswith("_id")
        and field.name != "site_id"
        and not any(character.isdigit() for character in cell)
    ):
        return "A word without a digit may be a name; only a pseudonym that the package holds may be one."
    return ""


def _is_day(cell: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", cell):
        return False
    try:
        date.fromisoformat(cell)
    except ValueError:
        return False
    return True


def repeated(
    rows: Sequence[tuple[int, Row]], key: Sequence[str], findings: Findings
) -> Iterator[tuple[int, Row]]:
    """The rows whose key stands for the first time; each later one is an error."""
    seen: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        found = tuple(row[name] for name in key)
        if found in seen:
            findings.error(
                number,
                " + ".join(key),
                "unique-key",
                f"the key of row {seen[found]} stands again",
                "Keep one row per key.",
            )
            continue
        seen[found] = number
        yield number, row
