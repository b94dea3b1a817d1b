"""T7: logistic regression by maximum likelihood, or Firth's penalised likelihood under separation."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, stats

Matrix = NDArray[np.float64]

EVENTS_PER_PARAMETER = 10
LARGE_SE = 10.0
CHI_HALF = float(stats.chi2.ppf(0.95, 1)) / 2


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient: log odds ratio, standard error, Wald p, Holm-adjusted p and profile 95 % interval."""

    name: str
    estimate: float
    se: float
    p: float
    p_holm: float
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class LogisticFit:
    """A fitted model, or the stated reason why there is none (``supported`` false)."""

    supported: bool
    method: str
    n: int
    events: int
    log_likelihood: float | None
    coefficients: tuple[Coefficient, ...]
    notes: tuple[str, ...]

    @property
    def interval(self) -> str:
        """The code of its profile intervals."""
        return "profile_penalised_likelihood" if self.method == "logit_firth" else "profile_likelihood"


def fit_logistic(
    outcome: ArrayLike,
    predictors: ArrayLike,
    names: Sequence[str],
    *,
    check_events: bool = True,
    profile_of: Sequence[str] | None = None,
) -> LogisticFit:
    """Logistic regression of a 0/1 outcome with an intercept that is fitted but not reported.

    Separation, or a standard error above 10, changes the fit to Firth's (note ``firth``). Fewer than ten events per
    parameter: not supported. Predictors without variation are left out and noted. Profile intervals cost most of the time
    and are made for the predictors in ``profile_of`` alone where it is given.
    """
    y = np.asarray(outcome, dtype=np.float64)
    x = np.asarray(predictors, dtype=np.float64).reshape(len(y), len(names))
    complete = np.isfinite(y) & np.isfinite(x).all(axis=1)
    y, x = y[complete], x[complete]
    n, events = len(y), int(min(y.sum(), len(y) - y.sum()))
    if not n:
        return LogisticFit(False, "none", 0, 0, None, (), ("no_complete_case",))
    notes: list[str] = []
    varies = [j for j in range(x.shape[1]) if np.ptp(x[:, j]) > 0]
    if len(varies) < len(names):
        notes.append("constant_predictor_left_out")
    kept = [names[j] for j in varies]
    design = np.column_stack([np.ones(n), x[:, varies]])
    unsupported = LogisticFit(False, "none", n, events, None, (), ())
    if not kept or events == 0:
        return _because(unsupported, notes, "no_variation")
    if check_events and events < EVENTS_PER_PARAMETER * len(kept):
        return _because(unsupported, notes, "not_supported")
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return _because(unsupported, notes, "collinear")
    beta, converged = _newton(design, y, _score)
    se = _standard_errors(design, beta)
    penalised = not converged or bool((se > LARGE_SE).any())
    if penalised:
        beta, converged = _newton(design, y, _firth_score)
        se = _standard_errors(design, beta)
        notes.append("firth")
        if not converged:
            return _because(unsupported, notes, "no_convergence")
    objective = _penalised if penalised else _log_likelihood
    wald = 2 * stats.norm.sf(np.abs(beta / se))
    holm = holm_adjusted([float(p) for p in wald[1:]])
    coefficients = []
    for j, name in enumerate(kept, start=1):
        low = high = None
        if profile_of is None or name in profile_of:
            low, high = (_profile(design, y, beta, se, j, side, objective) for side in (-1, 1))
        coefficients.append(
            Coefficient(name, float(beta[j]), float(se[j]), float(wald[j]), holm[j - 1], low, high)
        )
    return LogisticFit(
        True,
        "logit_firth" if penalised else "logit_wald",
        n,
        events,
        float(_log_likelihood(design, y, beta)),
        tuple(coefficients),
        tuple(notes),
    )


def holm_adjusted(p: Sequence[float]) -> list[float]:
    """Holm's step-down adjustment, in the order given."""
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted = [0.0] * len(p)
    running = 0.0
    for rank, i in enumerate(order):
        running = max(running, min(1.0, (len(p) - rank) * p[i]))
        adjusted[i] = running
    return adjusted


def _because(fit: LogisticFit, notes: Sequence[str], reason: str) -> LogisticFit:
    return LogisticFit(False, fit.method, fit.n, fit.events, None, (), (*notes, reason))


def _probability(design: Matrix, beta: Matrix) -> Matrix:
    return np.asarray(1 / (1 + np.exp(-np.clip(design @ beta, -700, 700))), dtype=np.float64)


def _information(design: Matrix, beta: Matrix) -> Matrix:
    p = _probability(design, beta)
    return np.asarray((design.T * (p * (1 - p))) @ design, dtype=np.float64)


def _log_likelihood(design: Matrix, y: Matrix, beta: Matrix) -> float:
    eta = design @ beta
    return float((y * eta - np.logaddexp(0, eta)).sum())


def _penalised(design: Matrix, y: Matrix, beta: Matrix) -> float:
    sign, logdet = np.linalg.slogdet(_information(design, beta))
    return _log_likelihood(design, y, beta) + (0.5 * float(logdet) if sign > 0 else -math.inf)


def _score(design: Matrix, y: Matrix, beta: Matrix) -> Matrix:
    return np.asarray(design.T @ (y - _probability(design, beta)), dtype=np.float64)


def _firth_score(design: Matrix, y: Matrix, beta: Matrix) -> Matrix:
    p = _probability(design, beta)
    weight = p * (1 - p)
    root = design * np.sqrt(weight)[:, None]
    hat = np.einsum("ij,jk,ik->i", root, np.linalg.pinv(root.T @ root), root)
    return np.asarray(design.T @ (y - p + hat * (0.5 - p)), dtype=np.float64)


def _newton(
    design: Matrix,
    y: Matrix,
    score: Callable[[Matrix, Matrix, Matrix], Matrix],
    fixed: tuple[int, float] | None = None,
    start: Matrix | None = None,
) -> tuple[Matrix, bool]:
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    free = np.ones(design.shape[1], dtype=bool)
    if fixed is not None:
        beta[fixed[0]], free[fixed[0]] = fixed[1], False
    for _ in range(200):
        step = np.zeros_like(beta)
        information = _information(design, beta)[np.ix_(free, free)]
        try:
            step[free] = np.linalg.solve(information, score(design, y, beta)[free])
        except np.linalg.LinAlgError:
            return beta, False
        largest = float(np.abs(step).max())
        beta = beta + step * min(1.0, 5.0 / largest if largest else 1.0)
        if largest < 1e-11:
            return beta, True
        if np.abs(beta).max() > 40:
            return beta, False
    return beta, float(np.abs(step).max()) < 1e-7


def _standard_errors(design: Matrix, beta: Matrix) -> Matrix:
    inverse = np.linalg.pinv(_information(design, beta))
    return np.asarray(np.sqrt(np.maximum(np.diag(inverse), 1e-300)), dtype=np.float64)


def _profile(
    design: Matrix,
    y: Matrix,
    beta: Matrix,
    se: Matrix,
    j: int,
    side: int,
    objective: Callable[[Matrix, Matrix, Matrix], float],
) -> float | None:
    """One profile-likelihood limit, on the log odds scale; None where it is not found within 30 standard errors."""
    target = objective(design, y, beta) - CHI_HALF
    score = _firth_score if objective is _penalised else _score

    converged = True

    def gap(value: float) -> float:
        nonlocal converged
        fitted, found = _newton(design, y, score, fixed=(j, value), start=beta)
        converged = converged and found
        return objective(design, y, fitted) - target

    step, inner = 2.0 * float(se[j]), float(beta[j])
    for _ in range(15):
        edge = inner + side * step
        gap_at_edge = gap(edge)
        if not converged:
            return None
        if gap_at_edge < 0:
            limit = float(optimize.brentq(gap, min(inner, edge), max(inner, edge), xtol=1e-10))
            return limit if converged else None
        inner = edge
    return None
