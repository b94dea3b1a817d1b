"""Dates as lists write them: in full or in part, in any order, as day numbers of spreadsheets, and ages.

Every reader returns the value, or a `Missing` state where the cell says that there is none, or raises
`Unclear` with the words to show. An empty cell is `None` (R-04).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from drive.people.matching import Born
from drive.referrals.lists.cells import Cell, Missing, Unclear, missing, short, shown
from drive.referrals.lists.problems import Code

OLDEST_AGE = 120
YEARS = range(1900, 2100)
EXCEL_DAY_ZERO = date(1899, 12, 30)
MAC_DAY_ZERO = date(1904, 1, 1)
# Spreadsheet day numbers from 1905 to 2119; smaller whole numbers are years or ages.
DAY_NUMBERS = range(2101, 80000)


class Precision(StrEnum):
    """How exactly a date is known (R-12); `age` is a birth date worked out from an age on a day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    BEFORE = "before"
    AFTER = "after"
    AGE = "age"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date that lies between `earliest` and `latest`, both included."""

    earliest: date
    latest: date
    precision: Precision

    @classmethod
    def of(cls, day: date) -> PartialDate:
        return cls(day, day, Precision.DAY)

    @property
    def born(self) -> Born:
        return Born(self.earliest, self.latest)


@dataclass(frozen=True, slots=True)
class Age:
    """An age in whole years given instead of a birth date."""

    years: int

    def born(self, on: date) -> PartialDate:
        """The birth date of somebody of this age on a day; one year is left either way, since lists only
        subtract years.
        """
        return PartialDate(
            _years_before(on, self.years + 2), _years_before(on, self.years - 1), Precision.AGE
        )


_MONTHS = {name.lower()[:3]: number for number, name in enumerate(calendar.month_name) if number}
_TIME = r"(?:[T\s,]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]m)?(?:\s*Z)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[\s./\-](\d{{1,2}})[\s./\-](\d{{1,2}}){_TIME}", re.IGNORECASE)
_DAY_FIRST = re.compile(rf"(\d{{1,2}})[\s./\-]+(\d{{1,2}})[\s./\-]+(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_NAMED_MONTH = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?[\s./\-]*(?:of\s+)?([a-z]{{3,9}})\.?[\s./\-,]*(\d{{4}}|'?\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_MONTH_FIRST = re.compile(
    rf"([a-z]{{3,9}})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}}){_TIME}", re.IGNORECASE
)
_MONTH_YEAR = re.compile(r"([a-z]{3,9})\.?[\s./\-,]*(\d{4}|'?\d{2})", re.IGNORECASE)
_NUMBER_MONTH_YEAR = re.compile(r"(\d{1,2})[./\-](\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4})[./\-](\d{1,2})")
_YEAR = re.compile(
    r"(?:c\.?|ca\.?|circa|about|approx\.?|approximately|around|~|born|year)?\s*(\d{4})\s*\??", re.IGNORECASE
)
_BOUND = re.compile(r"(before|after|pre|post|by|since)[\s\-]+(.+)", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[\s,]+", re.IGNORECASE
)
_AGE = re.compile(
    r"(?:aged?|about|approx\.?|c\.?|~)?[\s:]*(\d{1,3})(?:\s*(?:\+|y|yo|y/o|(?:yrs?|years?)(?:\s+old)?))?\.?",
    re.IGNORECASE,
)
HOW = "Type the date as day/month/year, or leave it empty if nobody knows it."


def read_date(
    cell: Cell, *, today: date, mac: bool = False, past: bool = False
) -> PartialDate | Missing | None:
    """A date in any of the ways lists write it; day before month unless the year comes first.

    `past` says that a year of two figures lies in the past (a birth date) instead of near today. `mac` is the
    day count of workbooks from old Macs. Raises `Unclear` for a date that does not exist or cannot be read.
    """
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, datetime):
        return PartialDate.of(cell.date())
    if isinstance(cell, date):
        return PartialDate.of(cell)
    text = " ".join(shown(cell).split())
    state = missing(text)
    if state:
        return state
    if day := _digits_only(text, today, mac=mac, past=past):
        return day
    text = _WEEKDAY.sub("", text)
    if bound := _BOUND.fullmatch(text):
        return _bounded(bound[1].lower(), read_date(bound[2], today=today, past=past), text)
    if found := _YEAR_FIRST.fullmatch(text):
        return PartialDate.of(_day(int(found[1]), int(found[2]), int(found[3])))
    if found := _DAY_FIRST.fullmatch(text):
        return PartialDate.of(_day(_full_year(found[3], today, past), int(found[2]), int(found[1])))
    if (found := _NAMED_MONTH.fullmatch(text)) and (month := _month(found[2])):
        return PartialDate.of(_day(_full_year(found[3], today, past), month, int(found[1])))
    if (found := _MONTH_FIRST.fullmatch(text)) and (month := _month(found[1])):
        return PartialDate.of(_day(int(found[3]), month, int(found[2])))
    if (found := _MONTH_YEAR.fullmatch(text)) and (month := _month(found[1])):
        return _whole_month(_full_year(found[2], today, past), month)
    if found := _NUMBER_MONTH_YEAR.fullmatch(text):
        return _whole_month(int(found[2]), int(found[1]))
    if found := _YEAR_MONTH.fullmatch(text):
        return _whole_month(int(found[1]), int(found[2]))
    if found := _YEAR.fullmatch(text):
        return _whole_year(int(found[1]))
    raise Unclear(Code.DATE_UNREADABLE, f"“{short(text)}” cannot be read as a date. {HOW}")


def read_birth(cell: Cell, *, today: date, mac: bool = False) -> PartialDate | Age | Missing | None:
    """A birth date, or an age where the cell gives one. Raises `Unclear` as `read_date`, and for a birth
    still to come.
    """
    if isinstance(cell, bool):
        raise Unclear(Code.DATE_UNREADABLE, f"“{shown(cell)}” cannot be read as a date of birth. {HOW}")
    if isinstance(cell, str | int | float) and (found := _AGE.fullmatch(" ".join(shown(cell).split()))):
        return read_age(int(found[1]))
    read = read_date(cell, today=today, mac=mac, past=True)
    if isinstance(read, PartialDate):
        if read.earliest > today:
            raise Unclear(
                Code.BORN_IN_FUTURE,
                f"This date of birth, {shown(read.earliest)}, has not come yet. Check the year. {HOW}",
            )
        if _years_before(today, OLDEST_AGE) > read.latest:
            raise Unclear(
                Code.AGE_IMPOSSIBLE, f"Nobody born in {read.latest.year} is alive. Check the year. {HOW}"
            )
        if read.latest > today:
            return PartialDate(read.earliest, today, read.precision)
    return read


def read_age(years: int) -> Age:
    """An age in years; 0 was once published and is no age of a person in a referral (R-14)."""
    if years == 0:
        raise Unclear(
            Code.AGE_IMPOSSIBLE,
            "An age of 0 usually stands for an empty cell. Type the age or date of birth, or leave it empty.",
        )
    if years > OLDEST_AGE:
        raise Unclear(
            Code.AGE_IMPOSSIBLE, f"Nobody is {years}. Type the age or date of birth, or leave it empty."
        )
    return Age(years)


def age_on(born: date, day: date) -> int:
    """Whole years lived by a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _digits_only(text: str, today: date, *, mac: bool, past: bool) -> PartialDate | None:
    number = text.removesuffix(".0")
    whole, _, part = number.partition(".")
    if not whole.isascii() or not whole.isdigit() or (part and not part.isdigit()):
        return None
    if len(whole) <= 5 and int(whole) in DAY_NUMBERS:
        return PartialDate.of((MAC_DAY_ZERO if mac else EXCEL_DAY_ZERO) + timedelta(days=int(whole)))
    if part:
        return None
    if len(whole) == 8:
        if int(whole[:4]) in YEARS:
            return PartialDate.of(_day(int(whole[:4]), int(whole[4:6]), int(whole[6:])))
        return PartialDate.of(_day(int(whole[4:]), int(whole[2:4]), int(whole[:2])))
    if len(whole) == 6:
        return PartialDate.of(_day(_full_year(whole[4:], today, past), int(whole[2:4]), int(whole[:2])))
    return None


def _full_year(text: str, today: date, past: bool) -> int:
    year = int(text.lstrip("'"))
    if len(text.lstrip("'")) == 4:
        return year
    year += today.year - today.year % 100
    return year - 100 if year > (today.year if past else today.year + 20) else year


def _month(word: str) -> int | None:
    number = _MONTHS.get(word.lower()[:3])
    full = calendar.month_name[number].lower() if number else ""
    return number if full.startswith(word.lower()) or word.lower() == "sept" else None


def _day(year: int, month: int, day: int) -> date:
    if not 1 <= month <= 12:
        swapped = 1 <= day <= 12 and 12 < month <= 31
        other = (
            f" If it is {month} {calendar.month_name[day]}, type {month:02}/{day:02}/{year}."
            if swapped
            else ""
        )
        raise Unclear(Code.DATE_IMPOSSIBLE, f"There is no month {month}.{other} {HOW}")
    _check_year(year)
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise Unclear(
            Code.DATE_IMPOSSIBLE,
            f"There is no {day} {calendar.month_name[month]}{_leap(month, day, year)}. {HOW}",
        )
    return date(year, month, day)


def _leap(month: int, day: int, year: int) -> str:
    return f" in {year}" if (month, day) == (2, 29) else ""


def _check_year(year: int) -> None:
    if year not in YEARS:
        raise Unclear(Code.DATE_IMPOSSIBLE, f"The year {year} cannot be right. {HOW}")


def _whole_month(year: int, month: int) -> PartialDate:
    first = _day(year, month, 1)
    return PartialDate(first, first.replace(day=calendar.monthrange(year, month)[1]), Precision.MONTH)


def _whole_year(year: int) -> PartialDate:
    _check_year(year)
    return PartialDate(date(year, 1, 1), date(year, 12, 31), Precision.YEAR)


def _bounded(word: str, read: PartialDate | Missing | None, text: str) -> PartialDate:
    if not isinstance(read, PartialDate):
        raise Unclear(Code.DATE_UNREADABLE, f"“{short(text)}” cannot be read as a date. {HOW}")
    if word in ("before", "pre", "by"):
        return PartialDate(date(YEARS[0], 1, 1), read.earliest, Precision.BEFORE)
    return PartialDate(read.latest, date(YEARS[-1], 12, 31), Precision.AFTER)


def _years_before(day: date, years: int) -> date:
    year = max(1, day.year - years)
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))
