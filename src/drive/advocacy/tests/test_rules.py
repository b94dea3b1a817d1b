"""Pure decisions of the IDVA's side."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drive.access.refusal import Refusal
from drive.advocacy.rules import (
    QUIET_AFTER,
    Informing,
    Picture,
    check_informing,
    contradictions,
    may_hear_of_drive,
    next_due,
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
