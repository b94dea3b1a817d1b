"""What a decision on a referral must say (P-06, P-09, P-12, P-13), and when there is none left to take."""

from __future__ import annotations

import pytest

from drive.access.refusal import Refusal
from drive.referrals.rules import check_decision, may_decide

ACCEPTED = {
    "outcome": "accept", "rejection_reason": "", "next_step": "", "rationale": "High harm, and there is room.",
    "awaited": "", "vs_safety": "She asked for it.", "child_safety": "None live with him.",
}  # fmt: skip
REJECTED = ACCEPTED | {"outcome": "reject", "rejection_reason": "capacity", "next_step": "MARAC in January."}
BROUGHT_BACK = ACCEPTED | {"outcome": "bring_back", "awaited": "The police’s answer."}


@pytest.mark.parametrize("said", [ACCEPTED, REJECTED, BROUGHT_BACK])
def test_p13_a_decision_that_says_enough(said: dict[str, str]) -> None:
    check_decision(**said)


@pytest.mark.parametrize(
    ("said", "left_out", "rule"),
    [
        *((said, *each) for said in (ACCEPTED, REJECTED, BROUGHT_BACK)
          for each in (("rationale", "P-12"), ("vs_safety", "P-13"), ("child_safety", "P-13"))),
        (REJECTED, "rejection_reason", "P-09"),
        (REJECTED, "next_step", "P-09"),
        (BROUGHT_BACK, "awaited", "P-06"),
    ],
)  # fmt: skip
def test_p13_what_is_left_out_is_asked_for(said: dict[str, str], left_out: str, rule: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_decision(**said | {left_out: "" if left_out == "rejection_reason" else " \n"})
    assert (refused.value.field, refused.value.rule) == (left_out, rule)


def test_p12_an_accepted_or_allocated_referral_has_nothing_left_to_decide() -> None:
    for outcome in (None, "reject", "bring_back"):
        may_decide(latest_outcome=outcome, allocated=False)
        with pytest.raises(Refusal, match="allocated"):
            may_decide(latest_outcome=outcome, allocated=True)
    with pytest.raises(Refusal, match="accepted already"):
        may_decide(latest_outcome="accept", allocated=False)
