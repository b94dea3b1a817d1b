"""Latent classes of categorical items: EM over response patterns, many starts at once, missing by full information.

Ours because the alternatives fit one start at a time on the raw rows. Starts run as one batch of matrix products on
the distinct patterns, with SQUAREM steps that fall back to plain EM wherever they would lower the likelihood. StepMix
is the independent check in the tests.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

Array = NDArray[np.float64]

TOLERANCE = 1e-10
SAME_OPTIMUM = 1e-4
STARTS_AT_BEST = 5
MAX_CYCLES = 20_000
FLOOR = 1e-12
# Starts nearer to each other than this stand for one optimum, and the first of them is taken, whatever rounding
# put at the top.
AS_GOOD = 1e-6
# No probability of the solution moves more than this in an EM step, where that is reached in so many cycles.
STILL = 1e-13
SETTLING_CYCLES = 5_000


@dataclass(frozen=True, slots=True)
class LatentClasses:
    """A fitted model. Classes are ordered by size, largest first.

    ``probabilities`` is class × item, the probability of the last category of the item (for binary items, present).
    ``best_found`` is the number of starts that reached the best log-likelihood within 1e-4; below five the model is
    not trusted (``trusted`` false). ``entropy`` is the relative entropy, 1 for certain membership. Where ``identified``
    is false, other sizes and probabilities have the same likelihood: the likelihood may be told, the classes may not.
    """

    classes: int
    n: int
    n_missing: int
    log_likelihood: float
    parameters: int
    aic: float
    bic: float
    adjusted_bic: float
    entropy: float | None
    sizes: tuple[float, ...]
    probabilities: tuple[tuple[float, ...], ...]
    theta: Array
    posterior: Array
    starts: int
    best_found: int
    converged: bool
    identified: bool

    @property
    def trusted(self) -> bool:
        """Whether the best optimum was found again often enough and the search converged."""
        return self.converged and (self.classes == 1 or self.best_found >= min(STARTS_AT_BEST, self.starts))

    @property
    def modal(self) -> NDArray[np.int64]:
        """Most likely class of each used row, in row order."""
        return np.asarray(self.posterior.argmax(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """Distinct response patterns as one-hot columns: missing items are all zero."""

    x: Array
    weight: Array
    member: NDArray[np.int64]
    used: NDArray[np.bool_]
    widths: tuple[int, ...]

    @property
    def n(self) -> float:
        return float(self.weight.sum())


def _patterns(items: ArrayLike, categories: Sequence[int] | None, missing_as_category: bool) -> _Patterns:
    data = np.asarray(items, dtype=np.float64)
    if data.ndim == 1:
        data = data[:, None]
    widths = list(categories) if categories is not None else [2] * data.shape[1]
    if missing_as_category:
        data = np.where(np.isfinite(data), data, np.asarray(widths, dtype=float)[None, :])
        widths = [width + 1 for width in widths]
    used = np.isfinite(data).any(axis=1)
    filled = np.where(np.isfinite(data[used]), data[used], -1).astype(np.int64)
    distinct, member, counts = np.unique(filled, axis=0, return_inverse=True, return_counts=True)
    columns = [
        (distinct[:, j][:, None] == np.arange(width)[None, :]).astype(float) for j, width in enumerate(widths)
    ]
    return _Patterns(
        np.concatenate(columns, axis=1) if columns else np.zeros((len(distinct), 0)),
        counts.astype(float),
        np.asarray(member).ravel().astype(np.int64),
        used,
        tuple(widths),
    )


def _groups(widths: Sequence[int]) -> Array:
    """Item × column indicator, so that sums within an item are one product."""
    matrix = np.zeros((len(widths), sum(widths)))
    start = 0
    for j, width in enumerate(widths):
        matrix[j, start : start + width] = 1
        start += width
    return matrix


def _over_classes(joint: Array, combine: np.ufunc) -> Array:
    """``combine.reduce`` over the last axis, in numpy's own order, which for fewer than eight is from left to right.

    A reduction of so few numbers costs numpy more than the numbers; slice by slice it runs over all patterns at once.
    """
    classes = joint.shape[2]
    if classes >= 8:
        return np.asarray(combine.reduce(joint, axis=2))
    total = joint[:, :, 0].copy()
    for k in range(1, classes):
        combine(total, joint[:, :, k], out=total)
    return total


class _Search:
    """EM on a batch of starts: ``pi`` is start × class, ``theta`` start × class × column."""

    def __init__(self, patterns: _Patterns) -> None:
        self.patterns = patterns
        self.groups = _groups(patterns.widths)
        self.weighted = patterns.x * patterns.weight[:, None]

    def joint(self, pi: Array, theta: Array) -> Array:
        """Log joint density, pattern × start × class: one product over all starts."""
        starts, classes, columns = theta.shape
        log_theta = np.log(np.maximum(theta, FLOOR)).reshape(starts * classes, columns)
        product = (self.patterns.x @ log_theta.T).reshape(-1, starts, classes)
        product += np.log(np.maximum(pi, FLOOR))[None]
        return np.asarray(product)

    def posterior(self, pi: Array, theta: Array) -> tuple[Array, Array]:
        """Class membership (pattern × start × class) and log-likelihood per start."""
        joint = self.joint(pi, theta)
        top = _over_classes(joint, np.maximum)[:, :, None]
        np.subtract(joint, top, out=joint)
        np.exp(joint, out=joint)
        total = _over_classes(joint, np.add)[:, :, None]
        joint /= total
        log_likelihood = self.patterns.weight @ (np.log(total) + top)[:, :, 0]
        return joint, log_likelihood

    def step(self, pi: Array, theta: Array) -> tuple[Array, Array, Array]:
        """One EM step; the log-likelihood returned is that of the parameters given."""
        member, log_likelihood = self.posterior(pi, theta)
        flat = member.reshape(len(member), -1)
        new_pi = (self.patterns.weight @ flat).reshape(pi.shape) / self.patterns.n
        counts = (flat.T @ self.weighted).reshape(theta.shape)
        observed = np.matmul(np.matmul(counts, self.groups.T), self.groups)
        new_theta = np.where(observed > FLOOR, counts / np.maximum(observed, FLOOR), theta)
        return new_pi, new_theta, log_likelihood

    def project(self, pi: Array, theta: Array) -> tuple[Array, Array]:
        """Back into the simplex after an extrapolation."""
        pi = np.clip(pi, FLOOR, 1)
        theta = np.clip(theta, FLOOR, 1)
        within = np.matmul(np.matmul(theta, self.groups.T), self.groups)
        return pi / pi.sum(axis=1, keepdims=True), theta / within

    def run(self, pi: Array, theta: Array, tolerance: float) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
        """Iterate every start until its log-likelihood moves less than ``tolerance`` in a cycle of EM steps."""
        starts = len(pi)
        best_pi, best_theta = pi.copy(), theta.copy()
        reached = np.full(starts, -np.inf)
        done = np.zeros(starts, dtype=bool)
        active = np.arange(starts)
        for _ in range(MAX_CYCLES):
            pi0, theta0 = best_pi[active], best_theta[active]
            pi1, theta1, ll0 = self.step(pi0, theta0)
            pi2, theta2, ll1 = self.step(pi1, theta1)
            r_pi, r_theta = pi1 - pi0, theta1 - theta0
            v_pi, v_theta = pi2 - pi1 - r_pi, theta2 - theta1 - r_theta
            r_norm = (r_pi**2).sum(axis=1) + (r_theta**2).sum(axis=(1, 2))
            v_norm = (v_pi**2).sum(axis=1) + (v_theta**2).sum(axis=(1, 2))
            alpha = -np.sqrt(r_norm / np.maximum(v_norm, 1e-300))
            alpha = np.clip(alpha, -1e4, -1.0)
            a1, a2 = alpha[:, None], alpha[:, None, None]
            try_pi, try_theta = self.project(
                pi0 - 2 * a1 * r_pi + a1**2 * v_pi, theta0 - 2 * a2 * r_theta + a2**2 * v_theta
            )
            try_pi, try_theta, ll_try = self.step(try_pi, try_theta)
            worse = ~(ll_try >= ll1)
            try_pi[worse], try_theta[worse] = pi2[worse], theta2[worse]
            best_pi[active], best_theta[active] = try_pi, try_theta
            now = np.where(worse, ll1, ll_try)
            still = np.abs(now - reached[active]) >= tolerance
            still |= np.abs(ll1 - ll0) >= tolerance
            reached[active] = now
            done[active[~still]] = True
            active = active[still]
            if not active.size:
                break
        _, final = self.posterior(best_pi, best_theta)
        return best_pi, best_theta, final, done

    def settle(self, pi: Array, theta: Array) -> tuple[Array, Array]:
        """Go on from one solution until its parameters stand still, and not its likelihood alone.

        At its top the likelihood is flat: where it moves by 1e-10, probabilities still move by 1e-9 and more, and the
        cycle in which it stops moving depends on how the processor sums. An extrapolation after which the
        next EM step is longer than before is taken back.
        """
        shortest = np.inf
        plain = pi, theta
        for _ in range(SETTLING_CYCLES):
            pi1, theta1, _ = self.step(pi, theta)
            pi2, theta2, _ = self.step(pi1, theta1)
            # The second step tells: what was extrapolated out of the simplex moves in the first whatever is reached.
            length = max(float(np.abs(pi2 - pi1).max()), float(np.abs(theta2 - theta1).max()))
            if length < STILL:
                return pi2, theta2
            if length > shortest:
                (pi, theta), shortest = plain, np.inf
                continue
            shortest, plain = length, (pi2, theta2)
            r_pi, r_theta = pi1 - pi, theta1 - theta
            v_pi, v_theta = pi2 - pi1 - r_pi, theta2 - theta1 - r_theta
            r_norm = float((r_pi**2).sum() + (r_theta**2).sum())
            v_norm = float((v_pi**2).sum() + (v_theta**2).sum())
            alpha = min(max(1.0, math.sqrt(r_norm / max(v_norm, 1e-300))), 1e4)
            pi, theta = self.project(
                pi + 2 * alpha * r_pi + alpha**2 * v_pi, theta + 2 * alpha * r_theta + alpha**2 * v_theta
            )
        return plain


def fit_classes(
    items: ArrayLike,
    classes: int,
    *,
    seed: int,
    starts: int = 20,
    tolerance: float = TOLERANCE,
    categories: Sequence[int] | None = None,
    missing_as_category: bool = False,
    settled: bool = True,
) -> LatentClasses | None:
    """Fit ``classes`` latent classes to rows × items of category codes 0, 1, … (NaN is missing).

    Rows without any answer are left out and counted. None where there are no rows. Same seed, same result, and on
    another processor the same to 1e-9, unless classes are not ``identified``. ``settled`` false is for who wants the
    likelihood alone.
    """
    patterns = _patterns(items, categories, missing_as_category)
    if not patterns.n:
        return None
    generator = np.random.default_rng([seed, classes])
    number = 1 if classes == 1 else starts
    pi = generator.dirichlet(np.full(classes, 4.0), size=number)
    raw = generator.uniform(0.15, 0.85, (number, classes, sum(patterns.widths)))
    search = _Search(patterns)
    pi, theta = search.project(pi, raw)
    # The products are too thin for several threads: they would wait for each other, and sum in another order.
    with threadpool_limits(limits=1, user_api="blas"):
        pi, theta, log_likelihoods, done = search.run(pi, theta, tolerance)
        top = log_likelihoods.max()
        best = int(np.argmax(log_likelihoods >= top - AS_GOOD))
        solution = pi[best : best + 1], theta[best : best + 1]
        if settled and _told_apart(patterns, classes):
            solution = search.settle(*solution)
        found = int((log_likelihoods >= top - SAME_OPTIMUM).sum())
        return _result(search, solution[0][0], solution[1][0], number, found, bool(done[best]))


def _result(
    search: _Search, pi: Array, theta: Array, starts: int, found: int, converged: bool
) -> LatentClasses:
    patterns = search.patterns
    # Largest class first; equal sizes by profile, so that labels do not switch between runs.
    order = sorted(range(len(pi)), key=lambda k: (-round(float(pi[k]), 9), tuple(np.round(theta[k], 6))))
    pi, theta = pi[order], theta[order]
    member, ll = search.posterior(pi[None], theta[None])
    posterior = member[:, 0][patterns.member]
    n, k = patterns.n, len(pi)
    log_likelihood = float(ll[0])
    parameters = _parameters(patterns, k)
    last = np.cumsum(patterns.widths) - 1
    entropy = None
    if k > 1:
        spread = -(member[:, 0] * np.log(np.maximum(member[:, 0], 1e-300))).sum(axis=1) @ patterns.weight
        entropy = 1 - float(spread) / (n * math.log(k))
    return LatentClasses(
        classes=k,
        n=int(n),
        n_missing=int((~patterns.used).sum()),
        log_likelihood=log_likelihood,
        parameters=parameters,
        aic=-2 * log_likelihood + 2 * parameters,
        bic=-2 * log_likelihood + parameters * math.log(n),
        adjusted_bic=-2 * log_likelihood + parameters * math.log((n + 2) / 24),
        entropy=entropy,
        sizes=tuple(float(value) for value in pi),
        probabilities=tuple(tuple(float(v) for v in row) for row in theta[:, last]),
        theta=theta,
        posterior=posterior,
        starts=starts,
        best_found=found,
        converged=converged,
        identified=_told_apart(patterns, k),
    )


def _parameters(patterns: _Patterns, classes: int) -> int:
    """Free parameters: shares of classes and, in each, the chances of every item's answers."""
    return classes - 1 + classes * sum(width - 1 for width in patterns.widths)


def _told_apart(patterns: _Patterns, classes: int) -> bool:
    """Whether items like these can tell so many classes apart, however many people answer.

    The chances of all answers cannot fix more parameters than there are free chances. Where the count allows it, binary
    items do fix them, but for three classes of four items (Goodman 1974; that no other number of items is such an
    exception: Catalisano, Geramita and Gimigliano 2011).
    """
    return _parameters(patterns, classes) < math.prod(patterns.widths) and (
        classes != 3 or patterns.widths != (2, 2, 2, 2)
    )


@dataclass(frozen=True, slots=True)
class BootstrapRatio:
    """Bootstrap likelihood-ratio test of k − 1 against k classes: observed −2 log ratio and bootstrap p."""

    classes: int
    statistic: float
    p: float
    draws: int


def bootstrap_ratio(
    items: ArrayLike,
    smaller: LatentClasses,
    larger: LatentClasses,
    *,
    seed: int,
    draws: int = 99,
    starts: int = 20,
    progress: Callable[[str], None] | None = None,
) -> BootstrapRatio:
    """Draw from the smaller binary model with the same missing pattern, refit both, compare the ratios."""
    data = np.asarray(items, dtype=np.float64)
    data = data[np.isfinite(data).any(axis=1)]
    statistic = 2 * (larger.log_likelihood - smaller.log_likelihood)
    generator = np.random.default_rng([seed, larger.classes, 7])
    probability = np.asarray(smaller.probabilities)
    as_large = 0
    for draw in range(draws):
        if progress:
            progress(f"bootstrap likelihood ratio, {larger.classes} classes: {draw + 1} of {draws}")
        member = generator.choice(
            smaller.classes, size=len(data), p=np.asarray(smaller.sizes) / sum(smaller.sizes)
        )
        drawn = (generator.random(data.shape) < probability[member]).astype(float)
        drawn = np.where(np.isfinite(data), drawn, np.nan)
        fits = [
            fit_classes(drawn, k, seed=seed + draw, starts=starts, tolerance=1e-7, settled=False)
            for k in (smaller.classes, larger.classes)
        ]
        if fits[0] is None or fits[1] is None:
            continue
        as_large += 2 * (fits[1].log_likelihood - fits[0].log_likelihood) >= statistic
    return BootstrapRatio(larger.classes, statistic, (as_large + 1) / (draws + 1), draws)
