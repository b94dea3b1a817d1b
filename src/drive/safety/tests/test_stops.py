"""A stop concern stops everything it covers, in the same transaction, whoever books (S-17, S-04, S-23)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from drive.access.models import AssignmentKind, CaseAssignment
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.safety import commands
from drive.safety.models import Booking, BookingState, StopAcknowledgement
from drive.safety.position import position
from drive.safety.queries import stops_on_desk
from tests.cast import Cast, link, open_record, seeding

from .deciding import STEPPING, book, decide, stop
from .test_decisions import insert_booking


def newest_state(cast: Cast, booking: Booking) -> str:
    with acting_as(cast.case_manager.as_actor()):
        newest = BookingState.objects.filter(booking=booking).order_by("-recorded_at").first()
    assert newest is not None
    return newest.state


def answer(cast: Cast, who: str, concern_id: object, **said: str) -> None:
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        commands.answer_stop(by=actor, concern_id=concern_id, response="We have talked.", **said)  # type: ignore[arg-type]  # named as the command names them


def cover(cast: Cast) -> None:
    """Bertram covers the case."""
    with seeding():
        CaseAssignment.objects.create(
            membership=cast.other_case_manager,
            case_id=cast.case.pk,
            service_id=cast.case.service_id,
            kind=AssignmentKind.COVER,
            recorded_by=cast.service_manager,
        )


@pytest.mark.parametrize("who", ["idva", "idva_manager", "case_manager", "service_manager"])
def test_s17_anyone_on_either_side_stops_and_bookings_are_suspended_at_once(cast: Cast, who: str) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    stop(getattr(cast, who), cast.link.pk)
    assert newest_state(cast, booking) == "suspended"
    cover(cast)
    for member in (cast.case_manager, cast.other_case_manager, cast.service_manager):
        with pytest.raises(Refusal, match="stop concern is live"):
            book(member, cast.case.pk)
    with (
        pytest.raises(IntegrityError, match="stop"),
        transaction.atomic(),
        acting_as(cast.case_manager.as_actor()),
    ):
        insert_booking(cast, 5)
    actor = cast.case_manager.as_actor()
    with pytest.raises(Refusal, match="stop concern"), acting_as(actor):
        commands.continue_booking(by=actor, booking_id=booking.pk)
    with (
        pytest.raises(IntegrityError, match="stop"),
        transaction.atomic(),
        acting_as(actor),
    ):
        BookingState.objects.create(
            booking=booking,
            case=cast.case,
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            state="planned",
        )


def test_s17_it_is_live_until_both_sides_have_answered(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    concern = stop(cast.idva, cast.link.pk, reason="Outside again this morning")
    with pytest.raises(Refusal, match="will be told"):
        answer(cast, "case_manager", concern.pk)
    answer(cast, "case_manager", concern.pk, told="The room has changed", eyes="Probation")
    with pytest.raises(Refusal, match="answered already"):
        answer(cast, "service_manager", concern.pk, told="The room has changed", eyes="Probation")
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "stop", "the side it stops does not close it alone"
    answer(cast, "idva", concern.pk)
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "in_force"
    assert newest_state(cast, booking) == "suspended", "nothing starts again by itself"
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.continue_booking(by=actor, booking_id=booking.pk)
    assert newest_state(cast, booking) == "planned"


def test_s17_acknowledged_by_name_once(cast: Cast) -> None:
    concern = stop(cast.idva, cast.link.pk)
    for member in (cast.case_manager, cast.case_manager, cast.service_manager):
        actor = member.as_actor()
        with acting_as(actor):
            commands.acknowledge_stop(by=actor, concern_id=concern.pk)
    with acting_as(cast.idva.as_actor()):
        names = set(StopAcknowledgement.objects.values_list("recorded_by", flat=True))
    assert names == {cast.case_manager.pk, cast.service_manager.pk}


def test_s17_a_place_or_a_topic_stops_that_place_or_topic(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=["probation_office", "office"])
    at_office = book(cast.case_manager, cast.case.pk, place="office")
    at_probation = book(cast.case_manager, cast.case.pk)
    stop(cast.idva, cast.link.pk, scope="place", place="office")
    assert newest_state(cast, at_office) == "suspended"
    assert newest_state(cast, at_probation) == "planned"
    with pytest.raises(Refusal, match="place is under a stop concern"):
        book(cast.case_manager, cast.case.pk, place="office")
    stop(cast.idva, cast.link.pk, scope="topic", words="Child contact")
    assert newest_state(cast, at_probation) == "suspended", "nobody said that it would be left out"
    with pytest.raises(Refusal, match="left out"):
        book(cast.case_manager, cast.case.pk)
    book(cast.case_manager, cast.case.pk, leaves_out=True)
    with pytest.raises(Refusal, match="which topic"):
        stop(cast.idva, cast.link.pk, scope="topic")


def idvas_rows(cast: Cast) -> list[object]:
    found: list[object] = []
    with acting_as(cast.idva.as_actor()), connection.cursor() as cursor:
        for query in ("case_summary", "bookings_for_record"):
            cursor.execute(f"select * from safety.{query}(%s)", [cast.record.pk])
            found += cursor.fetchall()
        found.append(position(cast.link.pk))
        cursor.execute("select count(*) from safety_caselink")
        found.append(cursor.fetchone())
    return found


def test_s04_adding_another_client_changes_nothing_for_the_first_idva(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    before = idvas_rows(cast)
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Araminta", "Bellweather", cast.idva_manager)
        second = link(cast.case, other, cast.idva_manager, "Araminta Bellweather")
    assert idvas_rows(cast) == before
    concern = stop(cast.other_idva, second.pk, reason="CANARY")
    assert newest_state(cast, booking) == "suspended"
    after = idvas_rows(cast)
    assert "in_force" in after, "her own link is as it was"
    assert "CANARY" not in str(after)
    with acting_as(cast.idva.as_actor()):
        from drive.safety.models import StopConcern, StopConcernReason

        assert not StopConcern.objects.filter(pk=concern.pk).exists()
        assert StopConcernReason.objects.count() == 0


def test_s23_cancelling_says_what_he_is_told_and_nothing_cancels_by_itself(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    actor = cast.case_manager.as_actor()
    with pytest.raises(Refusal, match="is told"), acting_as(actor):
        commands.cancel_booking(
            by=actor, booking_id=booking.pk, how=commands.Stepping(told=" ", pace="goes_on")
        )
    with acting_as(actor):
        commands.cancel_booking(by=actor, booking_id=booking.pk, how=STEPPING)
    assert newest_state(cast, booking) == "cancelled"
    with pytest.raises(Refusal, match="changed meanwhile"), acting_as(actor):
        commands.continue_booking(by=actor, booking_id=booking.pk)


def test_a_list_of_stop_concerns_costs_the_same_however_long_it_is(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.raise_stop(by=actor, link_id=cast.link.pk, scope="place", place="office")
        with CaptureQueriesContext(connection) as one:
            assert len(stops_on_desk(actor)) == 1
        for place in ("home", "remote", "public"):
            commands.raise_stop(by=actor, link_id=cast.link.pk, scope="place", place=place)
        with django_assert_num_queries(len(one)):
            assert len(stops_on_desk(actor)) == 4
