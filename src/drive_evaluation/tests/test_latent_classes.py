"""Latent classes against the public agreement data, StepMix, and a model that is known."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from stepmix.stepmix import StepMix

from drive_evaluation.measures.classes import label_classes
from drive_evaluation.statistics.latent_classes import _over_classes, bootstrap_ratio, fit_classes

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
