"""Percentile bootstrap of a mean, by person."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from drive_evaluation.statistics.descriptive import numbers

RESAMPLES = 2000


def mean_interval(
    values: ArrayLike, *, seed: int, resamples: int = RESAMPLES
) -> tuple[float | None, float | None]:
    """95 % percentile interval of the mean; None for fewer than two values."""
    x = numbers(values)
    if x.size < 2:
        return None, None
    generator = np.random.default_rng(seed)
    means = np.empty(resamples)
    # In blocks, so that memory stays flat for large samples.
    block = max(1, 2_000_000 // x.size)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        means[start : start + size] = x[generator.integers(0, x.size, (size, x.size))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)
