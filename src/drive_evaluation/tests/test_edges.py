"""Packages at the edge of the contract: tables left out, nobody left over, settings that name what others roll up."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from drive_evaluation.run import evaluate
from drive_evaluation.study import Study
from drive_evaluation.tests.random_package import CUT, FIRST, random_tables
from drive_evaluation.tests.small_package import run

PERIODS = {"y1": (FIRST, FIRST + dt.timedelta(days=400)), "y2": (FIRST + dt.timedelta(days=401), CUT)}


@pytest.mark.parametrize("spec", ["y1", "y2", "cr"])
def test_without_perpetrators_or_with_an_empty_list_of_sites_the_rest_is_computed(spec: str) -> None:
    frames = random_tables(21, people=16, rows=40)
    frames["sites"] = frames["sites"].iloc[:0]
    without: dict[str, pd.DataFrame] = {k: v for k, v in frames.items() if k != "perpetrators"}
    for tables in (frames, without):
        study = Study.from_tables(
            tables, spec=spec, data_cut=CUT, periods=PERIODS, lca_starts=1, lca_max_classes=2
        )
        outcome = evaluate(study, "all")
        assert any(result.measure == "M-ACT-MULTI" for result in outcome.results)
    skipped = {entry.measure for entry in outcome.skipped if entry.table == "perpetrators"}
    assert {"M-FLOW-PERP", "M-PROFILE-PERP", "M-AGE-CONTACT"} & skipped


def test_a_period_named_all_is_the_whole_and_stands_once(tmp_path: Path) -> None:
    periods = {"y1": ["2018-07-01", "2019-05-08"], "all": ["2018-07-01", "2020-03-31"]}
    found = run(
        tmp_path,
        "cr",
        "2020-03-31",
        evaluation={"periods": periods},
        perpetrators="perpetrator_id arm\na drive\nb drive",
        cases="case_id perpetrator_id accepted_date\nk1 a 2018-08-01\nk2 b 2019-08-01",
    )
    assert found.at("M-THROUGHPUT|cr.accepted|period=y1|person=perpetrators", "count") == 1
    assert found.at("M-THROUGHPUT|cr.accepted|all|person=perpetrators", "count") == 2
    assert not any("period=all" in identity for identity in found.documents)


def test_m_act_agency_a_named_roll_up_takes_its_parts_out_of_other(tmp_path: Path) -> None:
    agencies = ("probation_crc", "probation", "police", "housing", "other")
    rows = "\n".join(
        f"b{i} k1 2019-01-0{i + 1} p2 indirect multi_agency support {agency}"
        for i, agency in enumerate(agencies)
    )
    found = run(
        tmp_path,
        "cr",
        "2020-03-31",
        evaluation={"params": {"named_agencies": ["police", "probation"]}},
        perpetrators="perpetrator_id arm\na drive",
        cases="case_id perpetrator_id accepted_date\nk1 a 2018-08-01",
        actions=f"action_id case_id date recording_version mode category subcategory agency\n{rows}",
    )
    base = "M-ACT-AGENCY|cr.interventions|period=y1|agency="
    counts = {name: found.at(f"{base}{name}", "count") for name in ("police", "probation", "other")}
    assert counts == {"police": 1, "probation": 2, "other": 2}
