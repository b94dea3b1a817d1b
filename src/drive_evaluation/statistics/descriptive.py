"""Descriptive values of one list of numbers (T8)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]


def numbers(values: ArrayLike) -> Numbers:
    """The finite numbers of ``values``, in order."""
    array = np.asarray(values, dtype=np.float64).ravel()
    return array[np.isfinite(array)]


def describe(values: ArrayLike) -> dict[str, Any]:
    """n, mean, sd (n - 1), median, minimum, maximum and quartiles (linear); None where undefined."""
    # In order of size, so that the order of rows in a file changes no last digit.
    x = np.sort(numbers(values))
    if not x.size:
        return {"n": 0, **dict.fromkeys(("mean", "sd", "median", "min", "max", "q1", "q3"))}
    q1, median, q3 = np.quantile(x, [0.25, 0.5, 0.75])
    return {
        "n": int(x.size),
        "mean": float(x.mean()),
        "sd": float(x.std(ddof=1)) if x.size > 1 else None,
        "median": float(median),
        "min": float(x.min()),
        "max": float(x.max()),
        "q1": float(q1),
        "q3": float(q3),
    }
