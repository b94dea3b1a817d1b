"""How many clients will come and leave in the weeks ahead, as far as the past says (C-32): pure, no database.

Definitions. *New*: the mean of a week over the weeks looked back on, plus, in the first week, referrals that are accepted
and wait for workers. *Leaving*: an open client is expected to leave on the day on which the support given to clients who
left in the last year reached its median length; whoever is past that day is counted apart, since nothing is known of when.
*Norm*: twenty open clients for each IDVA, as a hundred a year at 2.4 months come to.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

NORM = 20
"""Open clients for each IDVA at once (C-32)."""

BACK, AHEAD = 12, 8
"""Weeks looked back on, and weeks looked ahead."""

FEWEST = 5
"""Clients who left, below which no length of support is said: the median of four is nobody's plan."""


@dataclass(frozen=True, slots=True)
class Group:
    """Open clients of one kind who came on one day."""

    drive: bool
    opened_on: datetime.date


@dataclass(frozen=True, slots=True)
class Past:
    """What is known: new clients in the weeks looked back on, open ones by day, (kind, days of support) of those who left
    in a year, and accepted referrals that wait for workers (None where the site does not say)."""

    came: Mapping[bool, int]
    open: Mapping[Group, int]
    left: Sequence[tuple[bool, int]]
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Week:
    """One week ahead. `leaving` is None where too few have left to say."""

    begins: datetime.date
    new_drive: float
    new_other: float
    leaving_drive: int | None
    leaving_other: int | None
    open_at_end: float | None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The weeks ahead, and what they rest on."""

    weeks: list[Week]
    open_drive: int
    open_other: int
    past_drive: int
    """Open Drive clients past the usual length: when they leave is not known, and they are in no week."""
    past_other: int
    length_drive: int | None
    length_other: int | None
    left_drive: int
    left_other: int
    came_drive: int
    came_other: int
    waiting: int | None
    workers: int

    @property
    def norm(self) -> int:
        return self.workers * NORM

    @property
    def over(self) -> Week | None:
        """The first week at whose end more are open than the norm, as far as that can be said."""
        return next(
            (week for week in self.weeks if week.open_at_end is not None and week.open_at_end > self.norm),
            None,
        )


def forecast(past: Past, *, today: datetime.date, workers: int) -> Forecast:
    """The `AHEAD` weeks from today on."""
    lengths = {kind: _length([days for drive, days in past.left if drive is kind]) for kind in (True, False)}
    open_now = {kind: _open(past, kind) for kind in (True, False)}
    late = {kind: _past(past, kind, lengths[kind], today) for kind in (True, False)}
    weeks = []
    total: float | None = open_now[True] + open_now[False]
    for number in range(AHEAD):
        begins = today + datetime.timedelta(weeks=number)
        new = {kind: past.came.get(kind, 0) / BACK for kind in (True, False)}
        if number == 0:
            new[True] += past.waiting or 0
        leaving = {kind: _leaving(past, kind, lengths[kind], begins) for kind in (True, False)}
        known = [one for one in leaving.values() if one is not None]
        enough = all(leaving[kind] is not None or not open_now[kind] for kind in (True, False))
        total = total + sum(new.values()) - sum(known) if total is not None and enough else None
        weeks.append(Week(begins, new[True], new[False], leaving[True], leaving[False], total))
    return Forecast(
        weeks=weeks,
        open_drive=open_now[True],
        open_other=open_now[False],
        past_drive=late[True],
        past_other=late[False],
        length_drive=lengths[True],
        length_other=lengths[False],
        left_drive=sum(drive for drive, _ in past.left),
        left_other=sum(not drive for drive, _ in past.left),
        came_drive=past.came.get(True, 0),
        came_other=past.came.get(False, 0),
        waiting=past.waiting,
        workers=workers,
    )


def _length(days: list[int]) -> int | None:
    return round(median(days)) if len(days) >= FEWEST else None


def _open(past: Past, kind: bool) -> int:
    return sum(many for group, many in past.open.items() if group.drive is kind)


def _past(past: Past, kind: bool, length: int | None, today: datetime.date) -> int:
    if length is None:
        return 0
    usual = datetime.timedelta(days=length)
    return sum(
        many for group, many in past.open.items() if group.drive is kind and group.opened_on + usual < today
    )


def _leaving(past: Past, kind: bool, length: int | None, begins: datetime.date) -> int | None:
    """Expected to leave in the seven days from `begins` on."""
    if length is None:
        return None
    usual, week = datetime.timedelta(days=length), datetime.timedelta(weeks=1)
    return sum(
        many
        for group, many in past.open.items()
        if group.drive is kind and begins <= group.opened_on + usual < begins + week
    )
