"""Result types: one object per number group, frozen, with its base, missing count and definition."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Test:
    """One statistical test: name, statistic, degrees of freedom, two-sided p and the branch that ran.

    ``extra`` holds what only some tests have, such as ``z`` of Mann-Whitney or ``base`` of a known-only variant. Names and
    branches are those of the result format.
    """

    __test__ = False  # the name would otherwise make pytest collect it

    name: str
    statistic: float | None
    df: float | tuple[float, float] | None
    p: float | None
    branch: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The test in the result format."""
        df = list(self.df) if isinstance(self.df, tuple) else self.df
        return {
            "name": self.name,
            "statistic": self.statistic,
            "df": df,
            "p": self.p,
            "branch": self.branch,
            **self.extra,
        }


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect size with its 95 % confidence interval; limits are None where no interval is defined.

    ``interval`` is the code of the method in ``statistics.intervals.INTERVALS``, None without an interval. ``extra``
    tells effects of one name apart, such as ``adjust`` of a difference adjusted for sites.
    """

    name: str
    value: float | None
    ci_low: float | None = None
    ci_high: float | None = None
    interval: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The effect in the result format."""
        return {
            "name": self.name,
            "value": self.value,
            "ci_low": self.ci_low,
            "ci_high": self.ci_high,
            "interval": None if self.ci_low is None and self.ci_high is None else self.interval,
            **self.extra,
        }


@dataclass(frozen=True, slots=True)
class PostHoc:
    """One pairwise comparison after an overall test; the multiplicity correction is applied once."""

    pair: str
    statistic: float
    p_raw: float
    p_adjusted: float
    significant: bool

    def to_json(self) -> dict[str, Any]:
        """The comparison in the result format."""
        return {
            "pair": self.pair,
            "statistic": self.statistic,
            "p_raw": self.p_raw,
            "p_adjusted": self.p_adjusted,
            "significant": self.significant,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the test engine (T1 to T7) hands back: primary test, alternatives and checks, effects, notes."""

    test: Test | None = None
    other_tests: tuple[Test, ...] = ()
    effect: Effect | None = None
    other_effects: tuple[Effect, ...] = ()
    posthoc: tuple[PostHoc, ...] = ()
    notes: tuple[str, ...] = ()
    n_used: int = 0
    method: str = ""


READ = "read_not_computed"
"""Note of a value that the package states; it is nobody's count, and no person of the package is behind it."""
NO_TEST = Comparison(method="T8")
"""Descriptive only (T8)."""


@dataclass(frozen=True, slots=True)
class Result:
    """One number group, found by ``measure``, ``population``, ``subgroup`` and ``dimensions``.

    ``n`` and ``n_missing`` add up to the population after the subgroup. Numbers in ``values`` are unrounded;
    None means undefined, never unknown.
    """

    measure: str
    population: str
    subgroup: str
    dimensions: Mapping[str, str]
    n: int
    n_missing: int
    values: Mapping[str, Any]
    comparison: Comparison = NO_TEST
    notes: tuple[str, ...] = ()
    exhibit: str = ""

    @property
    def identity(self) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
        """The four fields that find the result; unique within a run."""
        return (self.measure, self.population, self.subgroup, tuple(sorted(self.dimensions.items())))

    @property
    def id(self) -> str:
        """The identity as one string, ``measure|population|subgroup|key=value,…``."""
        dimensions = ",".join(f"{key}={value}" for key, value in sorted(self.dimensions.items()))
        return f"{self.measure}|{self.population}|{self.subgroup}|{dimensions}"

    @property
    def definition(self) -> str:
        """The definition of the measure, as printed in the methods section of the report."""
        from drive_evaluation.definitions import MEASURES

        return MEASURES[self.measure].definition

    def with_exhibit(self, exhibit: str) -> Result:
        """The same result, marked with the exhibit it regenerates."""
        return replace(self, exhibit=exhibit)

    def to_json(self) -> dict[str, Any]:
        """The result in the result format, with undefined numbers as null."""
        comparison = self.comparison
        document: dict[str, Any] = plain(
            {
                "measure": self.measure,
                "exhibit": self.exhibit,
                "population": self.population,
                "subgroup": self.subgroup,
                "dimensions": dict(sorted(self.dimensions.items())),
                "n": self.n,
                "n_missing": self.n_missing,
                "values": self.values,
                "test": comparison.test.to_json() if comparison.test else None,
                "other_tests": [test.to_json() for test in comparison.other_tests],
                "effect": comparison.effect.to_json() if comparison.effect else None,
                "other_effects": [effect.to_json() for effect in comparison.other_effects],
                "posthoc": [pair.to_json() for pair in comparison.posthoc],
                "notes": list(dict.fromkeys((*comparison.notes, *self.notes))),
            }
        )
        return document


def plain(value: Any) -> Any:
    """Python numbers, lists and dicts only; a number that is not finite becomes None, never a silent NaN."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if math.isfinite(number) else None
    if isinstance(value, (Sequence, np.ndarray)):
        return [plain(item) for item in value]
    return str(value)


def percent(count: float, base: float) -> float | None:
    """100 × count / base, or None where the base is empty."""
    return 100.0 * float(count) / float(base) if base else None


def results_json(results: Iterable[Result]) -> str:
    """``results.json``: a JSON list, one result per line, in run order, ending in a line feed."""
    lines = [json.dumps(result.to_json(), ensure_ascii=False) for result in results]
    return "[\n" + ",\n".join(lines) + ("\n]\n" if lines else "]\n")


def write_results(results: Iterable[Result], path: Path) -> None:
    """Write ``results.json`` with line feeds on every platform."""
    path.write_text(results_json(results), encoding="utf-8", newline="\n")
