"""S-40: of two released returns none shares a day with another."""

from __future__ import annotations

import datetime

import pytest

from drive.reporting.rules import overlapping


def days(first: int, last: int) -> tuple[datetime.date, datetime.date]:
    return datetime.date(2026, 6, first), datetime.date(2026, 6, last)


@pytest.mark.parametrize(
    ("other", "shares"),
    [
        (days(1, 9), False),
        (days(1, 10), True),
        (days(12, 13), True),
        (days(1, 30), True),
        (days(20, 30), True),
        (days(21, 30), False),
    ],
)
def test_s40_one_shared_day_is_too_many(other: tuple[datetime.date, datetime.date], shares: bool) -> None:
    assert overlapping(days(10, 20), [other]) == (other if shares else None)


def test_s40_the_first_that_shares_is_named() -> None:
    assert overlapping(days(10, 20), [days(15, 16), days(12, 13), days(1, 2)]) == days(12, 13)
