"""Days and times of work, counted back from the moment at which the world is made, so that it is always fresh."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from drive.components.dates import LONDON

DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Diary:
    """`now` is aware; nothing that has happened happened after it."""

    now: datetime.datetime

    @property
    def today(self) -> datetime.date:
        return self.now.astimezone(LONDON).date()

    def ago(self, days: int) -> datetime.date:
        """The working day so many days before today, or the Friday before it."""
        return working(self.today - datetime.timedelta(days=days))

    def at(self, day: datetime.date, rng: Random) -> datetime.datetime:
        """Some moment of office hours on a day, never after now."""
        minute = rng.randrange(0, 8 * 60)
        return self.on(day, 9 + minute // 60, minute % 60)

    def on(self, day: datetime.date, hour: int, minute: int = 0) -> datetime.datetime:
        """A time of a day as practitioners say it, never after now."""
        return min(datetime.datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON), self.now)


def working(day: datetime.date) -> datetime.date:
    """The day itself, or the Friday before a weekend."""
    return day - DAY * max(0, day.weekday() - 4)


def later(day: datetime.date, least: int, most: int, rng: Random) -> datetime.date:
    """A working day between so many days after another, and never before it."""
    return max(working(day + DAY * rng.randint(least, most)), day)
