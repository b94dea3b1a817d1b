"""95 % intervals of effect sizes that have no closed formula, and the name and source of every interval printed.

Limits by inversion are the two values of the parameter under which the statistic seen lies at the upper and lower 2.5 %
point. Such an interval starts at nought where the test's p is above .025, not above .05: each end leaves out 2.5 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scipy import optimize, stats

from drive_evaluation.results import Effect

Limits = tuple[float | None, float | None]
TAIL = 0.025
Z = float(stats.norm.ppf(1 - TAIL))


@dataclass(frozen=True, slots=True)
class IntervalMethod:
    """How the 95 % interval of an effect is made, in words, and where the method comes from."""

    name: str
    text: str
    source: str

    @property
    def heading(self) -> str:
        """The name as it stands at the beginning of a row."""
        return self.name[:1].upper() + self.name[1:]


INTERVALS: Mapping[str, IntervalMethod] = {
    "student_t": IntervalMethod(
        "Student's t distribution",
        "Estimate ± t times its standard error, with the degrees of freedom of the branch that ran.",
        "Welch 1947 for unequal spread",
    ),
    "large_sample_normal": IntervalMethod(
        "the normal distribution",
        "Estimate ± 1.96 standard errors.",
        "Hedges and Olkin 1985",
    ),
    "wald": IntervalMethod(
        "Wald's method",
        "Difference of paired proportions ± 1.96 standard errors.",
        "Fleiss, Levin and Paik 2003",
    ),
    "clopper_pearson": IntervalMethod(
        "Clopper and Pearson's exact method",
        "Exact binomial limits of the share of starts among the discordant pairs, turned into odds.",
        "Clopper and Pearson 1934",
    ),
    "woolf": IntervalMethod("Woolf's method", "Log odds ratio ± 1.96 standard errors.", "Woolf 1955"),
    "katz": IntervalMethod("Katz's method", "Log risk ratio ± 1.96 standard errors.", "Katz et al. 1978"),
    "exact_conditional": IntervalMethod(
        "the exact conditional distribution",
        "Given the margins of the table, with 2.5 % left in each tail; used where a cell is nought.",
        "Cornfield 1956",
    ),
    "robins_breslow_greenland": IntervalMethod(
        "Robins, Breslow and Greenland's method",
        "Log pooled odds ratio ± 1.96 standard errors, over sites.",
        "Robins, Breslow and Greenland 1986",
    ),
    "profile_likelihood": IntervalMethod(
        "profile likelihood",
        "Values that lower twice the log-likelihood by no more than the 95 % point of chi-square.",
        "Venzon and Moolgavkar 1988",
    ),
    "profile_penalised_likelihood": IntervalMethod(
        "profile penalised likelihood",
        "The same on Firth's penalised likelihood.",
        "Heinze and Schemper 2002",
    ),
    "noncentral_f": IntervalMethod(
        "the noncentral F distribution",
        "Values of the effect under which the F seen lies at a 2.5 % point; degrees of freedom corrected as the test.",
        "Steiger 2004; Muller and Barton 1989",
    ),
    "noncentral_chi_square": IntervalMethod(
        "the noncentral chi-square distribution",
        "Values of the effect under which the chi-square seen lies at a 2.5 % point.",
        "Smithson 2003 for Cramér's V; Steiger and Fouladi 1997 for a linear function of the statistic, as Kendall's W",
    ),
    "newcombe": IntervalMethod(
        "Newcombe's method",
        "Values of P(first > second) from which the share seen is 1.96 of their own standard errors away.",
        "Newcombe 2006, method 5",
    ),
}
"""Code of an interval in the results → what it is."""


def partial_eta_squared_limits(f: float, df: tuple[float, float], people_times: float) -> Limits:
    """Limits of partial eta squared by inverting the noncentral F distribution (Steiger 2004).

    ``df`` are the degrees of freedom the test used. ``people_times`` is n (k - 1) times epsilon, where epsilon is the
    Greenhouse-Geisser factor by which df are corrected (Muller and Barton 1989), 1 without correction. In the population the
    effect is noncentrality / (noncentrality + n (k - 1)). None where F is too large to be inverted.
    """
    limits = _noncentrality(lambda nc: float(stats.ncf.cdf(f, *df, nc)), float(stats.f.sf(f, *df)), f * df[0])
    return _each(limits, lambda nc: nc / (nc + people_times))


def cramers_v_limits(chi_square: float, df: int, size: float) -> Limits:
    """Limits of Cramér's V by inverting the noncentral chi-square distribution (Smithson 2003), at most 1.

    ``size`` is n times (fewer of rows and columns - 1), so that V² is noncentrality / size.
    """
    return _each(_of_chi_square(chi_square, df), lambda nc: min(1.0, math.sqrt(nc / size)))


def kendalls_w_limits(chi_square: float, df: int, people: int) -> Limits:
    """Limits of Kendall's W by inverting the noncentral chi-square distribution of Friedman's statistic, at most 1.

    W is that statistic / (n (k - 1)). The interval is a little wide where people agree much, because ranks then vary less than
    without agreement. Resampling people was tried and refused: W is never below nought, so that samples drawn from a
    sample agree more than their people do, and of intervals by percentile or BCa few or none hold a W near nought.
    """
    return _each(_of_chi_square(chi_square, df), lambda nc: min(1.0, nc / (people * df)))


def _of_chi_square(statistic: float, df: int) -> Limits:
    p = float(stats.chi2.sf(statistic, df))
    return _noncentrality(lambda nc: float(stats.ncx2.cdf(statistic, df, nc)), p, statistic)


def _each(limits: Limits, convert: Callable[[float], float]) -> Limits:
    low, high = (None if limit is None else convert(limit) for limit in limits)
    return low, high


def around(name: str, value: float, limits: Limits, interval: str) -> tuple[Effect, tuple[str, ...]]:
    """The effect with its interval, or without one and with the note ``interval_not_found``.

    A statistic smaller than chance alone would nearly always give (p above .975) has nought for both limits; the upper
    one is then put at the estimate, so that an interval always holds its estimate.
    """
    low, high = limits
    if low is None or high is None:
        return Effect(name, value), ("interval_not_found",)
    return Effect(name, value, min(low, value), max(high, value), interval), ()


def _noncentrality(cdf: Callable[[float], float], p: float, scale: float) -> Limits:
    """The noncentralities whose distribution functions at the statistic are 97.5 and 2.5 %; nought where none is so low."""

    def limit(wanted: float) -> float | None:
        edge = max(1.0, scale)
        for _ in range(60):
            found = cdf(edge)
            if not math.isfinite(found):
                return None
            if found < wanted:
                return float(optimize.brentq(lambda nc: cdf(nc) - wanted, 0.0, edge, xtol=1e-10, rtol=1e-12))
            edge *= 2
        return None

    low = 0.0 if p >= TAIL else limit(1 - TAIL)
    high = 0.0 if p >= 1 - TAIL else limit(TAIL)
    return low, high


def rank_biserial_limits(biserial: float, first: int, second: int) -> Limits:
    """Limits of the rank-biserial correlation 2 A - 1, where A is the share of pairs won by the first group.

    Newcombe's method 5 (2006): A's own variance under each limit, after Hanley and McNeil, with the mean of the group
    sizes; so groups that do not overlap at all still have an interval. Ties make it a little wider than need be.
    """
    seen, half = (biserial + 1) / 2, (first + second) / 2 - 1

    def spread(a: float) -> float:
        shape = 1 + half * ((1 - a) / (2 - a) + a / (1 + a))
        return math.sqrt(max(0.0, a * (1 - a) * shape / (first * second)))

    def gap(a: float) -> float:
        return abs(a - seen) - Z * spread(a)

    # At 0 and 1 the spread is nought, so that the estimate itself would pass for a limit; a step inside it does not.
    inside = min(max(seen, 1e-12), 1 - 1e-12)
    low = 0.0 if seen == 0 else float(optimize.brentq(gap, 0.0, inside, xtol=1e-14))
    high = 1.0 if seen == 1 else float(optimize.brentq(gap, inside, 1.0, xtol=1e-14))
    return 2 * low - 1, 2 * high - 1
