"""T2: paired yes/no."""

from __future__ import annotations

import math

from scipy import stats

from drive_evaluation.results import Comparison, Effect, Test


def compare_pairs(both: int, stopped: int, started: int, neither: int) -> Comparison:
    """McNemar's test on pairs: ``stopped`` is yes then no, ``started`` no then yes.

    The exact two-sided binomial test is primary; its statistic is the smaller discordant count. The effect is the
    difference of proportions, after minus before, with its Wald interval. No discordant pair: no test.
    """
    pairs = both + stopped + started + neither
    if pairs == 0:
        return Comparison(notes=("not_supported", "no_pairs"), method="T2")
    discordant = stopped + started
    difference = (started - stopped) / pairs
    if discordant == 0:
        return Comparison(
            effect=Effect("difference_of_proportions", 0.0, None, None),
            notes=("no_discordant_pairs",),
            n_used=pairs,
            method="T2",
        )
    smaller = min(stopped, started)
    exact = min(1.0, float(stats.binomtest(smaller, discordant, 0.5).pvalue))
    chi = (stopped - started) ** 2 / discordant
    corrected = max(0, abs(stopped - started) - 1) ** 2 / discordant
    half = float(stats.norm.ppf(0.975)) * math.sqrt(discordant - (stopped - started) ** 2 / pairs) / pairs
    return Comparison(
        test=Test("mcnemar_exact", smaller, None, exact, "exact", {"n": [pairs]}),
        other_tests=(
            Test("mcnemar_asymptotic", chi, 1, float(stats.chi2.sf(chi, 1)), "asymptotic"),
            Test("mcnemar_corrected", corrected, 1, float(stats.chi2.sf(corrected, 1)), "asymptotic"),
        ),
        effect=Effect("difference_of_proportions", difference, difference - half, difference + half, "wald"),
        other_effects=(discordant_odds_ratio(stopped, started),),
        n_used=pairs,
        method="T2",
    )


def discordant_odds_ratio(stopped: int, started: int) -> Effect:
    """Odds ratio started/stopped with the exact interval from the binomial; a limit at infinity is None."""
    # Clopper-Pearson limits of the share of starts among the discordant pairs.
    least = float(stats.beta.ppf(0.025, started, stopped + 1)) if started else 0.0
    most = float(stats.beta.ppf(0.975, started + 1, stopped)) if stopped else 1.0
    low, high = (p / (1 - p) if p < 1 else None for p in (least, most))
    return Effect("odds_ratio", started / stopped if stopped else None, low, high, "clopper_pearson")
