"""Simulated studies with a known truth: does a 95 % interval hold it, does a test of no difference reject it?

Each scenario draws one study and says, name by name, whether the interval held the truth (``cover``) or the test
rejected it (``level``). ``KIND`` says which bounds apply: ``exact`` procedures promise at least 95 % and at most 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.random import Generator

from drive_evaluation.results import Effect, Test
from drive_evaluation.statistics.bootstrap import mean_interval
from drive_evaluation.statistics.logistic import fit_logistic
from drive_evaluation.statistics.means import compare_means
from drive_evaluation.statistics.odds import compare_odds
from drive_evaluation.statistics.paired import compare_pairs
from drive_evaluation.statistics.ranks import compare_ranks
from drive_evaluation.statistics.repeated import compare_repeated
from drive_evaluation.statistics.survival import kaplan_meier, log_rank
from drive_evaluation.statistics.tables import compare_categories, compare_proportions

Found = dict[str, bool]


def _holds(effect: Effect | None, truth: float) -> bool:
    assert effect is not None
    low = -math.inf if effect.ci_low is None else effect.ci_low
    high = math.inf if effect.ci_high is None else effect.ci_high
    return low <= truth <= high


def _rejects(test: Test | None) -> bool:
    return test is not None and test.p is not None and test.p < 0.05


def equal_spread(rng: Generator) -> Found:
    """Two normal groups of equal spread, one standard deviation apart for the intervals, alike for the tests."""
    a, b = rng.normal(1, 1, 40), rng.normal(0, 1, 60)
    apart, alike = compare_means(a, b), compare_means(a - 1, b)
    return {
        "T1 difference in means, equal spread cover": _holds(apart.effect, 1),
        "T1 Hedges g cover": _holds(apart.other_effects[0], 1),
        "T1 t test, equal spread level": _rejects(alike.test),
    }


def unequal_spread(rng: Generator) -> Found:
    """Two normal groups, the smaller one with three times the spread: the branch must go to Welch."""
    found = compare_means(rng.normal(2, 3, 30), rng.normal(2, 1, 70))
    return {
        "T1 difference in means, unequal spread cover": _holds(found.effect, 0),
        "T1 t test, unequal spread level": _rejects(found.test),
    }


def pairs(rng: Generator) -> Found:
    """120 pairs with as many starts as stops."""
    found = compare_pairs(*(int(k) for k in rng.multinomial(120, [0.4, 0.15, 0.15, 0.3])))
    return {
        "T2 difference of proportions cover": _holds(found.effect, 0),
        "T2 odds ratio of discordant pairs, exact cover": _holds(found.other_effects[0], 1),
        "T2 McNemar, exact level": _rejects(found.test),
        "T2 McNemar, asymptotic level": _rejects(found.other_tests[0]),
    }


def proportions(rng: Generator) -> Found:
    """Two groups of 90 and 110 with the same share for the tests; odds ratio 2.25 for the intervals."""
    same = [[int(k), n - int(k)] for n, k in ((90, rng.binomial(90, 0.4)), (110, rng.binomial(110, 0.4)))]
    apart = [[int(k), n - int(k)] for n, k in ((90, rng.binomial(90, 0.6)), (110, rng.binomial(110, 0.4)))]
    null, found = compare_proportions(same), compare_proportions(apart)
    fisher = next(t for t in (null.test, *null.other_tests) if t is not None and t.name == "fisher_exact")
    return {
        "T3 odds ratio cover": _holds(found.effect, 2.25),
        "T3 risk ratio cover": _holds(found.other_effects[0], 1.5),
        "T3 chi-square level": _rejects(null.test),
        "T3 Fisher, exact level": _rejects(fisher),
    }


def strata(rng: Generator) -> Found:
    """Three sites with different shares and one odds ratio of 2 between control and Drive, or of 1."""
    tables: dict[float, list[list[list[int]]]] = {1.0: [], 2.0: []}
    for share in (0.2, 0.35, 0.5):
        for ratio, made in tables.items():
            odds = ratio * share / (1 - share)
            yes = int(rng.binomial(70, odds / (1 + odds))), int(rng.binomial(50, share))
            made.append([[yes[0], 70 - yes[0]], [yes[1], 50 - yes[1]]])
    return {
        "T4 Mantel-Haenszel odds ratio cover": _holds(compare_odds(tables[2.0], stratified=True).effect, 2),
        "T4 Mantel-Haenszel test level": _rejects(compare_odds(tables[1.0], stratified=True).test),
        "T4 crude test level": _rejects(compare_odds(tables[1.0][:1], stratified=False).test),
    }


def repeated(rng: Generator) -> Found:
    """Sixty people three times without change: skewed scores for Friedman, normal ones for the analysis of variance."""
    person = rng.normal(0, 1, (60, 1))
    skewed = compare_repeated(np.exp(person + rng.normal(0, 1, (60, 3))), ("a", "b", "c"))
    normal = compare_repeated(
        person + rng.normal(0, 1, (60, 3)), ("a", "b", "c"), outlier_iqr=100, normality_alpha=0
    )
    return {
        "T5 Friedman level": _rejects(skewed.test),
        "T5 analysis of variance level": _rejects(normal.test),
    }


def ranks(rng: Generator) -> Found:
    """Two groups of the same skewed whole numbers, with ties."""
    return {"T6 Mann-Whitney level": _rejects(compare_ranks(rng.poisson(3, 45), rng.poisson(3, 60)).test)}


def three_by_three(rng: Generator) -> Found:
    """300 people in a table with uniform margins in which the diagonal is twice as full as the rest."""
    table = rng.multinomial(300, np.where(np.eye(3), 1 / 6, 1 / 12).ravel()).reshape(3, 3)
    # Each cell is 1/9 without association: three times (1/18)² and six times (1/36)², over 1/9, over 2.
    v = math.sqrt((3 / 18**2 + 6 / 36**2) * 9 / 2)
    return {"T3 Cramér's V cover": _holds(compare_categories(table).effect, v)}


def repeated_change(rng: Generator) -> Found:
    """Sixty people three times with means 0, 0.35 and 0.7 and unit spread within a person: skewed, then normal."""
    normal = rng.normal(0, 1, (60, 1)) + rng.normal(0, 1, (60, 3)) + STEPS
    skewed = compare_repeated(np.exp(normal), ("a", "b", "c"))
    met = compare_repeated(normal, ("a", "b", "c"), outlier_iqr=100, normality_alpha=0)
    # Mean rank of a time point: one, and the chance of being above each of the others.
    ranks = [1 + sum(_above(a - b) for b in STEPS if a != b) for a in STEPS]
    spread = float(((STEPS - STEPS.mean()) ** 2).sum())
    return {
        "T5 Kendall's W cover": _holds(skewed.effect, sum((rank - 2) ** 2 for rank in ranks) / 2),
        "T5 partial eta squared cover": _holds(met.effect, spread / (spread + 2)),
    }


STEPS = np.array([0.0, 0.35, 0.7])


def _above(difference: float) -> float:
    """P(x > y) of two normal numbers of unit spread whose means lie ``difference`` apart."""
    return 0.5 + 0.5 * math.erf(difference / 2)


def ranks_apart(rng: Generator) -> Found:
    """Two normal groups 0.7 apart."""
    found = compare_ranks(rng.normal(0.7, 1, 45), rng.normal(0, 1, 60))
    return {"T6 rank-biserial correlation cover": _holds(found.effect, 2 * _above(0.7) - 1)}


def regression(rng: Generator) -> Found:
    """400 people, two predictors with log odds ratios 0.7 and 0."""
    x = np.column_stack([rng.integers(0, 2, 400), rng.normal(0, 1, 400)]).astype(float)
    y = (rng.random(400) < 1 / (1 + np.exp(0.5 - 0.7 * x[:, 0]))).astype(float)
    first, second = fit_logistic(y, x, ["a", "b"]).coefficients
    return {
        "T7 logistic profile interval cover": _holds(Effect("", 0, first.ci_low, first.ci_high), 0.7),
        "T7 Wald level": second.p < 0.05,
    }


def times(rng: Generator) -> Found:
    """Exponential times with a mean of 100 days, censored at 180."""
    t = rng.exponential(100, 120)
    groups = np.repeat(["a", "b"], 60)
    curve = kaplan_meier(np.minimum(t, 180), t <= 180)
    assert curve is not None
    _, low, high = curve.at(90)
    return {
        "Kaplan-Meier share left cover": _holds(Effect("", 0, low, high), math.exp(-0.9)),
        "Log-rank level": _rejects(log_rank(np.minimum(t, 180), t <= 180, groups)),
    }


def bootstrap(rng: Generator) -> Found:
    """The mean of 80 shares between 0 and 1, half of them at the ends, as for police incidents."""
    shares = np.where(rng.random(80) < 0.5, rng.integers(0, 2, 80), rng.beta(2, 2, 80))
    low, high = mean_interval(shares, seed=int(rng.integers(1 << 30)), resamples=500)
    return {"Bootstrap interval of a mean share cover": _holds(Effect("", 0, low, high), 0.5)}


SCENARIOS: tuple[Callable[[Generator], Found], ...] = (
    equal_spread,
    unequal_spread,
    pairs,
    proportions,
    strata,
    repeated,
    ranks,
    regression,
    times,
    bootstrap,
)


BY_INVERSION: tuple[Callable[[Generator], Found], ...] = (three_by_three, repeated_change, ranks_apart)
"""Intervals by inversion. They draw from a stream of their own, so that they leave the studies of the others as they were."""


def simulate(simulations: int, seed: int) -> dict[str, float]:
    """Percent of studies in which each interval held the truth or each test rejected it."""
    counts: dict[str, int] = {}
    for scenarios in (SCENARIOS, BY_INVERSION):
        rng = np.random.default_rng(seed)
        for _ in range(simulations):
            for scenario in scenarios:
                for name, yes in scenario(rng).items():
                    counts[name] = counts.get(name, 0) + bool(yes)
    return {name: 100 * count / simulations for name, count in counts.items()}


def outside(found: Mapping[str, float], slack: float = 0.0) -> list[str]:
    """Names outside their bounds: cover 93.5 to 96.5 %, level 4 to 6 %; exact ones only on the side they promise.

    ``slack`` in percentage points widens the bounds for runs smaller than 2,000 studies.
    """
    wrong = []
    for name, percent in found.items():
        exact = "exact" in name
        low, high = (
            (93.5, 100.0 if exact else 96.5) if name.endswith("cover") else (0.0 if exact else 4.0, 6.0)
        )
        if not low - slack <= percent <= high + slack:
            wrong.append(f"{name}: {percent:.2f} % is outside {low - slack:g} to {high + slack:g}")
    return wrong
