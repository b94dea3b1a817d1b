"""Nothing to compare, everything alike, one side empty: every measure states what it found and no number is made up."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import contingency

from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.statistics.latent_classes import fit_classes
from drive_evaluation.statistics.logistic import fit_logistic
from drive_evaluation.statistics.means import compare_means
from drive_evaluation.statistics.odds import compare_odds, exact_interval
from drive_evaluation.statistics.ranks import compare_ranks
from drive_evaluation.statistics.repeated import compare_repeated
from drive_evaluation.tests.small_package import Read, run


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """One Drive case, closed, contacted, of one person with one link; no control, nothing changed from intake to exit."""
    return run(
        tmp_path_factory.mktemp("one"),
        "y2",
        "2018-06-30",
        sites="site_id public_label\ns1 area1",
        perpetrators="""
            perpetrator_id arm age gender prior_dva_offence children_involved
            d1 drive 30 man yes yes""",
        cases="""
            case_id perpetrator_id start_date closed_date end_type
            k1 d1 2017-01-01 2017-11-01 closed""",
        victims="victim_id perpetrator_id age gender\nv1 d1 31 woman",
        needs="case_id date need level\nk1 2017-01-01 drugs high",
        contacts="contact_id case_id date outcome\nc1 k1 2017-02-01 made",
        engagement="case_id from_date level timepoint\nk1 2017-02-01 full -",
        advocacy="""
            victim_id perpetrator_id intake_form intake_date exit_form exit_date contacts_n supports_n
            v1 d1 true 2017-01-01 true 2017-06-01 4 0""",
        abuse="""
            perpetrator_id victim_id informant timepoint abuse_type used severity
            d1 v1 case_manager intake physical yes high
            d1 v1 case_manager exit physical yes high
            d1 v1 idva exit physical yes moderate""",
        actions="action_id case_id date mode category\na1 k1 2017-01-05 direct behaviour_change",
    )


def test_a_pair_alike_has_no_discordant_pairs_and_no_test(one: Read) -> None:
    result = one["M-ABUSE-MCNEMAR|y2.su_closed|all|abuse_type=physical,informant=case_manager"]
    assert result["test"] is None
    assert result["notes"] == ["no_discordant_pairs"]
    assert (result["n"], result["n_missing"]) == (1, 0)
    nobody = one["M-ABUSE-MCNEMAR|y2.su_closed|all|abuse_type=hs,informant=case_manager"]
    assert nobody["notes"] == ["not_supported", "no_pairs"]
    assert nobody["values"]["intake"]["percent_used"] is None


def test_an_empty_arm_is_a_result_of_nobody(one: Read) -> None:
    result = one["M-ABUSE-MCNEMAR|y2.vs_paired|arm=control|abuse_type=physical,informant=idva"]
    assert (result["n"], result["n_missing"]) == (0, 0)
    assert "empty_population" in result["notes"]
    length = one["M-IDVA-LENGTH|y2.vs_paired|all|"]
    assert length["values"]["control"] == {"n": 0} | dict.fromkeys(
        ("mean", "sd", "median", "min", "max", "q1", "q3")
    )
    assert length["values"]["direction"] is None
    assert length["test"] is None
    assert "group_below_5" in length["notes"]


def test_one_row_of_a_table_is_no_test_and_one_person_has_no_spread(one: Read) -> None:
    odds = one["M-ABUSE-OR|y2.vs_paired|all|abuse_type=physical,adjust=crude,informant=idva,timepoint=exit"]
    assert odds["test"] is None
    assert odds["effect"] is None
    assert "zero_margin" in odds["notes"]
    age = one["M-PROFILE-PERP|y2.su_closed|all|variable=age"]
    assert age["values"]["mean"] == age["values"]["min"] == 30
    assert age["values"]["sd"] is None
    contact = one["M-AGE-CONTACT|y2.su_closed|all|person=perpetrator"]
    assert "empty_group" in contact["notes"]


def test_what_cannot_be_computed_at_all_is_skipped_with_its_reason(one: Read) -> None:
    reasons = {entry["measure"]: entry["reason"] for entry in one.skipped}
    assert "two collected needs" in reasons["M-LCA"]
    assert "M-DASH-SCORE" in reasons
    assert any(entry["table"] == "drive_dash" for entry in one.skipped)


def test_repeated_scores_of_three_people_still_have_an_analysis_of_variance() -> None:
    found = compare_repeated([[5, 3, 2], [8, 6.5, 4], [6, 5, 4.5]], ("intake", "mid", "exit"))
    assert found.test is not None
    assert found.test.branch == "assumptions_met"
    assert found.test.name == "rm_anova"
    assert compare_repeated([[5, 3, 2], [8, 6, 4]], ("a", "b", "c")).notes == (
        "not_supported",
        "fewer_than_3_complete",
    )
    assert compare_repeated([[5, 5, 5]] * 4, ("a", "b", "c")).notes == ("no_variation",)


def test_constant_values_give_no_t_test_and_no_ranks() -> None:
    assert compare_means([2] * 6, [2] * 6).notes == ("no_variation",)
    one_varies = compare_means([2] * 6, [1, 2, 3, 4, 5, 6])
    assert one_varies.test is not None
    assert one_varies.test.branch == "welch"
    assert compare_ranks([3, 3], [3, 3]).notes == ("no_variation",)
    assert describe([]) == {"n": 0} | dict.fromkeys(("mean", "sd", "median", "min", "max", "q1", "q3"))


def test_separation_and_one_class_are_stated() -> None:
    x = np.array([[0.0]] * 40 + [[1.0]] * 40)
    y = np.array([0] * 20 + [1] * 20 + [1] * 40)
    fit = fit_logistic(y, x, ["need"])
    assert "firth" in fit.notes
    assert all(math.isfinite(c.estimate) and math.isfinite(c.se) for c in fit.coefficients)
    assert fit_logistic(np.ones(20), x[:20], ["need"]).notes == (
        "constant_predictor_left_out",
        "no_variation",
    )
    assert fit_logistic([], np.zeros((0, 1)), ["need"]).supported is False
    classes = fit_classes(np.zeros((30, 3)), 2, seed=1, starts=3)
    assert classes is not None
    assert math.isfinite(classes.bic)


def test_t4_a_zero_cell_gives_the_pooled_ratio_its_exact_interval_too() -> None:
    table = np.array([[0, 12], [7, 20]])
    single = contingency.odds_ratio(table, kind="conditional").confidence_interval(0.95)
    low, high = exact_interval([table])
    assert low == 0
    assert high == pytest.approx(single.high, rel=1e-6)
    strata = [[[0, 12], [7, 20]], [[0, 5], [3, 9]]]
    found = compare_odds(strata, stratified=True)
    assert "exact_conditional_ci" in found.notes
    assert found.effect is not None
    assert (found.effect.value, found.effect.ci_low) == (0.0, 0.0)
    assert found.effect.ci_high is not None
    assert 0 < found.effect.ci_high < single.high
    turned = compare_odds([table[::-1] for table in np.array(strata)], stratified=True)
    assert turned.effect is not None
    assert (turned.effect.value, turned.effect.ci_high) == (None, None)
    assert turned.effect.ci_low == pytest.approx(1 / found.effect.ci_high, rel=1e-6)


def test_t4_the_exact_interval_agrees_with_scipy_where_no_cell_is_empty() -> None:
    table = np.array([[12, 5], [20, 31]])
    single = contingency.odds_ratio(table, kind="conditional").confidence_interval(0.95)
    assert exact_interval([table]) == pytest.approx((single.low, single.high), rel=1e-6)


def test_a_police_window_without_an_end_is_no_window(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        "y2",
        "2018-06-30",
        perpetrators="perpetrator_id arm\nd1 drive\nd2 drive",
        police_linkage="""
            perpetrator_id traced anchor_start anchor_end
            d1 yes 2017-01-01 -
            d2 yes 2017-01-01 2017-03-31""",
        police_incidents="""
            perpetrator_id date dva criminal
            d1 2017-02-01 yes no
            d1 2016-12-31 yes yes
            d2 2017-03-31 yes yes""",
    )
    place = "M-POLICE-PROP|y2.police|arm=drive|flag=dva,period="
    assert found.at(f"{place}before", "mean_proportion", "n_with_incidents") == (1, 1)
    assert found.at(f"{place}during", "mean_proportion", "n_with_incidents", "n_zero") == (1, 1, 0)
    assert found.at(f"{place}after", "n_with_incidents", "n_zero") == (0, 1)


def test_no_package_is_too_small(tmp_path: Path) -> None:
    found = run(tmp_path, "northmoor", "2018-06-30", sites="site_id\ns1")
    assert found.documents == {}
    assert found.skipped
