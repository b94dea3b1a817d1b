"""What may be written on a case, decided without database or request. Each refusal names its rule."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from drive.access.refusal import Refusal
from drive.instruments.codelists import MISSING_STATES, code_list

from . import transitions

EARLIEST_CLOSURE_MONTHS = 3
"""Default of C-05: before this no case closes."""
PLANNED_END_MONTHS = 12
"""Default of C-05: after this a case needs an extension with goals or step-down (P-51)."""

HISTORY_LISTS = {
    "status": "K-16",
    "contact": "K-17",
    "engagement": "K-20",
    "approach": "K-15",
    "whereabouts": "K-58",
    "legal": "K-37",
}
"""The code list of each of the six histories (P-01)."""

NO_ORDER = "none"
"""Legal position: looked, and there is no order or condition. It is an answer, not a gap (R-04)."""

NEEDS_REVIEW = {
    "contact": frozenset({"hold_justice", "not_safe", "no_route"}),
    "status": frozenset({"on_hold"}),
}
"""Values that hold only until somebody looks again, so they carry a reason and a review date (P-26, P-27,
P-43).
"""

NEEDS_EXIT_PLAN = {"contact": frozenset({"ceased", "reduced"}), "status": frozenset({"on_hold"})}
"""Stepping back is a risk event: pace, the reason he is given, who watches, what she is told (S-23)."""

ESCALATIONS = ("marac", "mappa", "police", "childrens_services")
"""Who can take the risk over when Drive closes because it is too high (P-48)."""


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month so many months on, or the month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_number(starts_on: datetime.date, today: datetime.date) -> int:
    """The month a case is in: 1 from the start date on, 2 from the same day of the next month (C-06)."""
    months = (today.year - starts_on.year) * 12 + today.month - starts_on.month
    return months + 1 if add_months(starts_on, months) <= today else months


def require_code(
    list_id: str, code: str, *, field: str, missing: Collection[str] = (), blank: bool = False
) -> None:
    """Refuse a code that the list does not offer. `missing` are states of K-01 taken beside it."""
    if (blank and code == "") or code in missing:
        return
    held = code_list(list_id)
    if code not in held or not held.entry(code).offered:
        raise Refusal("Choose one of the answers shown.", field=field, rule="R-07")


def require_codes(list_id: str, codes: Iterable[str], *, field: str) -> None:
    """Refuse a list that holds a code which the list does not offer."""
    for code in codes:
        require_code(list_id, code, field=field)


def require_past(day: datetime.date, today: datetime.date, *, field: str) -> None:
    """Refuse a day to come: what is planned belongs to the joint decision, not here.

    Any past day is taken (S-43).
    """
    if day > today:
        raise Refusal(
            "This has not happened yet.",
            why="The date is after today.",
            still_open="What is planned is asked for on the shared page.",
            rule="S-43",
            field=field,
        )


def require_words(words: str, ask: str, *, field: str, rule: str) -> None:
    if not words.strip():
        raise Refusal(ask, rule=rule, field=field)


def check_state(
    *,
    history: str,
    value: str,
    before: str | None,
    since: datetime.date,
    until: datetime.date | None,
    today: datetime.date,
    reason: str,
    detail: str,
    meanwhile: str,
    exit_plan: str,
    has_owner: bool,
) -> None:
    """Refuse a step of a history that may not be taken, or not without what must go with it."""
    missing: tuple[str, ...] = ("unknown",) if history in ("whereabouts", "engagement") else ()
    if history == "legal":
        missing = (NO_ORDER, "unknown")
    require_code(HISTORY_LISTS[history], value, field="value", missing=missing)
    require_past(since, today, field="since")
    if until and until < since:
        raise Refusal("The end must not be before the beginning.", field="until", rule="R-12")
    if history == "status":
        if value in (transitions.CLOSED, transitions.NOT_PROGRESSED):
            raise Refusal(
                "A case ends on its closure page.",
                why="It asks what is in place and who still has eyes on the service user.",
                rule="P-47",
                field="value",
            )
        if not transitions.may_follow(before, value):
            labels = code_list("K-16")
            raise Refusal(
                f"“{labels.label(value)}” cannot follow “{labels.label(before or value)}”.",
                rule="K-16",
                field="value",
            )
    if value in NEEDS_REVIEW.get(history, ()):
        require_words(reason, "Say why.", field="reason", rule="P-26")
        if until is None or until <= today:
            raise Refusal("Give the day on which this is looked at again.", field="until", rule="P-43")
    if value in NEEDS_EXIT_PLAN.get(history, ()):
        require_words(
            exit_plan,
            "Say at what pace you step back, the reason he is given, and who still sees him.",
            field="exit_plan",
            rule="S-23",
        )
    if history == "status" and value == transitions.ON_HOLD:
        require_code("K-54", detail, field="detail")
        require_words(meanwhile, "Say what goes on meanwhile.", field="meanwhile", rule="P-43")
        if not has_owner:
            raise Refusal("Say whose hold it is.", field="owner", rule="P-43")


@dataclass(frozen=True, slots=True)
class ClosureFacts:
    """What is known about a case when somebody asks to close it."""

    status: str | None
    starts_on: datetime.date
    ever_engaged: bool
    exit_missing: tuple[str, ...]
    """Exit assessments that are not there, in words."""
    earliest_months: int = EARLIEST_CLOSURE_MONTHS


def check_closure(
    facts: ClosureFacts,
    *,
    today: datetime.date,
    closed_on: datetime.date,
    reason: str,
    all_actions_done: bool,
    escalation: Collection[str],
    escalation_detail: str,
    exit_missing_reason: str,
) -> None:
    """Refuse a closing that may not be (P-45, P-46, P-48), or that lacks what makes it safe enough to look
    at.
    """
    require_code("K-52", reason, field="primary_reason")
    if facts.status in transitions.ENDED:
        raise Refusal("This case is closed already.", rule="K-16")
    require_past(closed_on, today, field="closed_on")
    if closed_on < facts.starts_on:
        raise Refusal("A case cannot close before it began.", rule="R-12", field="closed_on")
    if not transitions.may_close(facts.status, reason):
        raise Refusal(
            "Propose closing first.",
            why="The IDVA and the panel answer a proposal before a case closes.",
            still_open="All work on the case goes on.",
            rule="P-46",
        )
    if reason not in transitions.OUTSIDE_GUARD:
        _check_length(facts, closed_on, all_actions_done)
    if reason == "risk_too_high":
        if not escalation:
            raise Refusal(
                "Name who has taken the risk on: MARAC, MAPPA, police or children’s services.",
                why="Closed is not safe.",
                still_open="The case stays open until an escalation is in place.",
                rule="P-48",
                field="escalation",
            )
        require_words(
            escalation_detail,
            "Say what was escalated, when, and to whom.",
            field="escalation_detail",
            rule="P-48",
        )
    for code in escalation:
        if code not in ESCALATIONS:
            raise Refusal("Choose one of the answers shown.", field="escalation", rule="P-48")
    if facts.exit_missing:
        require_words(
            exit_missing_reason,
            f"Not yet there: {'; '.join(facts.exit_missing)}. Complete them, or say why they are missing.",
            field="exit_missing_reason",
            rule="P-47",
        )


def _check_length(facts: ClosureFacts, closed_on: datetime.date, all_actions_done: bool) -> None:
    earliest = add_months(facts.starts_on, facts.earliest_months)
    if closed_on < earliest:
        raise Refusal(
            f"A case does not close in its first {facts.earliest_months} months.",
            why="Only a death, a transfer or a case found unsuitable ends it sooner.",
            still_open="It can be put on hold.",
            rule="P-45",
            field="closed_on",
        )
    if closed_on < add_months(facts.starts_on, facts.earliest_months + 1) and (
        facts.ever_engaged or not all_actions_done
    ):
        raise Refusal(
            f"At {facts.earliest_months} months a case closes only if the service user has not engaged and every possible action is done.",
            why="He has engaged."
            if facts.ever_engaged
            else "You have not confirmed that every possible action is done.",
            rule="P-45",
            field="primary_reason" if facts.ever_engaged else "all_actions_done",
        )


def label_of(list_id: str, code: str) -> str:
    """What to print for a code, a missing state or our own "no order"; "" stays blank for the caller to
    draw.
    """
    if not code:
        return ""
    if list_id == "K-37" and code == NO_ORDER:
        return "No order or condition"
    held = code_list(list_id)
    return held.label(code) if code in held else code_list(MISSING_STATES).label(code)
