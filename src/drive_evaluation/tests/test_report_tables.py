"""The reports' own tables: columns by group, combinations under their number, transitions with margins."""

from __future__ import annotations

from typing import Any

from drive_evaluation.report_tables import report_tables
from drive_evaluation.tests.test_exhibits import document


def person(measure: str, sample: str, subgroup: str, category: str, **values: Any) -> dict[str, Any]:
    dimensions = f"variable=gender,category={category}"
    return document(measure, f"y1.{sample}", subgroup, dimensions, **values)


def test_the_cohort_table_has_a_column_for_each_kind_of_person_and_arm() -> None:
    rows = [
        person("M-PROFILE-PERP", "cohort", "arm=drive", "man", count=14, percent=73.684),
        person("M-PROFILE-PERP", "cohort", "arm=control", "man", count=9, percent=90.0),
        person("M-PROFILE-VS", "cohort_vs", "arm=drive", "woman", count=None, percent=None),
        person("M-PROFILE-VS", "cohort_vs", "arm=drive", "other", count=0, percent=0.0),
        document("M-PROFILE-PERP", "y1.cohort", "arm=drive", "variable=age", mean=31.25, median=30.0),
    ]
    (table,) = report_tables("year1", rows)
    assert len(table.columns) == 6
    assert table.rows == (
        ("Gender", "Man", "14 (73.7 %)", "9 (90.0 %)", "", ""),
        ("Gender", "Woman", "", "", "redacted", ""),
        ("Age", "", "mean 31.3, median 30.0, n 40", "", "", ""),
    )


def test_combinations_stand_under_their_number_of_needs() -> None:
    rows = [
        document("M-NEEDS-COUNT", "y1.su_closed", "all", f"needs_n={n}", count=c, percent=p)
        for n, c, p in (("1", 5, 50.0), ("2", 3, 30.0))
    ]
    rows += [
        document("M-NEEDS-COMBO", "y1.su_closed", "all", f"combination={code}", count=c, percent=p)
        for code, c, p in (("alcohol", 5, 100.0), ("alcohol+drugs", 3, 100.0))
    ]
    (table,) = report_tables("year1", rows)
    assert [row[:2] for row in table.rows] == [
        ("1", ""),
        ("1", "Alcohol"),
        ("2", ""),
        ("2", "Alcohol + Drugs"),
    ]


def test_transitions_are_four_by_four_with_margins() -> None:
    levels = ("none", "standard", "moderate", "high")
    cells = {f"{a}>{b}": i * 4 + j for i, a in enumerate(levels) for j, b in enumerate(levels)}
    totals = {
        "intake_totals": {a: sum(cells[f"{a}>{b}"] for b in levels) for a in levels},
        "exit_totals": {b: sum(cells[f"{a}>{b}"] for a in levels) for b in levels},
    }
    rise = document(
        "M-ABUSE-SEV-TRANS",
        "cr.vs_closed",
        "period=y2",
        "abuse_type=hs,informant=case_manager",
        cells=cells,
        **totals,
    )
    # In a release the cells are left out, and the table with them.
    hidden = {**rise, "values": {**rise["values"], "cells": None}}
    (table,) = report_tables("croydon", [rise, hidden])
    assert table.rows[0] == ("None", "0", "1", "2", "3", "6")
    assert table.rows[-1] == ("All", "24", "28", "32", "36", "40")
