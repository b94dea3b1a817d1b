"""The six histories (P-01): which step may follow which, what must go with it, and two people who take one
at once.
"""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.casework import transitions
from drive.casework.commands import SomeoneSavedFirst, set_state
from drive.casework.models import StateEntry, SuCase
from drive.casework.queries import current_states
from drive.instruments.codelists import code_list
from tests.cast import Cast, seeding

TODAY = local_today()
LATER = TODAY + datetime.timedelta(days=28)


def last_written(cast: Cast, history: str) -> StateEntry | None:
    return StateEntry.objects.filter(case=cast.case, history=history).order_by("-recorded_at").first()


def step(cast: Cast, history: str, value: str, by: Membership | None = None, **changed: Any) -> StateEntry:
    """Take a step as somebody who has just looked."""
    last = last_written(cast, history)
    values: dict[str, Any] = {"since": TODAY, "seen_id": last.pk if last else None}
    actor = (by or cast.case_manager).as_actor()
    return set_state(by=actor, case_id=cast.case.pk, history=history, value=value, **(values | changed))


HOLD: dict[str, Any] = {
    "detail": "justice",
    "reason": "Trial in March",
    "until": LATER,
    "meanwhile": "Markers and checks go on",
    "exit_plan": "Police watch; he is told the worker is away",
}


def test_every_status_of_the_list_is_in_the_machine_and_every_open_one_can_be_left() -> None:
    codes = {code.code for code in code_list("K-16").codes}
    assert set(transitions.MOVES) == codes
    assert {then for moves in transitions.MOVES.values() for then in moves} <= codes
    for status in codes - transitions.ENDED - transitions.CLOSES_FROM:
        assert transitions.MOVES[status], status


def test_k16_a_case_moves_only_along_the_table(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        step(cast, "status", "background_research")
        step(cast, "status", "working")
        with pytest.raises(Refusal) as refused:
            step(cast, "status", "listed")
        assert refused.value.rule == "K-16"
        assert current_states([cast.case.pk])[cast.case.pk].value("status") == "working"


@pytest.mark.parametrize("value", ["closed", "not_progressed"])
def test_p47_no_step_ends_a_case(cast: Cast, value: str) -> None:
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal) as refused:
        step(cast, "status", value)
    assert refused.value.rule == "P-47"


@pytest.mark.parametrize(
    ("left_out", "rule"),
    [("detail", "R-07"), ("reason", "P-26"), ("until", "P-43"), ("meanwhile", "P-43"), ("exit_plan", "S-23")],
)
def test_p43_s23_a_hold_needs_all_that_goes_with_it(cast: Cast, left_out: str, rule: str) -> None:
    with acting_as(cast.case_manager.as_actor()):
        without = HOLD | {left_out: None if left_out == "until" else ""}
        with pytest.raises(Refusal) as refused:
            step(cast, "status", "on_hold", owner_id=cast.case_manager.pk, **without)
        assert refused.value.rule == rule
        step(cast, "status", "on_hold", owner_id=cast.case_manager.pk, **HOLD)


@pytest.mark.parametrize("value", ["hold_justice", "not_safe", "no_route"])
def test_p26_no_contact_is_held_by_a_reason_and_a_review(cast: Cast, value: str) -> None:
    with acting_as(cast.case_manager.as_actor()):
        with pytest.raises(Refusal):
            step(cast, "contact", value, until=LATER)
        with pytest.raises(Refusal):
            step(cast, "contact", value, reason="The grid and the IDVA's view")
        step(cast, "contact", value, reason="The grid and the IDVA's view", until=LATER)


def test_s23_tapering_asks_for_the_exit_plan(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal) as refused:
        step(cast, "contact", "reduced")
    assert refused.value.rule == "S-23"


def test_p01_no_history_is_derived_from_another(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        step(cast, "contact", "in_contact")
        step(cast, "whereabouts", "remand", detail="HMP Fictionby")
        held = current_states([cast.case.pk])[cast.case.pk]
        assert {h: e.value for h, e in held.by_history.items()} == {
            "status": "allocated",
            "contact": "in_contact",
            "whereabouts": "remand",
        }
        assert held.value("engagement") == ""


def test_r03_a_step_of_last_month_does_not_change_what_holds_today(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        step(cast, "engagement", "partial")
        step(cast, "engagement", "not", since=TODAY - datetime.timedelta(days=30))
        assert current_states([cast.case.pk])[cast.case.pk].value("engagement") == "partial"


def test_orders_in_force_are_several_and_end_by_date_or_by_word(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        long_ago = TODAY - datetime.timedelta(days=90)
        step(cast, "legal", "bail", since=long_ago, until=TODAY - datetime.timedelta(days=1))
        step(cast, "legal", "nmo", since=long_ago, until=LATER)
        step(cast, "legal", "licence", since=long_ago)
        orders = current_states([cast.case.pk])[cast.case.pk].orders
        assert [entry.value for entry in orders] == ["nmo", "licence"]
        step(cast, "legal", "none")
        assert current_states([cast.case.pk])[cast.case.pk].orders == []


def test_s48_of_two_who_change_one_history_the_second_is_shown_the_first(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        seen = last_written(cast, "status")
        assert seen is not None
        step(cast, "status", "background_research")
        with pytest.raises(SomeoneSavedFirst) as first:
            step(cast, "status", "working", seen_id=seen.pk)
        assert first.value.theirs.value == "background_research"
        assert first.value.mine["value"] == "working"


def test_s48_the_database_itself_lets_one_of_two_through(cast: Cast) -> None:
    """Even when both looked at the same moment: the entry that is followed can be followed once."""
    with seeding():
        seen = last_written(cast, "status")
        common = {"case": cast.case, "service_id": cast.case.service_id, "history": "status", "since": TODAY}
        StateEntry.objects.create(
            **common,
            value="working",
            follows=seen,
            recorded_by=cast.case_manager,
            recorded_at=seen.recorded_at,
        )
        # what the second asked before the first had written
        StateEntry.objects.filter(value="working").update(
            recorded_at=seen.recorded_at - datetime.timedelta(seconds=1)
        )
    with acting_as(cast.case_manager.as_actor()), pytest.raises(SomeoneSavedFirst):
        step(cast, "status", "background_research", seen_id=seen.pk)


@pytest.mark.parametrize("who", ["other_case_manager", "outsider"])
def test_s01_nobody_else_takes_a_step(cast: Cast, who: str) -> None:
    member: Membership = getattr(cast, who)
    with pytest.raises(SuCase.DoesNotExist), acting_as(member.as_actor()):
        step(cast, "status", "working", by=member)


def test_the_manager_of_the_service_may(cast: Cast) -> None:
    with acting_as(cast.service_manager.as_actor()):
        assert step(cast, "approach", "disrupt_only", by=cast.service_manager).value == "disrupt_only"
