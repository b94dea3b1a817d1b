"""A live stop concern is overridden by one named manager, with a reason, seen by everybody, and not for long (S-18)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from drive.access.models import Bar, CaseAssignment, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.safety import commands
from drive.safety.commands.links import on_link
from drive.safety.models import OverrideNotice, PracticeIncident, ReviewCall, StopConcern, StopOverride
from drive.safety.position import position
from tests.cast import Cast, join, seeding

from .deciding import book, decide, stop, tomorrow

SAID = {
    "reason": "He is released on Monday and the hostel has one room.",
    "case_manager_said": "Wants to see him at the gate.",
    "idva_said": "Against it: he will think that she told us.",
}


def lift(cast: Cast, concern: StopConcern, who: str = "service_manager", **said: Any) -> StopOverride:
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        return commands.override_stop(
            by=actor,
            concern_id=concern.pk,
            **({"last_day": local_today() + datetime.timedelta(days=3)} | SAID | said),
        )


def test_s18_it_opens_booking_for_its_days_and_the_concern_stays_live(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    concern = stop(cast.idva, cast.link.pk)
    with pytest.raises(Refusal, match="stop concern is live"):
        book(cast.case_manager, cast.case.pk)
    override = lift(cast, concern)
    book(cast.case_manager, cast.case.pk)
    with pytest.raises(Refusal, match="override of a stop concern ends before"):
        book(cast.case_manager, cast.case.pk, starts_at=override.ends_at + datetime.timedelta(minutes=1))
    for who in ("idva", "case_manager", "idva_manager"):
        with acting_as(getattr(cast, who).as_actor()):
            from drive.safety.queries import live_stops

            (shown,) = live_stops(link_id=cast.link.pk)
            assert shown.live
            assert "Septima Gale" in shown.overridden
            assert shown.override is not None
            assert shown.override.idva_said == SAID["idva_said"], "dissent is kept"


def test_s18_three_notices_go_out_in_the_same_transaction_and_without_them_nothing_opens(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    concern = stop(cast.idva, cast.link.pk)
    override = lift(cast, concern)
    with acting_as(cast.expert_advisor.as_actor()):
        assert [o.pk for o in StopOverride.objects.all()] == [override.pk]
    with acting_as(cast.idva.as_actor()):
        told = set(OverrideNotice.objects.filter(override=override).values_list("told", flat=True))
        assert told == {"su", "vs", "adviser"}
        assert set(ReviewCall.objects.values_list("cause", flat=True)) == {"override"}
        assert position(cast.link.pk) == "in_force"
    with connection.cursor() as cursor, seeding():
        cursor.execute("delete from safety_overridenotice where told = 'adviser'")
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "stop"


@pytest.mark.parametrize("who", ["case_manager", "team_leader", "idva", "idva_manager", "outside_manager"])
def test_s18_nobody_else_can(cast: Cast, who: str) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    concern = stop(cast.idva, cast.link.pk)
    member: Membership = getattr(cast, who)
    with pytest.raises((Refusal, StopConcern.DoesNotExist)):
        lift(cast, concern, who)
    actor = member.as_actor()
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), acting_as(actor):
        StopOverride.objects.create(
            **on_link(cast.link, actor), concern=concern, ends_at=tomorrow(), **SAID
        )  # past the command: the database decides for itself


def test_s18_not_by_a_manager_who_works_on_the_case(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    concern = stop(cast.idva, cast.link.pk)
    with seeding():
        CaseAssignment.objects.create(
            membership=cast.service_manager,
            case_id=cast.case.pk,
            service_id=cast.case.service_id,
            kind="cover",
            recorded_by=cast.service_manager,
        )
    with pytest.raises(Refusal, match="Somebody else must decide"):
        lift(cast, concern)


def test_s18_it_ends_and_what_happens_then_is_an_incident(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    concern = stop(cast.idva, cast.link.pk)
    lift(cast, concern)
    with seeding(), connection.cursor() as cursor:  # three days pass for the override alone
        cursor.execute(
            "update safety_stopoverride set recorded_at = recorded_at - interval '5 days', ends_at = ends_at - interval '5 days'"
        )
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "stop"
    with pytest.raises(Refusal, match="stop concern is live"):
        book(cast.case_manager, cast.case.pk)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.record_contact(
            by=actor,
            case_id=cast.case.pk,
            happened_on=local_today(),
            outcome="spoke",
            channel="phone",
            started_by="us",
        )
        assert PracticeIncident.objects.get().kind == "contact_under_stop"


def test_s18_it_lifts_one_concern_and_stands_in_for_no_decision(cast: Cast) -> None:
    concern = stop(cast.idva, cast.link.pk)
    lift(cast, concern)
    with acting_as(cast.case_manager.as_actor()):
        assert position(cast.link.pk) == "undecided", "both views are still needed"
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk)
    stop(cast.idva_manager, cast.link.pk, scope="contact")
    with pytest.raises(Refusal, match="stop concern is live"):
        book(cast.case_manager, cast.case.pk, starts_at=timezone.now() + datetime.timedelta(hours=5))


@pytest.mark.parametrize("left_out", SAID)
def test_s18_nothing_is_left_unsaid(cast: Cast, left_out: str) -> None:
    concern = stop(cast.idva, cast.link.pk)
    with pytest.raises(Refusal, match="S") as refused:
        lift(cast, concern, **{left_out: " "})
    assert refused.value.field == left_out


def test_s18_seven_days_at_most_and_only_of_a_live_concern(cast: Cast) -> None:
    concern = stop(cast.idva, cast.link.pk)
    for day in (-1, 8):
        with pytest.raises(Refusal, match="seven days"):
            lift(cast, concern, last_day=local_today() + datetime.timedelta(days=day))
    lift(cast, concern, last_day=local_today() + datetime.timedelta(days=7))
    for who in ("case_manager", "idva"):
        actor = getattr(cast, who).as_actor()
        with acting_as(actor):
            commands.answer_stop(
                by=actor, concern_id=concern.pk, response="Settled.", told="The room changed", eyes="Police"
            )
    with pytest.raises(Refusal, match="no longer live"):
        lift(cast, concern)


def test_s34_an_advisor_who_is_barred_from_either_end_is_told_nothing(cast: Cast) -> None:
    lift(cast, stop(cast.idva, cast.link.pk))
    with seeding():
        elsewhere = join(
            "Egbert Far", Role.EXPERT_ADVISOR, None, cast.other_site, cast.expert_advisor.organisation
        )
        Bar.objects.create(
            user=cast.expert_advisor.user,
            record_id=cast.record.pk,
            kind="tie",
            reason="her cousin",
            recorded_by=cast.governance_lead,
        )
    for advisor in (cast.expert_advisor, elsewhere):
        with acting_as(advisor.as_actor(), Scope.ADVISER):
            assert not StopOverride.objects.exists()
            assert not OverrideNotice.objects.exists()
            assert not StopConcern.objects.exists()


def test_s18_its_pages(cast: Cast, client_of: Callable[[Membership], Client]) -> None:
    concern = stop(cast.idva, cast.link.pk)
    path = f"/shared/{cast.link.pk}/stops/{concern.pk}/override/"
    for member in (cast.case_manager, cast.team_leader, cast.idva, cast.idva_manager, cast.outside_manager):
        browser = client_of(member)
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"reason": "x"}).status_code == 404
    manager = client_of(cast.service_manager)
    assert manager.get(path).status_code == 200
    assert b"There is a problem" in manager.post(path, {"reason": "x"}).content
    day = local_today() + datetime.timedelta(days=2)
    sent = SAID | {"last_day": f"{day:%d/%m/%Y}"}
    assert manager.post(path, sent).status_code == 302
    advisor = client_of(cast.expert_advisor)
    shown = advisor.get("/desk/advice/").content.decode()
    assert SAID["idva_said"] in shown
    assert cast.case.code not in shown
    for name in ("Crimplefoot", "Puddifoot", "Barnabus"):
        assert name not in shown
    for member, desk in (
        (cast.case_manager, "/desk/cases/"),
        (cast.idva, "/desk/clients/"),
        (cast.idva_manager, "/desk/client-service/"),
        (cast.service_manager, "/desk/case-service/"),
    ):
        assert "Overridden until" in client_of(member).get(desk).content.decode(), desk
