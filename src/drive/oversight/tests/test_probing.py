"""Who tries times and places until one is refused (S-25): the supervisors ask, nothing more is planned, nobody learns why."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from drive.access.models import Membership
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.oversight.alerts import list_alerts
from drive.oversight.clockwork import find_alerts
from drive.oversight.commands import answer_alert
from drive.oversight.looks import supervising
from drive.oversight.models import Alert
from drive.safety import commands
from drive.safety.models import Booking, BookingState
from drive.safety.tests.deciding import book, decide
from drive.safety.tests.test_places import PLACES, at_noon, hearing
from tests.cast import Cast, link, open_record, seeding, sign_in

LABEL = "Times, places or channels tried again and again"
TOLD = LABEL + ". No contact is planned on the case until this is answered"


def told(member: Membership) -> list[tuple[str, str]]:
    actor = supervising(member.as_actor())
    with acting_as(actor):
        rows, _ = list_alerts(actor)
    return [(row.who, row.why) for row in rows]


def walks_the_days(cast: Cast, days: list[int]) -> None:
    """Plans contact at court for each day through the page, and cancels at once what is not refused."""
    browser = sign_in(cast.case_manager)
    for day in days:
        sent = {
            "kind": "meeting", "channel": "face_to_face", "on": f"{at_noon(day):%d/%m/%Y}", "at": "12:00", "place": "court",
            "reason_given": "Your case.",
        }  # fmt: skip
        browser.post(f"/cases/{cast.case.pk}/contact/plan/", sent)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        done_with = BookingState.objects.filter(state="cancelled").values("booking_id")
        for each in Booking.objects.filter(case=cast.case, place="court").exclude(pk__in=done_with):
            commands.cancel_booking(
                by=actor, booking_id=each.pk,
                how=commands.Stepping(told="It was a mistake.", pace="goes_on", watches="Probation"),
            )  # fmt: skip


@pytest.mark.parametrize("hearings", [[2, 3, 4], [3], []])
def test_s25_a_walk_through_the_days_is_asked_about_and_stops_the_planning_until_a_manager_answers(
    cast: Cast, hearings: list[int]
) -> None:
    """Whether her hearings were hit on each day, on one or on none."""
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    for day in hearings:
        hearing(cast, day)
    walks_the_days(cast, [2, 3, 4])
    said = set()
    for day, place in ((2, "court"), (3, "court"), (9, "court"), (9, "office")):
        with pytest.raises(Refusal) as refused:
            book(cast.case_manager, cast.case.pk, place=place, starts_at=at_noon(day))
        said.add(str(refused.value))
    assert len(said) == 1, "whatever is tried now reads the same"
    assert said.pop().startswith("Planning contact on this case waits for your manager.")

    assert find_alerts() == 2
    name = cast.case_manager.name
    assert told(cast.service_manager) == [(name, TOLD)]
    assert told(cast.idva_manager) == [(name, LABEL)]
    assert sorted(told(cast.governance_lead)) == [(name, LABEL), (name, TOLD)]
    for other in (cast.case_manager, cast.idva, cast.outside_manager):
        assert sign_in(other).get("/alerts/").status_code == 404 or told(other) == []
    assert find_alerts() == 0, "read twice, written once"

    with seeding():
        alert = Alert.objects.get(record_id=cast.case.pk)
        Alert.objects.exclude(pk=alert.pk).get(record_id=cast.record.pk)
    manager = cast.service_manager.as_actor()
    with acting_as(manager):
        answer_alert(by=manager, alert_id=alert.pk, finding="explained", words="His trial was moved twice.")
    assert book(cast.case_manager, cast.case.pk, place="office", starts_at=at_noon(9))
    walks_the_days(cast, [11, 12, 13])
    assert find_alerts() == 1, "the same day, and her side's first alert still waits"


def test_s25_the_pause_lasts_until_it_is_answered_however_old_the_asking_is(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    walks_the_days(cast, [2, 3, 4])
    find_alerts()
    with seeding():
        assert Alert.objects.filter(record_id=cast.case.pk, kind="probing").count() == 1
        Booking.objects.update(recorded_at=timezone.now() - datetime.timedelta(days=20))
    with pytest.raises(Refusal, match="waits for your manager"):
        book(cast.case_manager, cast.case.pk, place="office", starts_at=at_noon(9))


def test_s04_with_two_clients_neither_ones_manager_is_told(cast: Cast) -> None:
    with seeding():
        other = open_record(
            cast.other_vs_service, cast.other_idva, "Euphemia", "Grumbleton", cast.idva_manager
        )
        second = link(cast.case, other, cast.service_manager, "Euphemia Grumbleton")
    decide(cast.case_manager, cast.idva, cast.link.pk, places=PLACES)
    decide(cast.case_manager, cast.other_idva, second.pk, places=PLACES)
    hearing(cast, 2)
    walks_the_days(cast, [2, 3, 4])
    assert find_alerts() == 1
    with seeding():
        assert Alert.objects.get().service_id == cast.su_service.pk


@pytest.mark.parametrize(("clashes", "days_ago", "found"), [(2, 0, 0), (3, 0, 2), (3, 8, 0)])
def test_s25_two_in_a_week_are_nothing(cast: Cast, clashes: int, days_ago: int, found: int) -> None:
    """Three in seven days: our figure, since the handbook gives none. It stands in `safety.asked_in_vain` alone."""
    with seeding():
        AuditEvent.objects.bulk_create(
            AuditEvent(
                at=timezone.now() - datetime.timedelta(days=days_ago, minutes=minute), act="denied", kind="place_clash",
                record_id=cast.case.pk, service_id=cast.su_service.pk, site_id=cast.site.pk,
                membership_id=cast.case_manager.pk, role="case_manager", assignment_id=cast.link.pk,
            ) for minute in range(1, clashes + 1)
        )  # fmt: skip
    assert find_alerts() == found
