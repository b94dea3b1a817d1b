"""A date or time means the same however it is written, and one that cannot be is refused in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive.components import dates

TODAY = date(2026, 11, 19)
ANY_DAY = st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31))


@given(ANY_DAY)
def test_every_way_of_writing_a_day_means_that_day(day: date) -> None:
    month = dates.plain_date(day).split()[1]
    for typed in (
        f"{day.day}/{day.month}/{day.year}",
        dates.typed_date(day),
        day.isoformat(),
        f"{day.day} {month} {day.year}",
        f"{day.day} {month[:3].upper()} {day.year}",
        f"  {day.day}.{day.month}.{day.year} ",
        dates.long_date(day),
    ):
        assert dates.read_date(typed, TODAY) == day


@given(ANY_DAY, st.sampled_from(["day", "month", "year"]))
def test_an_approximate_date_survives_being_shown_and_typed_again(
    day: date, precision: dates.Precision
) -> None:
    start = {"day": day, "month": day.replace(day=1), "year": day.replace(month=1, day=1)}[precision]
    meant = dates.ApproximateDate(start, precision)
    assert dates.read_approximate_date(str(meant), TODAY) == meant
    assert meant.earliest <= day <= meant.latest


@pytest.mark.parametrize(
    ("typed", "day"), [("today", TODAY), ("Yesterday", date(2026, 11, 18)), ("tomorrow", date(2026, 11, 20))]
)
def test_near_days_are_counted_from_the_day_given(typed: str, day: date) -> None:
    assert dates.read_date(typed, TODAY) == day


@pytest.mark.parametrize(
    "typed", ["31/2/2026", "2026-13-01", "3/11/26", "11/2026", "soon", "", "3 Novembre 2026"]
)
def test_a_day_that_cannot_be_is_refused_in_words(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(There is no|The month|Write)"):
        dates.read_date(typed, TODAY)


def test_day_stands_before_month() -> None:
    assert dates.read_date("3/11/2026", TODAY) == date(2026, 11, 3)


@given(st.times())
def test_every_way_of_writing_a_time_means_that_time(moment: time) -> None:
    meant = time(moment.hour, moment.minute)
    twelve = f"{(meant.hour - 1) % 12 + 1}.{meant.minute:02}{'am' if meant.hour < 12 else 'pm'}"
    for typed in (dates.clock(meant), f"{meant:%H%M}", f"{meant:%H.%M}", twelve):
        assert dates.read_time(typed) == meant


@pytest.mark.parametrize("typed", ["2", "25:00", "13pm", "0am", "9:60", "noonish"])
def test_a_time_that_may_mean_two_things_or_none_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^(Write|There is no)"):
        dates.read_time(typed)


def test_moments_are_shown_in_london_summer_and_winter() -> None:
    late_in_summer = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert dates.weekday_date(late_in_summer) == "Thursday 2 July"
    assert dates.clock(late_in_summer) == "00:30"
    assert dates.clock_with_seconds(datetime(2026, 11, 19, 14, 10, 22, tzinfo=UTC)) == "14:10:22"


def test_a_moment_without_a_zone_is_not_guessed_at() -> None:
    with pytest.raises(ValueError, match="zone"):
        dates.clock(datetime(2026, 11, 19, 14, 10))  # noqa: DTZ001  (the missing zone is what is tested)


@given(st.integers(min_value=0, max_value=100_000))
def test_a_duration_says_the_minutes_it_was_given(minutes: int) -> None:
    words = dates.duration(minutes).split()
    counts = {unit.rstrip("s"): int(count) for count, unit in zip(words[::2], words[1::2], strict=True)}
    assert counts.get("hour", 0) * 60 + counts.get("minute", 0) == minutes
    assert counts.get("minute", 0) < 60


def test_ages_are_whole_days() -> None:
    assert dates.age(date(2026, 11, 7), TODAY) == "12 days"
    assert dates.age(date(2026, 11, 18), TODAY) == "1 day"
    assert dates.age(TODAY, TODAY) == "Today"
    with pytest.raises(ValueError, match="future"):
        dates.age(date(2026, 11, 20), TODAY)
