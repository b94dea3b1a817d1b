"""T5: three or more repeated scores."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from drive_evaluation.results import Comparison, Effect, PostHoc, Test
from drive_evaluation.statistics.intervals import around, kendalls_w_limits, partial_eta_squared_limits

Matrix = NDArray[np.float64]


def compare_repeated(
    scores: ArrayLike,
    names: Sequence[str],
    *,
    normality_alpha: float = 0.05,
    outlier_iqr: float = 1.5,
    posthoc: str = "mean_ranks",
    alpha: float = 0.05,
) -> Comparison:
    """Friedman or repeated-measures ANOVA on complete cases; rows are people, columns time points.

    Any time point that is not normal (Shapiro-Wilk) or has a value beyond ``outlier_iqr`` interquartile ranges
    sends the comparison to Friedman with Kendall's W; otherwise the effect is partial eta squared. Both carry an interval by
    inversion (``statistics.intervals``). Pairs carry the correction once: ``p_adjusted`` = p_raw times
    the number of pairs, capped at 1, and ``significant`` is p_raw below alpha over that number.
    """
    x = np.asarray(scores, dtype=np.float64).reshape(-1, len(names))
    x = x[np.isfinite(x).all(axis=1)]
    n, k = x.shape
    if n < 3:
        return Comparison(notes=("not_supported", "fewer_than_3_complete"), n_used=n, method="T5")
    if all(np.array_equal(x[:, 0], x[:, j]) for j in range(1, k)):
        return Comparison(notes=("no_variation",), n_used=n, method="T5")
    checks, violated = _assumptions(x, names, normality_alpha, outlier_iqr)
    wilcoxon = _wilcoxon(x, names)
    anova, eta, notes = _anova(x, alpha)
    # Only the test that the checks chose carries their branch.
    friedman = _friedman(x, "assumptions_violated" if violated else None)
    if violated or anova is None:
        statistic = friedman.statistic or 0.0
        limits = kendalls_w_limits(statistic, k - 1, n)
        effect, missing = around("kendalls_w", statistic / (n * (k - 1)), limits, "noncentral_chi_square")
        pairs = (
            _wilcoxon_pairs(wilcoxon, alpha) if posthoc == "wilcoxon" else _mean_rank_pairs(x, names, alpha)
        )
        return Comparison(
            test=friedman,
            other_tests=(*checks, *wilcoxon),
            effect=effect,
            posthoc=pairs,
            notes=missing,
            n_used=n,
            method="T5",
        )
    return Comparison(
        test=anova,
        other_tests=(*checks, friedman, *wilcoxon),
        effect=eta,
        posthoc=_t_pairs(x, names, alpha),
        notes=notes,
        n_used=n,
        method="T5",
    )


def rank_means(scores: ArrayLike) -> list[float]:
    """Mean rank of each column when every row is ranked."""
    x = np.asarray(scores, dtype=np.float64)
    return [float(value) for value in stats.rankdata(x, axis=1).mean(axis=0)]


def _assumptions(
    x: Matrix, names: Sequence[str], alpha: float, iqr_factor: float
) -> tuple[tuple[Test, ...], bool]:
    checks, violated = [], False
    for j, name in enumerate(names):
        column = x[:, j]
        q1, q3 = np.quantile(column, [0.25, 0.75])
        reach = iqr_factor * (q3 - q1)
        outliers = int(((column < q1 - reach) | (column > q3 + reach)).sum())
        if np.ptp(column) == 0:
            checks.append(
                Test("shapiro_wilk", None, None, None, None, {"timepoint": name, "outliers": outliers})
            )
            violated = True
            continue
        outcome = stats.shapiro(column[:5000])
        p = float(outcome.pvalue)
        extra = {"timepoint": name, "outliers": outliers}
        checks.append(Test("shapiro_wilk", float(outcome.statistic), None, p, None, extra))
        violated = violated or p < alpha or outliers > 0
    return tuple(checks), violated


def _friedman(x: Matrix, branch: str | None) -> Test:
    outcome = stats.friedmanchisquare(*x.T)
    return Test(
        "friedman",
        float(outcome.statistic),
        x.shape[1] - 1,
        float(outcome.pvalue),
        branch,
        {"n": [x.shape[0]]},
    )


def _mean_rank_pairs(x: Matrix, names: Sequence[str], alpha: float) -> tuple[PostHoc, ...]:
    n, k = x.shape
    means = rank_means(x)
    unit = math.sqrt(k * (k + 1) / (6 * n))
    found = []
    for i, j in combinations(range(k), 2):
        z = (means[i] - means[j]) / unit
        found.append((f"{names[i]}-{names[j]}", z, float(2 * stats.norm.sf(abs(z)))))
    return _corrected(found, alpha)


def _wilcoxon(x: Matrix, names: Sequence[str]) -> tuple[Test, ...]:
    tests = []
    for i, j in combinations(range(x.shape[1]), 2):
        difference = x[:, i] - x[:, j]
        pair = f"{names[i]}-{names[j]}"
        if not difference.any():
            tests.append(Test("wilcoxon", None, None, None, "asymptotic", {"pair": pair}))
            continue
        outcome = stats.wilcoxon(difference, correction=False, method="asymptotic")
        extra = {"pair": pair, "z": float(outcome.zstatistic)}
        tests.append(
            Test("wilcoxon", float(outcome.statistic), None, float(outcome.pvalue), "asymptotic", extra)
        )
    return tuple(tests)


def _wilcoxon_pairs(tests: Sequence[Test], alpha: float) -> tuple[PostHoc, ...]:
    return _corrected(
        [(t.extra["pair"], t.statistic or 0.0, 1.0 if t.p is None else t.p) for t in tests], alpha
    )


def _t_pairs(x: Matrix, names: Sequence[str], alpha: float) -> tuple[PostHoc, ...]:
    found = []
    for i, j in combinations(range(x.shape[1]), 2):
        difference = x[:, i] - x[:, j]
        pair = f"{names[i]}-{names[j]}"
        if np.ptp(difference) == 0:
            found.append((pair, 0.0, 1.0))
            continue
        outcome = stats.ttest_rel(x[:, i], x[:, j])
        found.append((pair, float(outcome.statistic), float(outcome.pvalue)))
    return _corrected(found, alpha)


def _corrected(found: Sequence[tuple[str, float, float]], alpha: float) -> tuple[PostHoc, ...]:
    number = len(found)
    return tuple(
        PostHoc(pair, statistic, p, min(1.0, p * number), p < alpha / number) for pair, statistic, p in found
    )


def _anova(x: Matrix, alpha: float) -> tuple[Test | None, Effect | None, tuple[str, ...]]:
    n, k = x.shape
    grand = x.mean()
    ss_time = n * float(((x.mean(axis=0) - grand) ** 2).sum())
    ss_people = k * float(((x.mean(axis=1) - grand) ** 2).sum())
    ss_error = float(((x - grand) ** 2).sum()) - ss_time - ss_people
    # Fewer people than time points leave the contrasts without a covariance of full rank.
    if ss_error <= 0 or n < k:
        return None, None, ()
    f = (ss_time / (k - 1)) / (ss_error / ((n - 1) * (k - 1)))
    # Orthonormal contrasts turn sphericity into equal variances without covariance.
    contrasts = np.linalg.svd(np.eye(k) - 1 / k)[0][:, : k - 1]
    s = contrasts.T @ np.cov(x, rowvar=False) @ contrasts
    trace = float(np.trace(s))
    w = float(np.linalg.det(s)) / (trace / (k - 1)) ** (k - 1)
    df_sphericity = k * (k - 1) / 2 - 1
    factor = 1 - (2 * (k - 1) ** 2 + (k - 1) + 2) / (6 * (k - 1) * (n - 1))
    p_sphericity = float(stats.chi2.sf(-(n - 1) * factor * math.log(max(w, 1e-300)), df_sphericity))
    epsilon = trace**2 / ((k - 1) * float((s**2).sum()))
    spherical = p_sphericity >= alpha
    scale = 1.0 if spherical else epsilon
    df = ((k - 1) * scale, (n - 1) * (k - 1) * scale)
    test = Test(
        "rm_anova",
        f,
        df,
        float(stats.f.sf(f, *df)),
        "assumptions_met",
        {"mauchly_w": w, "mauchly_p": p_sphericity, "epsilon": epsilon, "n": [n]},
    )
    limits = partial_eta_squared_limits(f, df, n * (k - 1) * scale)
    effect, missing = around("partial_eta_squared", ss_time / (ss_time + ss_error), limits, "noncentral_f")
    return test, effect, (*(() if spherical else ("greenhouse_geisser",)), *missing)
