"""Writing down what happened: always possible for who holds the case, by nobody else, once, and never
without its event.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.casework.commands import (
    NewStrategy,
    add_research,
    record_action,
    record_contact,
    record_session,
    save_strategy,
)
from drive.casework.models import Action, Contact, ResearchNote, Session, SuCase
from drive.instruments.codelists import code_list
from tests.cast import Cast, seeding

INDIRECT = sorted(code_list("K-38").roll_up("indirect"))


def contact(cast: Cast, by: Membership, **changed: Any) -> Contact:
    values: dict[str, Any] = {
        "happened_on": local_today() - datetime.timedelta(days=1),
        "outcome": "spoke",
        "channel": "phone",
        "started_by": "su",
    }
    return record_contact(by=by.as_actor(), case_id=cast.case.pk, **(values | changed))


def session(cast: Cast, by: Membership, **changed: Any) -> Session:
    values: dict[str, Any] = {"held_on": local_today(), "kind": "behaviour_change", "quality": "mixed"}
    return record_session(by=by.as_actor(), case_id=cast.case.pk, **(values | changed))


def action(cast: Cast, by: Membership, **changed: Any) -> Action:
    values: dict[str, Any] = {
        "done_on": local_today(),
        "kind": "multi_agency",
        "sub_type": "disrupt",
        "agency": "police",
        "done": "Marker put on the address",
    }
    return record_action(by=by.as_actor(), case_id=cast.case.pk, **(values | changed))


def research(cast: Cast, by: Membership, **changed: Any) -> ResearchNote:
    values: dict[str, Any] = {
        "topic": "background",
        "agency": "marac",
        "status": "asked",
        "noted_on": local_today(),
    }
    return add_research(by=by.as_actor(), case_id=cast.case.pk, **(values | changed))


COMMANDS = {"contact": contact, "session": session, "action": action, "research": research}


def test_s43_yesterdays_contact_without_any_decision_saves(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        written = contact(cast, cast.case_manager)
        assert Contact.objects.get() == written
        assert written.decision_id is None


def test_s43_what_has_not_happened_yet_is_no_record(cast: Cast) -> None:
    tomorrow = local_today() + datetime.timedelta(days=1)
    with pytest.raises(Refusal) as refused, acting_as(cast.case_manager.as_actor()):
        contact(cast, cast.case_manager, happened_on=tomorrow)
    assert refused.value.rule == "S-43"
    assert refused.value.field == "happened_on"


@pytest.mark.parametrize("kind", INDIRECT)
@pytest.mark.parametrize("stage", ["none", "draft"])
def test_s21_a_draft_or_missing_strategy_stops_no_indirect_act(cast: Cast, kind: str, stage: str) -> None:
    with acting_as(cast.case_manager.as_actor()):
        if stage == "draft":
            save_strategy(
                by=cast.case_manager.as_actor(), case_id=cast.case.pk, seen_version=0, strategy=NewStrategy()
            )
        sub_type = "disrupt" if kind == "multi_agency" else ""
        assert action(cast, cast.case_manager, kind=kind, sub_type=sub_type).mode == "indirect"


def test_s26_an_action_without_the_risk_answer_saves_incomplete(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        assert action(cast, cast.case_manager).raises_risk == ""


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("contact", {"outcome": "refused"}),
        ("contact", {"channel": "pigeon"}),
        ("contact", {"started_by": "her"}),
        ("session", {"techniques": ["shouting"]}),
        ("session", {"quality": "good"}),
        ("session", {"starts_at": datetime.time(11), "ends_at": datetime.time(10)}),
        ("action", {"sub_type": ""}),
        ("action", {"agency": ""}),
        ("action", {"done": "  "}),
        ("action", {"disrupt_areas": ["dis_99"]}),
        ("research", {"status": "received"}),
        ("research", {"agency": "nobody"}),
    ],
)
def test_r07_codes_and_needed_words_are_checked(cast: Cast, name: str, changed: dict[str, Any]) -> None:
    with pytest.raises(Refusal), acting_as(cast.case_manager.as_actor()):
        COMMANDS[name](cast, cast.case_manager, **changed)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("who", ["other_case_manager", "outsider", "outside_manager"])
def test_s01_nobody_else_writes_on_the_case(cast: Cast, name: str, who: str) -> None:
    member: Membership = getattr(cast, who)
    with pytest.raises(SuCase.DoesNotExist), acting_as(member.as_actor()):
        COMMANDS[name](cast, member)


@pytest.mark.parametrize("name", COMMANDS)
def test_s01_the_clients_side_cannot_even_ask(cast: Cast, name: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.idva.as_actor()):
        COMMANDS[name](cast, cast.idva)


@pytest.mark.parametrize("name", COMMANDS)
def test_sent_twice_is_written_once(cast: Cast, name: str) -> None:
    key = uuid4()
    with acting_as(cast.case_manager.as_actor()):
        first = COMMANDS[name](cast, cast.case_manager, key=key)
        assert COMMANDS[name](cast, cast.case_manager, key=key) == first
    with seeding():
        assert AuditEvent.objects.filter(act="wrote").count() == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_s36_each_act_leaves_its_event_without_content(cast: Cast, name: str) -> None:
    with acting_as(cast.case_manager.as_actor()):
        COMMANDS[name](cast, cast.case_manager)
    with seeding():
        event = AuditEvent.objects.get(act="wrote")
    assert event.record_id == cast.case.pk
    assert event.membership_id == cast.case_manager.pk
    assert event.assignment_id is not None
    assert "Marker put on the address" not in str(event.fields)


@pytest.mark.parametrize("name", COMMANDS)
def test_s36_without_its_event_the_act_is_undone(
    cast: Cast, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_audit(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the audit cannot be written")

    monkeypatch.setattr("drive.casework.commands.writing.record_event", no_audit)
    models: dict[str, Callable[[], int]] = {
        "contact": Contact.objects.count,
        "session": Session.objects.count,
        "action": Action.objects.count,
        "research": ResearchNote.objects.count,
    }
    with pytest.raises(RuntimeError), acting_as(cast.case_manager.as_actor()):
        COMMANDS[name](cast, cast.case_manager)
    with acting_as(cast.case_manager.as_actor()):
        assert models[name]() == 0


def test_p23_an_enquiry_goes_on_in_later_notes(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        asked = research(cast, cast.case_manager)
        answered = research(
            cast, cast.case_manager, enquiry_id=asked.enquiry_id, status="received", found="Nothing held"
        )
        assert (answered.enquiry_id, answered.topic) == (asked.enquiry_id, "background")
        with pytest.raises(ResearchNote.DoesNotExist):
            research(cast, cast.case_manager, enquiry_id=uuid4())
