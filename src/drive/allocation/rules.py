"""Whether a referral may be given to workers now, and whether a load asks for a second thought. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from drive.access.refusal import Refusal
from drive.access.roles import Role

CASE_HOLDERS = (Role.CASE_MANAGER, Role.TEAM_LEADER, Role.SERVICE_MANAGER)
RECORD_HOLDERS = (Role.IDVA, Role.STAND_IN, Role.IDVA_MANAGER)
"""Who may hold a case, and who a client's record (A-04 to A-08); a stand-in is a recorded one by their role (P-21)."""


@dataclass(frozen=True, slots=True)
class LoadLimits:
    """From how many open cases or records a worker's load is a prompt, and from how many a strong one (C-13)."""

    warning: int = 20
    alert: int = 25

    def words(self, held: int) -> str:
        """What a load of `held` asks the one who gives work out to consider; empty below the first limit."""
        if held >= self.alert:
            return f"{held} held: at or above {self.alert}. Consider somebody else, or say below why not."
        if held >= self.warning:
            return f"{held} held: at or above {self.warning}."
        return ""


def may_allocate(*, latest_outcome: str | None, allocated: bool, straight_from_marac: bool) -> None:
    """Raise `Refusal` unless the referral is waiting for workers: accepted, or at a site without a panel undecided
    (C-01, P-21)."""
    if allocated:
        raise Refusal(
            "This referral has been allocated already.",
            still_open="Its workers can be changed by their managers.",
            rule="P-21",
        )
    if latest_outcome == "accept" or (latest_outcome is None and straight_from_marac):
        return
    if latest_outcome is None:
        raise Refusal(
            "The panel has not decided on this referral.",
            still_open="It is on the panel’s list.",
            rule="P-21",
        )
    if latest_outcome == "bring_back":
        raise Refusal(
            "This referral is to come back.",
            why="Something is still awaited.",
            still_open="It is on the panel’s list.",
            rule="P-06",
        )
    raise Refusal("This referral was not accepted.", still_open="The panel can decide again.", rule="P-09")
