"""What a decision on a referral must say before it is recorded. Pure."""

from __future__ import annotations

from drive.access.refusal import Refusal


def check_decision(
    *,
    outcome: str,
    rejection_reason: str,
    next_step: str,
    rationale: str,
    awaited: str,
    vs_safety: str,
    child_safety: str,
) -> None:
    """Raise `Refusal` when a decision says too little: every decision its rationale and what was considered of both
    safeties (P-13), a rejection a coded reason with a named next step (P-09), a bring-back what is awaited (P-06)."""
    if not rationale.strip():
        raise Refusal("Say why the panel decided this.", rule="P-12", field="rationale")
    if not vs_safety.strip():
        raise Refusal(
            "Say what was considered of victims’ and survivors’ safety.", rule="P-13", field="vs_safety"
        )
    if not child_safety.strip():
        raise Refusal("Say what was considered of children’s safety.", rule="P-13", field="child_safety")
    if outcome == "reject":
        if not rejection_reason:
            raise Refusal("Choose the reason for not taking the case.", rule="P-09", field="rejection_reason")
        if not next_step.strip():
            raise Refusal(
                "Name the next step: who keeps an eye on it instead.", rule="P-09", field="next_step"
            )
    if outcome == "bring_back" and not awaited.strip():
        raise Refusal("Say what is awaited before the panel hears it again.", rule="P-06", field="awaited")


def may_decide(*, latest_outcome: str | None, allocated: bool) -> None:
    """Raise `Refusal` when nothing is left to decide: the case was given to workers, or was accepted already."""
    if allocated:
        raise Refusal(
            "This referral has been allocated.",
            why="The panel's next word on it is a closure item.",
            rule="P-12",
        )
    if latest_outcome == "accept":
        raise Refusal("This referral was accepted already.", still_open="It can be allocated.", rule="P-12")
