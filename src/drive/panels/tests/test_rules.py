"""What planning a meeting asks, without a database."""

from __future__ import annotations

import datetime
from uuid import UUID, uuid4

import pytest

from drive.access.refusal import Refusal
from drive.panels import rules

TODAY = datetime.date(2026, 3, 4)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("held_on", "remote", "place", "refused"),
    [
        (TODAY, True, "", ""),
        (TODAY + DAY, False, "Town Hall", ""),
        (TODAY + DAY, True, "by video", ""),
        (TODAY - DAY, True, "", "held_on"),
        (TODAY, False, "", "place"),
        (TODAY, False, "  ", "place"),
    ],
)
def test_p10_a_meeting_has_a_day_to_come_and_a_place_or_is_remote(
    held_on: datetime.date, remote: bool, place: str, refused: str
) -> None:
    if not refused:
        rules.check_meeting(held_on=held_on, remote=remote, place=place, today=TODAY)
        return
    with pytest.raises(Refusal) as said:
        rules.check_meeting(held_on=held_on, remote=remote, place=place, today=TODAY)
    assert (said.value.rule, said.value.field) == ("P-10", refused)


def test_s28_a_meeting_is_changed_until_its_day_is_over() -> None:
    rules.may_change(held_on=TODAY, today=TODAY)
    with pytest.raises(Refusal) as said:
        rules.may_change(held_on=TODAY - DAY, today=TODAY)
    assert said.value.rule == "S-28"


@pytest.mark.parametrize("waits", [0, 1, 2])
def test_p12_only_what_waits_is_put_on_an_agenda(waits: int) -> None:
    wanted: list[UUID] = [uuid4(), uuid4()]
    if waits == len(wanted):
        rules.may_list(wanted, waiting=[*wanted, uuid4()])
        rules.may_list([], waiting=[])
        return
    with pytest.raises(Refusal) as said:
        rules.may_list(wanted, waiting=wanted[:waits])
    assert (said.value.rule, said.value.field) == ("P-12", "referrals")
