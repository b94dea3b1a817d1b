"""What planning a meeting of the panel asks, before anything is recorded. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from uuid import UUID

from drive.access.refusal import Refusal


def check_meeting(*, held_on: datetime.date, remote: bool, place: str, today: datetime.date) -> None:
    """Raise `Refusal` when a meeting lies behind us or says neither a place nor that it is remote (P-10)."""
    if held_on < today:
        raise Refusal("A meeting is planned for today or a later day.", rule="P-10", field="held_on")
    if not remote and not place.strip():
        raise Refusal("Say where the meeting is.", rule="P-10", field="place")


def may_change(*, held_on: datetime.date, today: datetime.date) -> None:
    """Raise `Refusal` when the meeting is over: what it put before whom stands as it was (S-28)."""
    if held_on < today:
        raise Refusal("This meeting is over.", still_open="Plan another one.", rule="S-28")


def may_list(wanted: Collection[UUID], *, waiting: Collection[UUID]) -> None:
    """Raise `Refusal` when a referral does not wait for the panel: a decision was recorded, or it was allocated (P-12)."""
    if not set(wanted) <= set(waiting):
        raise Refusal(
            "One of these no longer waits for the panel.",
            why="A decision on it was recorded meanwhile.",
            still_open="Open the page again to see what waits.",
            rule="P-12",
            field="referrals",
        )
