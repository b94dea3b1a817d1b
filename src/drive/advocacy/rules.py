"""What may happen on the client's side now, and what does not fit together: pure decisions, no database."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from drive.access.refusal import Refusal
from drive.components.dates import days

TOLD = frozenset({"full", "part"})
"""K-23 states in which the client knows of Drive, wholly or in part."""

REACHED = frozenset({"spoke", "agreed_next"})
"""K-19 outcomes in which both spoke: what "last contact" means."""

IN_TOUCH = frozenset({"engaged", "sporadic", "monitoring"})
"""K-21 states that say that the client is in touch."""

NOT_REACHED = frozenset({"not_yet_tried", "trying"})
"""K-21 states in which the client has not been reached."""

SET_ASIDE = frozenset({"declined", "disengaged"})
"""K-21 states that say that the client has stepped back for now."""

QUIET_AFTER = 60
"""Days without contact after which "in touch" is doubted."""

STALE_DAYS = {"engagement": 42, "contact": 42}
"""After so many days what was said of a client is drawn as old (S-42): the hard limit of joint reviews (C-15). Our figures."""

INTERVALS = (14, 30, 61)
"""Days of the check-in intervals offered (C-16): two weeks, one month, two months."""


def may_hear_of_drive(informed_state: str) -> bool:
    """Whether anything bearing the name of Drive may be said or sent to the client (S-22). Unknown means
    no.
    """
    return informed_state in TOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class Informing:
    """What is to be recorded about telling the client of Drive, before it is."""

    state: str
    decided_on: datetime.date
    told: str = ""
    told_by: str = "nobody"
    reason: str = ""
    reviewer_is_other: bool = False
    review_on: datetime.date | None = None


def check_informing(asked: Informing, today: datetime.date) -> None:
    """Raise `Refusal` (S-22) unless it is complete: withheld needs reason, reviewer and review; told
    needs what.
    """
    if asked.decided_on > today:
        raise Refusal(
            "This has not been decided yet.", why="The date is after today.", rule="S-22", field="decided_on"
        )
    if asked.state in TOLD:
        if not asked.told.strip():
            raise Refusal("Say what the client was told.", rule="S-22", field="told")
        if asked.told_by == "nobody":
            raise Refusal("Say who told the client.", rule="S-22", field="told_by")
        return
    if asked.state == "withheld":
        if not asked.reason:
            raise Refusal(
                "Give the reason for holding back.",
                why="To tell is the default.",
                rule="S-22",
                field="reason",
            )
        if not asked.reviewer_is_other:
            raise Refusal("Name somebody else who looks at it again.", rule="S-22", field="reviewer")
    if asked.state in ("withheld", "deferred"):
        if asked.review_on is None:
            raise Refusal("Give the day on which this is looked at again.", rule="S-22", field="review_on")
        if asked.review_on <= today:
            raise Refusal("The review must be after today.", rule="S-22", field="review_on")


def next_due(done_on: datetime.date, interval_days: int) -> datetime.date:
    """When the next check-in is due after one done on `done_on`."""
    return done_on + datetime.timedelta(days=interval_days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is recorded about one client, to see whether it fits together."""

    engagement: str = ""
    engaged_since: datetime.date | None = None
    last_contact: datetime.date | None = None
    attempts: int = 0
    check_in_due: datetime.date | None = None
    informed: str = ""
    informed_review_on: datetime.date | None = None
    safe_contact_review_on: datetime.date | None = None
    closed_on: datetime.date | None = None


def contradictions(seen: Picture, today: datetime.date) -> list[str]:
    """Sentences about what does not fit together; empty when nothing is noticed. Prompts, never refusals
    (V-09).
    """
    found: list[str] = []
    if seen.closed_on is None and seen.engagement in IN_TOUCH:
        if seen.last_contact is None:
            found.append("Marked in touch, and no contact is recorded.")
        elif (quiet := (today - seen.last_contact).days) >= QUIET_AFTER:
            found.append(f"Marked in touch, and the last recorded contact was {quiet} days ago.")
    if seen.engagement in NOT_REACHED and seen.last_contact is not None:
        found.append("Marked as not reached, and a contact is recorded.")
    if seen.engagement == "not_yet_tried" and seen.attempts and seen.last_contact is None:
        found.append("Marked as not yet tried, and an attempt is recorded.")
    if (
        seen.engagement in SET_ASIDE
        and seen.last_contact is not None
        and seen.engaged_since is not None
        and seen.last_contact > seen.engaged_since
    ):
        found.append("Marked as having stepped back, and both spoke since.")
    if seen.engagement == "monitoring" and seen.check_in_due is None and seen.closed_on is None:
        found.append("Marked as monitoring, and no check-in is planned.")
    if (
        seen.informed_review_on is not None
        and not may_hear_of_drive(seen.informed)
        and seen.informed_review_on < today
    ):
        found.append("The decision to hold back about Drive is past its review date.")
    if seen.safe_contact_review_on is not None and seen.safe_contact_review_on < today:
        found.append("The safe-contact rule is past its review date.")
    return found


def out_of_date(seen: Picture, said_on: datetime.date | None, today: datetime.date) -> list[str]:
    """What of an open record is past its limit, in words, for the manager's list (S-42).

    `said_on` is the day on which somebody last said how the client is engaged. Contact grows old only where the client is
    said to be in touch: who was not reached, or stepped back, stands on other lists.
    """
    found = []
    if said_on is not None and (age := (today - said_on).days) > STALE_DAYS["engagement"]:
        found.append(f"Engagement said {age} days ago")
    if seen.engagement in IN_TOUCH and seen.last_contact is not None:
        quiet = (today - seen.last_contact).days
        if quiet > STALE_DAYS["contact"]:
            found.append(f"Last contact {quiet} days ago")
    if seen.safe_contact_review_on is not None and seen.safe_contact_review_on < today:
        late = (today - seen.safe_contact_review_on).days
        found.append(f"Safe contact was to be looked at again {days(late)} ago")
    return found


@dataclass(frozen=True, slots=True)
class Logged:
    """What the logged contacts say: when both last spoke, and of the last `QUIET_AFTER` days how many were tried and in
    how many both spoke. All of it counts from the record, nothing of it is a judgement.
    """

    last: datetime.date | None
    tried: int
    spoke: int
    ever_tried: bool

    @property
    def suggests(self) -> str:
        """The word of K-21 that this fits best. A suggestion to stand beside hers, never in its place (V-09)."""
        if not self.ever_tried:
            return "not_yet_tried"
        if self.last is None:
            return "trying"
        if not self.spoke:
            return "disengaged"
        return "engaged" if 2 * self.spoke >= self.tried and self.spoke > 1 else "sporadic"


def logged(contacts: Sequence[tuple[datetime.date, str]], today: datetime.date) -> Logged:
    """What (day, K-19 outcome) of every contact and attempt says about being in touch."""
    since = today - datetime.timedelta(days=QUIET_AFTER)
    lately = [outcome for day, outcome in contacts if day > since]
    return Logged(
        max((day for day, outcome in contacts if outcome in REACHED), default=None),
        len(lately),
        sum(outcome in REACHED for outcome in lately),
        bool(contacts),
    )


def check_reached_through(value: str, seen_by: str) -> None:
    """Raise `Refusal` where a client is reached through somebody and nobody is named; "unknown" is an answer."""
    if value == "via_agency" and not seen_by.strip():
        raise Refusal("Say through whom the client is reached.", rule="V-09", field="seen_by")


def check_review(agreed_on: datetime.date, review_on: datetime.date) -> None:
    """Raise `Refusal` unless what was agreed is looked at again afterwards (S-14, S-42)."""
    if review_on <= agreed_on:
        raise Refusal("The review must be after the day it was agreed.", rule="S-42", field="review_on")


def check_to_come(day: datetime.date | None, today: datetime.date, *, field: str) -> None:
    """Raise `Refusal` for a check-in that would be planned for a day that is over (V-11)."""
    if day is not None and day < today:
        raise Refusal(
            "This day is over.", why="A check-in is planned for today or later.", rule="V-11", field=field
        )


def check_happened[T: (datetime.date, datetime.datetime)](when: T, now: T, *, field: str) -> None:
    """Raise `Refusal` for a day, or a moment, that has not come; anything in the past may be written (S-43)."""
    if when > now:
        raise Refusal(
            "This has not happened yet.",
            why="What is planned is recorded as a plan.",
            rule="S-43",
            field=field,
        )
