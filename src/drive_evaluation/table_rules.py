"""Rules of one table: its columns, cells, keys and references, and the data cut (A1 of the contract)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from drive_evaluation.contract import Field, Table
from drive_evaluation.package import Package
from drive_evaluation.problems import Level, Problem, many, rows_of

PLAN_FIELDS = frozenset({("status_history", "to_date"), ("engagement", "to_date"), ("targets", "period_end")})
"""Dates that may lie after the data cut because they are plans or periods."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WHOLE = re.compile(r"-?\d+")
UNLIMITED = frozenset({"targets", "reference_values", "unit_costs"})


def columns(table: Table, raw: pd.DataFrame) -> Iterator[Problem]:
    """Unknown, missing and misplaced columns: only a missing column that may not be empty stops a run."""
    expected, found = list(table.field_names), list(raw.columns)
    for name in found:
        if name not in expected:
            yield Problem(
                "warning",
                table.path,
                1,
                str(name),
                "known-field",
                f"{name!r} is not a field of {table.name} and is not read",
                "Remove the column; the contract has no free fields, and it may hold what must not leave.",
            )
    for item in table.fields:
        if item.name not in found:
            yield Problem(
                "error" if item.required else "warning",
                table.path,
                1,
                item.name,
                "all-fields",
                "the column is missing" + ("" if item.required else ", so every cell counts as empty"),
                "Write every field of the contract, with empty cells where nothing is recorded.",
            )
    if set(expected) == set(found) and expected != found:
        yield Problem(
            "warning",
            table.path,
            1,
            None,
            "field-order",
            "the columns are not in the order of the contract",
            f"Write them as {', '.join(expected)}.",
        )


def _unlike(pattern: re.Pattern[str], raw: pd.Series) -> list[str]:
    """The distinct cells that do not have the form: few, even where there are a million rows."""
    return [cell for cell in raw.dropna().unique() if not pattern.fullmatch(str(cell))]


def cells(table: Table, item: Field, raw: pd.Series, typed: pd.Series) -> Iterator[Problem]:
    """Cells of one field: required, of its type, one of its codes, an age that can be."""
    absent = raw.isna()
    if item.required and absent.any():
        rows = rows_of(absent)
        yield from many(
            "error",
            table,
            item.name,
            "required",
            rows,
            ("the cell is empty" for _ in rows),
            "Fill it, or leave the row out.",
        )
    wrong = pd.Series(False, index=raw.index)
    remedy = ""
    if item.codes is not None:
        wrong = ~absent & ~raw.isin(item.codes)
        remedy = f"Use one of {', '.join(item.codes)}."
    elif item.type == "date":
        wrong = ~absent & (typed.isna() | raw.isin(_unlike(_DAY, raw)))
        remedy = "Write a calendar day as YYYY-MM-DD."
    elif item.type == "boolean":
        wrong = ~absent & ~raw.isin(["true", "false"])
        remedy = "Write true or false."
    elif item.type == "integer":
        wrong = ~absent & raw.isin(_unlike(_WHOLE, raw))
        remedy = "Write a whole number without separators."
    elif item.type == "number":
        wrong = ~absent & ~np.isfinite(typed)
        remedy = "Write a number with a decimal point."
    if wrong.any():
        rows = rows_of(wrong)
        found = (f"{value!r} is not allowed" for value in raw[wrong])
        yield from many("error", table, item.name, "type-or-code", rows, found, remedy)
    if item.name == "age":
        odd = typed.notna() & (typed != 0) & ((typed < 10) | (typed > 110))
        rows = rows_of(odd)
        yield from many(
            "warning",
            table,
            "age",
            "age-range",
            rows,
            (f"{value:g} is outside 10 to 110" for value in typed[odd]),
            "Correct it; until then it is treated as missing and listed.",
        )


def keys(table: Table, frame: pd.DataFrame) -> Iterator[Problem]:
    """Rows whose key stood before."""
    key = [name for name in table.key if name in frame.columns]
    if not key or frame.empty:
        return
    again = frame.duplicated(key, keep="first")
    whole = frame[key].notna().all(axis=1)
    # An empty cell in a unique key tells nothing apart and nothing alike (uniqueKeys of the contract, unlike its
    # primary keys, may hold empty cells), so such rows are named and kept.
    level: Level
    for level, repeated in (("error", again & whole), ("warning", again & ~whole)):
        if not repeated.any():
            continue
        rows = rows_of(repeated)
        found = (
            "the key "
            + ", ".join(f"{name}={value}" for name, value in zip(key, values, strict=True))
            + " repeats"
            for values in frame.loc[repeated, key].astype(str).itertuples(index=False)
        )
        yield from many(
            level,
            table,
            " + ".join(key),
            "unique-key",
            rows,
            found,
            "Keep one row per key, or give the rows different dates.",
        )


def references(table: Table, package: Package) -> Iterator[Problem]:
    """Rows that refer to what is not there.

    A table without the column referred to is not asked: the missing column is told of its own file, and once.
    """
    tables = package.tables
    frame = tables[table.name]
    for reference in table.references:
        if reference.target not in tables:
            continue
        if not set(reference.target_fields) <= set(package.raw[reference.target].columns):
            continue
        target = tables[reference.target]
        own = frame[list(reference.fields)]
        if len(reference.fields) == 1:
            known = own.iloc[:, 0].isin(target[reference.target_fields[0]]) | own.iloc[:, 0].isna()
        else:
            index = pd.MultiIndex.from_frame(target[list(reference.target_fields)])
            known = pd.Series(pd.MultiIndex.from_frame(own).isin(index), index=frame.index)
        broken = ~known
        if broken.any():
            rows = rows_of(broken)
            found = (
                " + ".join(str(value) for value in values) + f" is not in {reference.target}.csv"
                for values in own[broken].itertuples(index=False)
            )
            yield from many(
                "error",
                table,
                " + ".join(reference.fields),
                "reference",
                rows,
                found,
                f"Add the row to {reference.target}.csv or correct the id.",
            )


def dates(package: Package, table: Table) -> Iterator[Problem]:
    """Dates after the data cut. They are named and stay: no sample looks past its own last day."""
    cut = package.settings.data_cut
    if cut is None or table.name in UNLIMITED:
        return
    frame = package.tables[table.name]
    for item in table.fields:
        if item.type != "date" or (table.name, item.name) in PLAN_FIELDS:
            continue
        late = frame[item.name] > pd.Timestamp(cut)
        if late.any():
            rows = rows_of(late)
            yield from many(
                "warning",
                table,
                item.name,
                "data-cut",
                rows,
                (f"{day:%Y-%m-%d} lies after the data cut {cut}" for day in frame.loc[late, item.name]),
                "Correct the date or the data cut.",
            )
