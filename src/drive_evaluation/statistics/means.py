"""T1: two independent means."""

from __future__ import annotations

import math
import warnings
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special, stats

from drive_evaluation.results import Comparison, Effect, Test
from drive_evaluation.statistics.descriptive import Numbers, numbers
from drive_evaluation.statistics.ranks import mann_whitney_tests

Center = Literal["mean", "median", "trimmed"]
SMALLEST_GROUP = 5


def compare_means(
    first: ArrayLike, second: ArrayLike, *, levene_center: Center = "mean", levene_alpha: float = 0.05
) -> Comparison:
    """Difference of means, first minus second, by Welch's or the pooled t test.

    Levene's test (centred at ``levene_center``) below ``levene_alpha`` chooses Welch. The other t test, Levene and
    Mann-Whitney are kept beside it; the effect is the difference in means with the 95 % interval of the branch
    that ran, and Hedges g. Fewer than five in a group: no test, note ``not_supported``.
    """
    a, b = numbers(first), numbers(second)
    used = int(a.size + b.size)
    if min(a.size, b.size) < SMALLEST_GROUP:
        return Comparison(notes=("not_supported", "group_below_5"), n_used=used, method="T1")
    if a.var() == 0 and b.var() == 0:
        return Comparison(
            effect=Effect("difference_in_means", float(a.mean() - b.mean())),
            notes=("no_variation",),
            n_used=used,
            method="T1",
        )
    with warnings.catch_warnings():
        # scipy warns of cancellation where one group does not vary at all; its variance is then exactly nought.
        warnings.filterwarnings("ignore", "Precision loss occurred", RuntimeWarning)
        levene = _levene(a, b, levene_center)
        welch, pooled = _t(a, b, equal=False), _t(a, b, equal=True)
    unequal = levene.p is not None and levene.p < levene_alpha
    chosen, other = (welch, pooled) if unequal else (pooled, welch)
    difference = float(a.mean() - b.mean())
    half = _half_width(a, b, equal=not unequal)
    return Comparison(
        test=chosen,
        other_tests=(other, levene, *mann_whitney_tests(a, b)),
        effect=Effect("difference_in_means", difference, difference - half, difference + half, "student_t"),
        other_effects=(hedges_g(a, b),),
        n_used=used,
        method="T1",
    )


def _levene(a: Numbers, b: Numbers, center: Center) -> Test:
    deviations = [np.abs(x - (x.mean() if center == "mean" else np.median(x))) for x in (a, b)]
    if center != "trimmed" and all(d.var() == 0 for d in deviations):
        return Test("levene", None, (1.0, float(a.size + b.size - 2)), None, None, {"center": center})
    outcome = stats.levene(a, b, center=center)
    return Test(
        "levene",
        float(outcome.statistic),
        (1.0, float(a.size + b.size - 2)),
        float(outcome.pvalue),
        None,
        {"center": center},
    )


def _t(a: Numbers, b: Numbers, *, equal: bool) -> Test:
    outcome = stats.ttest_ind(a, b, equal_var=equal)
    name, branch = ("t_pooled", "pooled") if equal else ("t_welch", "welch")
    sizes = {"n": [int(a.size), int(b.size)]}
    return Test(name, float(outcome.statistic), float(outcome.df), float(outcome.pvalue), branch, sizes)


def _half_width(a: Numbers, b: Numbers, *, equal: bool) -> float:
    va, vb, na, nb = a.var(ddof=1), b.var(ddof=1), a.size, b.size
    if equal:
        df = float(na + nb - 2)
        se = math.sqrt(((na - 1) * va + (nb - 1) * vb) / df * (1 / na + 1 / nb))
    else:
        se = math.sqrt(va / na + vb / nb)
        df = se**4 / ((va / na) ** 2 / (na - 1) + (vb / nb) ** 2 / (nb - 1))
    return float(stats.t.ppf(0.975, df)) * se


def hedges_g(a: Numbers, b: Numbers) -> Effect:
    """Standardised mean difference with the exact small-sample correction and a normal 95 % interval."""
    na, nb = a.size, b.size
    df = na + nb - 2
    pooled = math.sqrt(((na - 1) * a.var(ddof=1) + (nb - 1) * b.var(ddof=1)) / df)
    if pooled == 0:
        return Effect("hedges_g", None)
    correction = math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)
    g = correction * float(a.mean() - b.mean()) / pooled
    se = math.sqrt((na + nb) / (na * nb) + g**2 / (2 * (na + nb)))
    z = float(stats.norm.ppf(0.975))
    return Effect("hedges_g", g, g - z * se, g + z * se, "large_sample_normal")
