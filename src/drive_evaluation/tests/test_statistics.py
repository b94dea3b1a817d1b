"""The test engine against R (committed script and output), values worked by hand, and properties."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from drive_evaluation.results import Comparison, Test
from drive_evaluation.statistics.logistic import fit_logistic, holm_adjusted
from drive_evaluation.statistics.means import compare_means
from drive_evaluation.statistics.odds import compare_odds
from drive_evaluation.statistics.paired import compare_pairs
from drive_evaluation.statistics.ranks import compare_ranks
from drive_evaluation.statistics.repeated import compare_repeated
from drive_evaluation.statistics.tables import compare_categories, compare_proportions

with (Path(__file__).parent / "r" / "oracle.csv").open(encoding="utf-8") as _file:
    R = {row["name"]: float(row["value"]) for row in csv.DictReader(_file)}

A = [12, 15, 9, 22, 31, 8, 14, 19, 27, 11, 3]
B = [7, 5, 9, 6, 8, 4, 10, 7, 6, 11, 5, 8, 7]
C1 = [5, 7, 9, 6, 8, 10, 12, 4, 7, 9, 11, 6]
C2 = [4, 7, 8, 5, 8, 8, 11, 4, 6, 9, 9, 5]
C3 = [3, 6, 8, 5, 6, 7, 9, 4, 5, 8, 7, 5]
TWO = [[12, 5], [20, 31]]
STRATA = [[[12, 20], [8, 31]], [[6, 14], [9, 12]], [[20, 25], [15, 40]]]
X1 = [
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    1,
    0,
    0,
    1,
    0,
    1,
    1,
    0,
    1,
    0,
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    0,
    1,
    1,
    0,
    0,
    1,
    1,
    0,
    1,
    0,
    1,
    0,
    0,
    1,
    1,
    0,
]
X2 = [
    2,
    3,
    1,
    4,
    5,
    2,
    3,
    6,
    1,
    2,
    4,
    3,
    5,
    6,
    2,
    1,
    3,
    4,
    5,
    2,
    1,
    6,
    3,
    4,
    2,
    5,
    4,
    3,
    2,
    1,
    6,
    2,
    3,
    4,
    5,
    1,
    2,
    6,
    4,
    3,
]
Y = [0, 1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0]  # fmt: skip


def close(value: float | None, wanted: float, relative: float = 1e-10) -> bool:
    return value is not None and math.isclose(value, wanted, rel_tol=relative)


def other(comparison: Comparison, name: str, which: str | None = None) -> Test:
    return next(
        t
        for t in comparison.other_tests
        if t.name == name and which in (None, t.branch, t.extra.get("pair"), t.extra.get("timepoint"))
    )


def test_t1_agrees_with_r_and_chooses_welch_after_levene() -> None:
    found = compare_means(A, B)
    assert found.test is not None
    assert found.effect is not None
    assert found.test.branch == "welch"
    assert close(found.test.statistic, R["welch_t"])
    assert close(found.test.df, R["welch_df"])  # type: ignore[arg-type]  # a test with degrees of freedom
    assert close(found.test.p, R["welch_p"])
    assert close(found.effect.ci_low, R["welch_low"])
    assert close(found.effect.ci_high, R["welch_high"])
    assert close(other(found, "t_pooled").statistic, R["pooled_t"])
    assert close(other(found, "t_pooled").p, R["pooled_p"])
    assert close(other(found, "levene").statistic, R["levene_f"])
    assert close(other(found, "levene").p, R["levene_p"])
    assert close(other(found, "mann_whitney").p, R["mann_whitney_p"])
    pooled = compare_means(A, B, levene_alpha=0.0)
    assert pooled.effect is not None
    assert close(pooled.effect.ci_low, R["pooled_low"])


def test_t2_agrees_with_r_and_with_the_worked_example() -> None:
    found = compare_pairs(both=20, stopped=11, started=3, neither=25)
    assert found.test is not None
    assert close(found.test.p, R["mcnemar_exact_p"], 1e-12)
    assert found.test.statistic == 3
    assert close(other(found, "mcnemar_asymptotic").statistic, R["mcnemar_chi"])
    assert close(other(found, "mcnemar_corrected").statistic, R["mcnemar_corrected"])
    # By hand: six of 35 stop, none starts; 2 × 0.5^6.
    worked = compare_pairs(both=23, stopped=6, started=0, neither=6)
    assert worked.test is not None
    assert worked.effect is not None
    assert worked.test.p == 0.03125
    assert other(worked, "mcnemar_asymptotic").p == pytest.approx(0.014305878435429631, rel=1e-12)
    assert worked.effect.value == pytest.approx(-6 / 35)
    assert worked.effect.ci_low == pytest.approx(-0.2963, abs=5e-5)


def test_t3_agrees_with_r() -> None:
    found = compare_proportions(TWO)
    assert found.test is not None
    assert found.test.name == "chi_square"
    assert close(found.test.statistic, R["chi_square"])
    assert close(found.test.p, R["chi_square_p"])
    assert close(other(found, "chi_square_corrected").statistic, R["chi_square_corrected"])
    assert close(other(found, "fisher_exact").p, R["fisher_p"], 1e-12)


def test_t3_takes_fisher_where_an_expected_count_is_below_5_and_says_so() -> None:
    found = compare_proportions([[3, 1], [1, 6]])
    assert found.test is not None
    assert (found.test.name, found.test.branch) == ("fisher_exact", "exact")


def test_t4_agrees_with_r_and_crude_equals_one_stratum() -> None:
    found = compare_odds(STRATA, stratified=True)
    assert found.test is not None
    assert found.effect is not None
    assert close(found.test.statistic, R["mh_chi"])
    assert close(found.test.p, R["mh_p"])
    assert close(found.effect.value, R["mh_or"])
    assert close(found.effect.ci_low, R["mh_low"], 1e-9)
    assert close(found.effect.ci_high, R["mh_high"], 1e-9)
    crude = compare_odds(STRATA, stratified=False).effect
    single = compare_odds([np.sum(STRATA, axis=0)], stratified=True).effect
    assert crude is not None
    assert single is not None
    assert crude.ci_low == pytest.approx(single.ci_low, rel=1e-9)
    assert crude.value == pytest.approx(single.value, rel=1e-12)


def test_t4_gives_an_exact_interval_and_no_added_half_at_a_zero_cell() -> None:
    found = compare_odds([[[5, 30], [0, 25]]], stratified=False)
    assert found.effect is not None
    assert found.effect.value is None
    assert found.effect.ci_low is not None
    assert found.effect.ci_high is None
    assert "exact_conditional_ci" in found.notes


def test_t5_agrees_with_r_and_corrects_pairs_once() -> None:
    found = compare_repeated(np.column_stack([C1, C2, C3]), ("intake", "mid", "exit"))
    friedman = (
        found.test if found.test is not None and found.test.name == "friedman" else other(found, "friedman")
    )
    assert close(friedman.statistic, R["friedman_chi"])
    assert close(friedman.p, R["friedman_p"])
    assert close(other(found, "shapiro_wilk", "intake").statistic, R["shapiro_w"], 1e-6)
    assert close(other(found, "wilcoxon", "intake-exit").p, R["wilcoxon_p"])
    forced = compare_repeated(np.column_stack([C1, C2, C3]), ("intake", "mid", "exit"), normality_alpha=1.1)
    assert [pair.pair for pair in forced.posthoc] == ["intake-mid", "intake-exit", "mid-exit"]
    for pair in forced.posthoc:
        assert pair.p_adjusted == min(1.0, 3 * pair.p_raw)
        assert pair.significant == (pair.p_adjusted < 0.05)
    assert forced.effect is not None
    assert forced.effect.value == pytest.approx(R["friedman_chi"] / (12 * 2))


def test_t6_agrees_with_r() -> None:
    found = compare_ranks(A, B)
    assert found.test is not None
    assert found.test.statistic == R["mann_whitney_u"]
    assert close(found.test.p, R["mann_whitney_p"])
    small = compare_ranks([1.5, 2.5, 9.5, 4.5, 7.5], [3.1, 8.1, 10.1, 11.1, 12.1, 6.1])
    assert close(other(small, "mann_whitney", "exact").p, R["mann_whitney_exact_p"], 1e-12)


def test_t7_agrees_with_r_and_its_profile_limits_lie_on_the_likelihood() -> None:
    fit = fit_logistic(Y, np.column_stack([X1, X2]), ["x1", "x2"], check_events=False)
    first, second = fit.coefficients
    assert close(first.estimate, R["logit_x1"], 1e-7)
    assert close(second.estimate, R["logit_x2"], 1e-7)
    assert close(first.se, R["logit_se_x1"], 1e-6)
    assert close(first.p, R["logit_p_x1"], 1e-6)
    # With x2 left out of the model, a limit solves 2 (best − profile) = chi-square quantile.
    alone = fit_logistic(Y, np.asarray(X1)[:, None], ["x1"], check_events=False)
    limit = alone.coefficients[0].ci_low
    assert limit is not None
    y, x = np.asarray(Y, float), np.asarray(X1, float)

    def profile(slope: float) -> float:
        grid = np.linspace(-4, 4, 40001)
        eta = grid[:, None] + slope * x[None, :]
        return float((y * eta - np.logaddexp(0, eta)).sum(axis=1).max())

    gap = 2 * (profile(alone.coefficients[0].estimate) - profile(limit))
    assert gap == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-4)


def test_t7_separation_turns_to_firth_and_few_events_to_not_supported() -> None:
    x = np.array([0] * 30 + [1] * 30, dtype=float)
    y = np.array([0] * 30 + [1] * 20 + [0] * 10, dtype=float)
    fit = fit_logistic(y, x[:, None], ["x"])
    assert fit.method == "logit_firth"
    assert math.isfinite(fit.coefficients[0].estimate)
    few = fit_logistic([0] * 20 + [1] * 3, np.arange(23.0)[:, None], ["x"])
    assert not few.supported
    assert "not_supported" in few.notes


def test_holm_agrees_with_r() -> None:
    assert holm_adjusted([0.01, 0.04, 0.03, 0.005])[1] == pytest.approx(R["holm_2"])


DEGENERATE = [
    compare_means([], [1, 2, 3]),
    compare_means([4] * 6, [4] * 7),
    compare_pairs(5, 0, 0, 5),
    compare_pairs(0, 0, 0, 0),
    compare_proportions([[0, 0], [3, 4]]),
    compare_categories([[0, 0, 0], [1, 2, 3]]),
    compare_odds([], stratified=True),
    compare_odds([[[0, 0], [0, 0]]], stratified=True),
    compare_repeated([[1, 2, 3]], ("a", "b", "c")),
    compare_repeated([[1, 1, 1]] * 9, ("a", "b", "c")),
    compare_ranks([], [1.0]),
    compare_ranks([2.0] * 5, [2.0] * 5),
]


@pytest.mark.parametrize("found", DEGENERATE)
def test_degenerate_data_give_a_stated_reason_and_no_test(found: Comparison) -> None:
    assert found.test is None
    assert found.notes


counts = st.integers(0, 40)


@given(counts, counts, counts, counts)
@settings(max_examples=60, deadline=None)
def test_mcnemar_is_symmetric_and_p_is_a_probability(
    both: int, stopped: int, started: int, neither: int
) -> None:
    one, two = compare_pairs(both, stopped, started, neither), compare_pairs(both, started, stopped, neither)
    assert (one.test is None) == (two.test is None)
    if one.test is not None and two.test is not None and one.effect is not None and two.effect is not None:
        assert one.test.p == two.test.p
        assert one.test.p is not None
        assert 0 <= one.test.p <= 1
        assert one.effect.value == pytest.approx(-(two.effect.value or 0))


@given(counts, counts, counts, counts)
@settings(max_examples=60, deadline=None)
def test_an_odds_ratio_turns_over_with_its_rows(a: int, b: int, c: int, d: int) -> None:
    one, two = compare_proportions([[a, b], [c, d]]), compare_proportions([[c, d], [a, b]])
    if one.effect is not None and two.effect is not None and one.effect.value and two.effect.value:
        assert one.effect.value == pytest.approx(1 / two.effect.value)
        assert one.test is not None
        assert two.test is not None
        assert one.test.p == pytest.approx(two.test.p)


def test_intervals_cover_and_tests_keep_their_level() -> None:
    """A small version of the committed simulation benchmark: 400 studies without a difference."""
    rng = np.random.default_rng(20)
    covered = rejected = 0
    for _ in range(400):
        found = compare_means(rng.normal(0, 1, 20), rng.normal(0, 3, 35))
        assert found.effect is not None
        assert found.test is not None
        covered += (found.effect.ci_low or 0) <= 0 <= (found.effect.ci_high or 0)
        rejected += (found.test.p or 1) < 0.05
    assert 0.92 <= covered / 400 <= 0.98
    assert 0.02 <= rejected / 400 <= 0.08


def test_t4_breslow_day_at_a_pooled_odds_ratio_of_exactly_one_by_hand() -> None:
    """Odds ratios 4 and 1/4 pool to 1; with every margin at 30, (20 - 15)² / 3.75 from each of the two strata."""
    found = compare_odds([[[20, 10], [10, 20]], [[10, 20], [20, 10]]], stratified=True)
    assert found.effect is not None
    assert found.effect.value == 1
    breslow = next(test for test in found.other_tests if test.name == "breslow_day")
    assert breslow.statistic == pytest.approx(2 * 25 / 3.75)
    assert breslow.df == 1


def test_t4_breslow_day_agrees_with_statsmodels_away_from_one() -> None:
    from statsmodels.stats.contingency_tables import StratifiedTable

    wanted = StratifiedTable([np.asarray(table, dtype=float) for table in STRATA]).test_equal_odds(
        adjust=False
    )
    found = next(t for t in compare_odds(STRATA, stratified=True).other_tests if t.name == "breslow_day")
    assert found.statistic == pytest.approx(wanted.statistic, rel=1e-9)


def test_an_alternative_never_carries_the_branch_of_the_checks() -> None:
    """B2: Friedman beside an analysis of variance whose checks held did not run because they were violated."""
    rng = np.random.default_rng(4)
    normal = rng.normal(0, 1, (60, 3))
    normal = normal[(np.abs(normal) < 2).all(axis=1)]
    met = compare_repeated(normal, ("intake", "mid", "exit"), outlier_iqr=3)
    assert met.test is not None
    assert (met.test.name, met.test.branch) == ("rm_anova", "assumptions_met")
    assert other(met, "friedman").branch is None
    violated = compare_repeated(np.exp(3 * normal), ("intake", "mid", "exit"))
    assert violated.test is not None
    assert (violated.test.name, violated.test.branch) == ("friedman", "assumptions_violated")
