"""Pure decisions on giving out a referral and on a worker's load (P-21, C-13)."""

from __future__ import annotations

import pytest

from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.allocation.rules import CASE_HOLDERS, RECORD_HOLDERS, LoadLimits, may_allocate


@pytest.mark.parametrize(
    ("outcome", "straight", "allocated", "rule"),
    [
        ("accept", False, False, ""),
        (None, True, False, ""),
        (None, False, False, "P-21"),
        ("bring_back", False, False, "P-06"),
        ("bring_back", True, False, "P-06"),
        ("reject", False, False, "P-09"),
        ("reject", True, False, "P-09"),
        ("accept", False, True, "P-21"),
        (None, True, True, "P-21"),
    ],
)
def test_p21_only_what_is_accepted_or_needs_no_panel_is_given_out(
    outcome: str | None, straight: bool, allocated: bool, rule: str
) -> None:
    def ask() -> None:
        may_allocate(latest_outcome=outcome, allocated=allocated, straight_from_marac=straight)

    if not rule:
        ask()
        return
    with pytest.raises(Refusal) as refused:
        ask()
    assert refused.value.rule == rule
    assert ("allocated already" in str(refused.value)) is allocated


def test_c13_a_load_is_a_prompt_at_twenty_and_a_strong_one_at_twenty_five() -> None:
    words = [LoadLimits().words(held) for held in (19, 20, 24, 25)]
    assert words[0] == ""
    assert words[1:3] == ["20 held: at or above 20.", "24 held: at or above 20."]
    assert words[3].startswith("25 held: at or above 25. Consider somebody else")


def test_a04_who_may_hold_what() -> None:
    assert set(CASE_HOLDERS) == {Role.CASE_MANAGER, Role.TEAM_LEADER, Role.SERVICE_MANAGER}
    assert set(RECORD_HOLDERS) == {Role.IDVA, Role.STAND_IN, Role.IDVA_MANAGER}
