"""Rules of the calendar (W-27): what is on which day, which times are taken, and when two people are both free. Pure.

Days and working hours are those of Europe/London; bank holidays are not known here and count as working days.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from drive.components.dates import LONDON, clock

PAGE_DAYS = 14
"""Days on one page."""
MEETING = datetime.timedelta(hours=1)
"""How long planned contact takes a worker's time: only its beginning is written down, so an hour is kept free for it."""
OPENS, CLOSES = 9, 17
"""Working hours, for offering times: from the first, ending by the second."""
WORKING_DAYS = 10
"""How far ahead times are offered."""
OFFERED = 5
"""How many times are offered at most, the first of each day."""
UNTIMED = frozenset({"letter", "message"})
"""Kinds of planned contact that take nobody's time at an hour."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of one's own calendar: the code of case or record, and never a name, a place or a topic.

    `at` is none where no time is known. `key` names the entry for the file and is never shown.
    """

    day: datetime.date
    at: datetime.datetime | None
    code: str
    what: str
    key: str
    takes_day: bool = False
    takes_time: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Busy:
    """A span that is taken, from `start` to before `end`; `link_id` where the reader shares the link."""

    start: datetime.datetime
    end: datetime.datetime
    link_id: UUID | None = None


def midnight(day: datetime.date) -> datetime.datetime:
    """When the day begins in London. The days on which clocks change have 23 and 25 hours."""
    return datetime.datetime.combine(day, datetime.time(), LONDON).astimezone(datetime.UTC)


def whole_day(day: datetime.date) -> Busy:
    return Busy(midnight(day), midnight(day + datetime.timedelta(days=1)))


def busy_of(entries: Iterable[Entry]) -> list[Busy]:
    """The times that one's own entries take."""
    spans = []
    for entry in entries:
        if entry.takes_day:
            spans.append(whole_day(entry.day))
        elif entry.takes_time and entry.at:
            spans.append(Busy(entry.at, entry.at + MEETING))
    return spans


def merged(spans: Iterable[Busy]) -> list[Busy]:
    """In order, those of one link that touch or overlap as one. What the reader does not share is told only where a
    shared span does not already say busy: how many things lie behind a busy time stays untold (S-04).
    """
    spans = list(spans)
    shared = [one for link in {s.link_id for s in spans if s.link_id} for one in _joined(spans, link)]
    rest = _joined(spans, None)
    for taken in shared:
        rest = [piece for one in rest for piece in _without(one, taken)]
    return sorted([*shared, *rest], key=lambda one: (one.start, one.end, str(one.link_id)))


def _joined(spans: list[Busy], link_id: UUID | None) -> list[Busy]:
    found: list[Busy] = []
    for one in sorted((s for s in spans if s.link_id == link_id), key=lambda s: s.start):
        if found and one.start <= found[-1].end:
            found[-1] = Busy(found[-1].start, max(found[-1].end, one.end), link_id)
        else:
            found.append(one)
    return found


def _without(one: Busy, taken: Busy) -> list[Busy]:
    if taken.end <= one.start or one.end <= taken.start:
        return [one]
    pieces = [Busy(one.start, taken.start, one.link_id), Busy(taken.end, one.end, one.link_id)]
    return [piece for piece in pieces if piece.start < piece.end]


def on_day(day: datetime.date, spans: Iterable[Busy]) -> list[Busy]:
    """The parts of the spans that fall on the day."""
    whole = whole_day(day)
    return [
        Busy(max(one.start, whole.start), min(one.end, whole.end), one.link_id)
        for one in spans
        if one.start < whole.end and whole.start < one.end
    ]


def words_of(one: Busy, day: datetime.date) -> str:
    """`all day`, or `10:00 to 11:00` on the clock of that day."""
    if one.start <= midnight(day) and midnight(day + datetime.timedelta(days=1)) <= one.end:
        return "all day"
    return f"{clock(one.start)} to {clock(one.end)}"


def working_days(first: datetime.date, count: int = WORKING_DAYS) -> list[datetime.date]:
    """The first Mondays to Fridays from `first` on, `first` included."""
    ahead = (first + datetime.timedelta(days=n) for n in range(2 * count + 2))
    return [day for day in ahead if day.weekday() < 5][:count]


def free_times(spans: Iterable[Busy], now: datetime.datetime) -> list[datetime.datetime]:
    """The first free hour of each of the next working days, at most `OFFERED`; none that has begun."""
    spans = list(spans)
    found = []
    for day in working_days(now.astimezone(LONDON).date()):
        for hour in range(OPENS, CLOSES):
            start = datetime.datetime.combine(day, datetime.time(hour), LONDON).astimezone(datetime.UTC)
            if start >= now and not any(s.start < start + MEETING and start < s.end for s in spans):
                found.append(start)
                break
    return found[:OFFERED]
