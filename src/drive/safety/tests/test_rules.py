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
    assert seen.why == "An emergency. Asked for. Reviewed together 30 days ago."
    plain = waiting(1)
    assert (plain.cross_border, plain.rhythm_days, plain.rhythm_due, plain.reasons) == (
        False,
        None,
        False,
        (),
    )
    assert (plain.from_case, plain.from_client) == (0, 0)


def test_s24_the_age_of_a_review_and_the_gap_that_it_has_passed() -> None:
    one, day = UUID(int=1), datetime.date(2026, 11, 1)

    def reviewed(days: int) -> Waiting:
        return Waiting(one, one, one, day, days, False, gap=Gap(28, 42))

    assert [reviewed(days).age_words for days in (0, 1, 2)] == [
        "Reviewed together today",
        "Reviewed together 1 day ago",
        "Reviewed together 2 days ago",
    ]
    assert waiting(5).age_words == "Never reviewed together"
    flags = [reviewed(days).flag for days in (28, 29, 42, 43)]
    assert flags == ["", "past 28 days", "past 28 days", "past 42 days"]


def test_s05_what_crossed_each_way_is_said_in_words() -> None:
    one = UUID(int=1)
    there, back = (
        Waiting(one, one, one, None, 3, False, from_case=to, from_client=fro) for to, fro in ((2, 0), (0, 3))
    )
    assert there.balance == "Crossed in the last 28 days: 2 from the case manager, nothing from the IDVA."
    assert back.balance == "Crossed in the last 28 days: nothing from the case manager, 3 from the IDVA."


def test_s16_few_words_and_the_other_worker_among_them_are_no_view() -> None:
    few = "I agree with the IDVA " + "indeed " * 10
    assert len(few.split()) == 15
    assert [rules.leans_on_the_other(view) for view in (few, few + "yes", "He is calm at home.")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("kind", "limit"), [("engagement", 42), ("client_contact", 42), ("whereabouts", 28), ("item", 28)]
)
def test_s42_what_crossed_is_old_on_the_day_after_its_limit(kind: str, limit: int) -> None:
    today = datetime.date(2026, 11, 22)
    ages = [today - datetime.timedelta(days=days) for days in (limit, limit + 1)]
    assert [rules.is_old(kind, day, today) for day in (*ages, None)] == [False, True, False]


def test_s41_an_incident_is_seen_to_within_four_weeks_where_no_day_was_named() -> None:
    assert rules.INCIDENT_DAYS == 28


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
        ("asked_often", "S-25", "", True, True),
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
