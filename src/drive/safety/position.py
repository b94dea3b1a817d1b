"""May contact happen? Asks the database's own functions (policies.sql), so that nothing decides twice
(S-15, S-17).
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import connection

from drive.access.refusal import Refusal

from .rules import STILL_OPEN, refusal_words


def _ask(question: str, *arguments: UUID | datetime.datetime | str | bool) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"select {question}", arguments)
        (answer,) = cursor.fetchone()
    return answer


def position(link_id: UUID) -> str:
    """`in_force`, or why no decision on this link is: `stop`, `undecided`, `not_agreed`, `lapsed`,
    `ended`.
    """
    return str(_ask("safety.position(%s, clock_timestamp())", link_id))


def positions(case_id: UUID) -> list[tuple[UUID, str, UUID | None]]:
    """Each link of the case that whoever acts may read, oldest first: its key, `position`, and `latest_decision`. One
    statement, however many links. Of those that another goes on from, only where a concern on it is live (ADR 24).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select l.id, p.position, safety.latest_decision(l.id, clock_timestamp()) from safety_caselink l,"
            " lateral (select safety.position(l.id, clock_timestamp()) as position) p"
            " where l.su_case_id = %s and (p.position = 'stop' or not safety.followed(l.id, clock_timestamp()))"
            " order by l.recorded_at, l.id",
            [case_id],
        )
        found: list[tuple[UUID, str, UUID | None]] = cursor.fetchall()
    return found


def latest_decision(link_id: UUID) -> UUID | None:
    """The newest outcome that both sides settled, whether or not it is in force; None before the first."""
    found = _ask("safety.latest_decision(%s, clock_timestamp())", link_id)
    return found if isinstance(found, UUID) else None


def contact_refusal(case_id: UUID) -> str:
    """Empty when every link of the case has a decision in force; otherwise the first reason, as in
    `position`.
    """
    return str(_ask("coalesce(safety.contact_refusal(%s, clock_timestamp()), '')", case_id))


def contact_refusal_at(case_id: UUID, moment: datetime.datetime) -> str:
    """The same for a moment that has passed; a moment still to come is taken as now."""
    question = "coalesce(safety.contact_refusal(%s, least(%s, clock_timestamp())), '')"
    return str(_ask(question, case_id, moment))


def booking_refusal(case_id: UUID, *, starts_at: datetime.datetime, place: str, leaves_out: bool) -> str:
    """Empty when this contact may be planned now; otherwise a key of `rules.POSITIONS` or
    `rules.BOOKING_REFUSALS`.
    """
    question = "coalesce(safety.booking_refusal(%s, clock_timestamp(), %s, %s, %s), '')"
    return str(_ask(question, case_id, starts_at, place, leaves_out))


def channel_refusal(case_id: UUID, channel_id: UUID) -> str:
    """Empty when an address or number of his may be used; `channel` when it may not, and nobody says why (S-14)."""
    return str(_ask("coalesce(safety.channel_refusal(%s, %s), '')", case_id, channel_id))


def item_refusal(item_id: UUID) -> str:
    """Empty when a plan may rest on this item; otherwise a key of `rules.ITEM_REFUSALS` (S-08, S-09)."""
    return str(_ask("coalesce(safety.item_refusal(%s), '')", item_id))


def may_override(case_id: UUID) -> bool:
    """Whether whoever acts is a service manager, in the manager's scope, who does not work on the case (S-18)."""
    return bool(_ask("safety.may_override(%s)", case_id))


def stand_in_line(case_id: UUID) -> None:
    """Wait until nobody else plans, stops or decides on this case, and hold the place until the
    transaction ends.
    """
    _ask("safety.lock_case(%s)", case_id)


def refuse(code: str, *, rule: str = "S-15") -> None:
    """Raise the refusal that a code stands for, with what remains open; nothing for an empty code."""
    if code:
        what, opens = refusal_words(code)
        if code.startswith("channel"):  # never why a channel cannot be used (S-14)
            raise Refusal(what, why=opens, rule="S-14", field="sent_to")
        if code == "clash":  # says nothing more, whoever asks (S-25)
            raise Refusal(what, rule="S-25", field="place")
        if code == "asked_often":  # whatever it was that was tried (S-25)
            raise Refusal(what, why=opens, still_open=STILL_OPEN, rule="S-25")
        raise Refusal(
            what, why=opens, still_open=STILL_OPEN, rule="S-17" if code.startswith("stop") else rule
        )
