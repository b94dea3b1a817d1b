"""T6: two independent ordinal or skewed samples."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from drive_evaluation.results import Comparison, Test
from drive_evaluation.statistics.descriptive import Numbers, numbers
from drive_evaluation.statistics.intervals import around, rank_biserial_limits

EXACT_LIMIT = 20


def mean_ranks(first: ArrayLike, second: ArrayLike) -> tuple[float | None, float | None]:
    """Mean rank of each group in the pooled sample; None for an empty group."""
    a, b = numbers(first), numbers(second)
    ranks = stats.rankdata(np.concatenate([a, b]))
    return (
        float(ranks[: a.size].mean()) if a.size else None,
        float(ranks[a.size :].mean()) if b.size else None,
    )


def mann_whitney_tests(a: Numbers, b: Numbers) -> tuple[Test, ...]:
    """The asymptotic test (tie correction, no continuity correction), then the exact one where it applies."""
    na, nb = a.size, b.size
    if not na or not nb:
        return ()
    pooled = np.concatenate([a, b])
    u = float(stats.rankdata(pooled)[:na].sum() - na * (na + 1) / 2)
    total = na + nb
    _, ties = np.unique(pooled, return_counts=True)
    correction = float((ties.astype(float) ** 3 - ties).sum()) / (total * (total - 1)) if total > 1 else 0.0
    variance = na * nb / 12 * (total + 1 - correction)
    extra: dict[str, Any] = {"z": None, "n": [int(na), int(nb)]}
    if variance <= 0:
        return (Test("mann_whitney", u, None, None, "asymptotic", extra),)
    z = (u - na * nb / 2) / math.sqrt(variance)
    extra["z"] = z
    tests = [Test("mann_whitney", u, None, float(2 * stats.norm.sf(abs(z))), "asymptotic", extra)]
    if max(na, nb) <= EXACT_LIMIT and int(ties.max()) == 1:
        exact = stats.mannwhitneyu(a, b, method="exact")
        tests.append(Test("mann_whitney", u, None, float(exact.pvalue), "exact"))
    return tuple(tests)


def compare_ranks(first: ArrayLike, second: ArrayLike, *, shape_alpha: float = 0.05) -> Comparison:
    """Mann-Whitney with U of the first group, rank-biserial correlation with Newcombe's interval, judgement of shapes.

    Note ``shapes_alike`` (show medians) where Kolmogorov-Smirnov on the median-centred values gives p of at least
    ``shape_alpha``, else ``shapes_differ`` (show mean ranks); its statistic and p are in ``extra`` of the test.
    """
    a, b = numbers(first), numbers(second)
    used = int(a.size + b.size)
    if not a.size or not b.size:
        return Comparison(notes=("not_supported", "empty_group"), n_used=used, method="T6")
    tests = mann_whitney_tests(a, b)
    if tests[0].p is None:
        return Comparison(notes=("no_variation",), n_used=used, method="T6")
    with warnings.catch_warnings():
        # With many ties the exact p cannot be counted; scipy then gives the asymptotic one and says so.
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        shape = stats.ks_2samp(a - np.median(a), b - np.median(b))
    checked = {"shape_statistic": float(shape.statistic), "shape_p": float(shape.pvalue)}
    first_test = replace(tests[0], extra={**tests[0].extra, **checked})
    statistic = first_test.statistic
    assert statistic is not None
    biserial = float(2 * statistic / (a.size * b.size) - 1)
    limits = rank_biserial_limits(biserial, int(a.size), int(b.size))
    effect, missing = around("rank_biserial", biserial, limits, "newcombe")
    note = "shapes_alike" if shape.pvalue >= shape_alpha else "shapes_differ"
    return Comparison(
        test=first_test,
        other_tests=tests[1:],
        effect=effect,
        notes=(note, *missing),
        n_used=used,
        method="T6",
    )
