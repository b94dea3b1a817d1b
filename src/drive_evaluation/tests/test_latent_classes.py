"""Latent classes against the public agreement data, StepMix, and a model that is known."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from stepmix.stepmix import StepMix

from drive_evaluation.measures.classes import label_classes
from drive_evaluation.statistics.latent_classes import (
    _over_classes,
    _patterns,
    _Search,
    bootstrap_ratio,
    fit_classes,
)

# Seven pathologists on 118 slides (Agresti, Categorical Data Analysis, table 13.1): pattern, slides.
CARCINOMA = {
    "0000000": 34, "0000100": 2, "0100000": 6, "0100001": 1, "0100100": 4, "0100101": 5, "1000000": 2,
    "1010101": 1, "1100000": 2, "1100001": 1, "1100100": 2, "1100101": 7, "1100111": 1, "1101001": 1,
    "1101101": 2, "1101111": 3, "1110101": 13, "1110111": 5, "1111101": 10, "1111111": 16,
}  # fmt: skip


def carcinoma() -> np.ndarray:
    return np.array([[float(c) for c in pattern] for pattern, n in CARCINOMA.items() for _ in range(n)])


def known_model(seed: int, n: int = 600) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = np.array([[0.9, 0.85, 0.1, 0.15, 0.9, 0.1], [0.1, 0.2, 0.85, 0.9, 0.15, 0.9]])
    member = rng.choice(2, size=n, p=[0.65, 0.35])
    data = (rng.random((n, 6)) < probability[member]).astype(float)
    data[rng.random(data.shape) < 0.1] = np.nan
    return data, probability


def test_the_public_data_give_the_known_likelihood() -> None:
    fit = fit_classes(carcinoma(), 3, seed=1)
    assert fit is not None
    assert fit.log_likelihood == pytest.approx(-293.704979, abs=1e-4)
    assert fit.bic == pytest.approx(697.1357, abs=1e-3)
    assert fit.trusted
    assert fit.identified


@pytest.mark.parametrize(
    ("data", "classes"), [(carcinoma(), 3), (carcinoma(), 4), (known_model(3, 250)[0], 3)]
)
def test_the_solution_stands_still(data: np.ndarray, classes: int) -> None:
    """What moves with the next step of the search depends on when a processor's rounding ended it."""
    fit = fit_classes(data, classes, seed=1)
    assert fit is not None
    search = _Search(_patterns(data, None, False))
    sizes, theta, _ = search.step(np.array(fit.sizes)[None], fit.theta[None])
    assert np.abs(sizes[0] - fit.sizes).max() < 1e-12
    assert np.abs(theta[0] - fit.theta).max() < 1e-12


@pytest.mark.parametrize(
    ("items", "classes", "identified"),
    [(4, 2, True), (4, 3, False), (4, 4, False), (5, 3, True), (3, 2, True)],
)
def test_more_classes_than_the_items_can_tell_apart_are_not_identified(
    items: int, classes: int, identified: bool
) -> None:
    """Beside the rank of the derivative of all chances of answers, which is what local identification means."""
    rng = np.random.default_rng(5)
    data = (rng.random((400, items)) < 0.5).astype(float)
    fit = fit_classes(data, classes, seed=1, starts=2, tolerance=1e-3, settled=False)
    assert fit is not None
    answers = np.array(list(np.ndindex(*[2] * items)))

    def chances(parameters: np.ndarray) -> np.ndarray:
        shares = np.append(parameters[: classes - 1], 1 - parameters[: classes - 1].sum())
        theta = parameters[classes - 1 :].reshape(classes, items)
        each = np.where(answers[:, None] == 1, theta[None], 1 - theta[None])
        return np.asarray(each.prod(axis=2) @ shares)

    point = np.concatenate([np.full(classes - 1, 1 / classes), rng.uniform(0.1, 0.9, classes * items)])
    steps = np.eye(point.size) * 1e-5
    slopes = np.array([(chances(point + step) - chances(point - step)) / 2e-5 for step in steps])
    assert fit.identified is identified
    assert bool(np.linalg.matrix_rank(slopes, tol=1e-7) == point.size) is identified


def test_stepmix_finds_the_same_optimum_with_missing_answers() -> None:
    data, _ = known_model(3, 250)
    ours = fit_classes(data, 2, seed=1)
    theirs = StepMix(
        n_components=2,
        measurement="binary_nan",
        n_init=5,
        abs_tol=1e-10,
        max_iter=5000,
        random_state=1,
        progress_bar=0,
    )
    with warnings.catch_warnings():
        # StepMix passes arguments that scikit-learn has deprecated; nothing of ours.
        warnings.simplefilter("ignore")
        theirs.fit(data)
    assert ours is not None
    used = np.isfinite(data).any(axis=1).sum()
    assert ours.log_likelihood == pytest.approx(float(theirs.score(data)) * len(data), abs=1e-4)
    assert ours.n == used


def test_known_classes_come_back_largest_first_and_the_same_on_every_run() -> None:
    data, probability = known_model(5)
    one, two = fit_classes(data, 2, seed=7), fit_classes(data, 2, seed=7)
    assert one is not None
    assert two is not None
    assert one.theta.tobytes() == two.theta.tobytes()
    assert one.sizes[0] == pytest.approx(0.65, abs=0.06)
    assert np.abs(np.array(one.probabilities) - probability).max() < 0.1
    assert sum(one.sizes) == pytest.approx(1)


def test_the_likelihood_never_falls_with_more_classes_and_bic_finds_the_truth() -> None:
    data, _ = known_model(9)
    fits = [fit_classes(data, k, seed=1) for k in (1, 2, 3)]
    likelihoods = [fit.log_likelihood for fit in fits if fit]
    assert likelihoods == sorted(likelihoods)
    bics = [fit.bic for fit in fits if fit]
    assert min(range(3), key=bics.__getitem__) == 1


def test_the_bootstrap_ratio_rejects_one_class_and_keeps_two() -> None:
    data, _ = known_model(11, 150)
    one, two, three = (fit_classes(data, k, seed=1, starts=10) for k in (1, 2, 3))
    assert one is not None
    assert two is not None
    assert three is not None
    assert bootstrap_ratio(data, one, two, seed=1, draws=19, starts=5).p <= 0.05
    assert bootstrap_ratio(data, two, three, seed=1, draws=19, starts=5).p > 0.05


def test_degenerate_data_have_a_stated_result() -> None:
    assert fit_classes(np.full((5, 3), np.nan), 2, seed=1) is None
    constant = fit_classes(np.ones((8, 3)), 2, seed=1)
    assert constant is not None
    assert constant.log_likelihood == pytest.approx(0, abs=1e-6)


def test_labels_follow_the_profile_not_the_number() -> None:
    items = ("family", "parenting", "alcohol", "housing", "employment")
    profiles = [[0.1] * 5, [0.9] * 5, [0.9, 0.8, 0.1, 0.1, 0.1], [0.1, 0.1, 0.4, 0.5, 0.45]]
    names = ["no_or_low_needs", "multiple_needs", "family_children_parenting", "alcohol_housing_unemployment"]
    assert label_classes(profiles, items) == names
    assert label_classes(profiles[::-1], items) == names[::-1]


@pytest.mark.parametrize("classes", range(1, 10))
def test_sums_over_few_classes_are_numpys_own_to_the_last_bit(classes: int) -> None:
    joint = np.exp(np.random.default_rng(classes).normal(scale=3, size=(500, 4, classes)))
    for combine in (np.add, np.maximum):
        assert np.array_equal(combine.reduce(joint, axis=2), _over_classes(joint, combine))
