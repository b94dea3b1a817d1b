"""Old information and contradictions on the IDVA manager's desk (S-42, V-09), and what has not happened (S-43)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands, queries
from drive.advocacy.models import CheckInPlan, ClientContact, EngagementEntry, SafeContactRule
from tests.cast import Cast, seeding

TODAY = local_today()
NOW = timezone.now()


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def fact(cast: Cast, model: Any, **given: Any) -> None:
    with seeding():
        model.objects.create(
            record=cast.record, service_id=cast.record.service_id, recorded_by=cast.idva, **given
        )


CASES = {
    "not reached, yet a contact": ("trying", 10, "spoke", "Marked as not reached, and a contact is recorded."),
    "not tried, yet an attempt": ("not_yet_tried", 10, "no_reply", "Marked as not yet tried, and an attempt is recorded."),
    "stepped back, yet spoke since": ("declined", 1, "spoke", "Marked as having stepped back, and both spoke since."),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_v09_both_desks_say_of_a_record_what_the_record_says_itself(cast: Cast, case: str) -> None:
    value, days, outcome, words = CASES[case]
    fact(cast, EngagementEntry, value=value, since=ago(5))
    fact(
        cast, ClientContact, channel="phone", outcome=outcome, happened_at=NOW - datetime.timedelta(days=days)
    )
    fact(
        cast, SafeContactRule, version=1, channels=["phone"], agreed_on=ago(60), review_on=ago(2), withheld_number=True,
    )  # fmt: skip
    idva, manager = cast.idva.as_actor(), cast.idva_manager.as_actor()
    with acting_as(idva):
        record = set(queries.overview(idva, cast.record.pk).prompts)
        assert words in record
        assert {one.words for one in queries.desk(idva).doubts} == record
    with acting_as(manager):
        assert {one.words for one in queries.service_desk(manager).doubts.rows} == record


def test_s42_the_managers_desk_lists_what_is_past_its_limit(cast: Cast) -> None:
    manager = cast.idva_manager.as_actor()
    fact(
        cast, EngagementEntry, value="sporadic", since=ago(90), recorded_at=NOW - datetime.timedelta(days=50)
    )
    fact(cast, ClientContact, channel="phone", outcome="spoke", happened_at=NOW - datetime.timedelta(days=45))
    with acting_as(manager):
        (old,) = queries.service_desk(manager).old.rows
    assert old.words == "Engagement said 50 days ago. Last contact 45 days ago"


def test_s43_a_contact_later_today_has_not_happened(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with pytest.raises(Refusal, match="not happened yet"), acting_as(by):
        commands.record_contact(
            by=by, record_id=cast.record.pk, happened_at=timezone.now() + datetime.timedelta(minutes=2), channel="phone",
            outcome="spoke",
        )  # fmt: skip


def test_v11_a_check_in_is_planned_for_today_or_later(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with pytest.raises(Refusal, match="day is over"), acting_as(by):
        commands.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=14, due_on=ago(1))
    with acting_as(by):
        commands.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=14, due_on=TODAY)
        assert CheckInPlan.objects.get().due_on == TODAY


def test_r93_a_contact_through_somebody_else_is_no_last_contact(cast: Cast) -> None:
    by = cast.idva.as_actor()

    def spoke(days: int, channel: str = "phone", via: str = "") -> None:
        with acting_as(by):
            commands.record_contact(
                by=by, record_id=cast.record.pk, happened_at=NOW - datetime.timedelta(days=days), channel=channel,
                outcome="spoke", via=via,
            )  # fmt: skip

    spoke(1, via="A sister")
    spoke(2, channel="third_party")
    with acting_as(by):
        assert queries.overview(by, cast.record.pk).last_contact is None
        assert queries.in_touch(cast.record.pk).logged.suggests == "trying"
    spoke(3)
    with acting_as(by):
        assert queries.overview(by, cast.record.pk).last_contact == ago(3)


def test_v11_late_days_are_days_of_london(cast: Cast) -> None:
    """Half past midnight in summer is still the day before in Greenwich."""
    by = cast.idva.as_actor()
    fact(
        cast, ClientContact, channel="phone", outcome="spoke",
        happened_at=datetime.datetime(2026, 7, 1, 23, 30, tzinfo=datetime.UTC),
    )  # fmt: skip
    with acting_as(by):
        (row,) = queries.clients().rows
    assert row.last_contact == datetime.date(2026, 7, 2)
