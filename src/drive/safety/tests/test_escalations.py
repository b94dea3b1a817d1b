"""What nobody of the other side has read goes to the managers of both, at the site's time, by the clock (S-02, S-17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from drive.access.models import ClientAssignment, Membership, SiteSetting, local_today
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.config.clock import acts
from drive.safety import commands
from drive.safety.commands.escalations import alert_lapsed_bookings, escalate_unread
from drive.safety.models import Booking, BookingState, Escalation, PracticeIncident, RiskItem
from drive.safety.queries import bookings_unsettled, escalations
from tests.cast import Cast, link, open_record, seeding

from .deciding import SOON_AFTER, book, decide, stop


def tell(cast: Cast, who: str, urgency: str = "urgent") -> RiskItem:
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        return commands.send_risk_item(
            by=actor,
            link_id=cast.link.pk,
            kind="risk_change",
            purpose="Her safety this weekend.",
            text="He knows the street.",
            urgency=urgency,
            work_out="He could not.",
        )


def hours_pass(hours: int) -> None:
    with seeding(), connection.cursor() as cursor:
        for table in ("safety_riskitem", "safety_stopconcern"):
            cursor.execute(
                f"update {table} set recorded_at = recorded_at - make_interval(hours => %s)", [hours]
            )


def on_desk(member: Membership) -> list[tuple[str, str]]:
    actor = member.as_actor()
    with acting_as(actor):
        return [(one.what, one.waits) for one in escalations(actor)]


def test_s02_an_unread_urgent_item_raises_an_alert_at_the_set_time_and_once(cast: Cast) -> None:
    tell(cast, "case_manager", "soon")
    tell(cast, "case_manager")
    hours_pass(3)
    assert escalate_unread() == 0
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="S-02", value={"concern": 1, "item": 3})
    assert escalate_unread() == 1
    assert escalate_unread() == 0
    assert on_desk(cast.idva_manager) == [("Change in risk, urgent", "Imelda Farthing holds it.")]
    assert on_desk(cast.service_manager) == [
        ("Change in risk, urgent", "The other side has not read it. Ring Imelda Farthing.")
    ]
    assert on_desk(cast.outside_idva) == on_desk(cast.other_idva) == []


def test_s17_an_unread_stop_concern_goes_to_both_managers_until_the_other_side_reads_it(cast: Cast) -> None:
    concern = stop(cast.idva, cast.link.pk)
    actor = cast.idva_manager.as_actor()
    with acting_as(actor):
        commands.acknowledge_stop(by=actor, concern_id=concern.pk)  # the raising side's reading is no reading
    hours_pass(2)
    escalate_unread()
    assert len(on_desk(cast.service_manager)) == len(on_desk(cast.idva_manager)) == 1
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.acknowledge_stop(by=actor, concern_id=concern.pk)
    assert on_desk(cast.service_manager) == on_desk(cast.idva_manager) == []


def test_s02_whoever_covers_has_it_too_and_reading_it_ends_it(cast: Cast) -> None:
    item = tell(cast, "case_manager")
    with seeding():
        ClientAssignment.objects.create(
            membership=cast.stand_in,
            record_id=cast.record.pk,
            service_id=cast.record.service_id,
            kind="cover",
            recorded_by=cast.idva_manager,
        )
    hours_pass(5)
    escalate_unread()
    ((_what, waits),) = on_desk(cast.stand_in)
    assert waits == "Imelda Farthing holds it, Tamsin Rook covers."
    actor = cast.stand_in.as_actor()
    with acting_as(actor):
        commands.acknowledge_item(by=actor, item_id=item.pk)
    assert on_desk(cast.idva) == on_desk(cast.idva_manager) == []


def test_house_15_the_clock_alone_escalates_and_its_event_is_audited(cast: Cast) -> None:
    tell(cast, "case_manager")
    hours_pass(5)
    with (
        pytest.raises(ProgrammingError, match="permission denied for function"),
        transaction.atomic(),
        acting_as(cast.service_manager.as_actor()),
        connection.cursor() as cursor,
    ):
        cursor.execute("select safety.escalate_unread()")
    assert [act.run() for act in acts() if "escalate" in act.name] == [1]
    with seeding():
        event = AuditEvent.objects.get(kind="escalation")
        assert (event.record_id, event.service_id, event.membership_id) == (
            cast.link.pk,
            cast.vs_service.pk,
            None,
        )
        assert Escalation.objects.get().recorded_by_id is None


def lapses_before_contact(cast: Cast, *, minutes: int) -> Booking:
    """Contact planned under a decision that has lapsed since, and starts in some minutes."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.lapse_decision(by=actor, link_id=cast.link.pk, cause="allegation")
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "update safety_booking set starts_at = clock_timestamp() + make_interval(mins => %s)", [minutes]
        )
    return booking


def unsettled(member: Membership) -> int:
    with acting_as(member.as_actor()):
        return len(bookings_unsettled())


EVERYBODY = ("case_manager", "service_manager", "idva", "idva_manager")


def test_s19_contact_under_a_lapsed_decision_is_put_to_both_sides_an_hour_before(cast: Cast) -> None:
    lapses_before_contact(cast, minutes=70)
    assert alert_lapsed_bookings() == 0
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_booking set starts_at = starts_at - interval '15 minutes'")
    assert alert_lapsed_bookings() == 1
    assert alert_lapsed_bookings() == 0
    assert [unsettled(getattr(cast, who)) for who in EVERYBODY] == [1, 1, 1, 1]
    assert [unsettled(getattr(cast, who)) for who in ("other_case_manager", "other_idva", "outsider")] == [
        0
    ] * 3
    with seeding():
        assert BookingState.objects.order_by("-recorded_at")[0].state == "planned", (
            "nothing is cancelled (S-23)"
        )
        assert AuditEvent.objects.get(kind="escalation").fields == ["booking"]
    decide(cast.case_manager, cast.idva, cast.link.pk)
    assert [unsettled(getattr(cast, who)) for who in EVERYBODY] == [0] * 4


def test_s19_an_agreed_or_settled_booking_alerts_nobody(cast: Cast) -> None:
    booking = lapses_before_contact(cast, minutes=30)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.suspend_booking(by=actor, booking_id=booking.pk, how=SOON_AFTER)
    assert alert_lapsed_bookings() == 0
    with (
        pytest.raises(ProgrammingError, match="permission denied for function"),
        transaction.atomic(),
        acting_as(actor),
        connection.cursor() as cursor,
    ):
        cursor.execute("select safety.alert_lapsed_bookings()")


def test_s19_going_ahead_is_recorded_opens_an_incident_and_settles_it(cast: Cast) -> None:
    booking = lapses_before_contact(cast, minutes=30)
    assert alert_lapsed_bookings() == 1
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.record_contact(
            by=actor,
            case_id=cast.case.pk,
            happened_on=local_today(),
            outcome="spoke",
            channel="face_to_face",
            started_by="us",
            booking_id=booking.pk,
        )
        assert PracticeIncident.objects.get().kind == "contact_without_decision"
    assert [unsettled(getattr(cast, who)) for who in EVERYBODY] == [0] * 4


def test_s04_a_worker_whose_own_decision_stands_reads_the_same_and_not_why(cast: Cast) -> None:
    with seeding():
        second = open_record(cast.vs_service, cast.other_idva, "Second", "Client", cast.idva_manager)
        other = link(cast.case, second, cast.coordinator, "Second Client")
    decide(cast.case_manager, cast.other_idva, other.pk)
    lapses_before_contact(cast, minutes=30)
    assert alert_lapsed_bookings() == 2
    assert unsettled(cast.other_idva) == 1
    with acting_as(cast.other_idva.as_actor()):
        (one,) = bookings_unsettled()
        assert one.vs_record_id == second.pk


def test_w08_the_desks_show_it_with_its_age(cast: Cast, client_of: Callable[[Membership], Client]) -> None:
    tell(cast, "case_manager")
    hours_pass(50)
    escalate_unread()
    for member, path in (
        (cast.idva, "/desk/clients/"),
        (cast.idva_manager, "/desk/client-service/"),
        (cast.case_manager, "/desk/cases/"),
        (cast.service_manager, "/desk/case-service/"),
    ):
        shown = client_of(member).get(path).content.decode()
        assert "Not read in time" in shown, path
        assert "2 days" in shown, path
