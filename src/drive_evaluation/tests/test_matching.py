"""Matching by Gower distance, by hand and against the whole distance matrix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from drive_evaluation.statistics.matching import Variable, gower, match_nearest

VARIABLES = [Variable("age", "number"), Variable("gender", "category"), Variable("risk", "ordinal")]


def frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_distances_by_hand_missing_is_left_out() -> None:
    one = frame(age=[20, 40], gender=["man", "unknown"], risk=[0.0, 2.0])
    other = frame(age=[30, 60], gender=["woman", "man"], risk=[2.0, None])
    found = gower(one, other, VARIABLES)
    # Ages span 40, ranks span 2: (10/40 + 1 + 1)/3; (1 + 0)/2; (10/40 + 0)/2; 20/40.
    assert found == pytest.approx(np.array([[0.75, 0.5], [0.125, 0.5]]))


def random_people(seed: int, n: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    people = frame(
        age=list(rng.integers(18, 70, n)),
        gender=list(rng.choice(["man", "woman"], n)),
        risk=list(rng.choice([0.0, 1.0, 2.0], n)),
    )
    people.index = pd.Index([f"{seed}-{i}" for i in range(n)])
    return people


def test_every_pair_is_the_nearest_free_control_in_blocks_as_in_one_piece() -> None:
    treated, controls = random_people(1, 300), random_people(2, 500)
    found = match_nearest(treated, controls, VARIABLES, seed=4)
    matrix = pd.DataFrame(gower(treated, controls, VARIABLES), index=treated.index, columns=controls.index)
    free = set(controls.index)
    for pair in found.pairs:
        assert pair.distance == pytest.approx(matrix.loc[pair.treated, sorted(free)].min())
        free.remove(pair.control)
    assert len({pair.control for pair in found.pairs}) == len(found.pairs) == 300
    assert not found.unmatched


def test_matching_brings_the_groups_nearer_and_is_the_same_on_every_run() -> None:
    treated, controls = random_people(3, 60), random_people(4, 900)
    treated["age"] = treated["age"] // 2 + 10
    one, two = (match_nearest(treated, controls, VARIABLES, seed=9) for _ in range(2))
    assert one == two
    age = next(row for row in one.balance if row.variable == "age")
    assert age.before is not None
    assert age.after is not None
    assert abs(age.after) < abs(age.before) / 3


def test_a_caliper_leaves_people_unmatched_and_replacement_uses_controls_again() -> None:
    treated, controls = random_people(5, 40), random_people(6, 10)
    strict = match_nearest(treated, controls, VARIABLES, caliper=0.0)
    assert len(strict.pairs) + len(strict.unmatched) == 40
    again = match_nearest(treated, controls, VARIABLES, replacement=True)
    assert len(again.pairs) == 40
