"""C-08 and C-24 are the site's: when forms are due, and when somebody looks again after closing."""

from __future__ import annotations

import datetime

import pytest

from drive.access.administration.site_settings import SETTINGS
from drive.access.models import SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.casework.assessed import Timetable, timetable
from drive.casework.closing_facts import follow_up_months
from drive.casework.rules import add_months
from tests.cast import Cast, seeding

START = datetime.date(2026, 1, 31)


def set_at(cast: Cast, code: str, value: dict[str, int], *, days: int = 0) -> None:
    with seeding():
        SiteSetting.objects.create(
            site=cast.site,
            code=code,
            value=SETTINGS[code].checked(value),
            applies_from=local_today() + datetime.timedelta(days=days),
            reason="As agreed",
            recorded_by=cast.administrator,
        )


def test_c08_default_and_a_site_s_own_timetable(cast: Cast) -> None:
    assert [point for _day, point in Timetable().due(START, "needs")] == ["intake", "m3", "m6", "m9"]
    assert Timetable().due(START, "drive_dash") == [
        (START + datetime.timedelta(days=14), "two_weeks"),
        (add_months(START, 6), "mid"),
    ]
    set_at(cast, "C-08", {"every": 6, "dash_weeks": 3, "dash_mid": 5})
    set_at(cast, "C-08", {"every": 9, "dash_weeks": 1, "dash_mid": 6}, days=1)
    with acting_as(cast.case_manager.as_actor()):
        held, elsewhere = timetable(cast.site.pk, local_today()), timetable(cast.other_site.pk, local_today())
    assert held.due(START, "severity_of_abuse_grid") == [
        (START + datetime.timedelta(days=14), "intake"),
        (add_months(START, 6), "m6"),
    ]
    assert [day for day, _point in held.due(START, "drive_dash")] == [
        START + datetime.timedelta(weeks=3),
        add_months(START, 5),
    ]
    assert elsewhere == Timetable(), "another site's setting is another site's"


def test_c24_a_case_that_closes_is_looked_at_again_when_its_site_says(cast: Cast) -> None:
    set_at(cast, "C-24", {"first": 2, "second": 6, "third": 6})
    with acting_as(cast.case_manager.as_actor()):
        assert follow_up_months(cast.site.pk, local_today()) == [2, 6]
        assert follow_up_months(cast.other_site.pk, local_today()) == [3, 6, 12]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("C-08", {"every": 4, "dash_weeks": 2, "dash_mid": 6}),
        ("C-08", {"every": 3, "dash_weeks": 2, "dash_mid": 9}),
        ("C-24", {"first": 6, "second": 3, "third": 12}),
    ],
)
def test_c30_a_value_that_means_nothing_is_refused(code: str, value: dict[str, int]) -> None:
    with pytest.raises(Refusal):
        SETTINGS[code].checked(value)
