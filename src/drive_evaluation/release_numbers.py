"""Numbers of a release that are no counts: coarse enough that nobody can work back to the counts behind them.

A mean printed to all its digits is a fraction whose denominator is the number of people; a chi-square of known margins
has one table. Three digits tell a reader what there is to know and leave many tables and many numbers of people.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DIGITS = 3
P_DECIMALS = 3
TINY_P = 0.0005
"""Stands for every p below .001, which a report prints as ``<.001``."""
FITS = frozenset({"log_likelihood", "bic", "aic", "adjusted_bic"})
"""Compared by their differences, so they keep one decimal whatever their size."""


def coarse(value: float, name: str = "") -> float:
    """``value`` to three significant digits, or to one decimal where it says how well a model fits."""
    if name in FITS:
        return round(value, 1)
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, DIGITS - 1 - math.floor(math.log10(abs(value))))


def released_p(p: float) -> float:
    """p to three decimals."""
    return round(p, P_DECIMALS) if p >= 10**-P_DECIMALS else TINY_P


def released_test(test: Mapping[str, Any], round_to: int) -> dict[str, Any]:
    """A test in the result format as it may leave: p to three decimals, group sizes and large df as counts are rounded."""
    released = dict(test)
    for name, value in test.items():
        if name == "p" and value is not None:
            released[name] = released_p(value)
        elif name == "df":
            released[name] = _df(value, round_to)
        elif name == "n":
            released[name] = [_to_nearest(size, round_to) for size in value]
        elif name == "outliers":
            released[name] = None  # how many people lie far out is a count of few
        elif name in ("strata", "draws"):
            released[name] = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            released[name] = coarse(float(value))
    return released


def released_effect(effect: Mapping[str, Any]) -> dict[str, Any]:
    """An effect in the result format, its value and interval to three digits."""
    return {name: coarse(value) if isinstance(value, float) else value for name, value in effect.items()}


def _df(value: Any, round_to: int) -> Any:
    """Degrees of freedom of a table stay; those that tell the number of people are rounded as it is."""
    if isinstance(value, (list, tuple)):
        return [_df(item, round_to) for item in value]
    if value is None or value < 2 * round_to:
        return value if value is None or float(value).is_integer() else coarse(value)
    return _to_nearest(value, round_to)


def _to_nearest(value: float, base: int) -> int:
    return math.floor(value / base + 0.5) * base
