"""Times to an event with censoring: Kaplan-Meier curves and the log-rank test, from statsmodels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from drive_evaluation.results import Test

Z = float(stats.norm.ppf(0.975))


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier curve at its event times: share still without the event, standard error, number at risk.

    ``median`` is the first time at which at most half are left, None where the curve stays above.
    """

    times: tuple[float, ...]
    shares: tuple[float, ...]
    errors: tuple[float, ...]
    at_risk: tuple[int, ...]
    n: int
    events: int
    median: float | None

    def at(self, time: float) -> tuple[float, float | None, float | None]:
        """Share without the event just after ``time`` with its 95 % interval on the log-log scale."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 1.0, None, None
        share, error = self.shares[place], self.errors[place]
        if not 0 < share < 1:
            return share, None, None
        spread = Z * error / (share * abs(np.log(share)))
        return share, float(share ** np.exp(spread)), float(share ** np.exp(-spread))


def kaplan_meier(times: ArrayLike, events: ArrayLike) -> Survival | None:
    """The curve of times (0 or more) with ``events`` true where the event was seen; None without anybody.

    Greenwood's variance. Rows with a missing or negative time are left out.
    """
    t, seen = _usable(times, events)
    if not t.size:
        return None
    if not seen.any():
        return Survival((), (), (), (), int(t.size), 0, None)
    # statsmodels leaves times of nought out of its curve; a step of less than any day keeps their order.
    curve = SurvfuncRight(np.where(t == 0, 1e-9, t), seen.astype(float))
    happened = np.asarray(curve.n_events) > 0
    points = np.asarray(curve.surv_times)[happened]
    shares = np.asarray(curve.surv_prob, dtype=float)[happened]
    reached = np.flatnonzero(shares <= 0.5 + 1e-12)
    marks = np.where(points < 1e-6, 0.0, points)
    return Survival(
        tuple(float(x) for x in marks),
        tuple(float(x) for x in shares),
        tuple(float(x) for x in np.nan_to_num(np.asarray(curve.surv_prob_se, dtype=float)[happened])),
        tuple(int(x) for x in np.asarray(curve.n_risk)[happened]),
        int(t.size),
        int(seen.sum()),
        float(marks[reached[0]]) if reached.size else None,
    )


def log_rank(times: ArrayLike, events: ArrayLike, groups: ArrayLike) -> Test | None:
    """The log-rank test between groups; None unless two groups have people and an event was seen."""
    t, seen = np.asarray(times, dtype=np.float64), np.asarray(events, dtype=bool)
    group = np.asarray(groups)
    usable = np.isfinite(t) & (t >= 0)
    t, seen, group = t[usable], seen[usable], group[usable]
    names, sizes = np.unique(group, return_counts=True)
    if len(names) < 2 or not seen.any():
        return None
    try:
        statistic, p = survdiff(np.where(t == 0, 1e-9, t), seen.astype(float), group)
    except np.linalg.LinAlgError:
        return None  # nobody of one group was at risk when anything happened: there is nothing to compare
    if not np.isfinite(statistic):
        return None
    return Test("log_rank", float(statistic), len(names) - 1, float(p), "asymptotic", {"n": sizes.tolist()})


def _usable(times: ArrayLike, events: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    t, seen = np.asarray(times, dtype=np.float64).ravel(), np.asarray(events, dtype=bool).ravel()
    usable = np.isfinite(t) & (t >= 0)
    return t[usable], seen[usable]
