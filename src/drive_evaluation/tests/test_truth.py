"""A small run of the simulated studies; the nightly one is ``benchmarks/evaluation/truth.py``."""

from __future__ import annotations

from drive_evaluation.tests.simulated import outside, simulate

SEED = 20181116


def test_intervals_cover_and_tests_keep_their_level() -> None:
    """60 studies tell gross errors only: three standard errors of the bounds are added to them."""
    print(f"seed {SEED}")  # noqa: T201 - shown by pytest where the test fails
    found = simulate(60, SEED)
    assert len(found) >= 20
    assert outside(found, slack=9.0) == []


def test_bounds_are_told_by_name() -> None:
    assert outside(
        {"x cover": 93.4, "y cover": 96.6, "z, exact cover": 99, "t level": 3.9, "u, exact level": 3.9}
    ) == [
        "x cover: 93.40 % is outside 93.5 to 96.5",
        "y cover: 96.60 % is outside 93.5 to 96.5",
        "t level: 3.90 % is outside 4 to 6",
    ]
