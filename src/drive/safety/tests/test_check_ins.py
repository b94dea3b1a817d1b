"""What a check-in told reaches the case manager every time, is acknowledged, and outlasts the IDVA's own closing (V-11,
V-12, R-71)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership, SiteSetting, local_today
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.advocacy.models import CheckIn
from drive.safety import commands, queries
from drive.safety.commands.escalations import escalate_unread
from drive.safety.models import RiskItem
from tests.cast import Cast, seeding

from .test_escalations import hours_pass, on_desk

TODAY = local_today()
DAY = datetime.timedelta(days=1)
SAID = {
    "outcome": "unchanged",
    "channel": "phone",
    "done_on": "today",
    "feels_safer": "not_asked",
    "summary": "He has not been near.",
    "use_rule": "background",
    "work_out": "He could not.",
}


def check_in(cast: Cast, client_of: Callable[[Membership], Client], **said: Any) -> None:
    there = reverse("client_check_in", kwargs={"record_id": cast.record.pk})
    assert client_of(cast.idva).post(there, SAID | said).status_code == 302


def state(cast: Cast, who: str) -> list[str]:
    with acting_as(getattr(cast, who).as_actor()):
        return [one.acknowledged_by for one in queries.bulletins([cast.link.pk])]


def test_v11_both_sides_see_whether_it_was_acknowledged(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    check_in(cast, client_of)
    assert state(cast, "idva") == state(cast, "case_manager") == [""]
    for who, page, keys in (
        ("case_manager", "case_page", {"case_id": cast.case.pk}),
        ("idva", "client_check_in", {"record_id": cast.record.pk}),
    ):
        shown = client_of(getattr(cast, who)).get(reverse(page, kwargs=keys)).content.decode()
        assert "not yet acknowledged" in shown.lower(), who
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.acknowledge_item(by=actor, item_id=RiskItem.objects.get().pk)
    assert state(cast, "idva") == state(cast, "case_manager") == [cast.case_manager.name]


def test_v11_one_that_nobody_acknowledged_goes_to_both_managers_by_the_clock(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    check_in(cast, client_of)
    hours_pass(23)
    assert escalate_unread() == 0
    hours_pass(2)
    assert escalate_unread() == 1
    assert escalate_unread() == 0
    for who in ("case_manager", "service_manager", "idva", "idva_manager"):
        assert [what for what, _waits in on_desk(getattr(cast, who))] == ["Check-in summary"], who
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.acknowledge_item(by=actor, item_id=RiskItem.objects.get().pk)
    assert on_desk(cast.idva_manager) == []


def test_v11_the_site_says_how_long_and_a_rise_in_risk_goes_sooner(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    yesterday = f"{TODAY - DAY:%d/%m/%Y}"
    with seeding():
        SiteSetting.objects.create(
            site=cast.site, code="S-02", value={"concern": 1, "item": 4, "bulletin": 48}
        )
    check_in(cast, client_of, done_at="09:00", done_on=yesterday)
    check_in(cast, client_of, done_at="10:00", done_on=yesterday, outcome="higher", summary="He came twice.")
    hours_pass(5)
    assert escalate_unread() == 1
    hours_pass(30)
    assert escalate_unread() == 0
    hours_pass(20)
    assert escalate_unread() == 1


def test_v11_a_check_in_that_tells_nobody_is_not_kept(cast: Cast) -> None:
    """By whatever way it is recorded: the database asks at the end of the transaction."""
    by = cast.idva.as_actor()

    def record() -> None:
        advocacy.record_check_in(
            by=by,
            record_id=cast.record.pk,
            done_at=timezone.now(),
            channel="phone",
            outcome="unchanged",
            summary="Told to nobody.",
        )

    with pytest.raises(IntegrityError, match="every time"), transaction.atomic(), acting_as(by):
        record()
    with seeding():
        assert not CheckIn.objects.exists()


def test_v12_agreed_check_ins_outlast_the_record_stand_on_the_desk_and_still_cross(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=28, due_on=TODAY + DAY)
    closing = reverse("client_close", kwargs={"record_id": cast.record.pk})
    browser = client_of(cast.idva)
    assert "Drive is still open with the service user." in browser.get(closing).content.decode()
    sent = {
        "exited_on": "today",
        "reason": "completed",
        "detail": "Canary: she moves away.",
        "check_ins_continue": "yes",
    }
    assert browser.post(closing, sent).status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        told = RiskItem.objects.get(kind="engagement_change")
    assert "check-ins go on" in told.text
    assert "Canary" not in told.text
    desk = browser.get(reverse("desk_vs_worker")).content.decode()
    assert "Support has ended; agreed check-ins go on." in desk
    assert "0 open clients" in desk
    check_in(cast, client_of)
    assert state(cast, "case_manager") == [""]


def test_v12_without_agreement_they_stop_and_the_record_leaves_the_desk(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    browser = client_of(cast.idva)
    sent = {"exited_on": "today", "reason": "completed", "check_ins_continue": "no"}
    assert (
        browser.post(reverse("client_close", kwargs={"record_id": cast.record.pk}), sent).status_code == 302
    )
    with acting_as(cast.case_manager.as_actor()):
        assert "no check-ins from now on" in RiskItem.objects.get(kind="engagement_change").text
    assert str(cast.record.pk) not in browser.get(reverse("desk_vs_worker")).content.decode()


def test_s48_a_second_click_is_one_check_in_and_other_words_at_the_same_time_are_asked_about(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=28, due_on=TODAY)
    at = {"done_at": "09:00", "done_on": f"{TODAY - DAY:%d/%m/%Y}"}
    check_in(cast, client_of, **at)
    check_in(cast, client_of, **at)
    there = reverse("client_check_in", kwargs={"record_id": cast.record.pk})
    asked = client_of(cast.idva).post(there, SAID | at | {"summary": "Something else."})
    assert "A check-in at this time is recorded already." in asked.content.decode()
    with seeding():
        assert CheckIn.objects.count() == RiskItem.objects.count() == 1
