"""Invented people and their links, shared by the three cohorts. Ids are drawn, so no order can be read from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Frame = Any
"""A data frame with object columns of dates, which the stubs of pandas cannot describe."""


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """``numpy.where`` for columns that mix text, dates and None."""
    return np.where(condition, yes, no)


TYPES = ("physical", "sexual", "hs", "jcc")


def ids(rng: np.random.Generator, prefix: str, n: int) -> list[str]:
    """``n`` distinct pseudonyms that begin with ``prefix``; the prefix says that the person is synthetic."""
    numbers = rng.permutation(max(n * 10, 1000))[:n]
    return [f"{prefix}-{number:06d}" for number in numbers]


def both(*parts: Mapping[str, Any]) -> pd.DataFrame:
    """Rows of several column mappings on top of each other."""
    return pd.concat([pd.DataFrame(dict(part)) for part in parts], ignore_index=True)


def abuse_rows(
    links: pd.DataFrame,
    informant: str,
    timepoint: str,
    dates: Any,
    severity: Mapping[str, NDArray[Any]],
    lookback: int,
) -> pd.DataFrame:
    """Rows of ``abuse`` for links: ``severity`` per type, ``used`` for a use of unknown level, None for no row."""
    frames = []
    for kind in TYPES:
        level = np.asarray(severity[kind], dtype=object)
        frame = pd.DataFrame(
            {
                "perpetrator_id": links["perpetrator_id"].to_numpy(),
                "victim_id": links["victim_id"].to_numpy(),
                "informant": informant,
                "timepoint": timepoint,
                "date": dates,
                "abuse_type": kind,
                "used": np.where(level == "none", "no", np.where(level == "unknown", "unknown", "yes")),
                "severity": np.where(level == "used", "unknown", level),
                "lookback_months": lookback,
            }
        )
        frames.append(frame[[value is not None for value in level]])
    return pd.concat(frames, ignore_index=True)


def random_levels(rng: np.random.Generator, n: int, used: float, unknown: float = 0.08) -> NDArray[Any]:
    """Severity at one time point: used with the given chance, some unknown, some without a row."""
    draw = rng.random(n)
    level = rng.choice(["standard", "moderate", "high"], n, p=[0.2, 0.3, 0.5]).astype(object)
    level[draw >= used] = "none"
    level[rng.random(n) < unknown] = "unknown"
    level[rng.random(n) < 0.04] = None
    level[(rng.random(n) < 0.03) & np.isin(level, ["standard", "moderate", "high"])] = "used"
    return np.asarray(level)


def later_levels(
    rng: np.random.Generator, before: NDArray[Any], stop: float, start: float, down: float
) -> NDArray[Any]:
    """Severity at a later point: use stops, starts or falls a level with the given chances."""
    order = {"standard": "none", "moderate": "standard", "high": "moderate"}
    after = before.copy()
    draw = rng.random(len(before))
    for i, level in enumerate(before):
        if level in order:
            after[i] = "none" if draw[i] < stop else order[level] if draw[i] < stop + down else level
        elif level == "none" and draw[i] < start:
            after[i] = "standard"
    after[rng.random(len(before)) < 0.06] = "unknown"
    return after


def arrange(
    pairs: Mapping[tuple[Any, Any], int], n: int, rng: np.random.Generator
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two aligned columns with the given pair counts, filled up with None to ``n`` and shuffled together."""
    first, second = np.empty(n, dtype=object), np.empty(n, dtype=object)
    position = 0
    for (a, b), count in pairs.items():
        first[position : position + count], second[position : position + count] = a, b
        position += count
    order = rng.permutation(n)
    return first[order], second[order]
