"""What the bridge knows by itself: agendas, gaps, the words for an answer, and the line at a case."""

from __future__ import annotations

import datetime
from itertools import count
from uuid import UUID

import pytest
from django.db import connection

from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.safety import rules
from drive.safety.position import contact_refusal, refuse, stand_in_line
from drive.safety.rules import Gap, Waiting, agenda, label, refusal_words
from tests.cast import Cast

NUMBERS = count(1)


def waiting(days: int, urgent: bool = False, number: int | None = None) -> Waiting:
    made = UUID(int=number or next(NUMBERS))
    return Waiting(made, made, made, None, days, urgent)


def test_s24_the_hard_gap_has_passed_on_the_day_after_it() -> None:
    """C-15: six weeks where the site has not said otherwise."""
    assert [waiting(days).past_limit for days in (41, 42, 43)] == [False, False, True]
    one = UUID(int=1)
    assert [Waiting(one, one, one, None, days, False, gap=Gap(7, 10)).past_limit for days in (10, 11)] == [
        False,
        True,
    ]
    assert (rules.REVIEW_GAP.usual, rules.REVIEW_GAP.hard) == (28, 42)


def test_w11_why_a_case_is_on_the_agenda() -> None:
    one, day = UUID(int=1), datetime.date(2026, 11, 1)
    assert Waiting(one, one, one, None, 3, False).why == "Never reviewed together."
    seen = Waiting(one, one, one, day, 30, True, reasons=("An emergency", "Asked for"))
    assert seen.why == "An emergency. Asked for. Last reviewed 30 days ago."
    plain = waiting(1)
    assert (plain.cross_border, plain.rhythm_days, plain.reasons) == (False, None, ())


def test_n16_turn_about_the_urgent_and_the_longest_unreviewed() -> None:
    quiet = [waiting(days) for days in (70, 80, 90, 100)][::-1]
    loud = [waiting(days, urgent=True) for days in (2, 3, 4, 5)][::-1]
    chosen = agenda([*loud[::-1], *quiet[::-1]])
    assert chosen == [loud[0], quiet[0], loud[1], quiet[1], loud[2], quiet[2]]
    assert agenda([*quiet, *loud], size=3) == chosen[:3]
    assert agenda(quiet) == quiet, "the longest first"
    assert agenda(loud) == loud
    assert agenda([]) == []
    assert agenda([quiet[0], loud[0]]) == [loud[0], quiet[0]], "and nobody twice"


def test_n16_of_two_who_waited_as_long_the_order_is_always_the_same() -> None:
    one, other = waiting(10, number=77), waiting(10, number=78)
    assert agenda([one, other]) == agenda([other, one]) == [one, other]


def test_labels_and_what_a_refusal_says() -> None:
    assert label(rules.URGENCIES, "soon") == "Soon"
    with pytest.raises(KeyError):
        label(rules.URGENCIES, "nothing_like_it")
    assert refusal_words("stop") == rules.POSITIONS["stop"]
    assert refusal_words("past") == rules.BOOKING_REFUSALS["past"]


@pytest.mark.parametrize(
    ("code", "rule", "field", "opens", "still_open"),
    [
        ("undecided", "S-15", "", True, True),
        ("stop", "S-17", "", True, True),
        ("stop_place", "S-17", "", True, True),
        ("place", "S-15", "", True, True),
        ("clash", "S-25", "place", False, False),
        ("channel", "S-14", "sent_to", False, False),
        ("channel_needed", "S-14", "sent_to", True, False),
    ],
)
def test_s14_s25_a_refusal_names_its_rule_and_no_more_than_it_may(
    code: str, rule: str, field: str, opens: bool, still_open: bool
) -> None:
    with pytest.raises(Refusal) as refused:
        refuse(code)
    said = refused.value
    assert (said.rule, said.field, bool(said.why), bool(said.still_open)) == (rule, field, opens, still_open)
    assert said.what == refusal_words(code)[0]


def test_an_empty_answer_refuses_nothing_and_a_rule_may_be_given() -> None:
    refuse("")
    with pytest.raises(Refusal) as refused:
        refuse("lapsed", rule="S-19")
    assert refused.value.rule == "S-19"


def test_s17_who_plans_on_a_case_holds_its_place_in_the_line(cast: Cast) -> None:
    """Until the transaction ends; that others wait for it is shown by the race."""

    def held() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'"
            )
            return int(cursor.fetchone()[0])

    with acting_as(cast.case_manager.as_actor()):
        assert contact_refusal(cast.case.pk) == "undecided"
        before = held()
        stand_in_line(cast.case.pk)
        assert held() == before + 1
