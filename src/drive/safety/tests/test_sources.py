"""Nothing rests on what nobody but the client could have told, until it has another source or both agree (S-09, S-08)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.safety import commands, queries
from drive.safety.commands.links import on_link
from drive.safety.models import Booking, Citation, PlannedAction, RiskItem
from tests.cast import Cast, link, open_case, open_record, seeding

from .deciding import STEPPING, book, decide


def told(cast: Cast, who: str = "idva", **said: Any) -> RiskItem:
    actor = getattr(cast, who).as_actor()
    words = {
        "kind": "triggers",
        "purpose": "Her safety at home.",
        "text": "He has a key to her sister’s flat.",
        "urgency": "soon",
        "work_out": "Only she has seen it.",
        "sole_informant": True,
        "use_rule": "direct",
    }
    with acting_as(actor):
        return commands.send_risk_item(by=actor, link_id=cast.link.pk, **(words | said))


def plan(cast: Cast, *items: RiskItem, **said: Any) -> PlannedAction:
    actor = cast.case_manager.as_actor()
    words = {
        "on": local_today() + datetime.timedelta(days=1),
        "purpose": "disrupt",
        "agency": "police",
        "what": "Ask for his arrest.",
        "rests_on": "What the IDVA told us.",
        "work_out": "From her sister.",
        "will_think": "His licence.",
        "visibility": "will_see",
        "cites": [item.pk for item in items],
    }
    with acting_as(actor):
        return commands.plan_action(by=actor, case_id=cast.case.pk, **(words | said))


def agree(cast: Cast, who: str, item: RiskItem) -> None:
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        commands.agree_use(by=actor, item_id=item.pk, plan="The locks are changed first.")


def test_s09_an_arrest_request_that_rests_on_her_alone_is_refused_until_housing_knows_too(cast: Cast) -> None:
    item = told(cast)
    with pytest.raises(Refusal, match="Nobody but the client could have told this"):
        plan(cast, item)
    with acting_as(cast.case_manager.as_actor()):
        assert not PlannedAction.objects.exists()
        assert not Citation.objects.exists()
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        for own in ("idva", "victim_services"):
            with pytest.raises(Refusal, match="own side"):
                commands.name_source(by=actor, item_id=item.pk, agency=own, knows="She said so.")
        commands.name_source(by=actor, item_id=item.pk, agency="housing", knows="A neighbour rang them.")
    planned = plan(cast, item)
    with acting_as(cast.idva.as_actor()):
        assert Citation.objects.get().planned_id == planned.pk, "whoever told it sees that it is used"


def test_s09_both_workers_agreement_with_a_plan_for_her_safety_opens_it_and_one_does_not(cast: Cast) -> None:
    item = told(cast)
    agree(cast, "case_manager", item)
    with pytest.raises(Refusal, match="agreed already"):
        agree(cast, "service_manager", item)
    with pytest.raises(Refusal, match="Nobody but the client"):
        plan(cast, item)
    agree(cast, "idva", item)
    plan(cast, item)


def test_s09_planned_contact_that_rests_on_her_alone_is_refused(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    item = told(cast)
    with pytest.raises(Refusal, match="Nobody but the client"):
        book(cast.case_manager, cast.case.pk, cites=[item.pk])
    book(cast.case_manager, cast.case.pk)


@pytest.mark.parametrize(("rule", "words"), [("background", "background only"), ("ask_first", "asked first")])
def test_s08_the_use_rule_holds_for_what_rests_on_it(cast: Cast, rule: str, words: str) -> None:
    guarded = told(cast, sole_informant=False, use_rule=rule)
    with pytest.raises(Refusal, match=words):
        plan(cast, guarded)
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        commands.name_source(by=actor, item_id=guarded.pk, agency="housing", knows="A neighbour rang them.")
    with pytest.raises(Refusal, match=words):
        plan(cast, guarded)
    agree(cast, "case_manager", guarded)
    agree(cast, "idva", guarded)
    plan(cast, guarded)
    plan(cast, told(cast, sole_informant=False, use_rule="direct"))
    plan(cast, told(cast, "case_manager", use_rule="background"))


def test_s08_her_idva_hears_at_once_that_a_source_was_named_and_of_her_own_naming_nobody_need(
    cast: Cast,
) -> None:
    item = told(cast)
    for who in ("idva", "case_manager"):
        actor = getattr(cast, who).as_actor()
        with acting_as(actor):
            commands.name_source(
                by=actor, item_id=item.pk, agency="housing", knows=f"A neighbour, says {who}."
            )
    idva = cast.idva.as_actor()
    with acting_as(idva):
        (unread,) = queries.unread_items(idva)
    assert unread.kind == "disrupt_notice"
    assert "knows for itself" in unread.text
    assert "neighbour" not in unread.text


def test_s08_suspended_contact_is_not_taken_up_on_what_it_may_rest_on_no_more(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    item = told(cast, sole_informant=False)
    resting = book(cast.case_manager, cast.case.pk, cites=[item.pk])
    saying = book(
        cast.case_manager, cast.case.pk, kind="call", channel="video", place="remote", says="Shall we talk?"
    )
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        for one in (resting, saying):
            commands.suspend_booking(by=actor, booking_id=one.pk, how=STEPPING)
    with seeding():
        RiskItem.objects.filter(pk=item.pk).update(use_rule="ask_first")
        Booking.objects.filter(pk=saying.pk).update(says="Wilhelmina asks you to ring.")
    with acting_as(actor):
        with pytest.raises(Refusal, match="asked first"):
            commands.continue_booking(by=actor, booking_id=resting.pk)
        with pytest.raises(Refusal, match="Wilhelmina"):
            commands.continue_booking(by=actor, booking_id=saying.pk)


def test_s09_the_database_refuses_past_the_command_and_items_of_another_case(cast: Cast) -> None:
    guarded = told(cast)
    planned = plan(cast)
    actor = cast.case_manager.as_actor()
    with pytest.raises(IntegrityError, match="may rest on"), transaction.atomic(), acting_as(actor):
        Citation.objects.create(**on_link(cast.link, actor), item=guarded, planned=planned)
    with seeding():
        case = open_case(cast.su_service, cast.case_manager, "Peregrine", "Mossop", cast.service_manager)
        record = open_record(cast.vs_service, cast.idva, "Marigold", "Tansy", cast.idva_manager)
        link(case, record, cast.service_manager, "M. T.")
    free = told(cast, sole_informant=False)
    with acting_as(actor):
        elsewhere = commands.plan_action(
            by=actor, case_id=case.pk, on=local_today(), purpose="support", agency="housing", what="A room.",
            rests_on="Housing.", work_out="He could not.", will_think="Nothing.", visibility="hidden", cites=[free.pk],
        )  # fmt: skip
        assert not Citation.objects.filter(planned=elsewhere).exists()
    with pytest.raises(IntegrityError, match="own case"), transaction.atomic(), acting_as(actor):
        Citation.objects.create(**on_link(cast.link, actor), item=free, planned=elsewhere)


@pytest.mark.parametrize(("left_open", "words"), [("work_out", "work out"), ("will_think", "will think")])
def test_s07_s12_what_he_could_work_out_and_would_think_is_asked(
    cast: Cast, left_open: str, words: str
) -> None:
    with pytest.raises(Refusal, match=words):
        plan(cast, **{left_open: " "})


def test_s21_an_action_is_planned_without_decision_and_under_a_stop_and_the_idva_hears_of_it(
    cast: Cast,
) -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.raise_stop(by=actor, link_id=cast.link.pk)
    plan(cast, tell_idva="Police visit him tomorrow at his own flat.")
    with acting_as(actor):
        assert RiskItem.objects.get(kind="disrupt_notice").text.startswith("Police visit him")


def test_s09_its_pages(cast: Cast, client_of: Callable[[Membership], Client]) -> None:
    item = told(cast)
    worker, idva = client_of(cast.case_manager), client_of(cast.idva)
    plan_path = f"/cases/{cast.case.pk}/actions/plan/"
    shown = worker.get(plan_path).content.decode()
    assert "Nothing may rest on these yet" in shown
    sent = {
        "purpose": "disrupt", "agency": "police", "on": f"{local_today():%d/%m/%Y}", "what": "Ask for his arrest.",
        "rests_on": "The IDVA.", "work_out": "Her sister.", "will_think": "His licence.", "visibility": "will_see",
        "cites": [str(item.pk)],
    }  # fmt: skip
    refused = worker.post(plan_path, sent)
    assert refused.status_code == 200
    assert "Nobody but the client could have told this" in refused.content.decode()
    use = f"/shared/{cast.link.pk}/items/{item.pk}/"
    for browser in (worker, idva):
        assert browser.get(use).status_code == 200
        assert browser.post(use, {"plan": "The locks are changed first."}).status_code == 302
    assert worker.post(plan_path, sent).status_code == 302
    listed = f"/cases/{cast.case.pk}/actions/planned/"
    assert "Ask for his arrest." in worker.get(listed).content.decode()
    planned = PlannedAction.objects
    with acting_as(cast.case_manager.as_actor()):
        key = planned.get().pk
    assert worker.post(f"{listed}{key}/", {"outcome": "done"}).status_code == 302
    assert "Ask for his arrest." not in worker.get(listed).content.decode()
    for member in (cast.other_case_manager, cast.other_idva, cast.outsider, cast.idva, cast.coordinator):
        other = client_of(member)
        for path in (plan_path, listed, f"{listed}{key}/") + ((use,) if member != cast.idva else ()):
            assert other.get(path).status_code == other.post(path, sent).status_code == 404, (member, path)
