"""T3: independent contingency tables, and the pieces that T4 shares."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.stats import contingency

from drive_evaluation.results import Comparison, Effect, Test
from drive_evaluation.statistics.intervals import around, cramers_v_limits

Z = float(stats.norm.ppf(0.975))
Counts = NDArray[np.int64]


def compare_proportions(table: ArrayLike, *, fisher_first: bool = False) -> Comparison:
    """Two by two: rows are groups, columns yes and no; odds and risk ratio of the first row over the second.

    Pearson without correction where every expected count is at least 5, otherwise Fisher; ``fisher_first`` makes
    Fisher primary. The forms not chosen are kept beside it. An empty margin: no test, note ``zero_margin``.
    """
    counts = np.asarray(table, dtype=np.int64)
    used = int(counts.sum())
    if not used or (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any():
        return Comparison(notes=("not_supported", "zero_margin"), n_used=used, method="T3")
    pearson, corrected, expected = pearson_tests(counts)
    fisher = fisher_test(counts)
    use_fisher = fisher_first or bool((expected < 5).any())
    chosen = fisher if use_fisher else pearson
    others = (pearson, corrected) if use_fisher else (fisher, corrected)
    return Comparison(
        test=replace(chosen, extra={"n": [int(row.sum()) for row in counts]}),
        other_tests=others,
        effect=odds_ratio(counts, "odds_ratio"),
        other_effects=(risk_ratio(counts),),
        notes=("zero_cell",) if (counts == 0).any() else (),
        n_used=used,
        method="T3",
    )


def compare_categories(table: ArrayLike, *, seed: int = 1) -> Comparison:
    """Larger tables: Pearson, or Monte Carlo Fisher-Freeman-Halton where over 20 % of expected counts are under 5.

    The effect is Cramér's V with the interval of the noncentral chi-square, also where the test is Monte Carlo. Empty
    rows and columns are left out; fewer than two of either gives no test.
    """
    counts = np.asarray(table, dtype=np.int64)
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    used = int(counts.sum())
    if min(counts.shape) < 2:
        return Comparison(notes=("not_supported", "zero_margin"), n_used=used, method="T3")
    if counts.shape == (2, 2):
        return compare_proportions(counts)
    outcome = stats.chi2_contingency(counts, correction=False)
    pearson = Test(
        "chi_square", float(outcome.statistic), int(outcome.dof), float(outcome.pvalue), "asymptotic"
    )
    size = used * (min(counts.shape) - 1)
    v = min(1.0, math.sqrt(float(outcome.statistic) / size))
    limits = cramers_v_limits(float(outcome.statistic), int(outcome.dof), size)
    effect, notes = around("cramers_v", v, limits, "noncentral_chi_square")
    if float((outcome.expected_freq < 5).mean()) <= 0.2:
        return Comparison(test=pearson, effect=effect, notes=notes, n_used=used, method="T3")
    method = stats.MonteCarloMethod(n_resamples=9999, rng=np.random.default_rng(seed))
    exact = stats.fisher_exact(counts, method=method)
    return Comparison(
        test=Test("fisher_exact", None, None, float(exact.pvalue), "exact", {"method": "monte_carlo"}),
        other_tests=(pearson,),
        effect=effect,
        notes=notes,
        n_used=used,
        method="T3",
    )


def pearson_tests(counts: Counts) -> tuple[Test, Test, NDArray[np.float64]]:
    """Pearson's chi-square without and with continuity correction, and the expected counts."""
    plain = stats.chi2_contingency(counts, correction=False)
    corrected = stats.chi2_contingency(counts, correction=True)
    return (
        Test("chi_square", float(plain.statistic), int(plain.dof), float(plain.pvalue), "asymptotic"),
        Test("chi_square_corrected", float(corrected.statistic), int(corrected.dof), float(corrected.pvalue)),
        np.asarray(plain.expected_freq, dtype=np.float64),
    )


def fisher_test(counts: Counts) -> Test:
    """Fisher's exact test, two-sided by summing the tables no more likely than the one seen."""
    return Test("fisher_exact", None, None, min(1.0, float(stats.fisher_exact(counts).pvalue)), "exact")


def odds_ratio(counts: Counts, name: str) -> Effect:
    """(a d)/(b c) with Woolf's interval; with a zero cell the exact conditional interval, and no 0.5 added."""
    (a, b), (c, d) = counts.astype(float)
    value = a * d / (b * c) if b * c else None
    if (counts == 0).any():
        interval = contingency.odds_ratio(counts, kind="conditional").confidence_interval(0.95)
        high = float(interval.high)
        return Effect(
            name, value, float(interval.low), high if math.isfinite(high) else None, "exact_conditional"
        )
    assert value is not None
    half = Z * math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return Effect(name, value, value * math.exp(-half), value * math.exp(half), "woolf")


def risk_ratio(counts: Counts) -> Effect:
    """Risk of the first row over the second with the log (Katz) interval; undefined with a zero among the events."""
    (a, b), (c, d) = counts.astype(float)
    if c == 0:
        return Effect("risk_ratio", None)
    value = (a / (a + b)) / (c / (c + d))
    if a == 0:
        return Effect("risk_ratio", value)
    half = Z * math.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    return Effect("risk_ratio", value, value * math.exp(-half), value * math.exp(half), "katz")
