"""Drawing to quota: counts exact by largest remainder, order by seed; numbers with given mean, spread and median."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Array = NDArray[np.float64]


def apportion(weights: Sequence[float], total: int) -> list[int]:
    """Integer parts of ``total`` in proportion to ``weights``, by largest remainder; they add up to ``total``."""
    mass = np.asarray(weights, dtype=float)
    if total == 0 or mass.sum() == 0:
        return [0] * len(mass)
    exact = mass / mass.sum() * total
    parts = np.floor(exact).astype(int)
    short = total - int(parts.sum())
    order = sorted(range(len(mass)), key=lambda i: (-(exact[i] - parts[i]), i))
    for i in order[:short]:
        parts[i] += 1
    return [int(part) for part in parts]


def spread(rng: np.random.Generator, weights: Mapping[Any, float], total: int) -> NDArray[Any]:
    """``total`` values with exact shares, in random order. None is a value like any other (an empty cell)."""
    counts = apportion(list(weights.values()), total)
    values = np.empty(total, dtype=object)
    start = 0
    for value, count in zip(weights, counts, strict=True):
        values[start : start + count] = value
        start += count
    rng.shuffle(values)
    return values


def flags(rng: np.random.Generator, yes: int, total: int) -> NDArray[np.bool_]:
    """``total`` flags of which exactly ``yes`` are true, in random order."""
    mask = np.zeros(total, dtype=bool)
    mask[: min(yes, total)] = True
    rng.shuffle(mask)
    return mask


def numbers_with(
    rng: np.random.Generator,
    n: int,
    *,
    mean: float,
    sd: float,
    median: float,
    low: int,
    high: int,
    fixed: Sequence[int] = (),
) -> NDArray[np.int64]:
    """``n`` whole numbers such that they, together with ``fixed``, come as near as they can to the given values.

    Both ends occur where ``n`` allows. Returned in random order.
    """
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    free = _start(n, mean, sd, median, low, high)
    other = np.asarray(fixed, dtype=float)
    free = _climb(free, other, mean, sd, median, low, high)
    rng.shuffle(free)
    return free.astype(np.int64)


def _start(n: int, mean: float, sd: float, median: float, low: int, high: int) -> Array:
    lower, upper = (n + 1) // 2, n // 2
    u = np.linspace(0, 1, lower) if lower > 1 else np.array([1.0])
    v = np.linspace(0, 1, upper + 1)[1:] if upper else np.array([])

    def build(shape: Array) -> Array:
        left = low + (median - low) * u ** np.exp(shape[0])
        right = median + (high - median) * v ** np.exp(shape[1])
        return np.asarray(np.concatenate([left, right]))

    def gap(shape: Array) -> Array:
        x = build(shape)
        return np.array([x.mean() - mean, (x.std(ddof=1) if n > 1 else sd) - sd])

    fit = optimize.least_squares(gap, np.array([-0.5, 1.0]), bounds=([-4, -4], [4, 6]))
    return np.asarray(np.clip(np.round(build(fit.x)), low, high), dtype=float)


def _climb(free: Array, fixed: Array, mean: float, sd: float, median: float, low: int, high: int) -> Array:
    """Single steps of one that bring mean and spread nearer without moving a value across the median."""
    keep = np.zeros(len(free), dtype=bool)
    if len(free) > 3:
        keep[[int(free.argmin()), int(free.argmax())]] = True
        free[int(free.argmin())], free[int(free.argmax())] = low, high
        if len(free) % 2:
            keep[len(free) // 2] = True
    total = len(free) + len(fixed)

    def loss(s1: Array | float, s2: Array | float) -> Array:
        m = np.asarray(s1) / total
        variance = np.maximum(np.asarray(s2) - total * m**2, 0) / max(total - 1, 1)
        return np.asarray((m - mean) ** 2 + (np.sqrt(variance) - sd) ** 2)

    for _ in range(6 * len(free) + 200):
        s1 = float(free.sum() + fixed.sum())
        s2 = float((free**2).sum() + (fixed**2).sum())
        now = float(loss(s1, s2))
        best, where, move = now, -1, 0.0
        for step in (1.0, -1.0):
            allowed = ~keep & (free + step >= low) & (free + step <= high)
            allowed &= ((free < median) == (free + step < median)) & (
                (free > median) == (free + step > median)
            )
            losses = np.where(allowed, loss(s1 + step, s2 + 2 * step * free + 1), np.inf)
            i = int(losses.argmin())
            if losses[i] < best - 1e-12:
                best, where, move = float(losses[i]), i, step
        if where < 0:
            break
        free[where] += move
    return free


def lift_median(free: NDArray[np.int64], fixed: NDArray[np.int64], median: float) -> NDArray[np.int64]:
    """Raise the joint median to ``median`` by steps of one just below it, each paid for by a step well above it."""
    values = free.copy()
    for _ in range(len(values)):
        if np.median(np.concatenate([values, fixed])) >= median:
            break
        below, above = np.flatnonzero(values < median), np.flatnonzero(values > median + 3)
        i = below[values[below].argmax()]
        gain = int(np.ceil(median)) - int(values[i])
        values[i] += gain
        values[above[:gain]] -= 1
    return values


def sums_to(rng: np.random.Generator, n: int, total: int, low: int, high: int) -> NDArray[np.int64]:
    """``n`` whole numbers between the limits that add up to ``total``, spread around their mean."""
    if n == 0:
        return np.zeros(0, dtype=np.int64)
    values = np.clip(rng.poisson(total / n, n), low, high).astype(np.int64)
    while (gap := total - int(values.sum())) != 0:
        step = 1 if gap > 0 else -1
        room = np.flatnonzero(values < high if step > 0 else values > low)
        if not len(room):
            raise ValueError(f"{n} numbers from {low} to {high} cannot add up to {total}")
        chosen = rng.choice(room, size=min(abs(gap), len(room)), replace=False)
        values[chosen] += step
    return values


def days_between(rng: np.random.Generator, first: dt.date, last: dt.date, n: int) -> list[dt.date]:
    """``n`` days from ``first`` to ``last``, both included."""
    offsets = rng.integers(0, (last - first).days + 1, n)
    return [first + dt.timedelta(days=int(offset)) for offset in offsets]


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day of an earlier month, at most the 28th, so that completed months are unambiguous."""
    index = day.year * 12 + day.month - 1 - months
    return dt.date(index // 12, index % 12 + 1, min(day.day, 28))
