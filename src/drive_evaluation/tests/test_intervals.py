"""95 % intervals of Cramér's V, Kendall's W, partial eta squared and the rank-biserial correlation: R, by hand, edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drive_evaluation.results import Comparison
from drive_evaluation.statistics.intervals import around, partial_eta_squared_limits, rank_biserial_limits
from drive_evaluation.statistics.ranks import compare_ranks
from drive_evaluation.statistics.repeated import compare_repeated
from drive_evaluation.statistics.tables import compare_categories
from drive_evaluation.tests.test_statistics import C1, C2, C3, A, B, R, close


def limits(comparison: Comparison) -> tuple[float, float]:
    effect = comparison.effect
    assert effect is not None
    assert effect.ci_low is not None
    assert effect.ci_high is not None
    return effect.ci_low, effect.ci_high


def test_intervals_by_inversion_agree_with_r() -> None:
    """The same inversions by R's own distributions: Cramér's V, Kendall's W, partial eta squared, rank-biserial."""
    points = ("intake", "mid", "exit")
    v = compare_categories([[30, 10, 5], [12, 25, 8], [9, 12, 28]])
    w = compare_repeated(np.column_stack([C1, C2, C3]), points, normality_alpha=1.1)
    weak = compare_repeated(np.column_stack([C1, C1[::-1], C2]), points, normality_alpha=1.1)
    eta = compare_repeated(np.column_stack([C1, C2, C3]), points, normality_alpha=0, outlier_iqr=100)
    biserial = compare_ranks(A, B)
    found = {"cramers_v": v, "weak_w": weak, "partial_eta_squared": eta, "rank_biserial": biserial}
    for name, comparison in found.items():
        assert comparison.effect is not None
        assert close(comparison.effect.value, R[name])
        assert limits(comparison) == pytest.approx((R[f"{name}_low"], R[f"{name}_high"]), abs=1e-8)
    assert limits(w) == pytest.approx((R["kendalls_w_low"], 1.0), abs=1e-8)
    kinds = [comparison.effect.interval for comparison in (v, w, eta, biserial) if comparison.effect]
    assert kinds == ["noncentral_chi_square", "noncentral_chi_square", "noncentral_f", "newcombe"]


def test_newcombes_limits_by_hand() -> None:
    """Nobody overlaps: A = 1, and (1 - a) / a = z² (1 + h ((1 - a) / (2 - a) + a / (1 + a))) / mn; one each: A ± z √(A (1 - A))."""
    low, high = rank_biserial_limits(1.0, 5, 5)
    assert high == 1
    assert low is not None
    a = (low + 1) / 2
    assert (1 - a) / a == pytest.approx(3.8414588206941 * (1 + 4 * ((1 - a) / (2 - a) + a / (1 + a))) / 25)
    assert rank_biserial_limits(-1.0, 5, 5) == pytest.approx((-1, -low))
    # One against one: 1 - a = z² a gives a = 1 / (1 + z²).
    single, _ = rank_biserial_limits(1.0, 1, 1)
    assert single == pytest.approx(2 / (1 + 3.8414588206941) - 1)


def test_an_interval_starts_at_nought_where_chance_would_do_and_always_holds_its_estimate() -> None:
    even = compare_categories([[20, 20, 20], [20, 20, 20]])
    assert even.effect is not None
    assert (even.effect.value, limits(even)) == (0, (0, 0))
    slight = compare_categories([[20, 20, 21], [20, 21, 20]])
    assert slight.effect is not None
    assert limits(slight) == (0, slight.effect.value)
    whole = compare_categories([[30, 0, 0], [0, 30, 0], [0, 0, 30]])
    assert whole.effect is not None
    assert whole.effect.value == 1
    assert limits(whole)[0] > 0.7
    assert limits(whole)[1] == 1


def test_an_interval_that_cannot_be_found_is_said_to_be_none() -> None:
    effect, notes = around(
        "partial_eta_squared", 1.0, partial_eta_squared_limits(1e300, (2, 22), 24), "noncentral_f"
    )
    assert (effect.ci_low, effect.ci_high, notes) == (None, None, ("interval_not_found",))
    assert effect.to_json()["interval"] is None


@given(st.integers(1, 60), st.integers(1, 60), st.floats(-1, 1))
@settings(max_examples=60, deadline=None)
def test_rank_biserial_limits_hold_the_estimate_and_turn_over_with_the_groups(
    first: int, second: int, biserial: float
) -> None:
    low, high = rank_biserial_limits(biserial, first, second)
    assert low is not None
    assert high is not None
    assert -1 <= low <= biserial + 1e-9
    assert biserial - 1e-9 <= high <= 1
    assert rank_biserial_limits(-biserial, second, first) == pytest.approx((-high, -low), abs=1e-6)
