"""Validation of a package against the contract: every finding names file, row, field, rule and remedy.

Rows are counted as in the file: row 1 is the header, row 2 the first record. Errors stop a run, warnings do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from drive_evaluation.contract import DIRECT_CATEGORIES, RISK_SCALES, TABLES, Field, Table
from drive_evaluation.package import DESCRIPTOR, Package
from drive_evaluation.settings import SETTING_NAMES

Level = Literal["error", "warning"]

MAX_ROWS_NAMED = 20
"""Rows named per file, field and rule; the rest are counted, so that one broken column cannot flood the list."""

PLAN_FIELDS = frozenset({("status_history", "to_date"), ("engagement", "to_date"), ("targets", "period_end")})
"""Dates that may lie after the data cut because they are plans or periods."""
UNLIMITED = frozenset({"targets", "reference_values", "unit_costs"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``row`` is the line of the file (1 = header) or None for the file as a whole."""

    level: Level
    file: str
    row: int | None
    field: str | None
    rule: str
    found: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        place += f", row {self.row}" if self.row is not None else ""
        place += f", field {self.field}" if self.field else ""
        return f"{place}: {self.found}. {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return asdict(self)


def validate(package: Package) -> list[Problem]:
    """All findings of a package, errors first, then by file and row."""
    problems: list[Problem] = []
    problems.extend(_descriptor(package))
    for name, raw in package.raw.items():
        table = TABLES[name]
        problems.extend(_columns(table, raw))
        for item in table.fields:
            if item.name in raw.columns:
                problems.extend(_cells(table, item, raw[item.name], package.tables[name][item.name]))
        problems.extend(_keys(table, package.tables[name]))
        problems.extend(_references(table, package.tables))
        problems.extend(_dates(package, table))
    problems.extend(_across(package))
    order = {"error": 0, "warning": 1}
    return sorted(problems, key=lambda item: (order[item.level], item.file, item.row or 0, item.field or ""))


def errors(problems: Iterable[Problem]) -> list[Problem]:
    """Only the findings that stop a run."""
    return [problem for problem in problems if problem.level == "error"]


def _descriptor(package: Package) -> Iterator[Problem]:
    if "synthetic" not in package.descriptor:
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            "synthetic",
            "synthetic-stated",
            "the package does not say whether its people are real",
            "Add synthetic: true or false; without it the people are taken as real.",
        )
    if package.settings.data_cut is None:
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            "evaluation.data_cut",
            "data-cut-stated",
            "no data cut is given, so dates after it cannot be found",
            "Add evaluation.data_cut, the last day covered.",
        )
    params = package.descriptor.get("evaluation", {}).get("params") or {}
    for name in sorted(set(params) - SETTING_NAMES):
        yield Problem(
            "warning",
            DESCRIPTOR,
            None,
            f"evaluation.params.{name}",
            "known-setting",
            "this is not a setting of the contract and is ignored",
            "Remove it or correct its name.",
        )
    listed = {resource.get("name") for resource in package.descriptor.get("resources", [])}
    for name in sorted(listed - set(package.raw)):
        if name in TABLES:
            yield Problem(
                "error",
                f"{name}.csv",
                None,
                None,
                "listed-file",
                "the descriptor lists this table but the file is missing",
                "Add the file or remove the resource; an absent table is never read as no.",
            )
        else:
            yield Problem(
                "warning",
                DESCRIPTOR,
                None,
                "resources",
                "known-table",
                f"{name!r} is not a table of the contract and is ignored",
                "Remove the resource.",
            )


def _rows(mask: pd.Series | np.ndarray[Any, Any]) -> list[int]:
    return [int(position) + 2 for position in np.flatnonzero(np.asarray(mask, dtype=bool))]


def _many(
    level: Level,
    table: Table,
    field: str | None,
    rule: str,
    rows: list[int],
    found: Iterable[str],
    remedy: str,
) -> Iterator[Problem]:
    texts = list(found)
    for row, text in zip(rows[:MAX_ROWS_NAMED], texts, strict=False):
        yield Problem(level, table.path, row, field, rule, text, remedy)
    if len(rows) > MAX_ROWS_NAMED:
        more = len(rows) - MAX_ROWS_NAMED
        yield Problem(
            level, table.path, None, field, rule, f"{more} further rows break the same rule", remedy
        )


def _columns(table: Table, raw: pd.DataFrame) -> Iterator[Problem]:
    expected, found = list(table.field_names), list(raw.columns)
    for name in found:
        if name not in expected:
            yield Problem(
                "error",
                table.path,
                1,
                str(name),
                "known-field",
                f"{name!r} is not a field of {table.name}",
                "Remove the column; the contract has no free fields.",
            )
    for name in expected:
        if name not in found:
            yield Problem(
                "error",
                table.path,
                1,
                name,
                "all-fields",
                "the column is missing",
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


def _cells(table: Table, item: Field, raw: pd.Series, typed: pd.Series) -> Iterator[Problem]:
    absent = raw.isna()
    if item.required and absent.any():
        rows = _rows(absent)
        yield from _many(
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
        wrong = ~absent & (typed.isna() | ~raw.astype(str).str.fullmatch(r"\d{4}-\d\d-\d\d"))
        remedy = "Write a calendar day as YYYY-MM-DD."
    elif item.type == "boolean":
        wrong = ~absent & ~raw.isin(["true", "false"])
        remedy = "Write true or false."
    elif item.type == "integer":
        wrong = ~absent & ~raw.astype(str).str.fullmatch(r"-?\d+")
        remedy = "Write a whole number without separators."
    elif item.type == "number":
        wrong = ~absent & typed.isna()
        remedy = "Write a number with a decimal point."
    if wrong.any():
        rows = _rows(wrong)
        found = (f"{value!r} is not allowed" for value in raw[wrong])
        yield from _many("error", table, item.name, "type-or-code", rows, found, remedy)
    if item.name == "age":
        odd = typed.notna() & (typed != 0) & ((typed < 10) | (typed > 110))
        rows = _rows(odd)
        yield from _many(
            "warning",
            table,
            "age",
            "age-range",
            rows,
            (f"{value:g} is outside 10 to 110" for value in typed[odd]),
            "Correct it; until then it is treated as missing and listed.",
        )


def _keys(table: Table, frame: pd.DataFrame) -> Iterator[Problem]:
    key = [name for name in table.key if name in frame.columns]
    if not key or frame.empty:
        return
    repeated = frame.duplicated(key, keep="first")
    if repeated.any():
        rows = _rows(repeated)
        found = (
            "the key "
            + ", ".join(f"{name}={value}" for name, value in zip(key, values, strict=True))
            + " repeats"
            for values in frame.loc[repeated, key].astype(str).itertuples(index=False)
        )
        yield from _many(
            "error",
            table,
            " + ".join(key),
            "unique-key",
            rows,
            found,
            "Keep one row per key, or give the rows different dates.",
        )


def _references(table: Table, tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    frame = tables[table.name]
    for reference in table.references:
        if reference.target not in tables:
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
            rows = _rows(broken)
            found = (
                " + ".join(str(value) for value in values) + f" is not in {reference.target}.csv"
                for values in own[broken].itertuples(index=False)
            )
            yield from _many(
                "error",
                table,
                " + ".join(reference.fields),
                "reference",
                rows,
                found,
                f"Add the row to {reference.target}.csv or correct the id.",
            )


def _dates(package: Package, table: Table) -> Iterator[Problem]:
    cut = package.settings.data_cut
    if cut is None or table.name in UNLIMITED:
        return
    frame = package.tables[table.name]
    for item in table.fields:
        if item.type != "date" or (table.name, item.name) in PLAN_FIELDS:
            continue
        late = frame[item.name] > pd.Timestamp(cut)
        if late.any():
            rows = _rows(late)
            yield from _many(
                "error",
                table,
                item.name,
                "data-cut",
                rows,
                (f"{day:%Y-%m-%d} lies after the data cut {cut}" for day in frame.loc[late, item.name]),
                "Correct the date or the data cut.",
            )


_ORDERED = (
    ("cases", "start_date", "closed_date"),
    ("advocacy", "intake_date", "exit_date"),
    ("status_history", "from_date", "to_date"),
    ("engagement", "from_date", "to_date"),
    ("police_linkage", "anchor_start", "anchor_end"),
    ("targets", "period_start", "period_end"),
)


def _across(package: Package) -> Iterator[Problem]:
    tables = package.tables
    for name, first, last in _ORDERED:
        if name in tables:
            wrong = tables[name][last] < tables[name][first]
            yield from _simple(
                "error",
                name,
                last,
                "date-order",
                wrong,
                f"it lies before {first}",
                "Correct one of the two dates.",
            )
    if "cases" in tables:
        cases = tables["cases"]
        open_end = cases["closed_date"].notna() & cases["end_type"].isna()
        yield from _simple(
            "warning",
            "cases",
            "end_type",
            "end-type",
            open_end,
            "the case has a closing date but no end type",
            "Say how the case ended; without it the case does not count as closed.",
        )
    if "abuse" in tables:
        yield from _abuse(tables["abuse"])
    if "actions" in tables:
        yield from _actions(tables["actions"])
    if "risk_change" in tables:
        yield from _risk(tables["risk_change"])
    if "drive_dash" in tables:
        yield from _dash(tables["drive_dash"], package.settings.dash_items)
    if "victims" in tables and "perpetrators" in tables:
        yield from _index_links(tables["victims"], tables["perpetrators"])
    if "perpetrators" in tables:
        yield from _refusals(tables)


def _simple(
    level: Level, name: str, field: str, rule: str, wrong: pd.Series, found: str, remedy: str
) -> Iterator[Problem]:
    if wrong.any():
        rows = _rows(wrong)
        yield from _many(level, TABLES[name], field, rule, rows, (found for _ in rows), remedy)


def _abuse(abuse: pd.DataFrame) -> Iterator[Problem]:
    used, severity = abuse["used"], abuse["severity"]
    wrong = ((used == "no") & (severity != "none")) | ((used == "yes") & (severity == "none"))
    yield from _simple(
        "error",
        "abuse",
        "severity",
        "severity-of-use",
        wrong,
        "severity contradicts used",
        "severity is none exactly where used is no.",
    )
    wrong = (used == "unknown") & (severity != "unknown")
    yield from _simple(
        "error",
        "abuse",
        "severity",
        "severity-of-unknown",
        wrong,
        "use is unknown but a level is given",
        "Write unknown as the severity.",
    )


def _actions(actions: pd.DataFrame) -> Iterator[Problem]:
    wrong = actions["subcategory"].notna() & (actions["category"] != "multi_agency")
    yield from _simple(
        "error",
        "actions",
        "subcategory",
        "subcategory-of",
        wrong,
        "only multi_agency has a subcategory",
        "Empty the cell or correct the category.",
    )
    direct = actions["category"].isin(DIRECT_CATEGORIES)
    either = actions["category"] == "joint_direct"
    wrong = ~either & (direct != (actions["mode"] == "direct")) & actions["category"].notna()
    yield from _simple(
        "error",
        "actions",
        "mode",
        "mode-of-category",
        wrong,
        "the mode does not belong to the category",
        "contact, direct_support and behaviour_change are direct, all others indirect.",
    )


def _risk(risk: pd.DataFrame) -> Iterator[Problem]:
    wrong = pd.Series(False, index=risk.index)
    for scale, codes in RISK_SCALES.items():
        wrong |= (risk["scale"] == scale) & ~risk["code"].isin(codes)
    yield from _simple(
        "error",
        "risk_change",
        "code",
        "code-of-scale",
        wrong,
        "the code does not belong to the scale",
        "Use a code of the scale named in the row.",
    )
    wrong = (risk["scale"] == "cm_change") != (risk["rater"] == "case_manager")
    yield from _simple(
        "error",
        "risk_change",
        "rater",
        "rater-of-scale",
        wrong,
        "the rater does not belong to the scale",
        "cm_change is judged by the case manager, the other scales by the IDVA.",
    )


def _dash(dash: pd.DataFrame, items: int) -> Iterator[Problem]:
    count = dash.groupby(["case_id", "timepoint"])["item"].transform("nunique")
    first = ~dash.duplicated(["case_id", "timepoint"])
    yield from _simple(
        "error",
        "drive_dash",
        "item",
        "whole-form",
        first & (count != items),
        f"the form does not have all {items} questions",
        "Write every question; an unanswered one is na or nk, never left out.",
    )


def _index_links(victims: pd.DataFrame, perpetrators: pd.DataFrame) -> Iterator[Problem]:
    index = victims[victims["is_index"] == True]  # noqa: E712 - the column holds True, False and NaN
    number = index.groupby("perpetrator_id").size()
    allocated = perpetrators["arm"].notna()
    found = perpetrators["perpetrator_id"].map(number).fillna(0)
    yield from _simple(
        "error",
        "perpetrators",
        "perpetrator_id",
        "one-index-link",
        allocated & (found > 1),
        "more than one victim link is marked as index",
        "Mark exactly one link per allocated perpetrator.",
    )
    yield from _simple(
        "warning",
        "perpetrators",
        "perpetrator_id",
        "one-index-link",
        allocated & (found == 0),
        "no victim link is marked as index",
        "Mark the link of the referral that led to allocation; until then measures of the link are missing.",
    )


_CASE_TABLES = (
    "status_history",
    "engagement",
    "needs",
    "aces",
    "drive_dash",
    "statutory_involvement",
    "actions",
    "contacts",
    "sessions",
    "closures",
    "note_codes",
)


def _refusals(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    people = tables["perpetrators"]
    refused = people.loc[people["consent_share"] == "no", "perpetrator_id"]
    if refused.empty or "cases" not in tables:
        return
    cases = tables["cases"].loc[tables["cases"]["perpetrator_id"].isin(refused), "case_id"]
    for name in _CASE_TABLES:
        if name in tables:
            wrong = tables[name]["case_id"].isin(cases)
            yield from _simple(
                "error",
                name,
                "case_id",
                "consent-to-share",
                wrong,
                "the person refused to share data with evaluators",
                "Leave the row out; only perpetrators, cases and victims keep a refusing person.",
            )
