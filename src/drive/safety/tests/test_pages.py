"""The pages of the bridge: the same for both sides, and the same nothing for everybody else."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import BreakGlass, Membership, local_today
from drive.access.stepping import acting_as
from drive.components.dates import typed_date
from drive.safety import queries
from drive.safety.models import (
    Booking,
    BookingState,
    CaseEmergency,
    ClientEmergency,
    ContactView,
    ReviewCall,
    RiskItem,
    StopConcern,
)
from drive.safety.rules import OTHERS_AT_RISK
from tests.cast import Cast, seeding

from .deciding import ask, book, decide, stop, view

type Browser = Callable[[Membership], Client]

VIEW = {
    "own_view": "Tied to his licence it is better than a knock.",
    "if_we_act": "He may ask who asked.",
    "if_we_do_not": "Nobody sees him weekly.",
    "would_choose": "go",
    "use_rule": "background",
    "work_out": "Only she knows about the street.",
} | {f"risk_{key}_unknown": "on" for key, _ in OTHERS_AT_RISK}


def test_the_whole_way_to_a_booking_as_two_people_in_two_browsers(cast: Cast, client_of: Browser) -> None:
    manager, idva = client_of(cast.case_manager), client_of(cast.idva)
    shared = reverse("shared_page", args=[cast.link.pk])
    assert "Ask for a joint view" in manager.get(shared).text
    asked = manager.post(
        reverse("ask_for_view", args=[cast.link.pk]),
        {
            "planned": "Weekly meetings",
            "setting": "Probation office",
            "reason_given": "His licence",
            "when_planned": "Mondays",
            "why_now": "Released",
        },
    )
    assert asked.status_code == 302
    with acting_as(cast.idva.as_actor()):
        (waiting,) = queries.views_asked(cast.idva.as_actor())
    write = reverse("give_view", args=[cast.link.pk, waiting.question.pk])
    assert manager.post(write, VIEW | {"own_view": "CANARY-CM"}).status_code == 302
    page = idva.get(write).text
    assert "CANARY-CM" not in page
    assert "It opens when yours is recorded" in page
    assert "CANARY-CM" not in idva.get(shared).text
    kept = idva.post(write, VIEW)
    assert kept.status_code == 200
    assert "needs an answer" in kept.text
    assert "better than a knock" in kept.text, "every field is kept"
    assert idva.post(write, VIEW | {"voice": "told_directly", "voice_detail": "By phone"}).status_code == 302
    assert "CANARY-CM" in idva.get(shared).text
    outcome = reverse("propose_outcome", args=[cast.link.pk, waiting.question.pk])
    put = {
        "outcome": "go",
        "places": ["probation_office"],
        "told": "Your licence asks us to meet.",
        "ends_on": typed_date(local_today() + datetime.timedelta(days=28)),
    }
    assert "checked" not in manager.get(outcome).text, "no default outcome"
    assert manager.post(outcome, put).status_code == 302
    assert "not in force" in manager.get(shared).text
    with acting_as(cast.idva.as_actor()):
        (proposal,) = queries.outcomes_to_answer(cast.idva.as_actor())
    answer = reverse("answer_outcome", args=[cast.link.pk, proposal.pk])
    assert "Your licence asks us to meet." in idva.get(answer).text
    assert idva.post(answer, {"answer": "agree", "dissent": "I would have waited"}).status_code == 302
    for browser in (manager, idva):
        text = browser.get(shared).text
        assert "Joint contact decision: go ahead" in text
        assert "I would have waited" in text
    plan = reverse("book_contact", args=[cast.case.pk])
    assert "Probation office" in manager.get(plan).text
    booked = manager.post(
        plan,
        {
            "kind": "meeting",
            "channel": "face_to_face",
            "on": typed_date(local_today() + datetime.timedelta(days=2)),
            "at": "14:10",
            "place": "probation_office",
            "with_whom": "CANARY-WHOM",
            "reason_given": "His licence",
        },
    )
    assert booked.status_code == 302
    assert "CANARY-WHOM" in manager.get(reverse("bookings", args=[cast.case.pk])).text
    text = idva.get(shared).text
    assert "14:10" in text
    assert "CANARY-WHOM" not in text
    planned = text.split("Planned contact")[1].split("<aside")[0]
    assert "Meeting" in planned
    assert "office" not in planned, "when and what kind, not where"


def test_s21_without_a_decision_the_page_says_what_is_open_before_what_is_not(
    cast: Cast, client_of: Browser
) -> None:
    text = client_of(cast.case_manager).get(reverse("book_contact", args=[cast.case.pk])).text
    assert text.index("Open to you") < text.index("Not now, and why")
    assert "Disrupt action" in text
    assert "no joint contact decision yet" in text


def test_s17_one_click_stops_and_the_banner_never_says_why(cast: Cast, client_of: Browser) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    idva, manager = client_of(cast.idva), client_of(cast.case_manager)
    assert (
        idva.post(
            reverse("raise_stop", args=[cast.link.pk]), {"scope": "all", "reason": "CANARY-WHY"}
        ).status_code
        == 302
    )
    with acting_as(cast.case_manager.as_actor()):
        concern = StopConcern.objects.get()
        assert BookingState.objects.filter(booking=booking).order_by("-recorded_at")[0].state == "suspended"
    shared = manager.get(reverse("shared_page", args=[cast.link.pk])).text
    assert "1 booking suspended" in shared
    assert "CANARY-WHY" not in shared
    page = reverse("stop_concern", args=[cast.link.pk, concern.pk])
    assert manager.post(reverse("acknowledge_stop", args=[cast.link.pk, concern.pk])).status_code == 302
    text = manager.get(page).text
    assert "CANARY-WHY" in text
    assert "Still open to you" in text
    refused = manager.post(page, {"response": "Understood", "told": "", "eyes": ""})
    assert refused.status_code == 200
    assert "Understood" in refused.text
    assert (
        manager.post(
            page, {"response": "Understood", "told": "The room has changed", "eyes": "Probation"}
        ).status_code
        == 302
    )
    assert "acknowledged" in idva.get(page).text
    assert (
        idva.post(
            page, {"add_reason": "1", "reason": "And a neighbour saw him", "use_rule": "background"}
        ).status_code
        == 302
    )
    assert idva.post(page, {"response": "We have talked"}).status_code == 302
    assert "Stop concern:" not in manager.get(reverse("shared_page", args=[cast.link.pk])).text
    steps = reverse("booking_step", args=[cast.case.pk, booking.pk])
    assert manager.post(steps, {"step": "cancel", "told": ""}).status_code == 200
    assert manager.post(steps, {"step": "continue"}).status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        assert BookingState.objects.filter(booking=booking).order_by("-recorded_at")[0].state == "planned"


def test_s17_a_case_manager_stops_from_the_case(cast: Cast, client_of: Browser) -> None:
    manager = client_of(cast.case_manager)
    to = manager.get(reverse("raise_stop_on_case", args=[cast.case.pk]))
    assert to.headers["Location"] == reverse("raise_stop", args=[cast.link.pk])


def test_s02_an_item_needs_a_purpose_and_is_acknowledged_by_the_other_side(
    cast: Cast, client_of: Browser
) -> None:
    idva, manager = client_of(cast.idva), client_of(cast.case_manager)
    tell = reverse("send_item", args=[cast.link.pk])
    item = {
        "kind": "triggers",
        "text": "Hearing on 1 December",
        "urgency": "soon",
        "use_rule": "background",
        "work_out": "He could not",
    }
    kept = idva.post(tell, item)
    assert kept.status_code == 200
    assert "Hearing on 1 December" in kept.text
    assert idva.post(tell, item | {"purpose": "When to meet him"}).status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        (unread,) = queries.unread_items(cast.case_manager.as_actor())
        assert unread.use_rule == "background"
    acknowledge = reverse("acknowledge_item", args=[cast.link.pk, unread.pk])
    assert manager.post(acknowledge).status_code == 302
    with acting_as(cast.case_manager.as_actor()):
        assert not queries.unread_items(cast.case_manager.as_actor())


def test_s31_immediate_danger_works_under_a_stop_concern_and_calls_for_a_review(
    cast: Cast, client_of: Browser
) -> None:
    stop(cast.idva, cast.link.pk)
    told = {
        "recipient": "police",
        "on": typed_date(local_today()),
        "at": "00:00",
        "danger": "He is at the door",
        "said": "Where he is",
    }
    for member, name, key in (
        (cast.case_manager, "danger_on_case", cast.case.pk),
        (cast.idva, "danger_on_record", cast.record.pk),
    ):
        browser = client_of(member)
        assert browser.get(reverse(name, args=[key])).status_code == 200
        for _twice in range(2):
            assert browser.post(reverse(name, args=[key]), told).status_code == 302
    with seeding():
        assert (CaseEmergency.objects.count(), ClientEmergency.objects.count()) == (1, 1)
    with acting_as(cast.idva.as_actor()):
        assert ReviewCall.objects.filter(cause="emergency").count() == 2
        assert "He is at the door" not in str(list(RiskItem.objects.values()))


def pages_of(cast: Cast) -> list[str]:
    """Every page about the link, its question, outcome and concern."""
    question = ask(cast.case_manager, cast.link.pk)
    view(cast.case_manager, question.pk)
    concern = stop(cast.idva, cast.link.pk)
    one = [cast.link.pk]
    return [
        reverse("shared_page", args=one),
        reverse("ask_for_view", args=one),
        reverse("lapse_decision", args=one),
        reverse("raise_stop", args=one),
        reverse("send_item", args=one),
        reverse("give_view", args=[*one, question.pk]),
        reverse("stop_concern", args=[*one, concern.pk]),
    ]


def test_s39_both_sides_read_and_everybody_else_gets_the_same_nothing(cast: Cast, client_of: Browser) -> None:
    pages = pages_of(cast)
    for member in (cast.case_manager, cast.idva, cast.service_manager, cast.idva_manager):
        browser = client_of(member)
        assert [browser.get(address).status_code for address in pages] == [200] * len(pages), member.name
    outside = (
        cast.other_case_manager,
        cast.other_idva,
        cast.outsider,
        cast.outside_idva,
        cast.outside_manager,
        cast.coordinator,
        cast.analyst,
        cast.administrator,
        cast.governance_lead,
    )
    for member in outside:
        browser = client_of(member)
        absent = browser.get(reverse("shared_page", args=[uuid4()]))
        assert absent.status_code == 404
        for address in pages:
            hidden = browser.get(address)
            assert (hidden.status_code, hidden.content) == (404, absent.content), (member.name, address)


def test_s01_the_idva_cannot_open_the_case_managers_pages(cast: Cast, client_of: Browser) -> None:
    idva = client_of(cast.idva)
    for name in ("book_contact", "bookings", "danger_on_case", "raise_stop_on_case"):
        assert idva.get(reverse(name, args=[cast.case.pk])).status_code == 404
    assert (
        client_of(cast.case_manager).get(reverse("danger_on_record", args=[cast.record.pk])).status_code
        == 404
    )


FORBIDDEN = (
    "approve",
    "approval",
    "sign off",
    "sign-off",
    "signed off",
    "clearance",
    "cleared",
    "safe case",
    "deselect",
)


def test_s16_no_word_of_approval_on_any_page_or_in_any_rule() -> None:
    """Including the labels that pages draw from code."""
    app = Path(__file__).resolve().parents[1]
    texts = [
        *app.glob("jinja2/**/*.html"),
        app / "rules.py",
        *app.glob("forms/*.py"),
        *app.glob("views/*.py"),
        *app.glob("commands/*.py"),
    ]
    assert len(texts) > 15
    for path in texts:
        words = path.read_text().lower()
        for word in FORBIDDEN:
            assert word not in words, f"{path.name} says {word}"


def test_s04_two_idvas_and_one_case_neither_page_names_the_other(cast: Cast, client_of: Browser) -> None:
    from tests.cast import link, open_record, seeding

    idva = client_of(cast.idva)
    shared = reverse("shared_page", args=[cast.link.pk])

    def without_token(text: str) -> str:
        import re

        return re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]+"', "", text)

    before = without_token(idva.get(shared).text)
    with seeding():
        other = open_record(cast.vs_service, cast.other_idva, "Araminta", "Bellweather", cast.idva_manager)
        second = link(cast.case, other, cast.idva_manager, "Araminta Bellweather")
    assert without_token(idva.get(shared).text) == before
    assert idva.get(reverse("shared_page", args=[second.pk])).status_code == 404
    text = client_of(cast.other_idva).get(reverse("shared_page", args=[second.pk])).text
    assert "Puddifoot" not in text
    assert "W.P." not in text


@pytest.mark.parametrize("model", [ContactView, Booking])
def test_nothing_is_ever_changed_or_deleted(cast: Cast, model: type) -> None:
    from django.db import ProgrammingError, transaction

    for act in ("update", "delete"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            acting_as(cast.case_manager.as_actor()),
        ):
            model.objects.update(recorded_at=None) if act == "update" else model.objects.all()._raw_delete(
                "default"
            )  # type: ignore[attr-defined]  # of every query set, unknown to the stubs


def test_s17_the_page_names_who_has_not_acknowledged_yet(cast: Cast, client_of: Browser) -> None:
    concern = stop(cast.idva, cast.link.pk)
    page = reverse("stop_concern", args=[cast.link.pk, concern.pk])
    manager = client_of(cast.case_manager)
    knows = manager.get(page).text.split("Who knows")[1]
    assert "not yet" in knows
    assert "raised it" in knows
    manager.post(reverse("acknowledge_stop", args=[cast.link.pk, concern.pk]))
    knows = manager.get(page).text.split("Who knows")[1]
    assert "not yet" not in knows
    assert "acknowledged" in knows


def test_s35_an_emergency_reader_sees_the_strip_and_no_way_to_write(cast: Cast, client_of: Browser) -> None:
    holder = client_of(cast.case_manager).get(f"/shared/{cast.link.pk}/").content.decode()
    assert "Raise stop concern" in holder
    with seeding():
        BreakGlass.objects.create(
            membership=cast.other_case_manager, record_id=cast.case.pk, service_id=cast.case.service_id,
            reason="He is at the door", expires_at=timezone.now() + datetime.timedelta(hours=1),
        )  # fmt: skip
    answer = client_of(cast.other_case_manager).get(f"/shared/{cast.link.pk}/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Emergency reading until" in page
    for words in ("Raise stop concern", "What you do next", "Plan contact", "Tell "):
        assert words not in page, words
    assert (
        "in an emergency"
        in client_of(cast.case_manager).get(f"/shared/{cast.link.pk}/").content.decode().lower()
    )
