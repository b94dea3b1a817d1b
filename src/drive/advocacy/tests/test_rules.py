"""Pure decisions of the IDVA's side."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive.access.refusal import Refusal
from drive.advocacy.rules import (
    INTERVALS,
    QUIET_AFTER,
    STALE_DAYS,
    Informing,
    Logged,
    Picture,
    check_happened,
    check_informing,
    check_reached_through,
    check_review,
    check_to_come,
    contradictions,
    logged,
    may_hear_of_drive,
    next_due,
    out_of_date,
)
from drive.instruments.codelists import code_list
from drive.people.channels import folded_channel

TODAY = datetime.date(2026, 11, 19)
DAY = datetime.timedelta(days=1)


def test_s22_only_full_and_part_let_the_name_of_drive_be_used() -> None:
    states = [entry.code for entry in code_list("K-23.state").codes]
    assert [state for state in states if may_hear_of_drive(state)] == ["full", "part"]
    assert not may_hear_of_drive("")


@given(state=st.sampled_from(["full", "part"]), told=st.text(), told_by=st.sampled_from(["idva", "nobody"]))
def test_s22_telling_needs_words_and_a_teller(state: str, told: str, told_by: str) -> None:
    asked = Informing(state=state, decided_on=TODAY, told=told, told_by=told_by)
    if told.strip() and told_by == "idva":
        check_informing(asked, TODAY)
    else:
        with pytest.raises(Refusal):
            check_informing(asked, TODAY)


def test_s22_not_yet_considered_needs_nothing_and_deferring_a_later_day() -> None:
    check_informing(Informing(state="not_considered", decided_on=TODAY), TODAY)
    check_informing(Informing(state="deferred", decided_on=TODAY, review_on=TODAY + DAY), TODAY)
    with pytest.raises(Refusal):
        check_informing(Informing(state="deferred", decided_on=TODAY), TODAY)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Picture(engagement="engaged", last_contact=TODAY - QUIET_AFTER * DAY), "60 days ago"),
        (Picture(engagement="engaged", last_contact=TODAY - (QUIET_AFTER - 1) * DAY), ""),
        (Picture(engagement="sporadic"), "no contact is recorded"),
        (Picture(engagement="engaged", closed_on=TODAY), ""),
        (Picture(engagement="trying", last_contact=TODAY), "Marked as not reached"),
        (Picture(engagement="not_yet_tried", attempts=1), "an attempt is recorded"),
        (Picture(engagement="trying", attempts=1), ""),
        (Picture(engagement="monitoring", last_contact=TODAY), "no check-in is planned"),
        (Picture(engagement="monitoring", last_contact=TODAY, check_in_due=TODAY), ""),
        (Picture(informed="withheld", informed_review_on=TODAY - DAY), "past its review date"),
        (Picture(informed="full", informed_review_on=TODAY - DAY), ""),
        (Picture(safe_contact_review_on=TODAY - DAY), "safe-contact rule"),
        (Picture(engagement="disengaged"), ""),
    ],
)
def test_what_does_not_fit_together(seen: Picture, said: str) -> None:
    found = contradictions(seen, TODAY)
    assert any(said in words for words in found) if said else found == []


@given(done=st.dates(max_value=datetime.date(9000, 1, 1)), interval=st.integers(1, 365))
def test_the_next_check_in_comes_after_the_last(done: datetime.date, interval: int) -> None:
    assert (next_due(done, interval) - done).days == interval


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("phone", "07700 900123", "+44 7700 900123"),
        ("phone", "07700 900123", "0044 (0) 7700-900-123"),
        ("address", "14 Canary Mews, Marrowby MB1 4ZZ", "14 CANARY MEWS\nMarrowby  mb14zz."),
        ("email", "Wilma@Example.invalid", " wilma@example.invalid"),
    ],
)
def test_s14_two_writings_of_one_channel_fold_to_one(kind: str, one: str, other: str) -> None:
    assert folded_channel(kind, one) == folded_channel(kind, other)


def test_s14_two_numbers_and_two_houses_stay_two() -> None:
    assert folded_channel("phone", "07700 900123") != folded_channel("phone", "07700 900124")
    assert folded_channel("address", "1 Canary Mews") != folded_channel("address", "11 Canary Mews")


@given(kind=st.sampled_from(["phone", "address", "email", "school"]), value=st.text(max_size=60))
def test_folding_twice_is_folding_once(kind: str, value: str) -> None:
    once = folded_channel(kind, value)
    assert folded_channel(kind, once) == once


def asked(**changed: Any) -> Informing:
    """To hold back, with all that it needs, and what is changed."""
    complete: dict[str, Any] = {
        "state": "withheld",
        "decided_on": TODAY,
        "reason": "risk",
        "reviewer_is_other": True,
        "review_on": TODAY + DAY,
    }
    return Informing(**(complete | changed))


def refusal_of(check: Callable[[], object]) -> str:
    """The field that a check complains of; empty when it lets pass."""
    try:
        check()
    except Refusal as refused:
        return refused.field
    return ""


@pytest.mark.parametrize(
    ("informing", "field"),
    [
        (asked(), ""),
        (asked(decided_on=TODAY - DAY), ""),
        (asked(decided_on=TODAY + DAY), "decided_on"),
        (asked(reason=""), "reason"),
        (asked(reviewer_is_other=False), "reviewer"),
        (Informing(state="withheld", decided_on=TODAY, reason="risk", review_on=TODAY + DAY), "reviewer"),
        (asked(review_on=None), "review_on"),
        (asked(review_on=TODAY), "review_on"),
        (asked(state="deferred", reason="", reviewer_is_other=False), ""),
        (asked(state="deferred", review_on=TODAY), "review_on"),
        (asked(state="not_considered", reason="", reviewer_is_other=False, review_on=None), ""),
        (asked(state="full", told="All of it.", told_by="idva", review_on=None), ""),
        (asked(state="full", told=" ", told_by="idva"), "told"),
        (asked(state="part", told="That it is there."), "told_by"),
    ],
)
def test_s22_what_holding_back_and_telling_need(informing: Informing, field: str) -> None:
    assert refusal_of(lambda: check_informing(informing, TODAY)) == field


IN_TOUCH_LATELY = Picture(engagement="engaged", last_contact=TODAY)


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Picture(), []),
        (IN_TOUCH_LATELY, []),
        (replace(IN_TOUCH_LATELY, engagement="monitoring", closed_on=TODAY), []),
        (
            replace(IN_TOUCH_LATELY, engagement="monitoring", check_in_due=TODAY, last_contact=None),
            ["Marked in touch, and no contact is recorded."],
        ),
        (
            replace(IN_TOUCH_LATELY, last_contact=TODAY - 61 * DAY),
            ["Marked in touch, and the last recorded contact was 61 days ago."],
        ),
        (replace(IN_TOUCH_LATELY, last_contact=TODAY - 61 * DAY, closed_on=TODAY), []),
        (
            Picture(engagement="not_yet_tried", last_contact=TODAY, attempts=1),
            ["Marked as not reached, and a contact is recorded."],
        ),
        (Picture(engagement="not_yet_tried"), []),
        (
            Picture(engagement="not_yet_tried", attempts=2),
            ["Marked as not yet tried, and an attempt is recorded."],
        ),
        *(
            (
                Picture(engagement=word, engaged_since=TODAY - DAY, last_contact=TODAY),
                ["Marked as having stepped back, and both spoke since."],
            )
            for word in ("declined", "disengaged")
        ),
        (Picture(engagement="declined", engaged_since=TODAY, last_contact=TODAY), []),
        (Picture(engagement="declined", engaged_since=TODAY - DAY), []),
        (Picture(engagement="declined", last_contact=TODAY), []),
        (Picture(engagement="engaged", engaged_since=TODAY - DAY, last_contact=TODAY), []),
        (Picture(informed="withheld", informed_review_on=TODAY), []),
        (Picture(informed="withheld"), []),
        (
            Picture(informed="withheld", informed_review_on=TODAY - DAY),
            ["The decision to hold back about Drive is past its review date."],
        ),
        (Picture(safe_contact_review_on=TODAY), []),
        (Picture(safe_contact_review_on=TODAY + DAY), []),
        (
            Picture(safe_contact_review_on=TODAY - DAY),
            ["The safe-contact rule is past its review date."],
        ),
    ],
)
def test_v09_a_contradiction_is_said_at_its_day_and_not_before(seen: Picture, said: list[str]) -> None:
    assert contradictions(seen, TODAY) == said


def test_v09_what_the_log_says_counts_the_last_sixty_days() -> None:
    spoke, agreed, tried = "spoke", "agreed_next", "no_answer"
    contacts = [
        (TODAY, tried),
        (TODAY - 59 * DAY, spoke),
        (TODAY - 60 * DAY, spoke),
        (TODAY - 70 * DAY, agreed),
    ]
    assert logged(contacts, TODAY) == Logged(TODAY - 59 * DAY, 2, 1, True)
    assert logged([(TODAY, agreed)], TODAY) == Logged(TODAY, 1, 1, True)
    assert logged([(TODAY, tried)], TODAY) == Logged(None, 1, 0, True)
    assert logged([], TODAY) == Logged(None, 0, 0, False)


@pytest.mark.parametrize(
    ("seen", "word"),
    [
        (Logged(None, 0, 0, False), "not_yet_tried"),
        (Logged(None, 3, 0, True), "trying"),
        (Logged(TODAY, 3, 0, True), "disengaged"),
        (Logged(TODAY, 1, 1, True), "sporadic"),
        (Logged(TODAY, 2, 2, True), "engaged"),
        (Logged(TODAY, 4, 2, True), "engaged"),
        (Logged(TODAY, 5, 2, True), "sporadic"),
        (Logged(TODAY, 9, 4, True), "sporadic"),
        (Logged(TODAY, 8, 4, True), "engaged"),
    ],
)
def test_v09_the_word_that_the_log_suggests(seen: Logged, word: str) -> None:
    assert seen.suggests == word


def test_what_is_reached_agreed_and_past_is_checked_to_the_day() -> None:
    assert refusal_of(lambda: check_reached_through("via_agency", " ")) == "seen_by"
    assert refusal_of(lambda: check_reached_through("via_agency", "unknown")) == ""
    assert refusal_of(lambda: check_reached_through("direct", "")) == ""
    assert refusal_of(lambda: check_review(TODAY, TODAY)) == "review_on"
    assert refusal_of(lambda: check_review(TODAY, TODAY - DAY)) == "review_on"
    assert refusal_of(lambda: check_review(TODAY, TODAY + DAY)) == ""
    assert refusal_of(lambda: check_happened(TODAY + DAY, TODAY, field="happened_on")) == "happened_on"
    assert refusal_of(lambda: check_happened(TODAY, TODAY, field="happened_on")) == ""
    assert refusal_of(lambda: check_happened(TODAY - DAY, TODAY, field="happened_on")) == ""
    now, second = datetime.datetime(2026, 11, 19, 12, tzinfo=datetime.UTC), datetime.timedelta(seconds=1)
    assert refusal_of(lambda: check_happened(now + second, now, field="happened_at")) == "happened_at"
    assert refusal_of(lambda: check_happened(now, now, field="happened_at")) == ""


def test_v11_a_check_in_is_planned_for_a_day_that_is_not_over() -> None:
    for day, refused in ((TODAY - DAY, "due_on"), (TODAY, ""), (TODAY + DAY, ""), (None, "")):
        assert refusal_of(lambda day=day: check_to_come(day, TODAY, field="due_on")) == refused


def test_c16_the_intervals_offered_and_where_quiet_begins() -> None:
    assert (INTERVALS, QUIET_AFTER) == ((14, 30, 61), 60)


def test_what_is_not_said_is_nothing_done() -> None:
    """Nobody tried, and nobody else looks at it again, unless somebody says so."""
    assert contradictions(Picture(engagement="not_yet_tried"), TODAY) == []
    alone = Informing(state="withheld", decided_on=TODAY, reason="risk", review_on=TODAY + DAY)
    assert refusal_of(lambda: check_informing(alone, TODAY)) == "reviewer"


def test_s42_each_limit_is_the_day_after_which_it_is_old() -> None:
    today, limit = datetime.date(2026, 3, 2), STALE_DAYS["engagement"]

    def ago(days: int) -> datetime.date:
        return today - datetime.timedelta(days=days)

    assert STALE_DAYS == {"engagement": 42, "contact": 42}
    seen = Picture(engagement="engaged", last_contact=ago(limit), safe_contact_review_on=today)
    assert out_of_date(seen, ago(limit), today) == []
    old = Picture(engagement="engaged", last_contact=ago(limit + 1), safe_contact_review_on=ago(1))
    assert out_of_date(old, ago(limit + 1), today) == [
        "Engagement said 43 days ago",
        "Last contact 43 days ago",
        "Safe contact was to be looked at again 1 day ago",
    ]
    assert out_of_date(Picture(engagement="declined", last_contact=ago(400)), ago(1), today) == []
    assert out_of_date(Picture(engagement="engaged"), None, today) == []
