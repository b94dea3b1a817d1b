"""Joint reviews: an agenda that lets nobody be forgotten, both sides' word on each, and a joint decision when a client
is no longer in touch (R-73, S-24, V-13, S-20, S-23).
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from drive.access.models import Membership, SiteSetting, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.commands.working import set_engagement
from drive.safety import commands, queries
from drive.safety.commands.links import on_link
from drive.safety.models import BookingState, JointReview, ReviewAnswer, ReviewCall
from drive.safety.rules import AGENDA, Waiting, agenda
from tests.cast import Cast, link, open_case, open_record, seeding

from .deciding import EVERYBODY, book, decide, stop

WAITING = st.builds(
    Waiting,
    link_id=st.uuids(),
    su_case_id=st.uuids(),
    vs_record_id=st.uuids(),
    last=st.none(),
    days=st.integers(0, 400),
    urgent=st.booleans(),
)


@given(st.lists(WAITING, unique_by=lambda one: one.link_id, max_size=30))
def test_n16_the_longest_unreviewed_has_its_place_however_much_is_urgent(rows: list[Waiting]) -> None:
    chosen = agenda(rows)
    assert len(chosen) == len({one.link_id for one in chosen}) == min(len(rows), AGENDA)
    if rows:
        assert max(one.days for one in chosen) == max(one.days for one in rows)
    quiet = sorted((one.days for one in rows), reverse=True)[: AGENDA // 2]
    assert sorted((one.days for one in chosen), reverse=True)[: len(quiet)] >= quiet or len(rows) <= AGENDA
    if any(one.urgent for one in rows):
        assert chosen[0].urgent


def review(cast: Cast, who: str = "case_manager", link_id: UUID | None = None, **said: Any) -> JointReview:
    actor = getattr(cast, who).as_actor()
    words: dict[str, Any] = {
        "held_on": local_today(),
        "case_side_came": "came",
        "client_side_came": "came",
        "patterns": "Quieter since he has work.",
        "unknowns": "Where he sleeps; the case manager asks housing.",
        "others_at_risk": EVERYBODY,
        "if_we_do_not": "It goes on.",
        "outcome": "continue",
        "actions": "Housing is asked by Friday.",
        "next_on": local_today() + datetime.timedelta(days=28),
    }
    with acting_as(actor):
        return commands.record_review(by=actor, link_id=link_id or cast.link.pk, **(words | said))


def linked_days_ago(cast: Cast, days: int) -> None:
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "update safety_caselink set recorded_at = recorded_at - make_interval(days => %s)", [days]
        )


@pytest.mark.parametrize("who", ["case_manager", "service_manager", "idva", "idva_manager"])
def test_s24_a_case_that_nobody_reviewed_shows_its_age_to_both_and_past_the_limit_to_both_managers(
    cast: Cast, who: str
) -> None:
    linked_days_ago(cast, 43)
    actor = getattr(cast, who).as_actor()
    with acting_as(actor):
        (row,) = queries.unreviewed(actor)
        assert (row.days, row.past_limit) == (43, True)
        assert "Nothing has crossed for 28 days" in row.why
    with seeding():
        SiteSetting.objects.create(site=cast.site, code="C-15", value={"usual": 50, "hard": 60})
    with acting_as(actor):
        assert not queries.unreviewed(actor)


def test_n04_a_meeting_to_which_one_did_not_come_is_kept_and_is_no_review(cast: Cast) -> None:
    linked_days_ago(cast, 30)
    review(cast, client_side_came="absent")
    actor = cast.idva.as_actor()
    with acting_as(actor):
        assert JointReview.objects.count() == 1
        assert queries.review_age(cast.link, actor).days == 30
    review(cast, "idva")
    with acting_as(actor):
        assert queries.review_age(cast.link, actor).days == 0


def test_s16_the_other_side_answers_and_nobody_answers_themselves(cast: Cast) -> None:
    held = review(cast)
    for who in ("case_manager", "service_manager"):
        actor = getattr(cast, who).as_actor()
        with acting_as(actor), pytest.raises(Refusal, match="Your side wrote"):
            commands.answer_review(by=actor, review_id=held.pk, answer="agree")
        with pytest.raises(IntegrityError), transaction.atomic(), acting_as(actor):
            ReviewAnswer.objects.create(
                **on_link(cast.link, actor), review=held, review_side="vs", answer="agree"
            )
    actor = cast.idva.as_actor()
    with acting_as(actor):
        assert [one.pk for one in queries.reviews_to_answer(actor)] == [held.pk]
        with pytest.raises(Refusal, match="differently"):
            commands.answer_review(by=actor, review_id=held.pk, answer="differ")
        commands.answer_review(by=actor, review_id=held.pk, answer="differ", words="I said Thursday.")
        assert not queries.reviews_to_answer(actor)


def test_s20_a_blank_is_refused_and_unknown_is_asked_again_next_time(cast: Cast) -> None:
    with pytest.raises(Refusal, match="unknown"):
        review(cast, others_at_risk=EVERYBODY | {"partner": " "})
    review(cast, others_at_risk=EVERYBODY | {"children": "Two, with her sister."})
    actor = cast.idva.as_actor()
    with acting_as(actor):
        found = queries.reviews_of(cast.link, actor, (("children", "Children"), ("partner", "A partner")))
    assert found.open_questions == ["A partner"]


@pytest.mark.parametrize("outcome", ["taper", "stop"])
def test_s23_stepping_back_needs_an_exit_plan(cast: Cast, outcome: str) -> None:
    with pytest.raises(Refusal, match="step back"):
        review(cast, outcome=outcome)
    review(cast, outcome=outcome, exit_plan="Every second week, then monthly; housing sees him.")


def engaged(cast: Cast, value: str, reason: str = "") -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        set_engagement(by=actor, record_id=cast.record.pk, value=value, since=local_today(), reason=reason)


def test_v13_a_client_no_longer_in_touch_calls_for_a_review_cancels_nothing_and_keeps_why(cast: Cast) -> None:
    decide(cast.case_manager, cast.idva, cast.link.pk)
    booking = book(cast.case_manager, cast.case.pk)
    engaged(cast, "engaged")
    engaged(cast, "disengaged", reason="CANARY: he came round")
    engaged(cast, "disengaged", reason="CANARY: said again")
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        (call,) = ReviewCall.objects.all()
        assert (call.cause, call.due_on) == ("engagement", local_today() + datetime.timedelta(days=7))
        assert "CANARY" not in str(vars(call))
        states = BookingState.objects.filter(booking=booking).values_list("state", flat=True)
        assert list(states) == ["planned"], "nothing is cut by itself"
        assert queries.review_agenda(actor)[0].urgent


def test_x03_a_pair_in_two_areas_meets_first_and_fixes_a_rhythm(cast: Cast) -> None:
    with seeding():
        record = open_record(
            cast.other_vs_service, cast.outside_idva, "Clementine", "Ousel", cast.outside_idva
        )
        case = open_case(cast.su_service, cast.case_manager, "Peregrine", "Mossop", cast.service_manager)
        across = link(case, record, cast.service_manager, "C. O.")
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        assert "You work in different areas and have not met" in queries.review_age(across, actor).reasons
        assert not queries.review_age(cast.link, actor).cross_border
        commands.set_rhythm(
            by=actor, link_id=across.pk, introduced_on=local_today(), how="video", every_days=14
        )
        assert queries.review_age(across, actor).rhythm_days == 14
    other = cast.outside_idva.as_actor()
    with acting_as(other):
        assert queries.review_age(across, other).rhythm_days == 14
        assert not queries.review_age(across, other).rhythm_due
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_pairrhythm set introduced_on = introduced_on - 15")
    for reader in (actor, other):
        with acting_as(reader):
            age = queries.review_age(across, reader)
            assert (age.rhythm_due, age.urgent) == (True, True)
            assert "You agreed to talk every 14 days, and last did 15 days ago" in age.why
            assert queries.review_agenda(reader)[0].link_id == across.pk
            assert [one.link_id for one in queries.unreviewed(reader)] == [across.pk]
    review(cast, link_id=across.pk)
    with acting_as(actor):
        assert not queries.review_age(across, actor).rhythm_due


def test_w11_its_pages_for_both_and_for_nobody_else(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    stop(cast.idva, cast.link.pk)
    for member, shown in ((cast.case_manager, "Barnabus Crimplefoot"), (cast.idva, "W.P.")):
        page = client_of(member).get("/reviews/").content.decode()
        assert shown in page
        assert "A stop concern is live" in page
    base = f"/shared/{cast.link.pk}/reviews/"
    held = review(cast)
    for member in (cast.case_manager, cast.idva, cast.service_manager, cast.idva_manager):
        for path in (base, base + "new/", base + "rhythm/", f"{base}{held.pk}/"):
            assert client_of(member).get(path).status_code == 200, path
    for member in (
        cast.other_case_manager,
        cast.other_idva,
        cast.outsider,
        cast.coordinator,
        cast.expert_advisor,
    ):
        browser = client_of(member)
        for path in (base, base + "new/", base + "rhythm/", f"{base}{held.pk}/", f"{base}{uuid4()}/"):
            assert browser.get(path).status_code == browser.post(path, {}).status_code == 404, path
    assert "Crimplefoot" not in client_of(cast.other_case_manager).get("/reviews/").content.decode()
    sent = {"answer": "agree", "words": ""}
    assert client_of(cast.idva).post(f"{base}{held.pk}/", sent).status_code == 302


def test_s24_the_age_of_the_last_review_stands_on_every_page_and_list_of_both_sides(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    pages = (
        ("case_manager", f"/cases/{cast.case.pk}/"),
        ("case_manager", "/cases/"),
        ("service_manager", "/cases/"),
        ("idva", f"/clients/{cast.record.pk}/"),
        ("idva", "/clients/"),
        ("idva_manager", "/clients/"),
        ("idva", f"/shared/{cast.link.pk}/"),
    )
    linked_days_ago(cast, 43)
    for who, page in pages:
        shown = client_of(getattr(cast, who)).get(page).content.decode()
        assert "Never reviewed together" in shown, (who, page)
        assert "past 42 days" in shown or "shared" in page, (who, page)
    review(cast)
    for who, page in pages[:-1]:
        shown = client_of(getattr(cast, who)).get(page).content.decode()
        assert "Reviewed together today" in shown, (who, page)
        assert "past 42 days" not in shown, (who, page)


def test_s24_the_oldest_link_of_a_case_speaks_for_it_and_each_worker_sees_only_their_own(cast: Cast) -> None:
    linked_days_ago(cast, 50)
    with seeding():
        second = open_record(cast.vs_service, cast.other_idva, "Second", "Client", cast.idva_manager)
        other = link(cast.case, second, cast.coordinator, "Second Client")
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        assert queries.review_ages(actor, case_ids=[cast.case.pk])[cast.case.pk].days == 50
    review(cast)
    with acting_as(actor):
        assert queries.review_ages(actor, case_ids=[cast.case.pk])[cast.case.pk].link_id == other.pk
    actor = cast.other_idva.as_actor()
    with acting_as(actor):
        found = queries.review_ages(actor, record_ids=[second.pk, cast.record.pk])
        assert [one.link_id for one in found.values()] == [other.pk]


def test_s42_what_crossed_long_ago_looks_old_on_both_sides(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    actor = cast.idva.as_actor()
    ago = local_today() - datetime.timedelta(days=50)
    with acting_as(actor):
        set_engagement(by=actor, record_id=cast.record.pk, value="engaged", since=ago)
        commands.send_risk_item(
            by=actor,
            link_id=cast.link.pk,
            kind="risk_change",
            purpose="Her safety.",
            text="He drives past.",
            urgency="routine",
            work_out="He could not.",
        )
    shown = client_of(cast.case_manager).get(f"/cases/{cast.case.pk}/").content.decode()
    assert "past its limit" in shown
    shared = f"/shared/{cast.link.pk}/"
    assert "ask whether it still holds" not in client_of(cast.case_manager).get(shared).content.decode()
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_riskitem set recorded_at = recorded_at - interval '29 days'")
    for who in ("case_manager", "idva"):
        assert "ask whether it still holds" in client_of(getattr(cast, who)).get(shared).content.decode(), who
    with seeding():
        cast.case.stateentrys.create(
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            recorded_at=timezone.now() - datetime.timedelta(days=30),
            history="whereabouts",
            value="community",
            since=local_today() - datetime.timedelta(days=30),
        )
    assert "past its limit" in client_of(cast.idva).get(f"/clients/{cast.record.pk}/").content.decode()
    for path, who in (("/desk/cases/", "case_manager"), ("/desk/case-service/", "service_manager")):
        desk = client_of(getattr(cast, who)).get(path).content.decode()
        assert "Old information" in desk, who


def test_s05_what_crossed_each_way_is_seen_by_both_and_their_managers(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    for who, number in (("case_manager", 2), ("idva", 1)):
        actor = getattr(cast, who).as_actor()
        for n in range(number):
            with acting_as(actor):
                commands.send_risk_item(
                    by=actor,
                    link_id=cast.link.pk,
                    kind="topic_pause",
                    purpose="Her safety.",
                    text=f"Leave the holiday out. {n}",
                    urgency="routine",
                    work_out="He could not.",
                )
    for who in ("case_manager", "service_manager", "idva", "idva_manager"):
        for path in ("/reviews/", f"/shared/{cast.link.pk}/", f"/shared/{cast.link.pk}/reviews/"):
            shown = client_of(getattr(cast, who)).get(path).content.decode()
            assert "2 from the case manager, 1 from the IDVA" in shown, (who, path)


def test_r60_topics_that_the_idva_asked_to_leave_out_stand_where_contact_is_planned(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    actor = cast.idva.as_actor()
    with acting_as(actor):
        commands.send_risk_item(
            by=actor,
            link_id=cast.link.pk,
            kind="topic_pause",
            purpose="While we find contact with her again.",
            text="Leave the holiday out.",
            urgency="soon",
            work_out="He could not.",
        )
    for path in (f"/cases/{cast.case.pk}/contact/plan/", f"/cases/{cast.case.pk}/contact/planned/"):
        assert "Leave the holiday out." in client_of(cast.case_manager).get(path).content.decode()
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_riskitem set recorded_at = recorded_at - interval '29 days'")
    shown = client_of(cast.case_manager).get(f"/cases/{cast.case.pk}/contact/plan/").content.decode()
    assert "Leave the holiday out." not in shown
