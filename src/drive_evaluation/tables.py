"""Tables of a run: one CSV per measure and population, and all of them in one workbook."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from drive_evaluation.definitions import MEASURES
from drive_evaluation.results import Result, plain
from drive_evaluation.samples import definition_of
from drive_evaluation.settings import Settings
from drive_evaluation.touched import settings_of, settings_text

FIXED_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)
"""Creation time written into documents, so that reruns give the same bytes."""

RISKY = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """One table: a name, the definition under it, columns and rows of plain values, and the settings of each row."""

    name: str
    title: str
    definition: str
    sample: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    settings: tuple[str, ...] = ()


def flatten(value: Any, path: str = "") -> dict[str, Any]:
    """Nested values as one level, keys joined by dots; lists as text."""
    if isinstance(value, Mapping):
        found: dict[str, Any] = {}
        for key, item in value.items():
            found.update(flatten(item, f"{path}.{key}" if path else str(key)))
        return found
    if isinstance(value, list):
        return {path: "; ".join(str(item) for item in value)}
    return {path: value}


def _row(result: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "exhibit": result["exhibit"],
        "subgroup": result["subgroup"],
        **result["dimensions"],
    }
    row["n"], row["n_missing"] = result["n"], result["n_missing"]
    row.update(flatten(result["values"]))
    for part in ("test", "effect"):
        for key, value in (result[part] or {}).items():
            row[f"{part}_{key}"] = "; ".join(map(str, value)) if isinstance(value, list) else value
    row["notes"] = "; ".join(result["notes"])
    return row


def sheets(documents: Iterable[Mapping[str, Any]], settings: Settings) -> list[Sheet]:
    """Tables of results in the result format, in order of first appearance, each row with what touched it."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    counted: dict[tuple[str, str], str] = {}
    touched: dict[tuple[str, str], list[str]] = {}
    for document in documents:
        key = (document["measure"], document["population"])
        groups.setdefault(key, []).append(_row(document))
        counted[key] = definition_of(document).rule
        touched.setdefault(key, []).append(settings_text(settings, settings_of(document)))
    found = []
    for (measure, population), rows in groups.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        columns.remove("notes")
        columns.append("notes")
        definition = MEASURES[measure]
        found.append(
            Sheet(
                f"{measure}.{population}",
                definition.title,
                definition.definition,
                counted[(measure, population)],
                tuple(columns),
                tuple(tuple(row.get(column) for column in columns) for row in rows),
                tuple(touched[(measure, population)]),
            )
        )
    return found


def result_documents(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Results in the result format."""
    return [result.to_json() for result in results]


def guarded(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text with a risky first character gets an apostrophe."""
    value = plain(value)
    if isinstance(value, str) and value.startswith(RISKY):
        return "'" + value
    return value


def csv_text(sheet: Sheet) -> str:
    """The table as CSV, with definition, sample and settings in the last three columns of every row."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*sheet.columns, "definition", "sample", "settings"])
    for row, touched in zip(sheet.rows, sheet.settings, strict=True):
        cells = [
            "" if value is None else repr(value) if isinstance(value, float) else value
            for value in map(guarded, row)
        ]
        writer.writerow([*cells, sheet.definition, sheet.sample, touched])
    return buffer.getvalue()


def write_tables(documents: Sequence[Mapping[str, Any]], folder: Path, settings: Settings) -> list[Path]:
    """Write the CSV files and ``tables.xlsx``; returns the CSV files."""
    target = folder / "tables"
    target.mkdir(parents=True, exist_ok=True)
    written = []
    all_sheets = sheets(documents, settings)
    for sheet in all_sheets:
        path = target / f"{sheet.name}.csv"
        path.write_text(csv_text(sheet), encoding="utf-8", newline="\n")
        written.append(path)
    _workbook(all_sheets, folder / "tables.xlsx")
    return written


def _workbook(all_sheets: Sequence[Sheet], path: Path) -> None:
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"title": "Evaluation tables", "author": "", "created": FIXED_TIME})
    bold = book.add_format({"bold": True})
    index = book.add_worksheet("Contents")
    index.write_row(0, 0, ["Sheet", "Table", "Definition", "Who is counted"], bold)
    for number, sheet in enumerate(all_sheets, start=1):
        name = f"{number:03d}"
        page = book.add_worksheet(name)
        page.write_row(0, 0, [sheet.name, sheet.title, sheet.definition, sheet.sample])
        page.write_row(2, 0, [*sheet.columns, "settings"], bold)
        page.freeze_panes(3, 0)
        for place, (row, touched) in enumerate(zip(sheet.rows, sheet.settings, strict=True), start=3):
            page.write_row(place, 0, ["" if value is None else guarded(value) for value in (*row, touched)])
        index.write_row(number, 0, [name, f"{sheet.name}: {sheet.title}", sheet.definition, sheet.sample])
    book.close()
