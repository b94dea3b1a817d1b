"""What waits on the bridge waits as long as the case goes on, also when the client's own record is closed (P-49, V-18)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from drive.access.models import ClientAssignment, Membership, local_today
from drive.access.stepping import acting_as
from drive.advocacy import commands as advocacy
from drive.casework.models import StateEntry
from drive.components.some import Some, together
from drive.safety import commands, queries
from drive.safety.commands.escalations import alert_lapsed_bookings, escalate_unread
from tests.cast import Cast, link, open_case, open_record, seeding

from .deciding import ask, book, decide, propose, stop, view
from .test_differing import they_differ
from .test_escalations import hours_pass, lapses_before_contact, tell
from .test_incidents import charge, record
from .test_reviews import review

Browser = Callable[[Membership], Client]
TODAY = local_today()


def asks_a_view(cast: Cast) -> None:
    ask(cast.case_manager, cast.link.pk)


def puts_an_outcome(cast: Cast) -> None:
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    view(cast.idva, question.pk)
    propose(cast.case_manager, question.pk)


def alerts(cast: Cast) -> None:
    lapses_before_contact(cast, minutes=30)
    alert_lapsed_bookings()


def leaves_unread(cast: Cast) -> None:
    tell(cast, "case_manager")
    hours_pass(5)
    escalate_unread()


def has_an_incident(cast: Cast) -> None:
    charge(cast, record(cast), "idva_manager", to="idva")
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_incidentcharge set due_on = due_on - 30")


def is_long_unreviewed(cast: Cast) -> None:
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_caselink set recorded_at = recorded_at - interval '90 days'")


def close(cast: Cast) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.close_record(by=by, record_id=cast.record.pk, exited_on=TODAY, reason="completed")


def end_case(cast: Cast) -> None:
    with seeding():
        StateEntry.objects.create(
            case=cast.case, service_id=cast.su_service.pk, recorded_by=cast.case_manager, history="status",
            value="closed", since=TODAY,
        )  # fmt: skip


KINDS = {
    "view asked": (asks_a_view, "The case manager has not written yet."),
    "outcome": (puts_an_outcome, "An outcome is put to you"),
    "review": (review, "A joint review was written down. Was it so?"),
    "stop": (lambda cast: stop(cast.case_manager, cast.link.pk), "Stop concerns in force"),
    "unread": (lambda cast: tell(cast, "case_manager"), "He knows the street."),
    "escalation": (leaves_unread, "Not read in time"),
    "alert": (alerts, "Contact soon that is not agreed at present"),
    "incident": (has_an_incident, "Practice incidents</h2>"),
    "unreviewed": (is_long_unreviewed, "No joint review past the limit"),
    "differing": (they_differ, "You and the other worker differ"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_v18_what_the_bridge_asks_outlasts_the_closing_of_her_record(
    cast: Cast, client_of: Browser, kind: str
) -> None:
    happens, words = KINDS[kind]
    happens(cast)
    close(cast)
    desks = [(cast.idva, "desk_vs_worker"), (cast.idva_manager, "desk_vs_manager")]
    for reader, desk in desks[: 1 if kind == "unread" else 2]:  # a manager reads an item once it is escalated
        shown = client_of(reader).get(reverse(desk)).content.decode()
        assert words in shown, (kind, desk)
        assert "W.P." in shown, (kind, desk)


def test_v18_of_a_closed_record_the_desk_shows_planned_contact_and_nothing_of_her_own(
    cast: Cast, client_of: Browser
) -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        advocacy.plan_check_ins(by=by, record_id=cast.record.pk, interval_days=14, due_on=TODAY)
        advocacy.save_court_date(by=by, record_id=cast.record.pk, on=TODAY, what="Family court")
    close(cast)
    decide(cast.case_manager, cast.idva, cast.link.pk)
    book(cast.case_manager, cast.case.pk)
    shown = client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    assert "Meeting with the Drive service user" in shown
    assert "Family court" not in shown
    assert "None due in the next fortnight" in shown
    assert "0 open clients" in shown


def test_p49_what_was_to_be_decided_ends_with_the_case_and_what_is_unread_does_not(cast: Cast) -> None:
    puts_an_outcome(cast)
    stop(cast.case_manager, cast.link.pk)
    tell(cast, "case_manager")
    end_case(cast)
    for reader in (cast.idva, cast.idva_manager):
        actor = reader.as_actor()
        with acting_as(actor):
            assert not queries.outcomes_to_answer(actor)
            assert not queries.stops_on_desk(actor)
            assert not queries.waiting_links(actor)
            assert len(queries.unread_items(actor)) == 1
            assert len(queries.live_stops(link_id=cast.link.pk)) == 1, "the case may be opened again"


def test_a_list_is_cut_after_ended_cases_are_left_out_and_says_that_there_is_more(cast: Cast) -> None:
    ask(cast.case_manager, cast.link.pk)
    end_case(cast)
    with seeding():
        more = []
        for n in range(2):
            case = open_case(cast.su_service, cast.case_manager, f"Osric{n}", "Thripp", cast.service_manager)
            record_ = open_record(cast.vs_service, cast.idva, "Ottilie", "Quillpenny", cast.idva_manager)
            more.append(link(case, record_, cast.service_manager, "Ottilie Quillpenny"))
    for one in more:
        ask(cast.case_manager, one.pk)
    actor = cast.idva.as_actor()
    with acting_as(actor):
        found = queries.views_asked(actor, limit=1)
        assert [one.link.pk for one in found] == [more[0].pk], "the ended case took no place"
        assert found.count == "1 or more"
        assert together(found, queries.outcomes_to_answer(actor)) == "1 or more"
        assert queries.views_asked(actor, limit=2).count == "2"
    assert Some([1, 2]).each(str).rows == ["1", "2"]


def test_s17_what_only_a_manager_has_read_stays_with_the_holder_and_with_cover(cast: Cast) -> None:
    item = tell(cast, "case_manager")
    hours_pass(5)
    escalate_unread()
    manager = cast.idva_manager.as_actor()
    with acting_as(manager):
        commands.acknowledge_item(by=manager, item_id=item.pk)
        assert not queries.unread_items(manager)
        assert not queries.escalations(manager), "the escalation ends"
    with seeding():
        ClientAssignment.objects.create(
            membership=cast.stand_in, record_id=cast.record.pk, service_id=cast.vs_service.pk, kind="cover",
            recorded_by=cast.idva_manager,
        )  # fmt: skip
    for reader in (cast.idva, cast.stand_in):
        actor = reader.as_actor()
        with acting_as(actor):
            assert [one.pk for one in queries.unread_items(actor)] == [item.pk]
    cover = cast.stand_in.as_actor()
    with acting_as(cover):
        commands.acknowledge_item(by=cover, item_id=item.pk)
        assert not queries.unread_items(cover)
    holder = cast.idva.as_actor()
    with acting_as(holder):
        assert not queries.unread_items(holder)


def test_s17_the_shared_page_still_asks_the_holder(cast: Cast, client_of: Browser) -> None:
    item = tell(cast, "case_manager")
    manager = cast.idva_manager.as_actor()
    with acting_as(manager):
        commands.acknowledge_item(by=manager, item_id=item.pk)
    page = reverse("shared_page", kwargs={"link_id": cast.link.pk})
    button = reverse("acknowledge_item", kwargs={"link_id": cast.link.pk, "item_id": item.pk})
    shown = client_of(cast.idva).get(page).content.decode()
    assert "by a manager" in shown
    assert button in shown
    assert button not in client_of(cast.idva_manager).get(page).content.decode()


def test_s04_two_links_of_one_case_are_told_apart_on_the_case_side_alone(
    cast: Cast, client_of: Browser
) -> None:
    ask(cast.idva, cast.link.pk)
    page = reverse("shared_page", kwargs={"link_id": cast.link.pk})
    places = [reverse("desk_su_worker"), reverse("review_agenda"), page]
    browser = client_of(cast.case_manager)
    assert not any("(W.P.)" in browser.get(place).content.decode() for place in places)
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Willow", "Pettigrew", cast.idva_manager)
        second = link(cast.case, other, cast.service_manager, "Dulcie Quillpenny")
    ask(cast.other_idva, second.pk)
    for place in places:
        shown = browser.get(place).content.decode()
        assert "(W.P.)" in shown, place
        assert ("(D.Q.)" in shown) == (place != page), place
    mine = client_of(cast.idva)
    for place in (reverse("desk_vs_worker"), reverse("review_agenda"), page):
        assert "(W.P.)" not in mine.get(place).content.decode()
