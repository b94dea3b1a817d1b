"""The case status machine (K-16): which status may follow which, as one table. docs/generated/case-status.md
is made from it.

Only the status history is a machine; the other five histories are independent of it and of one another
(P-01). Ending
goes through `close_case` alone. A closed case can be taken up again: he may call, or something new may come
to light (P-53).
"""

from __future__ import annotations

from types import MappingProxyType

CLOSED = "closed"
STEP_DOWN = "step_down"
NOT_PROGRESSED = "not_progressed"
PRE_CLOSURE = "pre_closure"
ON_HOLD = "on_hold"

_AT_WORK = ("background_research", "strategy_in_preparation", "working")

MOVES: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        "referred": frozenset({"listed", "accepted", "rejected"}),
        "listed": frozenset({"accepted", "rejected"}),
        "accepted": frozenset({"allocated"}),
        "rejected": frozenset(),
        NOT_PROGRESSED: frozenset({"background_research"}),
        "allocated": frozenset({*_AT_WORK, ON_HOLD, PRE_CLOSURE}),
        "background_research": frozenset({"strategy_in_preparation", "working", ON_HOLD, PRE_CLOSURE}),
        "strategy_in_preparation": frozenset({"background_research", "working", ON_HOLD, PRE_CLOSURE}),
        "working": frozenset({"background_research", "strategy_in_preparation", ON_HOLD, PRE_CLOSURE}),
        ON_HOLD: frozenset({*_AT_WORK, ON_HOLD, PRE_CLOSURE}),
        PRE_CLOSURE: frozenset({*_AT_WORK, ON_HOLD}),
        CLOSED: frozenset({STEP_DOWN, "background_research", "working"}),
        STEP_DOWN: frozenset({"background_research", "working"}),
    }
)
"""Status to the statuses that may follow by `set_state`.

On hold to on hold: held longer, with a new review date.
"""

ENDED = frozenset({CLOSED, NOT_PROGRESSED, "rejected"})
"""Statuses in which nobody works on the case."""

CLOSES_FROM = frozenset({PRE_CLOSURE, STEP_DOWN})
"""From here a case closes: the proposal comes first, so that the IDVA and the panel can answer it (P-46)."""

OUTSIDE_GUARD = frozenset({"died", "transferred", "not_progressed"})
"""Closure reasons that wait neither for three months nor for a proposal (P-45)."""


def may_follow(now: str | None, then: str) -> bool:
    """Whether `then` may follow `now` by `set_state`; anything may be a case's first status."""
    return now is None or then in MOVES.get(now, frozenset())


def may_close(now: str | None, reason: str) -> bool:
    """Whether a case of this status may be closed for this primary reason (K-52)."""
    return now in CLOSES_FROM or (now not in ENDED and reason in OUTSIDE_GUARD)


def status_after_closing(reason: str) -> str:
    """`not_progressed` stays a status of its own, so that it is counted apart (R-91)."""
    return NOT_PROGRESSED if reason == NOT_PROGRESSED else CLOSED
