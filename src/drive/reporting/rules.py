"""Which returns may stand beside each other outside the house."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

Period = tuple[datetime.date, datetime.date]


def overlapping(period: Period, others: Iterable[Period]) -> Period | None:
    """The first of `others` that shares a day with `period`, or None.

    Of two returns that share days, one subtracted from the other gives the days that they do not share, however few
    people those hold. So no site releases two (S-40, M-SDC); a year is the sum of its released quarters.
    """
    first, last = period
    return next((other for other in sorted(others) if other[0] <= last and first <= other[1]), None)
