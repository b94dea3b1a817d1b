"""Acts of one side that the bridge answers: contact recorded (S-43, S-41), a case closed (P-47), what
crosses (S-03).
"""

from __future__ import annotations

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection
from django.utils import timezone

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientContact, EngagementEntry
from drive.casework.commands import NewClosure
from drive.casework.models import Contact, StateEntry
from drive.safety import commands, queries
from drive.safety.models import BookingState, PracticeIncident, ReviewCall, RiskItem
from tests.cast import Cast, seeding

from .deciding import book, decide, stop


def record(cast: Cast, **said: Any) -> Contact:
    actor = cast.case_manager.as_actor()
    words: dict[str, Any] = {
        "happened_on": local_today(),
        "outcome": "spoke",
        "channel": "phone",
        "started_by": "us",
    }
    with acting_as(actor):
        return commands.record_contact(by=actor, case_id=cast.case.pk, **(words | said))


def incidents(cast: Cast) -> list[str]:
    with acting_as(cast.case_manager.as_actor()):
        return list(PracticeIncident.objects.values_list("kind", flat=True))


def test_s43_yesterdays_contact_without_a_decision_saves_and_opens_an_incident(cast: Cast) -> None:
    key = uuid4()
    yesterday = local_today() - datetime.timedelta(days=1)
    contact = record(cast, happened_on=yesterday, key=key)
    assert incidents(cast) == ["contact_without_decision"]
    record(cast, happened_on=yesterday, key=key)
    assert incidents(cast) == ["contact_without_decision"], "sending the form twice opens one"
    with acting_as(cast.idva.as_actor()):
        assert RiskItem.objects.get(kind="incident").purpose
        assert ReviewCall.objects.get().cause == "incident"
    with acting_as(cast.case_manager.as_actor()):
        assert PracticeIncident.objects.get().contact_id == contact.pk


def test_s43_contact_under_a_live_stop_is_written_and_named(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    stop(cast.idva, cast.link.pk)
    record(cast)
    assert incidents(cast) == ["contact_under_stop"]


def test_s43_contact_in_the_minute_in_which_contact_opened_is_no_incident(cast: Cast) -> None:
    """A form says minutes: of a minute in which contact was allowed, nobody is blamed for the other half."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    now = timezone.localtime()
    record(cast, happened_on=now.date(), happened_at=now.time().replace(second=0, microsecond=0))
    assert incidents(cast) == []


@pytest.mark.parametrize(
    "said",
    [
        {"started_by": "su"},
        {"outcome": "cancelled_safety"},
        {"channel": "third_party"},
        {"via": "His probation officer"},
    ],
)
def test_s43_what_breaks_no_rule_opens_nothing(cast: Cast, said: dict[str, str]) -> None:
    record(cast, **said)
    assert incidents(cast) == []


def test_s43_contact_under_a_decision_opens_nothing_and_settles_its_booking(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    record(cast, booking_id=booking.pk)
    assert incidents(cast) == []
    with acting_as(cast.case_manager.as_actor()):
        assert BookingState.objects.filter(booking=booking).order_by("-recorded_at")[0].state == "done"


def test_p47_the_idva_of_each_link_is_told_why_and_what_happens_next(cast: Cast) -> None:
    with seeding():
        StateEntry.objects.create(
            case=cast.case,
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            history="status",
            value="working",
            since=local_today(),
        )
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.close_case(
            by=actor,
            case_id=cast.case.pk,
            closing=NewClosure(
                closed_on=local_today(),
                primary_reason="died",
                engagement="unknown",
                measures="None",
                eyes_on="The coroner",
                risk_owner="police",
                exit_plan="None is needed",
                client_may_be_told="That Drive has ended",
                others_at_risk="unknown",
                risk_of_closing="unknown",
                agreed_idva="yes",
                agreed_panel="yes",
                exit_missing_reason="He has died",
            ),
        )
    with acting_as(cast.idva.as_actor()):
        (notice,) = queries.unread_items(cast.idva.as_actor())
        (summary,) = queries.case_summaries(cast.record.pk)
    assert notice.kind == "closure"
    assert notice.details["client_may_be_told"] == "That Drive has ended"
    assert notice.details["eyes_on"] == "The coroner"
    assert summary.status == "closed"


def test_s03_the_case_manager_reads_a_summary_made_of_an_allow_list(cast: Cast) -> None:
    with seeding():
        EngagementEntry.objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            value="engaged",
            since=local_today(),
            reason="CANARY-REASON",
            seen_by="CANARY-SEEN",
        )
        ClientContact.objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            happened_at=timezone.now(),
            channel="phone",
            outcome="spoke",
            content="CANARY-CONTENT",
        )
    with acting_as(cast.case_manager.as_actor()):
        (summary,) = queries.client_summaries(cast.case.pk)
    assert (summary.engagement, summary.engaged_since) == ("engaged", local_today())
    assert summary.last_contact_at is not None
    assert summary.idva == cast.idva.name
    assert summary.initials == "W.P."
    assert "CANARY" not in str(summary)
    with connection.cursor() as cursor:
        cursor.execute(
            "select n from pg_proc p, unnest(p.proargnames, p.proargmodes) x (n, mode)"
            " where p.pronamespace = 'safety'::regnamespace and p.proname = 'client_summary' and mode = 't'"
        )
        named = [name for (name,) in cursor.fetchall()]
    assert set(named) == {
        "link_id",
        "engagement",
        "engaged_since",
        "last_contact_at",
        "next_check_in_on",
        "idva",
    }


def test_w09_the_idva_reads_where_the_case_stands_and_nothing_else(cast: Cast) -> None:
    with seeding():
        StateEntry.objects.create(
            case=cast.case,
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            history="whereabouts",
            value="remand",
            since=local_today(),
            reason="CANARY-REASON",
            detail="CANARY-DETAIL",
        )
    with acting_as(cast.idva.as_actor()):
        (summary,) = queries.case_summaries(cast.record.pk)
    assert (summary.service_user, summary.case_manager) == ("Barnabus Crimplefoot", cast.case_manager.name)
    assert summary.whereabouts == "remand"
    assert "CANARY" not in str(summary)


def test_s01_a_summary_answers_only_whoever_holds_the_record(cast: Cast) -> None:
    for member in (cast.other_case_manager, cast.outsider, cast.outside_manager):
        with acting_as(member.as_actor()), connection.cursor() as cursor:
            cursor.execute("select * from safety.client_summary(%s)", [cast.case.pk])
            assert cursor.fetchall() == [], member.name
    for member in (cast.other_idva, cast.outside_idva):
        with acting_as(member.as_actor()), connection.cursor() as cursor:
            for function in ("case_summary", "bookings_for_record"):
                cursor.execute(f"select * from safety.{function}(%s)", [cast.record.pk])
                assert cursor.fetchall() == [], member.name
    for member, function, key in (
        (cast.idva, "client_summary", cast.case.pk),
        (cast.case_manager, "case_summary", cast.record.pk),
        (cast.case_manager, "bookings_for_record", cast.record.pk),
    ):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            acting_as(member.as_actor()),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"select * from safety.{function}(%s)", [key])


def test_a_closed_case_carries_no_contact_and_shows_what_was_planned_as_lapsed(cast: Cast) -> None:
    """A decision made while the case was open does not outlive it, for either side; nothing is cancelled by rule (S-23)."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk)
    with seeding():
        StateEntry.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.case_manager,
            history="status", value="closed", since=local_today(),
        )  # fmt: skip
    with pytest.raises(Refusal, match="The case is closed"):
        book(cast.case_manager, cast.case.pk)
    with acting_as(cast.case_manager.as_actor()):
        (planned,) = queries.bookings_for(cast.case.pk)
        assert planned.words == "Lapsed"
        assert queries.what_may_happen_now(cast.case.pk).until is None
    with acting_as(cast.idva.as_actor()), connection.cursor() as cursor:
        cursor.execute("select safety.position(%s, clock_timestamp())", [cast.link.pk])
        assert cursor.fetchone() == ("closed",)
