"""Kaplan-Meier and log-rank: the remission times of Freireich's trial, as every textbook prints them, and by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive_evaluation.statistics.survival import kaplan_meier, log_rank

TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
TREATED_SEEN = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_remission_times_give_the_printed_curve_and_log_rank() -> None:
    curve = kaplan_meier(TREATED, TREATED_SEEN)
    assert curve is not None
    assert curve.times == (6, 7, 10, 13, 16, 22, 23)
    assert curve.at_risk == (21, 17, 15, 12, 11, 7, 6)
    assert [round(share, 3) for share in curve.shares] == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [round(error, 4) for error in curve.errors[:2]] == [0.0764, 0.0869]
    assert curve.median == 23
    placebo = kaplan_meier(PLACEBO, [1] * 21)
    assert placebo is not None
    assert placebo.median == 8
    test = log_rank(TREATED + PLACEBO, TREATED_SEEN + [1] * 21, ["a"] * 21 + ["b"] * 21)
    assert test is not None
    assert round(test.statistic or 0, 2) == 16.79
    assert test.df == 1


def test_nobody_nothing_seen_and_times_of_nought() -> None:
    assert kaplan_meier([], []) is None
    still = kaplan_meier([3, 5], [0, 0])
    assert still is not None
    assert (still.events, still.median, still.at(4)) == (0, None, (1.0, None, None))
    curve = kaplan_meier([0, 0, 10, 20], [1, 1, 1, 0])
    assert curve is not None
    assert curve.times == (0, 10)
    assert curve.shares == (0.5, 0.25)
    assert curve.median == 0
    assert log_rank([1, 2], [0, 0], ["a", "b"]) is None
    assert log_rank([1, 2], [1, 1], ["a", "a"]) is None


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), min_size=1, max_size=40))
def test_a_curve_falls_and_without_censoring_is_the_share_left(rows: list[tuple[int, bool]]) -> None:
    times = [time for time, _ in rows]
    curve = kaplan_meier(times, [seen for _, seen in rows])
    assert curve is not None
    assert list(curve.shares) == sorted(curve.shares, reverse=True)
    all_seen = kaplan_meier(times, [True] * len(rows))
    assert all_seen is not None
    for point, share in zip(all_seen.times, all_seen.shares, strict=True):
        assert share == pytest.approx(sum(time > point for time in times) / len(times))


def test_groups_that_were_never_at_risk_together_have_no_log_rank_test() -> None:
    assert log_rank([1, 5, 6, 0], [True, False, False, False], ["a", "a", "a", "b"]) is None
