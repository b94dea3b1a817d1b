"""T4: odds ratio, control against Drive, crude and stratified by site."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats
from statsmodels.stats.contingency_tables import StratifiedTable

from drive_evaluation.results import Comparison, Effect, Test
from drive_evaluation.statistics.tables import Counts, fisher_test, odds_ratio, pearson_tests, risk_ratio

CRUDE = "odds_ratio_control_vs_drive"
RBG = "robins_breslow_greenland"
POOLED = "odds_ratio_mantel_haenszel_control_vs_drive"


def compare_odds(tables: Sequence[ArrayLike], *, stratified: bool) -> Comparison:
    """Odds in the first row over odds in the second; each table is ((yes, no) control, (yes, no) drive).

    Crude (``stratified`` false): the tables are summed; Woolf interval. Stratified: Mantel-Haenszel over the tables
    with the Robins-Breslow-Greenland interval and Breslow-Day homogeneity. A zero cell of the summed table gives either
    one the exact conditional interval. The test is Mantel-Haenszel's chi-square
    without correction; Pearson, Fisher and Wald are kept beside it. Strata without a group or an outcome say
    nothing about the odds ratio and are left out.
    """
    counts = [np.asarray(table, dtype=np.int64) for table in tables]
    total: Counts = np.sum(counts, axis=0) if counts else np.zeros((2, 2), dtype=np.int64)
    used = int(total.sum())
    if not used or (total.sum(axis=0) == 0).any() or (total.sum(axis=1) == 0).any():
        return Comparison(notes=("not_supported", "zero_margin"), n_used=used, method="T4")
    strata = [t for t in counts if (t.sum(axis=0) > 0).all() and (t.sum(axis=1) > 0).all()]
    if not stratified:
        strata = [total]
    if not strata:
        return Comparison(notes=("not_supported", "no_informative_stratum"), n_used=used, method="T4")
    pearson, corrected, _ = pearson_tests(total)
    notes: tuple[str, ...] = ("zero_cell", "exact_conditional_ci") if (total == 0).any() else ()
    crude = odds_ratio(total, CRUDE)
    others: list[Test] = [pearson, corrected, fisher_test(total)]
    pooled_table = StratifiedTable([t.astype(float) for t in strata])
    null = pooled_table.test_null_odds(correction=False)
    test = Test(
        "mantel_haenszel",
        float(null.statistic),
        1,
        float(null.pvalue),
        "asymptotic",
        {"n": [int(row.sum()) for row in total], "strata": len(strata)},
    )
    if stratified:
        effect, pooled_notes = _pooled(pooled_table)
        if "zero_cell" in notes:
            effect = Effect(POOLED, effect.value, *exact_interval(strata), "exact_conditional")
        notes += pooled_notes
        if len(strata) > 1 and "zero_pooled_odds" not in pooled_notes:
            others.append(_breslow_day(pooled_table))
        if len(strata) < len(counts):
            notes += ("strata_left_out",)
        other_effects: tuple[Effect, ...] = (crude, risk_ratio(total))
    else:
        effect, other_effects = crude, (risk_ratio(total),)
    others.extend(_wald(effect))
    return Comparison(
        test=test,
        other_tests=tuple(others),
        effect=effect,
        other_effects=other_effects,
        notes=notes,
        n_used=used,
        method="T4",
    )


def _pooled(table: StratifiedTable) -> tuple[Effect, tuple[str, ...]]:
    cells = np.asarray(table.table)
    size = cells.sum(axis=(0, 1))
    for_value = float((cells[0, 0] * cells[1, 1] / size).sum())
    against = float((cells[0, 1] * cells[1, 0] / size).sum())
    if for_value == 0 or against == 0:
        return Effect(POOLED, 0.0 if against else None), ("zero_pooled_odds",)
    low, high = table.oddsratio_pooled_confint(0.05)
    return Effect(POOLED, float(table.oddsratio_pooled), float(low), float(high), RBG), ()


def exact_interval(strata: Sequence[Counts]) -> tuple[float | None, float | None]:
    """Exact conditional 95 % limits of an odds ratio common to all strata; a limit at infinity is None.

    Given the margins of every stratum, the sum of the first cells is a sum of noncentral hypergeometric numbers; each
    limit leaves 2.5 % in its tail. With one stratum this is the conditional interval of a single table.
    """
    log_weights, lowest, seen = np.zeros(1), 0, 0
    for (a, b), (c, d) in strata:
        first, second, yes = a + b, c + d, a + c
        values = np.arange(max(0, yes - second), min(first, yes) + 1)
        own = _log_choose(first, values) + _log_choose(second, yes - values)
        together = np.full(len(log_weights) + len(own) - 1, -np.inf)
        for shift, weight in enumerate(own):
            place = slice(shift, shift + len(log_weights))
            together[place] = np.logaddexp(together[place], log_weights + weight)
        log_weights = together
        lowest, seen = lowest + int(values[0]), seen + int(a)
    sums = lowest + np.arange(len(log_weights))

    def tail(log_odds: float, side: int) -> float:
        terms = log_weights + sums * log_odds
        terms = np.exp(terms - terms.max())
        inside = sums >= seen if side > 0 else sums <= seen
        return float(terms[inside].sum() / terms.sum()) - 0.025

    low = high = None
    if seen > sums[0]:
        low = math.exp(optimize.brentq(tail, -60, 60, args=(1,), xtol=1e-12))
    if seen < sums[-1]:
        high = math.exp(optimize.brentq(tail, -60, 60, args=(-1,), xtol=1e-12))
    return (0.0 if low is None else low), high


def _log_choose(n: int, k: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))


def _wald(effect: Effect) -> tuple[Test, ...]:
    if not effect.value or not effect.ci_low or not effect.ci_high:
        return ()
    se = float(np.log(effect.ci_high / effect.ci_low) / (2 * stats.norm.ppf(0.975)))
    z = float(np.log(effect.value)) / se
    return (Test("logit_wald", z, None, float(2 * stats.norm.sf(abs(z)))),)


def _breslow_day(table: StratifiedTable) -> Test:
    """Homogeneity of the odds ratios over strata.

    The expected count solves a quadratic; statsmodels takes the root by a difference that is 0/0 at a pooled odds ratio
    of 1 and loses all digits near it, so the same root is taken here as a quotient of sums.
    """
    cells = np.asarray(table.table, dtype=float)
    ratio = float(table.oddsratio_pooled)
    row, column, size = cells[0].sum(axis=0), cells[:, 0].sum(axis=0), cells.sum(axis=(0, 1))
    linear = size - row - column + ratio * (row + column)
    product = ratio * row * column
    expected = 2 * product / (linear + np.sqrt(linear**2 + 4 * (1 - ratio) * product))
    variance = 1 / (
        1 / expected + 1 / (row - expected) + 1 / (column - expected) + 1 / (size - row - column + expected)
    )
    statistic = float(((cells[0, 0] - expected) ** 2 / variance).sum())
    df = cells.shape[2] - 1
    return Test("breslow_day", statistic, df, float(stats.chi2.sf(statistic, df)))
