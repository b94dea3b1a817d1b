"""Share enough, both ways (S-05): what each side needs to hear, what is asked after saving, contact without word (S-24, V-14)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership, local_today
from drive.access.stepping import acting_as
from drive.advocacy.commands import record_contact
from drive.casework.models import StateEntry
from drive.safety import commands, queries
from drive.safety.rules import WORD_DAYS, leans_on_the_other
from tests.cast import Cast, seeding

from .deciding import book, decide, view

BOTH_DESKS = (("case_manager", "/desk/cases/"), ("idva", "/desk/clients/"))
BOTH_MANAGERS = (("service_manager", "/desk/case-service/"), ("idva_manager", "/desk/client-service/"))


def test_s05_what_she_needs_to_hear_stands_where_the_case_manager_works_and_tells(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    address = reverse("need_to_hear", args=[cast.link.pk])
    assert client_of(cast.idva).post(address, {"words": "Any release, the day before."}).status_code == 302
    browser = client_of(cast.case_manager)
    for path in (f"/cases/{cast.case.pk}/", f"/shared/{cast.link.pk}/", f"/shared/{cast.link.pk}/tell/"):
        assert "Any release, the day before." in browser.get(path).content.decode(), path
    for nobody in (cast.other_idva, cast.other_case_manager, cast.outsider):
        assert client_of(nobody).get(address).status_code == 404
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.say_need_to_hear(by=by, link_id=cast.link.pk, words="Only releases.")
    with acting_as(cast.case_manager.as_actor()):
        assert queries.needs_to_hear([cast.link.pk])[cast.link.pk]["vs"].words == "Only releases."


@pytest.mark.parametrize(
    ("history", "value", "asks"),
    [
        ("whereabouts", "community", "release"),
        ("whereabouts", "remand", "whereabouts"),
        ("engagement", "partial", ""),
    ],
)
def test_s05_a_recorded_release_asks_whether_the_idva_needs_to_know(
    cast: Cast, client_of: Callable[[Membership], Client], history: str, value: str, asks: str
) -> None:
    browser = client_of(cast.case_manager)
    today = local_today()
    answer = browser.post(
        f"/cases/{cast.case.pk}/state/{history}/",
        {
            "seen": "", "value": value, "since": today.isoformat(), "since_0": today.day, "since_1": today.month,
            "since_2": today.year, "reason": "Told by probation.",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"].partition("?")[2] == (f"tell={asks}" if asks else "")
    page = browser.get(answer["Location"]).content.decode()
    assert (f"/shared/{cast.link.pk}/tell/?kind={asks}" in page) is bool(asks)
    if asks:
        told = browser.get(f"/shared/{cast.link.pk}/tell/?kind={asks}").content.decode()
        assert f'value="{asks}" selected' in told


def test_s05_a_change_of_engagement_asks_her_worker_too(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    browser = client_of(cast.idva)
    today = local_today()
    answer = browser.post(
        f"/clients/{cast.record.pk}/engagement/",
        {"value": "sporadic", "since": today.isoformat(), "since_0": today.day, "since_1": today.month, "since_2": today.year},
    )  # fmt: skip
    assert answer["Location"].endswith("?tell=engagement_change")
    assert (
        f"/shared/{cast.link.pk}/tell/?kind=engagement_change"
        in browser.get(answer["Location"]).content.decode()
    )


def contact_goes_on(cast: Cast) -> None:
    with seeding():
        StateEntry.objects.create(
            case=cast.case, service_id=cast.case.service_id, recorded_by=cast.case_manager, history="contact",
            value="in_contact", since=local_today(),
        )  # fmt: skip


def spoke(cast: Cast, days_ago: int, via: str = "") -> None:
    by = cast.idva.as_actor()
    with acting_as(by):
        record_contact(
            by=by, record_id=cast.record.pk, happened_at=timezone.now() - datetime.timedelta(days=days_ago),
            channel="phone", outcome="spoke", via=via,
        )  # fmt: skip


def silent(member: Membership) -> list[int]:
    with acting_as(member.as_actor()):
        return [one.days for one in queries.without_word()]


@pytest.mark.parametrize(("days_ago", "listed"), [(WORD_DAYS - 1, []), (WORD_DAYS, [WORD_DAYS]), (40, [40])])
def test_v14_contact_without_word_is_listed_by_days_on_both_sides(
    cast: Cast, days_ago: int, listed: list[int]
) -> None:
    spoke(cast, days_ago)
    for who in ("case_manager", "idva"):
        assert silent(getattr(cast, who)) == [], "no contact with him, nothing to list"
    contact_goes_on(cast)
    for who in ("case_manager", "idva", "service_manager", "idva_manager"):
        assert silent(getattr(cast, who)) == listed, who
    for nobody in (cast.other_idva, cast.outsider, cast.outside_idva):
        assert silent(nobody) == []


def test_v14_what_somebody_passed_on_is_no_word_of_hers(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    spoke(cast, 30)
    spoke(cast, 1, via="Her sister")
    contact_goes_on(cast)
    assert silent(cast.case_manager) == [30]
    for who, path in (*BOTH_DESKS, *BOTH_MANAGERS):
        page = client_of(getattr(cast, who)).get(path).content.decode()
        assert "No word from the client for 30 days, and contact with him goes on." in page, path


def test_v14_planned_contact_counts_and_cancelled_does_not(cast: Cast) -> None:
    spoke(cast, 30)
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    assert silent(cast.idva) == [30]
    by = cast.case_manager.as_actor()
    with acting_as(by):
        how = commands.Stepping(told="The room is taken", pace="ends", watches="Probation", although="It is.")
        commands.cancel_booking(by=by, booking_id=booking.pk, how=how)
    assert silent(cast.idva) == []


@pytest.mark.parametrize(
    ("words", "leans"),
    [
        ("As IDVA.", True), ("Same as the IDVA says", True), ("I agree with the IDVA.", True),
        ("As the IDVA says, and he has begun to ask about Sundays, so only mornings, and never at the office again.", False),
        ("He keeps appointments. Mornings are safe.", False),
    ],
)  # fmt: skip
def test_s16_a_view_that_only_names_the_other_is_known(words: str, leans: bool) -> None:
    assert leans_on_the_other(words) is leans


def test_s16_it_is_asked_once_and_managers_see_how_often(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    from .deciding import EVERYBODY, ask

    question = ask(cast.case_manager, cast.link.pk)
    address = reverse("give_view", kwargs={"link_id": cast.link.pk, "question_id": question.pk})
    typed = {
        "own_view": "As IDVA.", "if_we_act": "He may ask.", "if_we_do_not": "Nobody sees him.", "would_choose": "go",
        "use_rule": "background", "work_out": "He could not.",
        **{f"risk_{key}_unknown": "on" for key in EVERYBODY}, **{f"risk_{key}": "unknown" for key in EVERYBODY},
        **{f"risk_{key}_0": "unknown" for key in EVERYBODY},
    }  # fmt: skip
    browser = client_of(cast.case_manager)
    refused = browser.post(address, typed)
    assert refused.status_code == 200
    assert "I have no reasons of my own to add" in refused.content.decode()
    assert browser.post(address, typed | {"no_more": "on"}).status_code == 302
    view(cast.idva, question.pk)
    for who, path in BOTH_MANAGERS:
        page = client_of(getattr(cast, who)).get(path).content.decode()
        assert "Of 1 views of case managers, 1 said no more than the IDVA’s" in page, path
