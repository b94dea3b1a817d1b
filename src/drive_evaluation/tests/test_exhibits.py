"""What each figure draws: the base the report asks for, the periods the package has, counts beside percentages."""

from __future__ import annotations

from typing import Any

import pytest

from drive_evaluation.charts import Chart, chart
from drive_evaluation.exhibits import exhibits_of
from drive_evaluation.figures import draw
from drive_evaluation.report import item_of
from drive_evaluation.sentences import sentences


def document(measure: str, population: str, subgroup: str, dimensions: str, **values: Any) -> dict[str, Any]:
    notes = values.pop("notes", [])
    return {
        "measure": measure,
        "exhibit": "",
        "population": population,
        "subgroup": subgroup,
        "dimensions": dict(part.split("=", 1) for part in dimensions.split(",") if part),
        "n": 40,
        "n_missing": 10,
        "values": values,
        "test": None,
        "other_tests": [],
        "effect": None,
        "other_effects": [],
        "posthoc": [],
        "notes": notes,
    }


def drawn(report: str, *documents: dict[str, Any]) -> dict[str, Chart]:
    found = (chart(exhibit, documents) for exhibit in exhibits_of(report, documents))
    charts = {item.exhibit.name: item for item in found if item is not None}
    for item in charts.values():
        draw(item)
    return charts


def test_figure_2_of_year_2_shows_missing_beside_every_need_on_one_base() -> None:
    needs = [
        document(
            "M-NEEDS-PREV", "y2.su_intake_info", "all", f"need=alcohol,timepoint={point}",
            percent=20.0, percent_known=25.0, percent_missing=20.0,
        )
        for point in ("intake", "exit")
    ]  # fmt: skip
    charts = drawn("year2", *needs)
    for name in ("needs-intake", "needs-exit"):
        assert charts[name].series == ("Need present", "Missing")
        assert [charts[name].values[("alcohol", s)] for s in charts[name].series] == [20.0, 20.0]


@pytest.mark.parametrize(("main", "wanted"), [("percent", [60.0, 25.0]), ("percent_known", [80.0])])
def test_the_setting_for_dont_know_chooses_what_is_drawn(main: str, wanted: list[float]) -> None:
    notes = [f"main_percent={main}"]
    rows = [
        document("M-RISK-CM", "y1.su_closed", "all", "category=no_change", percent=60.0, percent_known=80.0, notes=notes),
        document("M-RISK-CM", "y1.su_closed", "all", "category=unknown", percent=25.0, percent_known=None, notes=notes),
    ]  # fmt: skip
    found = drawn("year1", *rows)["risk-case-manager"]
    assert [found.values[(category, "")] for category in found.categories] == wanted


def grid(subgroup: str, level: str, intake: int, exit_: int) -> dict[str, Any]:
    return document(
        "M-SOAG", "cr.vs_closed", subgroup, f"abuse_type=hs,severity={level}",
        intake=intake, exit=exit_, undefined=intake == 0 < exit_,
        percent_reduction=100.0 * (intake - exit_) / intake if intake else None,
    )  # fmt: skip


def test_the_grid_draws_counts_and_prints_percentages_for_every_period_of_the_package() -> None:
    rows = [
        grid(period, *cells)
        for period in ("period=first half", "period=2021/22")
        for cells in (("high", 10, 4), ("moderate", 0, 3), ("standard", 5, 7))
    ]
    charts = drawn("croydon", *rows)
    assert set(charts) == {"grid-closed-1", "grid-closed-2"}
    second = charts["grid-closed-2"]
    assert second.exhibit.title.endswith("2021/22")
    assert [second.values[(c, "Exit")] for c in second.categories] == [4, 3, 7]
    item = item_of(second)
    assert item.columns[-1] == "Reduction"
    assert [row[-1] for row in item.rows] == ["60 %", "–", "-40 %"]
    # A bare dash would hide the rise from nothing: both counts stand in its row.
    assert item.rows[1][1] == "0"
    assert item.rows[1][4] == "3"


def test_a_level_that_nobody_had_keeps_its_row() -> None:
    rows = [grid("all", "high", 6, 2), grid("all", "standard", 0, 0)]
    assert [row[-1] for row in item_of(drawn("croydon", *rows)["grid-closed-1"]).rows] == ["67 %", "none"]


def test_a_level_that_rose_is_never_said_to_have_been_reduced() -> None:
    rows = [grid("all", *cells) for cells in (("standard", 5, 7), ("high", 0, 0), ("moderate", 4, 1))]
    rose, none, fell = (sentence.text for sentence in sentences(rows))
    assert rose == (
        "Harassment and stalking at the standard level rose by 40 %: 5 links at intake, 7 at exit."
    )
    assert none == "Harassment and stalking at the high level: none at intake and none at exit."
    assert "fell by 75 %" in fell
    assert "reduction" not in rose


def test_figures_of_year_2_that_hold_a_distribution_or_two_arms() -> None:
    by_site = [
        document(
            "M-IDVA-CONTACTS", "y2.vs_paired", f"site={site}", "",
            drive={"n": 9, "mean": 4.5, "median": 3.0}, control={"n": 7, "mean": 2.5, "median": 2.0},
        )
        for site in ("area1", "area2")
    ]  # fmt: skip
    spread = document("M-CONTACT-DIST", "y2.su_contacted", "all", "", histogram={"1": 5, "4": 2})
    charts = drawn("year2", *by_site, spread)
    contacts = charts["idva-contacts"]
    assert contacts.categories == ("site=area1", "site=area2")
    assert contacts.values[("site=area1", "Control")] == 2.5
    assert item_of(contacts).rows[0][-2:] == ("3.0", "2.0")
    histogram = charts["contacts-per-case"]
    assert [histogram.values[(c, "cases")] for c in histogram.categories] == [5, 0, 0, 2]


def test_figure_16_is_one_figure_with_a_stacked_bar_for_each_option_list() -> None:
    shares = [
        document("M-ACT-DIRECT", f"y2.{sample}", "all", f"mode={mode}", percent=share)
        for sample, both in (("actions", (31.0, 69.0)), ("actions_y1", (21.0, 79.0)))
        for mode, share in zip(("direct", "indirect"), both, strict=True)
    ]
    charts = drawn("year2", *shares)
    assert [name for name in charts if name.startswith("direct")] == ["direct"]
    figure = charts["direct"]
    assert figure.exhibit.shape == "stacked"
    assert figure.categories == ("First option list", "Second option list")
    assert figure.series == ("direct", "indirect")
    assert figure.values[("First option list", "direct")] == 21.0
    assert figure.values[("Second option list", "indirect")] == 69.0
    rows = item_of(figure).rows
    assert [row[0] for row in rows] == ["First option list", "Second option list"]


def test_sentences_print_an_effect_with_its_interval_and_how_it_was_made() -> None:
    """W of M-DASH-CHANGE, and the ages of M-AGE-CONTACT by median or mean rank."""
    change = document(
        "M-DASH-CHANGE", "y2.su_dash_complete", "all", "", mean={"intake": 8.4, "mid": 8.9, "exit": 8.1}
    )
    change["effect"] = {
        "name": "kendalls_w",
        "value": 0.031,
        "ci_low": 0.0,
        "ci_high": 0.094,
        "interval": "noncentral_chi_square",
    }
    groups = {name: {"n": 20, "median": 33.0, "mean_rank": 21.5} for name in ("contacted", "not_contacted")}
    ages = document("M-AGE-CONTACT", "y2.su_closed", "all", "person=perpetrator", **groups)
    ages["notes"] = ["shapes_differ"]
    ages["effect"] = {**change["effect"], "name": "rank_biserial", "ci_low": None, "ci_high": None}
    texts = [sentence.text for sentence in sentences([change, ages])]
    wanted = "Kendall's W 0.03, 95 % interval 0.00 to 0.09 by the noncentral chi-square distribution"
    assert wanted in texts[0]
    assert "contacted mean rank 21.5, n = 20" in texts[1]
    assert "rank-biserial correlation 0.03, no 95 % interval" in texts[1]
