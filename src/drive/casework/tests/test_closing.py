"""When a case may close, and what must stand beside it (P-45 to P-48, S-20, S-23)."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.casework.commands import NewClosure, close_case, record_action
from drive.casework.models import Closure, StateEntry, SuCase
from drive.casework.queries import caseload_counts, current_states
from drive.casework.rules import add_months, month_number
from tests.cast import Cast, seeding

TODAY = local_today()

CLOSING = NewClosure(
    closed_on=TODAY,
    primary_reason="actions_complete",
    engagement="partial",
    measures="Markers stand until March",
    eyes_on="Probation, weekly",
    risk_owner="probation",
    exit_plan="Monthly, then none; the work is done",
    client_may_be_told="That Drive has ended and probation goes on",
    others_at_risk="unknown",
    risk_of_closing="unknown",
    agreed_idva="yes",
    agreed_panel="yes",
    exit_missing_reason="Left the area before the last grid",
)


def set_stage(cast: Cast, status: str = "pre_closure", months: int = 6, engaged: bool = False) -> None:
    """The case as it stands so many months after its start."""
    with seeding():
        start = add_months(TODAY, -months)
        SuCase.objects.filter(pk=cast.case.pk).update(starts_on=start)
        StateEntry.objects.filter(case=cast.case).update(since=start)
        common = {"case": cast.case, "service_id": cast.case.service_id, "recorded_by": cast.case_manager}
        if status != "allocated":
            StateEntry.objects.create(**common, history="status", value=status, since=start)
        if engaged:
            StateEntry.objects.create(**common, history="engagement", value="full", since=start)


def close(cast: Cast, closing: NewClosure = CLOSING, by: Membership | None = None) -> Closure:
    return close_case(by=(by or cast.case_manager).as_actor(), case_id=cast.case.pk, closing=closing)


def test_p47_a_case_closes_once_with_dates_to_look_again(cast: Cast) -> None:
    set_stage(cast)
    with acting_as(cast.case_manager.as_actor()):
        closure = close(cast)
        assert closure.follow_up_on == [add_months(TODAY, months).isoformat() for months in (3, 6, 12)]
        assert current_states([cast.case.pk])[cast.case.pk].value("status") == "closed"
        with pytest.raises(Refusal) as refused:
            close(cast)
        assert refused.value.rule == "K-16"
        assert Closure.objects.count() == 1


@pytest.mark.parametrize("status", ["allocated", "working", "on_hold"])
def test_p46_out_of_order_a_proposal_comes_first(cast: Cast, status: str) -> None:
    set_stage(cast, status)
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal) as refused:
        close(cast)
    assert refused.value.rule == "P-46"


@pytest.mark.parametrize(
    ("months", "engaged", "all_done", "closes"),
    [
        (2, False, True, False),
        (3, True, True, False),
        (3, False, False, False),
        (3, False, True, True),
        (4, True, False, True),
        (13, True, False, True),
    ],
)
def test_p45_when_a_case_may_close(
    cast: Cast, months: int, engaged: bool, all_done: bool, closes: bool
) -> None:
    set_stage(cast, months=months, engaged=engaged)
    closing = replace(CLOSING, all_actions_done=all_done)
    with acting_as(cast.case_manager.as_actor()):
        if closes:
            assert close(cast, closing).pk
        else:
            with pytest.raises(Refusal) as refused:
                close(cast, closing)
            assert refused.value.rule == "P-45"


@pytest.mark.parametrize(
    ("reason", "status"),
    [("died", "closed"), ("transferred", "closed"), ("not_progressed", "not_progressed")],
)
def test_p45_death_transfer_and_not_progressed_are_outside_the_guard(
    cast: Cast, reason: str, status: str
) -> None:
    set_stage(cast, "background_research", months=0)
    with acting_as(cast.case_manager.as_actor()):
        close(cast, replace(CLOSING, primary_reason=reason))
        assert current_states([cast.case.pk])[cast.case.pk].value("status") == status


def test_p48_risk_too_high_needs_an_escalation_in_place(cast: Cast) -> None:
    set_stage(cast)
    too_high = replace(CLOSING, primary_reason="risk_too_high")
    with acting_as(cast.case_manager.as_actor()):
        for lacking in (too_high, replace(too_high, escalation=["marac"])):
            with pytest.raises(Refusal) as refused:
                close(cast, lacking)
            assert refused.value.rule == "P-48"
        close(cast, replace(too_high, escalation=["marac"], escalation_detail="Referred to MARAC today"))


@pytest.mark.parametrize(
    ("left_out", "rule"),
    [
        ("measures", "P-47"), ("eyes_on", "P-47"), ("client_may_be_told", "P-47"), ("exit_plan", "S-23"),
        ("others_at_risk", "S-20"), ("risk_of_closing", "S-20"), ("exit_missing_reason", "P-47"),
    ],
)  # fmt: skip
def test_closed_is_not_safe_so_nothing_is_left_blank(cast: Cast, left_out: str, rule: str) -> None:
    set_stage(cast)
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal) as refused:
        close(cast, replace(CLOSING, **{left_out: " "}))
    assert (refused.value.field, refused.value.rule) == (left_out, rule)


def test_p53_actions_on_a_closed_case_can_be_recorded(cast: Cast) -> None:
    set_stage(cast)
    with acting_as(cast.case_manager.as_actor()):
        close(cast)
        record_action(
            by=cast.case_manager.as_actor(),
            case_id=cast.case.pk,
            done_on=TODAY,
            kind="case_update",
            done="Told probation",
        )


@pytest.mark.parametrize("who", ["other_case_manager", "outsider"])
def test_s01_nobody_else_closes(cast: Cast, who: str) -> None:
    set_stage(cast)
    member: Membership = getattr(cast, who)
    with pytest.raises(SuCase.DoesNotExist), acting_as(member.as_actor()):
        close(cast, by=member)


def test_c06_months_begin_on_the_start_day() -> None:
    start = datetime.date(2026, 1, 31)
    assert month_number(start, start) == 1
    assert month_number(start, datetime.date(2026, 2, 27)) == 1
    assert month_number(start, datetime.date(2026, 2, 28)) == 2
    assert month_number(start, datetime.date(2026, 11, 30)) == 11


def test_p21_caseloads_are_counted_for_who_gives_out_cases_and_for_nobody_else(cast: Cast) -> None:
    manager = cast.service_manager.as_actor()
    with acting_as(manager, Scope.ALLOCATION):
        counted = caseload_counts(cast.su_service.pk)
        assert counted[cast.case_manager.pk].open_cases == 1
        assert caseload_counts(cast.other_su_service.pk) == {}
    with acting_as(cast.case_manager.as_actor()):
        assert caseload_counts(cast.su_service.pk) == {}
    set_stage(cast)
    with acting_as(cast.case_manager.as_actor()):
        close(cast)
    with acting_as(manager, Scope.ALLOCATION):
        assert caseload_counts(cast.su_service.pk) == {}
