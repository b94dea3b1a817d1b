"""Nearest-neighbour matching by Gower distance, in blocks, with a balance table and no p values."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]
BLOCK = 256


@dataclass(frozen=True, slots=True)
class Variable:
    """A matching variable: a number or rank (distance over the range), or a category (0 or 1)."""

    name: str
    kind: Literal["number", "ordinal", "category"]


@dataclass(frozen=True, slots=True)
class Pair:
    """A treated unit and its control with their Gower distance, from 0 (alike) to 1."""

    treated: Hashable
    control: Hashable
    distance: float


@dataclass(frozen=True, slots=True)
class Balance:
    """Standardised difference of one variable or category before and after matching; None where undefined."""

    variable: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs in the order drawn, the treated left without a control, and the balance table."""

    pairs: tuple[Pair, ...]
    unmatched: tuple[Hashable, ...]
    balance: tuple[Balance, ...]


def match_nearest(
    treated: pd.DataFrame,
    controls: pd.DataFrame,
    variables: Sequence[Variable],
    *,
    ratio: int = 1,
    replacement: bool = False,
    caliper: float | None = None,
    seed: int = 1,
) -> Matching:
    """Greedy nearest controls in seeded random order; ids are the frame indexes.

    A variable missing on either side is left out of that distance; a pair without any shared variable cannot match.
    Ties go to the control first in index order. With ``ratio`` k every treated unit gets up to k controls.
    """
    codes = _Encoded(treated, controls, variables)
    order = np.random.default_rng(seed).permutation(len(treated))
    free = np.ones(len(controls), dtype=bool)
    pairs: list[Pair] = []
    matched: set[int] = set()
    for start in range(0, len(order), BLOCK):
        block = order[start : start + BLOCK]
        distances = codes.distances(block)
        for row, position in zip(distances, block, strict=True):
            for _ in range(ratio):
                candidates = row if replacement else np.where(free, row, np.inf)
                best = int(np.argmin(candidates)) if candidates.size else -1
                if best < 0 or not np.isfinite(candidates[best]):
                    break
                if caliper is not None and candidates[best] > caliper:
                    break
                pairs.append(Pair(treated.index[position], controls.index[best], float(row[best])))
                matched.add(int(position))
                free[best] = False
                row[best] = np.inf
    unmatched = tuple(treated.index[i] for i in range(len(treated)) if i not in matched)
    chosen_treated = treated.loc[[pair.treated for pair in pairs]]
    chosen_controls = controls.loc[[pair.control for pair in pairs]]
    balance = tuple(
        row
        for variable in variables
        for row in _balance(variable, treated, controls, chosen_treated, chosen_controls)
    )
    return Matching(tuple(pairs), unmatched, balance)


def gower(treated: pd.DataFrame, controls: pd.DataFrame, variables: Sequence[Variable]) -> Array:
    """The full distance matrix; inf where a pair shares no variable. For small frames and tests."""
    return _Encoded(treated, controls, variables).distances(np.arange(len(treated)))


class _Encoded:
    """Both frames as numbers: values over their common range, categories as codes, missing as NaN."""

    def __init__(self, treated: pd.DataFrame, controls: pd.DataFrame, variables: Sequence[Variable]) -> None:
        left, right, kinds = [], [], []
        for variable in variables:
            a, b = treated[variable.name], controls[variable.name]
            if variable.kind == "category":
                both = pd.concat([a, b]).where(lambda column: column != "unknown")
                values = np.where(both.isna(), np.nan, pd.factorize(both, sort=True)[0].astype(float))
            else:
                values = pd.to_numeric(pd.concat([a, b])).to_numpy(dtype=float)
                known = values[np.isfinite(values)]
                span = float(np.ptp(known)) if known.size else 0.0
                values = values / span if span else np.where(np.isfinite(values), 0.0, np.nan)
            left.append(values[: len(a)])
            right.append(values[len(a) :])
            kinds.append(variable.kind == "category")
        self.left, self.right = np.array(left), np.array(right)
        self.categorical = kinds
        self.known_left, self.known_right = np.isfinite(self.left), np.isfinite(self.right)

    def distances(self, rows: NDArray[np.int64]) -> Array:
        total = np.zeros((len(rows), self.right.shape[1]))
        part: NDArray[Any]
        for k, categorical in enumerate(self.categorical):
            a, b = self.left[k, rows][:, None], self.right[k][None, :]
            part = a != b if categorical else np.abs(a - b)
            part[~self.known_left[k, rows]] = 0
            part[:, ~self.known_right[k]] = 0
            total += part
        # Variables known on both sides, counted for all pairs by one product of noughts and ones.
        shared = self.known_left[:, rows].T.astype(float) @ self.known_right.astype(float)
        np.divide(total, shared, out=total, where=shared > 0)
        total[shared == 0] = np.inf
        return total


def standardised_difference(a: NDArray[Any], b: NDArray[Any]) -> float | None:
    """Difference of means over the root of the mean variance; None without values, 0 where both are constant alike."""
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    if not a.size or not b.size:
        return None
    spread = float(np.sqrt((a.var(ddof=1 if a.size > 1 else 0) + b.var(ddof=1 if b.size > 1 else 0)) / 2))
    gap = float(a.mean() - b.mean())
    if spread == 0:
        return 0.0 if gap == 0 else None
    return gap / spread


def _balance(
    variable: Variable, treated: pd.DataFrame, controls: pd.DataFrame, one: pd.DataFrame, other: pd.DataFrame
) -> list[Balance]:
    frames = (treated, controls, one, other)
    if variable.kind != "category":
        columns = [pd.to_numeric(frame[variable.name]).to_numpy(dtype=float) for frame in frames]
        return [
            Balance(
                variable.name,
                standardised_difference(columns[0], columns[1]),
                standardised_difference(columns[2], columns[3]),
            )
        ]
    rows = []
    levels = sorted(
        {str(v) for frame in frames[:2] for v in frame[variable.name].dropna().unique() if v != "unknown"}
    )
    for level in levels:
        shares = [
            (frame[variable.name] == level)
            .astype(float)
            .where(frame[variable.name].notna() & (frame[variable.name] != "unknown"))
            .to_numpy(dtype=float)
            for frame in frames
        ]
        rows.append(
            Balance(
                f"{variable.name}={level}",
                standardised_difference(shares[0], shares[1]),
                standardised_difference(shares[2], shares[3]),
            )
        )
    return rows
