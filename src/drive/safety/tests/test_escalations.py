"""What nobody of the other side has read goes to the managers of both, at the site's time, by the clock (S-02, S-17)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from drive.access.models import ClientAssignment, Membership, SiteSetting
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.config.clock import acts
from drive.safety import commands
from drive.safety.commands.escalations import escalate_unread
from drive.safety.models import Escalation, RiskItem
from drive.safety.queries import escalations
from tests.cast import Cast, seeding

from .deciding import stop


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
        ("Change in risk, urgent", "The other side has not read it. Ring them.")
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
        pytest.raises(ProgrammingError, match="only the clock"),
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
