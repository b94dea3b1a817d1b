"""The lists that the measures ask for name exactly the rows behind their counts."""

from __future__ import annotations

import json
from pathlib import Path

from drive_evaluation.tests.small_package import run


def test_every_list_names_the_rows_behind_its_count(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "y2",
        "2018-12-31",
        sites="site_id\ns1",
        perpetrators="""
            perpetrator_id arm age
            d1 drive 0
            d2 drive 112
            d3 drive 10
            d4 drive 33
            c1 control 30""",
        cases="""
            case_id perpetrator_id start_date closed_date end_type step_down_date
            k1 d1 2016-10-01 2018-03-01 closed -
            k2 d2 2016-10-02 2018-03-01 closed 2017-10-01
            k4 d4 2016-11-01 2018-03-01 closed 2017-10-01
            k3 d3 2017-06-01 2017-12-01 closed -""",
        victims="victim_id perpetrator_id age\nv1 d1 30\nv2 d2 9\nv3 d3 40\nv4 c1 41",
        advocacy="""
            victim_id perpetrator_id intake_form intake_date exit_form exit_date
            v1 d1 true 2017-01-01 true 2017-01-01
            v2 d2 true 2017-01-01 true 2017-01-02
            v3 d3 true 2017-01-01 false -
            v4 c1 true 2017-01-01 false -""",
        abuse="""
            perpetrator_id victim_id timepoint abuse_type used severity
            d1 v1 intake physical yes standard
            d1 v1 exit physical yes high
            d2 v2 intake physical yes high
            d2 v2 exit physical yes high""",
        police_linkage="""
            perpetrator_id traced anchor_start anchor_end
            d1 yes 2017-01-01 2018-07-01
            d2 yes 2017-01-01 2018-06-30""",
        police_incidents="perpetrator_id date dva criminal\nd1 2017-02-01 yes yes",
    )
    document = json.loads((tmp_path / "out" / "lists.json").read_text(encoding="utf-8"))
    lists = {entry["list"]: entry["rows"] for entry in document}
    ages = {(row["table"], row["perpetrator_id"], row["age"]) for row in lists["ages_treated_as_missing"]}
    assert ages == {("perpetrators", "d1", 0), ("perpetrators", "d2", 112), ("victims", "d2", 9)}
    (rise,) = lists["severity_increases"]
    assert (rise["victim_id"], rise["intake"], rise["exit"]) == ("v1", "standard", "high")
    summary = "M-ABUSE-SEV-TRANS|y2.su_closed|all|informant=case_manager"
    assert found.at(summary, "increase_instances") == 1
    assert [row["victim_id"] for row in lists["support_of_zero_days"]] == ["v1"]
    # As a plan of ten months closes in month 11 (1.7), one of ten and six closes in month 17, like k2 and k4; k1 took
    # a month more.
    assert [(row["case_id"], row["closing_month"]) for row in lists["closed_beyond_cap"]] == [("k1", 18)]
    assert found.at("M-CLOSE-MONTH|y2.su_closed|all|", "beyond_cap", "max") == (1, 18)
    assert [row["case_id"] for row in lists["long_without_step_down"]] == ["k1"]
    assert [(row["perpetrator_id"], row["period"]) for row in lists["short_police_windows"]] == [
        ("d1", "after")
    ]
    assert [row["control"] for row in lists["matched_pairs"]] == ["c1"]
    assert lists["unmatched"] == []


def test_a_list_whose_table_was_left_out_is_left_out(tmp_path: Path) -> None:
    run(tmp_path, "cr", "2020-03-31", perpetrators="perpetrator_id arm\na drive")
    document = json.loads((tmp_path / "out" / "lists.json").read_text(encoding="utf-8"))
    assert [entry["list"] for entry in document] == ["ages_treated_as_missing"]
