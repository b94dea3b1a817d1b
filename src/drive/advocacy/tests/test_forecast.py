"""C-32: the weeks ahead of an IDVA service, what they rest on, and what they cannot tell (S-47)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from drive.access.models import Membership
from drive.advocacy.forecast import AHEAD, BACK, FEWEST, NORM, Group, Past, forecast
from drive.advocacy.models import RecordExit, VsRecord
from tests.cast import Cast, open_record, seeding

Browser = Callable[[Membership], Client]
TODAY = datetime.date(2026, 11, 22)
DAY = datetime.timedelta(days=1)


def test_new_is_the_past_s_mean_and_what_waits_comes_in_the_first_week() -> None:
    seen = forecast(Past(came={True: 24, False: 6}, open={}, left=[], waiting=3), today=TODAY, workers=2)
    assert [week.new_drive for week in seen.weeks] == [5.0] + [2.0] * (AHEAD - 1)
    assert {week.new_other for week in seen.weeks} == {0.5}
    assert seen.weeks[1].begins == TODAY + 7 * DAY


def test_leaving_is_the_median_length_and_who_is_past_it_is_counted_apart() -> None:
    left = [(True, days) for days in (10, 20, 30, 40, 400)]
    now = {
        Group(True, TODAY - 30 * DAY): 2,
        Group(True, TODAY - 23 * DAY): 1,
        Group(True, TODAY - 90 * DAY): 4,
    }
    seen = forecast(Past(came={}, open=now, left=left, waiting=0), today=TODAY, workers=1)
    assert seen.length_drive == 30
    assert [week.leaving_drive for week in seen.weeks] == [2, 1, 0, 0, 0, 0, 0, 0]
    assert (seen.past_drive, seen.open_drive) == (4, 7)
    assert [week.open_at_end for week in seen.weeks][:3] == [5, 4, 4]


def test_too_few_who_left_is_not_known_and_never_none() -> None:
    left = [(False, 30)] * (FEWEST - 1)
    seen = forecast(
        Past(came={}, open={Group(False, TODAY): 3}, left=left, waiting=None), today=TODAY, workers=1
    )
    assert seen.length_other is None
    assert {week.leaving_other for week in seen.weeks} == {None}
    assert {week.open_at_end for week in seen.weeks} == {None}
    assert seen.over is None, "what is not known is no alarm"


def test_c32_more_than_twenty_for_each_is_said() -> None:
    now = {Group(False, TODAY): 41}
    seen = forecast(
        Past(came={True: BACK}, open=now, left=[(False, 500)] * FEWEST + [(True, 500)] * FEWEST, waiting=0),
        today=TODAY,
        workers=2,
    )
    assert seen.norm == 40
    assert seen.over == seen.weeks[0]


def test_c32_every_figure_of_one_service() -> None:
    """Drive clients stay 20 days, others 100; two wait for workers. Each figure is worked out by hand."""
    now = {
        Group(True, TODAY): 3,  # leave in 20 days, in the third week
        Group(True, TODAY - 20 * DAY): 1,  # leaves today
        Group(True, TODAY - 21 * DAY): 2,  # past the usual length
        Group(False, TODAY - 93 * DAY): 5,  # leave in 7 days, in the second week
        Group(False, TODAY - 101 * DAY): 7,  # past the usual length
    }
    left = [(True, 20)] * FEWEST + [(False, 100)] * (FEWEST + 1)
    seen = forecast(Past(came={True: 12, False: 36}, open=now, left=left, waiting=2), today=TODAY, workers=1)
    assert [week.begins for week in seen.weeks] == [TODAY + 7 * number * DAY for number in range(8)]
    assert [week.new_drive for week in seen.weeks] == [3.0] + [1.0] * 7
    assert [week.new_other for week in seen.weeks] == [3.0] * 8
    assert [week.leaving_drive for week in seen.weeks] == [1, 0, 3, 0, 0, 0, 0, 0]
    assert [week.leaving_other for week in seen.weeks] == [0, 5, 0, 0, 0, 0, 0, 0]
    assert [week.open_at_end for week in seen.weeks] == [23, 22, 23, 27, 31, 35, 39, 43]
    assert (seen.open_drive, seen.open_other, seen.past_drive, seen.past_other) == (6, 12, 2, 7)
    assert (seen.length_drive, seen.length_other, seen.left_drive, seen.left_other) == (20, 100, 5, 6)
    assert (seen.came_drive, seen.came_other, seen.waiting, seen.workers, seen.norm) == (12, 36, 2, 1, 20)
    assert seen.over == seen.weeks[0]
    two = forecast(Past(came={True: 12, False: 36}, open=now, left=left, waiting=2), today=TODAY, workers=2)
    assert two.over == two.weeks[7], "forty are the norm of two, and the first week with more is named"
    exact = forecast(
        Past(came={}, open={Group(True, TODAY - DAY): 20}, left=left, waiting=0), today=TODAY, workers=1
    )
    assert exact.over is None, "at the norm is not over it"


def test_c32_what_is_not_known_of_one_kind_hides_the_sum_only_where_there_are_any_of_it() -> None:
    known, day = [(True, 20)] * FEWEST, Group(True, TODAY)
    seen = forecast(Past(came={}, open={day: 3}, left=known, waiting=None), today=TODAY, workers=1)
    assert [week.open_at_end for week in seen.weeks] == [3, 3, 0, 0, 0, 0, 0, 0]
    assert (seen.came_drive, seen.came_other, seen.waiting) == (0, 0, None)
    assert (seen.weeks[0].new_drive, seen.weeks[0].new_other) == (0, 0)
    both = {day: 3, Group(False, TODAY): 1}
    unknown = forecast(Past(came={}, open=both, left=known, waiting=0), today=TODAY, workers=1)
    assert {week.open_at_end for week in unknown.weeks} == {None}
    assert (unknown.past_other, unknown.weeks[0].leaving_other) == (0, None)
    other = [(False, 20)] * FEWEST
    turned = forecast(Past(came={}, open=both, left=other, waiting=0), today=TODAY, workers=1)
    assert {week.open_at_end for week in turned.weeks} == {None}
    assert (turned.past_drive, turned.weeks[0].leaving_drive) == (0, None)


def test_c32_the_norm_and_how_far_is_looked() -> None:
    assert (NORM, BACK, AHEAD, FEWEST) == (20, 12, 8, 5)


@given(
    st.dictionaries(st.tuples(st.booleans(), st.integers(0, 400)), st.integers(1, 9), max_size=12),
    st.lists(st.tuples(st.booleans(), st.integers(0, 300)), max_size=20),
)
def test_everybody_open_leaves_once_at_most(
    open_now: dict[tuple[bool, int], int], left: list[tuple[bool, int]]
) -> None:
    groups = {Group(kind, TODAY - days * DAY): many for (kind, days), many in open_now.items()}
    seen = forecast(Past(came={}, open=groups, left=left, waiting=0), today=TODAY, workers=1)
    leaving = sum(week.leaving_drive or 0 for week in seen.weeks)
    assert leaving + seen.past_drive <= seen.open_drive


def test_s47_the_page_knows_drive_and_other_and_asks_as_often_for_many(
    cast: Cast, client_of: Browser
) -> None:
    browser = client_of(cast.idva_manager)
    asked = []
    for _ in range(2):
        with seeding():
            for _number in range(6):
                record = open_record(cast.vs_service, cast.idva, "Ismenia", "Quillpenny", cast.idva_manager)
                VsRecord.objects.filter(pk=record.pk).update(opened_on=record.opened_on - 40 * DAY)
                RecordExit.objects.create(
                    record=record, service_id=record.service_id, recorded_by=cast.idva,
                    exited_on=record.opened_on, reason="completed", check_ins_continue=False,
                )  # fmt: skip
        with CaptureQueriesContext(connection) as made:
            shown = browser.get(reverse("vs_forecast")).content.decode()
        asked.append(len(made))
    assert asked[0] == asked[1]
    assert "1 Drive, 0 other" in " ".join(shown.split())
    assert "40 days, from 12" in " ".join(shown.split())
    assert "control" not in shown.lower()
    assert "trial" not in shown.lower()


def test_the_forecast_is_the_manager_s(cast: Cast, client_of: Browser) -> None:
    for member in (cast.idva, cast.case_manager, cast.service_manager, cast.coordinator):
        assert client_of(member).get(reverse("vs_forecast")).status_code == 404
