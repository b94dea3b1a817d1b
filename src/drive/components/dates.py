"""Dates and times as people type them, and as pages say them.

All times are shown in Europe/London, whatever zone they are stored in; ages are whole calendar days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MONTH_NUMBERS = {name.lower(): number for number, name in enumerate(_MONTHS, start=1)}
_MONTH_NUMBERS |= {name[:3]: number for name, number in list(_MONTH_NUMBERS.items())} | {"sept": 9}

_WEEKDAY = re.compile(r"^(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:[a-z]*day)?,?\s+")
_DAY_FIRST = re.compile(r"^(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})$")
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_NAMED = re.compile(r"^(\d{1,2})(?:st|nd|rd|th)?[ -]([a-z]+)\.?,?[ -](\d{4})$")
_SHORT_YEAR = re.compile(r"^\d{1,2}[/. -](?:\d{1,2}|[a-z]+)[/. -]\d{2}$")
_MONTH_NAMED = re.compile(r"^([a-z]+)\.?,?[ -](\d{4})$")
_MONTH_FIGURES = re.compile(r"^(\d{1,2})[/. -](\d{4})$")
_MONTH_ISO = re.compile(r"^(\d{4})-(\d{1,2})$")
_YEAR = re.compile(r"^(\d{4})$")
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.]?(\d{2}))?\s*(am|pm)?$")

Precision = Literal["day", "month", "year"]


@dataclass(frozen=True)
class ApproximateDate:
    """A date known to the day, the month or the year: any day from `earliest` to `latest`, both included."""

    earliest: date
    precision: Precision

    @property
    def latest(self) -> date:
        """The last day it may have been."""
        if self.precision == "day":
            return self.earliest
        if self.precision == "year":
            return date(self.earliest.year, 12, 31)
        first_of_next = (self.earliest.replace(day=1) + timedelta(days=32)).replace(day=1)
        return first_of_next - timedelta(days=1)

    def __str__(self) -> str:
        """As it is typed again into a form: 3/11/2026, 11/2026 or 2026."""
        if self.precision == "year":
            return f"{self.earliest.year:04}"
        if self.precision == "month":
            return f"{self.earliest.month}/{self.earliest.year:04}"
        return typed_date(self.earliest)


def today_in_london() -> date:
    """The calendar day it is now in Europe/London."""
    return datetime.now(LONDON).date()


def read_date(typed: str, today: date) -> date:
    """Read one day, day before month: 3/11/2026, 2026-11-03, 3 Nov 2026, today, yesterday or tomorrow.

    Raises ValueError with a sentence for the person who typed it.
    """
    words = _WEEKDAY.sub("", " ".join(typed.lower().split()))
    near = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if words in near:
        return today + timedelta(days=near[words])
    if found := _DAY_FIRST.match(words):
        day, month, year = (int(part) for part in found.groups())
    elif found := _ISO.match(words):
        year, month, day = (int(part) for part in found.groups())
    elif (found := _NAMED.match(words)) and found[2] in _MONTH_NUMBERS:
        day, month, year = int(found[1]), _MONTH_NUMBERS[found[2]], int(found[3])
    elif _SHORT_YEAR.match(words):
        raise ValueError("Write the year in four figures, like 2026")
    else:
        raise ValueError("Write a date like 3/11/2026 or 3 November 2026")
    return _real_day(year, month, day)


def read_approximate_date(typed: str, today: date) -> ApproximateDate:
    """Read a day as read_date does, or only a month (11/2026, 2026-11, Nov 2026) or a year (2026).

    Raises ValueError with a sentence for the person who typed it.
    """
    words = " ".join(typed.lower().split())
    if (found := _MONTH_NAMED.match(words)) and found[1] in _MONTH_NUMBERS:
        return ApproximateDate(_real_day(int(found[2]), _MONTH_NUMBERS[found[1]], 1), "month")
    if found := _MONTH_FIGURES.match(words):
        return ApproximateDate(_real_day(int(found[2]), int(found[1]), 1), "month")
    if found := _MONTH_ISO.match(words):
        return ApproximateDate(_real_day(int(found[1]), int(found[2]), 1), "month")
    if found := _YEAR.match(words):
        return ApproximateDate(_real_day(int(found[1]), 1, 1), "year")
    return ApproximateDate(read_date(typed, today), "day")


def read_time(typed: str) -> time:
    """Read a time of day: 14:10, 14.10, 1410, 2pm or 2.10pm.

    A bare number of one or two figures without am or pm is refused: 2 may be in the night or the afternoon.
    Raises ValueError with a sentence for the person who typed it.
    """
    found = _CLOCK.match("".join(typed.lower().split()))
    if not found or (found[2] is None and found[3] is None):
        raise ValueError("Write a time like 14:10 or 2.10pm")
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise ValueError("Write a time like 14:10 or 2.10pm")
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise ValueError("There is no such time of day")
    return time(hour, minute)


def typed_date(day: date) -> str:
    """The day as it stands in a form field: 03/11/2026."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def long_date(moment: date) -> str:
    """Thursday 19 November 2026."""
    return f"{weekday_date(moment)} {local_date(moment).year}"


def weekday_date(moment: date) -> str:
    """Thursday 19 November."""
    day = local_date(moment)
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def plain_date(moment: date) -> str:
    """19 November 2026."""
    day = local_date(moment)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_date(moment: date) -> str:
    """19 Nov."""
    day = local_date(moment)
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def short_weekday_date(moment: date) -> str:
    """Thu 19 Nov."""
    day = local_date(moment)
    return f"{_WEEKDAYS[day.weekday()][:3]} {short_date(day)}"


def clock(moment: datetime | time) -> str:
    """14:10."""
    return f"{_time_of(moment):%H:%M}"


def clock_with_seconds(moment: datetime | time) -> str:
    """14:10:22, for drafts."""
    return f"{_time_of(moment):%H:%M:%S}"


def days(count: int) -> str:
    """1 day, 12 days."""
    return f"{count:,} day" if abs(count) == 1 else f"{count:,} days"


def duration(minutes: int) -> str:
    """2 hours 41 minutes, 1 hour, 5 minutes, 0 minutes."""
    hours, rest = divmod(minutes, 60)
    counted = ((hours, "hour"), (rest, "minute"))
    words = [f"{count} {unit if count == 1 else unit + 's'}" for count, unit in counted if count]
    return " ".join(words) or "0 minutes"


def age(since: date, today: date) -> str:
    """How many calendar days ago, in words: "Today", "1 day", "12 days". A day to come raises ValueError."""
    count = (today - local_date(since)).days
    if count < 0:
        raise ValueError("a wait cannot have begun in the future")
    return days(count) if count else "Today"


def local_date(moment: date) -> date:
    """The calendar day in Europe/London. A date is itself; a datetime must know its zone."""
    return _in_london(moment).date() if isinstance(moment, datetime) else moment


def _time_of(moment: datetime | time) -> time:
    return _in_london(moment).time() if isinstance(moment, datetime) else moment


def _in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a datetime without a zone cannot be shown in Europe/London")
    return moment.astimezone(LONDON)


def _real_day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        if not 1 <= month <= 12:
            raise ValueError("The month must be between 1 and 12") from None
        if year < 1:
            raise ValueError("Write the year in four figures, like 2026") from None
        raise ValueError(f"There is no day {day} in {_MONTHS[month - 1]} {year}") from None
