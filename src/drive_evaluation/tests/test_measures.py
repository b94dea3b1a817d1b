"""Rules that hold for every measure, on packages that are legal but wild, and the person and time rules by hand."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drive_evaluation.case_rules import case_month
from drive_evaluation.contract import TABLES
from drive_evaluation.measures.abuse import relative_change
from drive_evaluation.returns import site_return
from drive_evaluation.run import Outcome, evaluate
from drive_evaluation.samples import sample
from drive_evaluation.study import Study
from drive_evaluation.tests.random_package import CUT, FIRST, random_tables

PERIODS = {
    "a": (FIRST, FIRST + dt.timedelta(days=400)),
    "b": (FIRST + dt.timedelta(days=401), CUT),
}


def study(seed: int, spec: str = "local", **tables: Any) -> Study:
    frames = random_tables(seed, people=40, rows=90)
    for name, keep in tables.items():
        frames[name] = frames[name].iloc[:keep]
    return Study.from_tables(frames, spec=spec, data_cut=CUT, periods=PERIODS)


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [float(value)] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


@pytest.mark.parametrize(("seed", "spec"), [(1, "y1"), (2, "y2"), (3, "cr"), (4, "local")])
def test_wild_packages_give_stated_results_never_a_crash_or_a_silent_nan(seed: int, spec: str) -> None:
    report = {"y1": "year1", "y2": "year2", "cr": "croydon", "local": "croydon"}[spec]
    outcome = evaluate(study(seed, spec), report)
    assert len(outcome.results) > 500
    assert len({result.identity for result in outcome.results}) == len(outcome.results)
    for result in outcome.results:
        document = result.to_json()
        assert result.n >= 0
        assert result.n_missing >= 0
        assert all(math.isfinite(number) for number in numbers(document["values"]))
        assert result.population.startswith(f"{spec}.")
        assert result.definition
        json.dumps(document, allow_nan=False)


def test_an_absent_table_is_skipped_and_never_read_as_no() -> None:
    frames = random_tables(5, people=40, rows=90)
    for name in ("contacts", "actions", "closures", "advocacy"):
        del frames[name]
    outcome = evaluate(Study.from_tables(frames, spec="y2", data_cut=CUT), "year2")
    skipped = {entry.measure for entry in outcome.skipped}
    assert {"M-CONTACT-RATE", "M-ACT-COMP", "M-IDVA-LENGTH"} <= skipped
    assert not any(result.measure == "M-CONTACT-RATE" for result in outcome.results)


def test_empty_tables_give_results_with_empty_bases() -> None:
    frames = {name: pd.DataFrame(columns=list(table.field_names)) for name, table in TABLES.items()}
    outcome = evaluate(Study.from_tables(frames, spec="y2", data_cut=CUT, periods=PERIODS), "all")
    rate = outcome.find("M-CONTACT-RATE", "y2.su_closed", contacted="yes")
    assert (rate.n, rate.values["percent"]) == (0, None)
    assert "empty_population" in rate.notes


def test_contact_is_read_from_actions_where_contacts_were_not_collected_and_says_so() -> None:
    frames = random_tables(6, people=40, rows=90)
    del frames["contacts"]
    outcome = evaluate(Study.from_tables(frames, spec="cr", data_cut=CUT, periods=PERIODS), "croydon")
    rate = outcome.find("M-CONTACT-RATE", "cr.open", "period=b", contacted="yes")
    assert "contact_source=direct_actions" in rate.notes


def test_the_order_of_rows_changes_nothing() -> None:
    frames = random_tables(7, people=40, rows=90)
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in frames.items()}
    texts = []
    for tables in (frames, turned):
        outcome = evaluate(Study.from_tables(tables, spec="cr", data_cut=CUT, periods=PERIODS), "croydon")
        texts.append({r.id: (r.n, json.dumps(r.to_json()["values"])) for r in outcome.results})
    assert texts[0] == texts[1]


def days(*texts: str) -> pd.Series:
    return pd.to_datetime(pd.Series(texts))


def test_case_months_by_hand() -> None:
    start = days("2017-01-15", "2017-01-15", "2017-01-15", "2017-01-31", "2017-01-31", "2016-02-29")
    day = days("2017-01-15", "2017-02-14", "2017-02-15", "2017-02-28", "2017-03-30", "2017-02-28")
    assert case_month(start, day).tolist() == [1, 1, 2, 2, 2, 13]
    # Ten planned months close in month 11.
    assert case_month(days("2017-01-15"), days("2017-11-20")).tolist() == [11]


@given(st.dates(dt.date(2015, 1, 1), dt.date(2020, 1, 1)), st.integers(0, 900), st.integers(1, 40))
@settings(max_examples=80, deadline=None)
def test_case_months_never_fall_as_days_pass(start: dt.date, gap: int, more: int) -> None:
    first = case_month(days(str(start)), days(str(start + dt.timedelta(days=gap)))).iloc[0]
    later = case_month(days(str(start)), days(str(start + dt.timedelta(days=gap + more)))).iloc[0]
    assert 1 <= first <= later <= first + 2


def test_percent_change_at_zero_by_hand() -> None:
    assert relative_change(50, 21, "zero") == (-58.0, ())
    assert relative_change(0, 0, "zero") == (0.0, ())
    assert relative_change(0, 0, "null") == (None, ())
    assert relative_change(0, 3, "zero") == (None, ("zero_base",))


def test_flow_nodes_add_up_and_late_starters_leave_before_disengagement(outcomes: dict[str, Outcome]) -> None:
    find = outcomes["year2"].find
    for arm in ("drive", "control"):
        nodes = {
            node: find("M-FLOW-VS", "y2.flow_vs", f"arm={arm}", node=node).values["count"]
            for node in (
                "allocated",
                "not_engaged_intake",
                "baseline_analysed",
                "started_after_cut",
                "disengaged",
                "analysed",
            )
        }
        assert nodes["allocated"] == nodes["not_engaged_intake"] + nodes["baseline_analysed"]
        assert (
            nodes["baseline_analysed"] == nodes["started_after_cut"] + nodes["disengaged"] + nodes["analysed"]
        )
        assert nodes["started_after_cut"] > 0


def test_a_removed_case_leaves_perpetrators_but_its_people_stay(outcomes: dict[str, Outcome]) -> None:
    find = outcomes["croydon"].find
    assert find("M-RECON", "cr.open", "period=y2", person="perpetrators").values == {
        "opening": 69,
        "accepted": 99,
        "closed": 68,
        "transferred": 2,
        "removed": 2,
        "closing": 96,
        "unexplained": 0,
    }
    everyone = find("M-THROUGHPUT", "cr.accepted", person="victims").values["count"]
    parts = [
        find("M-THROUGHPUT", "cr.accepted", f"period={p}", person="victims").values["count"]
        for p in ("y1", "y2")
    ]
    assert everyone == sum(parts)


def test_a_return_needs_only_the_tables_it_has_and_two_dates() -> None:
    frames = random_tables(8, people=40, rows=120)
    tables = {
        name: frames[name] for name in ("perpetrators", "victims", "cases", "contacts", "actions", "closures")
    }
    first, last = FIRST + dt.timedelta(days=300), FIRST + dt.timedelta(days=600)
    outcome = site_return(
        tables, first=first, last=last, site_code="northmoor", compare=(FIRST, first - dt.timedelta(days=1))
    )
    cases = frames["cases"]
    expected = sum(
        isinstance(a, dt.date) and a <= last and not (isinstance(c, dt.date) and c <= last)
        and not (isinstance(r, dt.date) and r <= last)
        and not (e == "transferred" and not isinstance(c, dt.date))
        for a, c, r, e in zip(cases["accepted_date"], cases["closed_date"], cases["removed_date"], cases["end_type"], strict=True)
    )  # fmt: skip
    found = outcome.find("M-OPEN", "northmoor.open", "period=return").values["count"]
    ended = {"not_progressed", "unsuitable"}
    late = sum(
        e in ended and not isinstance(r, dt.date)
        for e, r in zip(cases["end_type"], cases["removed_date"], strict=True)
    )
    assert expected - late <= found <= expected
    assert {entry.measure for entry in outcome.skipped} >= {"M-ENGAGE", "M-SOAG"}
    with pytest.raises(ValueError, match="before it begins"):
        site_return(tables, first=last, last=first, site_code="northmoor")


def test_masking_gives_every_site_a_label_and_never_its_code() -> None:
    outcome = evaluate(study(9, "cr"), "croydon")
    text = json.dumps([result.subgroup for result in outcome.results])
    assert "site=area1" in text
    assert "site=s2" not in text


def test_samples_are_named_definitions_with_a_rule(outcomes: dict[str, Outcome]) -> None:
    found = sample(study(10, "y2"), "su_closed")
    assert found.population == "y2.su_closed"
    assert found.definition.rule
    assert found.size == len(found.frame)


def test_severity_grid_prints_a_rise_as_it_is(outcomes: dict[str, Outcome]) -> None:
    rise = outcomes["croydon"].find(
        "M-SOAG", "cr.vs_closed", "period=y2", abuse_type="hs", severity="standard"
    )
    assert rise.values["percent_reduction"] == pytest.approx(-40)
    assert rise.values["undefined"] is False


def test_a_known_effect_is_recovered_and_none_is_not_invented() -> None:
    from drive_evaluation.synthetic import year2

    found = {}
    for effect in (0.0, 0.3):
        estimates = []
        for seed in (1, 2, 3):
            tables = year2.cohort(seed, effect=effect)
            paired = Study.from_tables(tables, spec="y2", data_cut=year2.CUT)
            from drive_evaluation.measures.abuse_models import odds_at_exit

            results = odds_at_exit(paired, sample(paired, "vs_paired"))
            estimates += [
                math.log(r.comparison.effect.value)
                for r in results
                if r.dimensions["adjust"] == "crude" and r.comparison.effect and r.comparison.effect.value
            ]
        found[effect] = float(np.mean(estimates))
    assert abs(found[0.0]) < 0.35
    assert found[0.3] > 0.6
