"""M-ABUSE-LOGIT: stopping by need, alone and with age and site; what is missing, sparse or separated is stated."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from drive_evaluation.measures.stopping import stopping_by_need
from drive_evaluation.results import Effect, Result, Test
from drive_evaluation.samples import sample
from drive_evaluation.study import Study


def people(number: int = 300, seed: int = 5) -> pd.DataFrame:
    """Service users at three sites, all using physical abuse at intake; alcohol and youth keep it going."""
    rng = np.random.default_rng(seed)
    rows = pd.DataFrame(
        {
            "id": [f"p{i}" for i in range(number)],
            "site": rng.choice(["s1", "s2", "s3"], number, p=[0.2, 0.5, 0.3]),
            "age": rng.integers(20, 60, number).astype(float),
            "alcohol": rng.random(number) < 0.5,
        }
    )
    odds = -1.0 - 0.9 * rows["alcohol"] + 0.04 * (rows["age"] - 20) + (rows["site"] == "s1")
    rows["stopped"] = rng.random(number) < 1 / (1 + np.exp(-odds))
    return rows


def physical(rows: pd.DataFrame) -> dict[str, Result]:
    """Need, or nothing for the summary → the result of physical abuse."""
    day = dt.date(2017, 1, 10)
    people_ids = {"perpetrator_id": rows["id"]}
    abuse = {
        "informant": "case_manager",
        "abuse_type": "physical",
        "severity": "unknown",
        "victim_id": "v" + rows["id"],
    }
    tables: dict[str, Any] = {
        "perpetrators": {
            **people_ids, "site_id": rows["site"], "arm": "drive", "age": rows["age"], "eligibility": "eligible",
            "allocation_method": "randomised", "consent_share": "yes", "baseline_data": "provided",
        },
        "victims": {**people_ids, "victim_id": "v" + rows["id"], "is_index": True},
        "cases": {
            **people_ids, "case_id": "c" + rows["id"], "site_id": rows["site"], "start_date": day, "end_type": "closed",
            "closed_date": dt.date(2017, 11, 10),
        },
        "needs": {
            "case_id": "c" + rows["id"], "date": day, "timepoint": "intake", "need": "alcohol",
            "level": rows["alcohol"].map({True: "high", False: "none"}),
        },
    }  # fmt: skip
    frames = {name: pd.DataFrame(columns) for name, columns in tables.items()}
    exit_ = rows["stopped"].map({True: "no", False: "yes"})
    frames["abuse"] = pd.concat(
        pd.DataFrame({**people_ids, **abuse, "timepoint": point, "used": used})
        for point, used in (("intake", "yes"), ("exit", exit_))
    )
    study = Study.from_tables(frames, spec="y2", data_cut=dt.date(2018, 6, 30))
    found = stopping_by_need(study, sample(study, "su_closed"))
    return {r.dimensions.get("need", ""): r for r in found if r.dimensions["abuse_type"] == "physical"}


def adjusted(result: Result, adjust: str) -> tuple[Test, Effect | None]:
    tests = [t for t in result.comparison.other_tests if t.extra.get("adjust") == adjust]
    effects = [e for e in result.comparison.other_effects if e.extra.get("adjust") == adjust]
    (test,) = tests
    return test, effects[0] if effects else None


def test_age_and_site_enter_as_statsmodels_enters_them() -> None:
    rows = people()
    found = physical(rows)
    crude = found["alcohol"].comparison
    test, effect = adjusted(found["alcohol"], "age_and_site")
    sites = pd.get_dummies(rows["site"], drop_first=True).astype(float)
    x = sm.add_constant(pd.concat([rows["alcohol"].astype(float), rows["age"], sites], axis=1))
    wanted = sm.Logit(rows["stopped"].astype(float), x).fit(disp=0, tol=1e-12)
    assert effect is not None
    assert crude.effect is not None
    assert effect.value == pytest.approx(float(np.exp(wanted.params["alcohol"])), rel=1e-7)
    assert test.p == pytest.approx(float(wanted.pvalues["alcohol"]), rel=1e-6)
    assert effect.interval == "profile_likelihood"
    assert effect.value != pytest.approx(crude.effect.value, rel=1e-3)
    assert found[""].values["covariates"] == ["age", "site"]
    # One need: the model of all needs is that of the need.
    assert adjusted(found["alcohol"], "all_needs_age_and_site")[1] == Effect(
        effect.name,
        effect.value,
        effect.ci_low,
        effect.ci_high,
        effect.interval,
        {"adjust": "all_needs_age_and_site"},
    )


def test_who_has_no_valid_age_leaves_the_adjusted_models_alone() -> None:
    rows = people()
    rows.loc[:49, "age"] = [np.nan, 0.0] * 25
    found = physical(rows)["alcohol"]
    assert found.comparison.test is not None
    assert found.comparison.test.extra["n"] == [300]
    assert adjusted(found, "all_needs")[0].extra["n"] == [300]
    assert adjusted(found, "age_and_site")[0].extra["n"] == [250]


def test_a_site_where_everybody_stopped_is_stated_and_fitted_by_firth() -> None:
    rows = people()
    rows.loc[:3, ["site", "stopped"]] = ["s4", True]
    found = physical(rows)
    assert "site_separated" in found[""].comparison.notes
    test, effect = adjusted(found["alcohol"], "age_and_site")
    assert test.name == "logit_firth"
    assert effect is not None
    assert effect.interval == "profile_penalised_likelihood"
    assert None not in (effect.ci_low, effect.value, effect.ci_high)


def test_covariates_that_nobody_has_are_left_out_and_said_so() -> None:
    rows = people().assign(age=np.nan, site="s1")
    found = physical(rows)
    assert {"age_left_out", "site_left_out"} <= set(found[""].comparison.notes)
    assert found[""].values["covariates"] == []
    assert [test.extra["adjust"] for test in found["alcohol"].comparison.other_tests] == ["all_needs"]


def test_a_model_with_too_few_events_says_so_beside_one_that_has_enough() -> None:
    found = physical(people(60))["alcohol"]
    assert found.comparison.effect is not None
    test, effect = adjusted(found, "age_and_site")
    assert (test.branch, test.extra["reason"], effect) == ("not_supported", "not_supported", None)
