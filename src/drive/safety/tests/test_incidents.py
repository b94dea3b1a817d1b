"""Practice incidents recorded by hand, seen to by somebody, closed with what was learnt (S-41, S-22)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.safety import commands, queries
from drive.safety.models import IncidentCharge, PracticeIncident, ReviewCall, RiskItem
from drive.safety.rules import INCIDENT_DAYS
from tests.cast import Cast, link, open_record, seeding

TODAY = local_today()
LEARNT = {"learnt": "Ask first.", "changed": "procedure", "procedure": "A line on the desk."}


def record(cast: Cast, who: str = "idva", **said: Any) -> PracticeIncident:
    actor = getattr(cast, who).as_actor()
    words: dict[str, Any] = {
        "kind": "premature_disclosure",
        "happened_on": TODAY,
        "what": "The social worker had told her of Drive on Monday.",
        "agency": "childrens_services",
    }
    with acting_as(actor):
        return commands.open_incident_on_link(by=actor, link_id=cast.link.pk, **(words | said))


def charge(cast: Cast, incident: PracticeIncident, who: str = "service_manager", to: str = "") -> None:
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        commands.charge_incident(
            by=actor,
            incident_id=incident.pk,
            responsible_id=getattr(cast, to or who).pk,
            due_on=TODAY + datetime.timedelta(days=7),
        )


@pytest.mark.parametrize("who", ["case_manager", "service_manager", "idva", "idva_manager"])
def test_s41_anybody_on_either_side_records_one_and_both_sides_learn_of_it(cast: Cast, who: str) -> None:
    incident = record(cast, who)
    assert record(cast, who).pk == incident.pk, "a second click is no second incident"
    with seeding():
        assert ReviewCall.objects.filter(cause="incident").count() == 1
        item = RiskItem.objects.get()
        assert item.side == getattr(cast, who).as_actor().side.value
        assert "somebody told" in item.text
        assert "social worker" not in item.text
    for reader in ("case_manager", "service_manager", "idva", "idva_manager"):
        actor = getattr(cast, reader).as_actor()
        with acting_as(actor):
            assert [row.incident.pk for row in queries.incidents().open] == [incident.pk], reader
    for stranger in ("other_case_manager", "other_idva", "outsider", "outside_idva"):
        actor = getattr(cast, stranger).as_actor()
        with acting_as(actor):
            assert queries.incidents().open == [], stranger
    with seeding():
        event = AuditEvent.objects.get(kind="practice_incident", act="wrote")
        assert event.record_id == cast.link.pk


def test_s04_the_worker_of_another_client_of_the_same_case_learns_nothing(cast: Cast) -> None:
    with seeding():
        second = open_record(cast.vs_service, cast.other_idva, "Second", "Client", cast.idva_manager)
        link(cast.case, second, cast.coordinator, "Second Client")
    incident = record(cast, "case_manager")
    actor = cast.other_idva.as_actor()
    with acting_as(actor):
        assert not PracticeIncident.objects.filter(pk=incident.pk).exists()
        assert not RiskItem.objects.exists()
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        whole = commands.open_incident(
            by=actor, case_id=cast.case.pk, kind="clash", happened_on=TODAY, what="Both came at ten."
        )
    for idva in (cast.idva, cast.other_idva):
        with acting_as(idva.as_actor()):
            assert not PracticeIncident.objects.filter(pk=whole.pk).exists()


def test_s41_an_incident_closes_only_with_somebody_named_learning_and_a_decision(cast: Cast) -> None:
    incident = record(cast)
    actor = cast.service_manager.as_actor()
    with acting_as(actor), pytest.raises(Refusal, match="Nobody is named"):
        commands.close_incident(by=actor, incident_id=incident.pk, **LEARNT)
    worker = cast.case_manager.as_actor()
    with acting_as(worker), pytest.raises(Refusal, match="A manager of either side"):
        commands.charge_incident(
            by=worker, incident_id=incident.pk, responsible_id=worker.membership_id, due_on=TODAY
        )
    charge(cast, incident)
    with acting_as(worker), pytest.raises(Refusal, match="named for it"):
        commands.close_incident(by=worker, incident_id=incident.pk, **LEARNT)
    for blank in ("learnt", "procedure"):
        with acting_as(actor), pytest.raises(Refusal, match="what was learnt"):
            commands.close_incident(by=actor, incident_id=incident.pk, **LEARNT | {blank: " "})
    charge(cast, incident, to="case_manager")
    with acting_as(worker):
        commands.close_incident(by=worker, incident_id=incident.pk, **LEARNT)
        with pytest.raises(Refusal, match="closed meanwhile"):
            commands.close_incident(by=worker, incident_id=incident.pk, **LEARNT)
    for reader in ("idva", "idva_manager", "service_manager"):
        with acting_as(getattr(cast, reader).as_actor()):
            found = queries.incidents()
            assert found.open == []
            assert [row.closing.learnt for row in found.closed if row.closing] == ["Ask first."]
            assert [(one.open, one.closed, one.changed) for one in found.kinds] == [(0, 1, 1)]


def test_s41_each_idva_is_told_what_changes_when_one_of_the_whole_case_closes(cast: Cast) -> None:
    actor = cast.service_manager.as_actor()
    with acting_as(actor):
        incident = commands.open_incident(
            by=actor, case_id=cast.case.pk, kind="clash", happened_on=TODAY, what="Both came at ten."
        )
    charge(cast, incident)
    with acting_as(actor):
        commands.close_incident(by=actor, incident_id=incident.pk, **LEARNT)
    with acting_as(cast.idva.as_actor()):
        item = RiskItem.objects.get()
        assert "A line on the desk." in item.text
        assert "Both came" not in item.text


def test_s41_overdue_and_unnamed_ones_stand_on_the_managers_desks_and_on_that_of_whoever_is_named(
    cast: Cast,
) -> None:
    incident = record(cast)

    def waits_for(who: str) -> list[bool]:
        actor = getattr(cast, who).as_actor()
        with acting_as(actor):
            return [row.overdue for row in queries.incidents_waiting(actor)]

    assert waits_for("service_manager") == waits_for("idva_manager") == [False]
    assert waits_for("case_manager") == []
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "update safety_practiceincident set recorded_at = recorded_at - make_interval(days => %s)",
            [INCIDENT_DAYS + 1],
        )
    assert waits_for("service_manager") == [True]
    charge(cast, incident, to="case_manager")
    assert waits_for("case_manager") == [False]
    assert waits_for("service_manager") == []
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_incidentcharge set due_on = due_on - 8")
    assert waits_for("service_manager") == waits_for("idva_manager") == waits_for("case_manager") == [True]


def test_s43_a_past_day_is_taken_and_a_day_to_come_is_not(cast: Cast) -> None:
    assert record(cast, happened_on=TODAY - datetime.timedelta(days=400)).pk
    with pytest.raises(Refusal, match="not come"):
        record(cast, happened_on=TODAY + datetime.timedelta(days=1))


def test_s01_the_database_itself_keeps_an_incident_on_its_link_and_its_side(cast: Cast) -> None:
    incident = record(cast)
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Other", "Client", cast.idva_manager)
        theirs = link(cast.case, other, cast.coordinator, "Other Client")
    actor = cast.idva.as_actor()
    keys = {
        "case_id": cast.case.pk,
        "service_id": cast.case.service_id,
        "recorded_by_id": actor.membership_id,
        "kind": "leak",
        "happened_on": TODAY,
        "what": "x",
    }
    on_link = {
        "link_id": cast.link.pk,
        "vs_record_id": cast.link.vs_record_id,
        "vs_service_id": cast.link.vs_service_id,
    }
    for spoiled in (
        {"side": "su", **on_link},
        {"side": "vs"},
        {"side": "vs", **on_link, "link_id": theirs.pk},
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(actor):
            PracticeIncident.objects.create(**keys, **spoiled)
    with pytest.raises(IntegrityError), transaction.atomic(), acting_as(cast.other_idva.as_actor()):
        IncidentCharge.objects.create(
            case_id=cast.case.pk,
            service_id=cast.case.service_id,
            incident_id=incident.pk,
            link_id=theirs.pk,
            vs_record_id=other.pk,
            vs_service_id=other.service_id,
            side="vs",
            recorded_by_id=cast.other_idva.pk,
            responsible_id=cast.other_idva.pk,
            due_on=TODAY,
        )


def test_s41_nothing_is_kept_of_an_incident_whose_event_cannot_be_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the audit is away")

    monkeypatch.setattr("drive.safety.commands.incidents.record_event", fails)
    with pytest.raises(RuntimeError):
        record(cast)
    with seeding():
        assert not PracticeIncident.objects.exists()
