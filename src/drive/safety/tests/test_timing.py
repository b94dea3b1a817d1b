"""He never learns that work stops or slows because of her (S-11), contact is stepped back from and not cut off (S-23), and
what is planned is not put down to her (S-12)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.commands import set_engagement
from drive.casework.commands import NewStrategy, save_strategy
from drive.casework.models import CaseHistory, StateEntry
from drive.safety import commands
from drive.safety.models import Booking, BookingState, PlanChange, RiskItem
from drive.safety.queries import lately_on_her_side
from drive.safety.rules import TIMING_DAYS
from tests.cast import Cast, seeding

from .deciding import SOON_AFTER, STEPPING, book, decide

TODAY = local_today()
LATER = TODAY + datetime.timedelta(days=28)


def steps_back(cast: Cast, days_ago: int) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        set_engagement(
            by=by,
            record_id=cast.record.pk,
            value="needs_time",
            since=TODAY - datetime.timedelta(days=days_ago),
            reason="CANARYREASON",
        )


def planned(cast: Cast) -> Booking:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    return book(cast.case_manager, cast.case.pk)


def cancel(cast: Cast, booking: Booking, how: commands.Stepping) -> None:
    by = cast.case_manager.as_actor()
    with acting_as(by):
        commands.cancel_booking(by=by, booking_id=booking.pk, how=how)


def test_s11_cancelling_the_day_after_she_stepped_back_asks_and_keeps_the_other_reason(cast: Cast) -> None:
    booking = planned(cast)
    steps_back(cast, 1)
    with pytest.raises(Refusal, match="why it is changed now") as refused:
        cancel(cast, booking, STEPPING)
    assert (refused.value.rule, refused.value.field) == ("S-11", "although")
    cancel(cast, booking, SOON_AFTER)
    with seeding():
        kept = PlanChange.objects.get()
    assert (kept.days_after, kept.told, kept.although) == (1, SOON_AFTER.told, SOON_AFTER.although)
    assert (kept.what, kept.about, kept.pace, kept.watches) == (
        "cancelled",
        booking.pk,
        "longer",
        "Probation, weekly",
    )


@pytest.mark.parametrize(("days_ago", "asks"), [(TIMING_DAYS, True), (TIMING_DAYS + 1, False)])
def test_s11_the_window_ends(cast: Cast, days_ago: int, asks: bool) -> None:
    steps_back(cast, days_ago)
    with acting_as(cast.case_manager.as_actor()):
        assert (lately_on_her_side(cast.case.pk) is not None) is asks


def test_s11_a_client_who_rang_counts_and_her_reason_is_nowhere(cast: Cast) -> None:
    by = cast.case_manager.as_actor()
    with acting_as(by):
        assert lately_on_her_side(cast.case.pk) is None
        commands.record_boundary_contact(
            by=by, link_id=cast.link.pk, rang_at=timezone.now() - datetime.timedelta(hours=1), text="She asks for a call.",
            urgency="soon", told_to_ring=True, work_out="He could not.",
        )  # fmt: skip
        recent = lately_on_her_side(cast.case.pk)
    assert recent is not None
    assert recent.words == "A client rang you today"
    steps_back(cast, 3)
    with acting_as(by):
        assert "CANARY" not in repr(lately_on_her_side(cast.case.pk))


def test_s23_setting_aside_asks_the_pace_and_who_watches(cast: Cast) -> None:
    booking = planned(cast)
    by = cast.case_manager.as_actor()
    with pytest.raises(Refusal, match="keeps an eye") as refused, acting_as(by):
        commands.suspend_booking(by=by, booking_id=booking.pk, how=replace(STEPPING, watches=" "))
    assert refused.value.rule == "S-23"
    with acting_as(by):
        commands.suspend_booking(by=by, booking_id=booking.pk, how=replace(STEPPING, told=""))
    with seeding():
        assert PlanChange.objects.get().days_after is None


def test_s11_the_page_warns_and_keeps_what_was_typed(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    booking = planned(cast)
    steps_back(cast, 1)
    address = reverse("booking_step", kwargs={"case_id": cast.case.pk, "booking_id": booking.pk})
    browser = client_of(cast.case_manager)
    page = browser.get(address + "?step=cancel").content.decode()
    assert "A client’s engagement changed" in page
    assert "CANARYREASON" not in page
    typed = {"step": "cancel", "told": "The room is taken", "pace": "longer", "watches": "Probation"}
    again = browser.post(address, typed).content.decode()
    assert "The room is taken" in again
    assert browser.post(address, typed | {"although": "It is."}).status_code == 302
    with seeding():
        assert BookingState.objects.filter(booking=booking).latest("recorded_at").state == "cancelled"
    for nobody in (cast.other_case_manager, cast.idva, cast.outsider):
        assert client_of(nobody).get(address + "?step=cancel").status_code == 404


READY = NewStrategy(
    stage="ready", sources="Police.", client_view="Told through her IDVA.", entry_route="prison", staff_safety="Two of us.",
    others_at_risk="unknown", risk_of_not_acting="unknown", review_on=TODAY + datetime.timedelta(days=20),
)  # fmt: skip


def test_s11_a_changed_strategy_asks_too_and_a_first_one_does_not(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    by = cast.case_manager.as_actor()
    steps_back(cast, 2)
    address = reverse("case_strategy", args=[cast.case.pk])
    browser = client_of(cast.case_manager)
    assert "What can he be told about it" not in browser.get(address).content.decode()
    with acting_as(by):
        save_strategy(by=by, case_id=cast.case.pk, seen_version=0, strategy=READY)
    review = READY.review_on
    assert review is not None
    typed = {
        "seen_version": 1, "stage": "ready", "sources": "Police.", "client_view": "Her IDVA.", "entry_route": "letter",
        "staff_safety": "Two of us.", "others_at_risk": "unknown", "risk_of_not_acting": "unknown",
        "review_on_0": review.day, "review_on_1": review.month, "review_on_2": review.year, "review_on": review.isoformat(),
    }  # fmt: skip
    refused = browser.post(address, typed)
    assert refused.status_code == 200
    assert "What can he be told about it" in refused.content.decode()
    answered = browser.post(address, typed | {"told": "A new worker joins.", "although": "Prison moved him."})
    assert answered.status_code == 302, answered.content.decode()
    with seeding():
        kept = PlanChange.objects.get()
    assert (kept.what, kept.told, kept.days_after) == ("strategy", "A new worker joins.", 2)


@pytest.mark.parametrize(
    ("history", "step"),
    [
        (
            "contact",
            {"value": "reduced", "exit_plan": "Monthly; he is told of a waiting list; probation sees him"},
        ),
        (
            "status",
            {"value": "on_hold", "detail": "justice", "meanwhile": "Police visit", "exit_plan": "As agreed"},
        ),
    ],
)
def test_s11_holding_or_reducing_contact_asks_too(
    cast: Cast, client_of: Callable[[Membership], Client], history: str, step: dict[str, str]
) -> None:
    steps_back(cast, 2)
    browser, address = client_of(cast.case_manager), reverse("case_state", args=[cast.case.pk, history])
    with seeding():
        last = StateEntry.objects.filter(case=cast.case, history=history).order_by("-recorded_at").first()
    assert "Asked when contact is held" in browser.get(address).content.decode()
    typed = step | {
        "seen": str(last.pk) if last else "", "reason": "His worker is away", "owner": str(cast.case_manager.pk),
        "since_0": TODAY.day, "since_1": TODAY.month, "since_2": TODAY.year, "since": TODAY.isoformat(),
        "until_0": LATER.day, "until_1": LATER.month, "until_2": LATER.year, "until": LATER.isoformat(),
    }  # fmt: skip
    refused = browser.post(address, typed)
    assert refused.status_code == 200
    answered = browser.post(
        address, typed | {"told": "A worker is away.", "although": "Nobody else can see him."}
    )
    assert answered.status_code == 302, answered.content.decode()
    with seeding():
        kept = PlanChange.objects.get()
    assert (kept.what, kept.told, kept.days_after) == ("stepped_back", "A worker is away.", 2)


def test_s11_the_command_asks_whoever_calls_it(cast: Cast) -> None:
    """Not the page alone: a hold soon after she stepped back is refused and undone, and one that says why is kept."""
    steps_back(cast, 2)
    by = cast.case_manager.as_actor()

    def hold(how: commands.Stepping) -> None:
        with acting_as(by):
            last = StateEntry.objects.filter(history="status").latest("recorded_at")
            commands.set_state(
                by=by, case_id=cast.case.pk, history=CaseHistory.STATUS, value="on_hold", since=TODAY, until=LATER,
                seen_id=last.pk, reason="Waits", detail="justice", meanwhile="Probation sees him",
                exit_plan="Monthly", owner_id=cast.case_manager.pk, how=how,
            )  # fmt: skip

    with pytest.raises(Refusal) as refused:
        hold(STEPPING)
    assert (refused.value.rule, refused.value.field) == ("S-11", "although")
    with seeding():
        assert not StateEntry.objects.filter(value="on_hold").exists()
    hold(SOON_AFTER)
    with seeding():
        assert PlanChange.objects.get().although == SOON_AFTER.although


def test_s12_planned_contact_soon_after_something_of_hers_says_what_he_will_think(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk, will_think="", with_whom="Nothing had come yet")
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.send_risk_item(
            by=by, link_id=cast.link.pk, kind="triggers", purpose="Her safety on Sundays.", text="Sundays.",
            urgency="soon", work_out="He could not.",
        )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        book(cast.case_manager, cast.case.pk, will_think=" ")
    assert (refused.value.rule, refused.value.field) == ("S-12", "will_think")
    assert book(cast.case_manager, cast.case.pk).will_think


def test_s05_topics_said_when_contact_is_planned_reach_the_idva_and_no_more_of_it(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk, topics="Mornings. Not the children.", with_whom="CANARYWHO")
    with acting_as(cast.idva.as_actor()):
        item = RiskItem.objects.get(kind="topics_planned")
        assert item.text == "Mornings. Not the children."
        assert "CANARYWHO" not in repr(list(RiskItem.objects.values()))
    book(cast.case_manager, cast.case.pk)
    with seeding():
        assert RiskItem.objects.filter(kind="topics_planned").count() == 1
