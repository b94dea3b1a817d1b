"""Pure decisions of the service user's side: to the day, at every status, and each with its rule and its field."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from drive.access.refusal import Refusal
from drive.casework import transitions
from drive.casework.rules import (
    NO_ORDER,
    ClosureFacts,
    add_months,
    check_closure,
    check_state,
    label_of,
    month_number,
    require_code,
    require_codes,
    require_past,
    require_words,
)
from drive.instruments.codelists import code_list

TODAY = datetime.date(2026, 11, 19)
DAY = datetime.timedelta(days=1)
STATUSES = [entry.code for entry in code_list("K-16").codes]


def refusal_of(check: Callable[[], object]) -> tuple[str, str] | None:
    """(rule, field) of a refusal, or None where there is none."""
    try:
        check()
    except Refusal as refused:
        return refused.rule, refused.field
    return None


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (datetime.date(2026, 1, 31), 1, datetime.date(2026, 2, 28)),
        (datetime.date(2023, 12, 31), 2, datetime.date(2024, 2, 29)),
        (datetime.date(2026, 11, 19), 1, datetime.date(2026, 12, 19)),
        (datetime.date(2026, 12, 19), 1, datetime.date(2027, 1, 19)),
        (datetime.date(2026, 11, 30), 3, datetime.date(2027, 2, 28)),
        (datetime.date(2026, 11, 19), 12, datetime.date(2027, 11, 19)),
        (datetime.date(2026, 1, 1), 0, datetime.date(2026, 1, 1)),
    ],
)
def test_c05_so_many_months_on(day: datetime.date, months: int, then: datetime.date) -> None:
    assert add_months(day, months) == then


@pytest.mark.parametrize(
    ("today", "month"),
    [
        (datetime.date(2025, 11, 30), 1),
        (datetime.date(2025, 12, 29), 1),
        (datetime.date(2025, 12, 30), 2),
        (datetime.date(2026, 2, 27), 3),
        (datetime.date(2026, 2, 28), 4),
        (datetime.date(2026, 11, 30), 13),
    ],
)
def test_c06_a_month_begins_on_the_day_of_the_start_also_in_the_next_year(
    today: datetime.date, month: int
) -> None:
    assert month_number(datetime.date(2025, 11, 30), today) == month


def test_r07_only_what_the_list_offers_or_a_named_missing_state_is_taken() -> None:
    asked = ("R-07", "contact")
    assert refusal_of(lambda: require_code("K-17", "in_contact", field="contact")) is None
    assert refusal_of(lambda: require_code("K-17", "nothing_like_it", field="contact")) == asked
    assert refusal_of(lambda: require_code("K-17", "", field="contact")) == asked
    assert refusal_of(lambda: require_code("K-17", "", field="contact", blank=True)) is None
    assert refusal_of(lambda: require_code("K-17", "odd", field="contact", blank=True)) == asked
    assert refusal_of(lambda: require_code("K-17", "unknown", field="contact")) == asked
    assert refusal_of(lambda: require_code("K-17", "unknown", field="contact", missing=["unknown"])) is None
    computed = next(entry.code for entry in code_list("K-01").codes if not entry.offered)
    assert refusal_of(lambda: require_code("K-01", computed, field="contact")) == asked
    assert refusal_of(lambda: require_codes("K-17", ["in_contact", "ceased"], field="contact")) is None
    assert refusal_of(lambda: require_codes("K-17", ["in_contact", "odd"], field="contact")) == asked


def test_s43_today_has_happened_and_tomorrow_has_not() -> None:
    assert refusal_of(lambda: require_past(TODAY, TODAY, field="since")) is None
    assert refusal_of(lambda: require_past(TODAY - 9999 * DAY, TODAY, field="since")) is None
    assert refusal_of(lambda: require_past(TODAY + DAY, TODAY, field="since")) == ("S-43", "since")
    assert refusal_of(lambda: require_words("Said.", "Say.", field="words", rule="P-26")) is None
    assert refusal_of(lambda: require_words(" \n", "Say.", field="words", rule="P-26")) == ("P-26", "words")


def step(history: str, value: str, **changed: Any) -> tuple[str, str] | None:
    """Why a step may not be taken; everything that any step needs goes with it, unless it is changed."""
    complete: dict[str, Any] = {
        "before": None, "since": TODAY, "until": TODAY + DAY, "today": TODAY, "reason": "No address.",
        "detail": "health", "meanwhile": "Research goes on.", "exit_plan": "Slowly.", "has_owner": True,
    }  # fmt: skip
    return refusal_of(lambda: check_state(history=history, value=value, **complete | changed))


@pytest.mark.parametrize(
    ("history", "value", "taken"),
    [
        ("contact", "in_contact", True),
        ("contact", "unknown", False),
        ("contact", NO_ORDER, False),
        ("engagement", "full", True),
        ("engagement", "unknown", True),
        ("engagement", "declined", False),
        ("whereabouts", "remand", True),
        ("whereabouts", "unknown", True),
        ("whereabouts", NO_ORDER, False),
        ("approach", "direct", True),
        ("approach", "unknown", False),
        ("legal", "nmo", True),
        ("legal", "unknown", True),
        ("legal", NO_ORDER, True),
        ("legal", "in_contact", False),
        ("status", "in_contact", False),
    ],
)
def test_p01_each_history_takes_its_own_words(history: str, value: str, taken: bool) -> None:
    assert step(history, value) == (None if taken else ("R-07", "value"))


def test_r12_a_step_begins_by_today_and_ends_no_earlier_than_it_began() -> None:
    assert step("contact", "in_contact", since=TODAY + DAY, until=None) == ("S-43", "since")
    assert step("contact", "in_contact", until=None) is None
    assert step("contact", "in_contact", until=TODAY) is None
    assert step("contact", "in_contact", until=TODAY - DAY) == ("R-12", "until")


def test_k16_a_status_follows_only_along_the_table_and_none_ends_a_case() -> None:
    assert step("status", "working", before="on_hold") is None
    assert step("status", "working", before="referred") == ("K-16", "value")
    assert step("status", "working") is None
    assert step("status", "closed", before="pre_closure") == ("P-47", "value")
    assert step("status", "not_progressed", before="allocated") == ("P-47", "value")
    assert step("engagement", "ceased", before="full") is None, "no other history ends there"
    with pytest.raises(Refusal, match="“Working” cannot follow “Referred”"):
        check_state(
            history="status", value="working", before="referred", since=TODAY, until=None, today=TODAY,
            reason="", detail="", meanwhile="", exit_plan="", has_owner=True,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("history", "value"),
    [("contact", "hold_justice"), ("contact", "not_safe"), ("contact", "no_route"), ("status", "on_hold")],
)
def test_p43_what_holds_until_somebody_looks_again_says_why_and_when(history: str, value: str) -> None:
    assert step(history, value) is None
    assert step(history, value, reason=" ") == ("P-26", "reason")
    assert step(history, value, until=None) == ("P-43", "until")
    assert step(history, value, until=TODAY) == ("P-43", "until")
    assert step(history, value, until=TODAY + DAY) is None


@pytest.mark.parametrize(
    ("history", "value"), [("contact", "planned_pending"), ("contact", "in_contact"), ("status", "working")]
)
def test_p43_what_holds_by_itself_needs_neither(history: str, value: str) -> None:
    bare = {"reason": "", "until": None, "exit_plan": "", "detail": "", "meanwhile": "", "has_owner": False}
    assert step(history, value, **bare) is None


@pytest.mark.parametrize(
    ("history", "value"), [("contact", "ceased"), ("contact", "reduced"), ("status", "on_hold")]
)
def test_s23_stepping_back_has_an_exit_plan(history: str, value: str) -> None:
    assert step(history, value) is None
    assert step(history, value, exit_plan=" ") == ("S-23", "exit_plan")


def test_p43_a_hold_names_its_reason_its_owner_and_what_goes_on() -> None:
    assert step("status", "on_hold", detail="") == ("R-07", "detail")
    assert step("status", "on_hold", meanwhile=" ") == ("P-43", "meanwhile")
    assert step("status", "on_hold", has_owner=False) == ("P-43", "owner")


STARTED = datetime.date(2026, 1, 15)


def closing(
    closed_on: datetime.date = datetime.date(2026, 6, 1),
    *,
    status: str | None = "pre_closure",
    ever_engaged: bool = True,
    exit_missing: tuple[str, ...] = (),
    **changed: Any,
) -> tuple[str, str] | None:
    """Why a case that began on 15 January may not be closed so."""
    facts = ClosureFacts(status, STARTED, ever_engaged, exit_missing)
    asked: dict[str, Any] = {
        "today": TODAY, "reason": "goals_met", "all_actions_done": True, "escalation": [],
        "escalation_detail": "", "exit_missing_reason": "",
    }  # fmt: skip
    return refusal_of(lambda: check_closure(facts, closed_on=closed_on, **asked | changed))


def test_p47_a_closing_says_a_reason_of_the_list_and_a_day_that_fits() -> None:
    assert closing() is None
    assert closing(reason="") == ("R-07", "primary_reason")
    assert closing(TODAY) is None
    assert closing(TODAY + DAY) == ("S-43", "closed_on")
    assert closing(STARTED, reason="died") is None
    assert closing(STARTED - DAY, reason="died") == ("R-12", "closed_on")


@pytest.mark.parametrize("status", ["closed", "not_progressed", "rejected"])
def test_k16_an_ended_case_does_not_end_again(status: str) -> None:
    assert closing(status=status, reason="died") == ("K-16", "")


@pytest.mark.parametrize(
    ("day", "ever_engaged", "all_actions_done", "field"),
    [
        (datetime.date(2026, 4, 14), False, True, "closed_on"),
        (datetime.date(2026, 4, 15), False, True, None),
        (datetime.date(2026, 4, 15), True, True, "primary_reason"),
        (datetime.date(2026, 4, 15), False, False, "all_actions_done"),
        (datetime.date(2026, 5, 14), True, False, "primary_reason"),
        (datetime.date(2026, 5, 14), False, False, "all_actions_done"),
        (datetime.date(2026, 5, 15), True, False, None),
    ],
)
def test_p45_the_fourth_month_to_the_day(
    day: datetime.date, ever_engaged: bool, all_actions_done: bool, field: str | None
) -> None:
    found = closing(day, ever_engaged=ever_engaged, all_actions_done=all_actions_done)
    assert found == (("P-45", field) if field else None)
    assert closing(day, reason="transferred", ever_engaged=True, all_actions_done=False) is None


def test_p45_the_words_say_which_of_the_two_stands_against_it() -> None:
    for ever_engaged, words in ((True, "He has engaged."), (False, "You have not confirmed")):
        facts = ClosureFacts("pre_closure", STARTED, ever_engaged, ())
        with pytest.raises(Refusal) as refused:
            check_closure(
                facts, today=TODAY, closed_on=datetime.date(2026, 4, 20), reason="moved",
                all_actions_done=False, escalation=[], escalation_detail="", exit_missing_reason="",
            )  # fmt: skip
        assert refused.value.why.startswith(words)


def test_p48_a_risk_too_high_is_handed_to_somebody_who_is_named() -> None:
    high = {"reason": "risk_too_high", "escalation_detail": "To MARAC on Monday."}
    assert closing(**high) == ("P-48", "escalation")
    for taker in ("marac", "mappa", "police", "childrens_services"):
        assert closing(**high, escalation=[taker]) is None
    assert closing(**high, escalation=["marac", "a friend"]) == ("P-48", "escalation")
    assert closing(reason="risk_too_high", escalation=["marac"]) == ("P-48", "escalation_detail")
    assert closing(escalation=["a friend"]) == ("P-48", "escalation"), "whatever the reason is"


def test_p47_a_missing_exit_assessment_is_explained() -> None:
    assert closing(exit_missing=("exit form",)) == ("P-47", "exit_missing_reason")
    assert closing(exit_missing=("exit form",), exit_missing_reason="He was moved overnight.") is None


def test_p46_from_where_a_case_closes() -> None:
    for status in [None, *STATUSES]:
        ended = status in ("closed", "not_progressed", "rejected")
        proposed = status in ("pre_closure", "step_down")
        assert transitions.may_close(status, "goals_met") is proposed, status
        for outside in ("died", "transferred", "not_progressed"):
            assert transitions.may_close(status, outside) is not ended, (status, outside)
    assert closing(status="working") == ("P-46", "")


def test_k16_the_table_of_moves_as_the_handbook_draws_it() -> None:
    """Written out, not computed: a wrong entry of the table is wrong here."""
    work = {"background_research", "strategy_in_preparation", "working"}
    away = {"on_hold", "pre_closure"}
    drawn = {
        "referred": {"listed", "accepted", "rejected"},
        "listed": {"accepted", "rejected"},
        "accepted": {"allocated"},
        "rejected": set[str](),
        "not_progressed": {"background_research"},
        "allocated": work | away,
        "background_research": work - {"background_research"} | away,
        "strategy_in_preparation": work - {"strategy_in_preparation"} | away,
        "working": work - {"working"} | away,
        "on_hold": work | away,
        "pre_closure": work | {"on_hold"},
        "closed": {"step_down", "background_research", "working"},
        "step_down": {"background_research", "working"},
    }
    assert set(transitions.MOVES) == set(STATUSES)
    for now in STATUSES:
        assert {then for then in STATUSES if transitions.may_follow(now, then)} == drawn[now], now
    assert all(transitions.may_follow(None, then) for then in STATUSES)
    assert not transitions.may_follow("nothing_like_it", "working")


def test_r91_not_progressed_stays_a_status_of_its_own() -> None:
    assert transitions.status_after_closing("not_progressed") == "not_progressed"
    assert transitions.status_after_closing("died") == "closed"


def test_r04_what_is_printed_for_codes_missing_states_and_no_order() -> None:
    assert label_of("K-17", "") == ""
    assert label_of("K-17", "in_contact") == "In contact"
    assert label_of("K-37", NO_ORDER) == "No order or condition"
    assert label_of("K-37", "unknown") == code_list("K-01").label("unknown")
    assert label_of("K-37", "nmo") == code_list("K-37").label("nmo")
    with pytest.raises(LookupError):
        label_of("K-17", NO_ORDER)
