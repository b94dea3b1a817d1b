"""Linked people never come to court on one day for want of asking, and neither side learns of the other's date (S-25)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.models import CourtDate
from drive.audit.models import AuditEvent
from drive.components.dates import LONDON
from drive.safety import commands
from drive.safety.models import Booking, BookingState
from tests.cast import Cast, seeding

from .deciding import book, decide

PLACES = ["court", "office"]


def hearing(cast: Cast, days: int, **said: object) -> CourtDate:
    with acting_as(cast.idva.as_actor()):
        return CourtDate.objects.create(
            **{
                "record": cast.record,
                "service_id": cast.record.service_id,
                "recorded_by": cast.idva,
                "on": local_today() + datetime.timedelta(days=days),
                "what": "CANARY hearing",
            }
            | said
        )


def at_noon(days: int) -> datetime.datetime:
    day = local_today() + datetime.timedelta(days=days)
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=LONDON)


def newest(cast: Cast, booking: Booking) -> str:
    with acting_as(cast.case_manager.as_actor()):
        return BookingState.objects.filter(booking=booking).order_by("-recorded_at")[0].state


def test_s25_contact_at_court_on_her_day_is_refused_with_the_same_words_whichever_came_first(
    cast: Cast,
) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    early = book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(3))
    other_day = book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(4))
    elsewhere = book(cast.case_manager, cast.case.pk, place="office", starts_at=at_noon(3))
    hearing(cast, 3)
    assert newest(cast, early) == "suspended", "her date is never refused; his booking waits"
    assert newest(cast, other_day) == newest(cast, elsewhere) == "planned"
    actor = cast.case_manager.as_actor()
    said = []
    for act in (
        lambda: commands.continue_booking(by=actor, booking_id=early.pk),
        lambda: book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(3)),
    ):
        with pytest.raises(Refusal) as refused, acting_as(actor):
            act()
        said.append((str(refused.value), refused.value.rule))
    assert said == [("Choose another time or place.", "S-25")] * 2


def test_s25_neither_side_learns_of_the_other(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    early = book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(3))
    hearing(cast, 3)
    with acting_as(cast.case_manager.as_actor()):
        state = BookingState.objects.filter(booking=early, state="suspended").get()
        assert (state.recorded_by_id, state.concern_id, state.told) == (cast.case_manager.pk, None, "")


def test_s25_a_cancelled_hearing_and_an_older_version_do_not_count(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    first = hearing(cast, 3)
    hearing(cast, 5, thread=first.thread, version=2)
    book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(3))
    hearing(cast, 5, thread=first.thread, version=3, cancelled=True)
    book(cast.case_manager, cast.case.pk, place="court", starts_at=at_noon(5))


def test_s25_the_database_refuses_past_the_command(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    hearing(cast, 3)
    with (
        pytest.raises(IntegrityError, match="clash"),
        transaction.atomic(),
        acting_as(cast.case_manager.as_actor()),
    ):
        Booking.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.case_manager, kind="meeting",
            channel="face_to_face", starts_at=at_noon(3), place="court", reason_given="x", recorded_at=timezone.now(),
        )  # fmt: skip


def test_s25_who_asks_often_is_seen_and_reads_nothing_more(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    hearing(cast, 3)
    browser = client_of(cast.case_manager)
    sent = {
        "kind": "meeting", "channel": "face_to_face", "on": f"{at_noon(3):%d/%m/%Y}", "at": "12:00", "place": "court",
        "reason_given": "Your hearing.",
    }  # fmt: skip
    for _ in range(2):
        shown = browser.post(f"/cases/{cast.case.pk}/contact/plan/", sent).content.decode()
        assert "Choose another time or place." in shown
        assert "CANARY" not in shown
        assert "hearing" not in shown.lower().replace("your hearing.", "")
    with seeding():
        asked = AuditEvent.objects.filter(kind="place_clash", membership_id=cast.case_manager.pk)
        assert asked.count() == 2
