"""Acts that need both a side and the bridge: the side's own command, and what the bridge makes of it."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.stepping import Actor
from drive.casework import commands as casework
from drive.casework.commands import NewClosure, NewStrategy
from drive.casework.models import CaseHistory, Closure, Contact, ContactStrategy, StateEntry
from drive.casework.rules import NEEDS_EXIT_PLAN
from drive.components.dates import LONDON, long_date
from drive.instruments.codelists import code_list

from ..models import PracticeIncident
from ..position import contact_refusal_at
from ..queries.finding import links_of_case
from ..source_check import check_names_nobody_else, check_what_reaches_him
from .bookings import Stepping, note_change, took_place
from .incidents import open_incident
from .items import PRACTICE, send_risk_item

UNSAID = Stepping()
"""Nothing was asked about how it will look to him, and nothing is said."""

NO_ATTEMPT = frozenset({"cancelled_us", "cancelled_safety"})
"""Outcomes (K-19) of contact that did not take place and was not tried."""

TOLD_AT_CLOSING = ("eyes_on", "measures", "exit_plan", "step_down", "client_may_be_told")
"""What a closing says in words of one's own to the IDVA of each link (P-47)."""


@transaction.atomic
def record_contact(
    *,
    by: Actor,
    case_id: UUID,
    happened_on: datetime.date,
    outcome: str,
    channel: str,
    started_by: str,
    happened_at: datetime.time | None = None,
    place: str = "",
    via: str = "",
    decision_id: UUID | None = None,
    note: str = "",
    key: UUID | None = None,
    booking_id: UUID | None = None,
) -> Contact:
    """Write down contact that has happened, whatever was agreed (S-43). Arguments as in
    `casework.commands.record_contact`.

    Direct contact that a worker started without a decision in force, or under a live stop concern, opens a
    practice incident and tells each linked IDVA (S-41). Contact that he started, or that went through
    somebody else, does not. Without a time of day the end of the day is taken, so that nobody is blamed by
    default.
    """
    contact = casework.record_contact(
        by=by,
        case_id=case_id,
        happened_on=happened_on,
        outcome=outcome,
        channel=channel,
        started_by=started_by,
        happened_at=happened_at,
        place=place,
        via=via,
        decision_id=decision_id,
        note=note,
        key=key,
    )
    if booking_id and outcome not in NO_ATTEMPT:
        took_place(by=by, booking_id=booking_id)
    indirect = bool(via) or channel == "third_party"
    if started_by == "su" or indirect or outcome in NO_ATTEMPT:
        return contact
    if PracticeIncident.objects.filter(contact_id=contact.pk).exists():
        return contact
    last = (happened_at or datetime.time.max).replace(second=59, microsecond=999_999)
    moment = datetime.datetime.combine(happened_on, last, tzinfo=LONDON)
    broken = contact_refusal_at(case_id, moment)
    if (
        broken and happened_at
    ):  # a minute was named, not a second: only what no moment of it allowed broke a rule
        first = datetime.datetime.combine(
            happened_on, happened_at.replace(second=0, microsecond=0), tzinfo=LONDON
        )
        broken = contact_refusal_at(case_id, first) and broken
    if broken:
        _open_incident(by, case_id, contact, under_stop=broken == "stop")
    return contact


def _open_incident(by: Actor, case_id: UUID, contact: Contact, *, under_stop: bool) -> None:
    how = "under a live stop concern" if under_stop else "without a joint contact decision in force"
    what = f"Contact with the Drive service user on {long_date(contact.happened_on)} {how}."
    open_incident(
        by=by,
        case_id=case_id,
        kind="contact_under_stop" if under_stop else "contact_without_decision",
        happened_on=contact.happened_on,
        what=what,
        contact_id=contact.pk,
    )
    for link in links_of_case(case_id):
        send_risk_item(
            by=by,
            link_id=link.pk,
            kind="incident",
            purpose="The client’s safety after contact that was not decided together.",
            text=what,
            urgency="soon",
            work_out="Nothing in it comes from the client.",
            details=PRACTICE,
            by_hand=False,
        )


@transaction.atomic
def set_state(
    *, by: Actor, case_id: UUID, history: CaseHistory, value: str, how: Stepping = UNSAID, **step: Any
) -> StateEntry:
    """Take one step of one history, and write down how it will look to him where contact is held, reduced or ended.

    `step` is what `casework.commands.set_state` takes besides, and it raises what that raises; and `Refusal` where such a step
    comes soon after something on a client's side and `how` does not say why now, and what he can be told (S-11).
    """
    entry = casework.set_state(by=by, case_id=case_id, history=history, value=value, **step)
    if value in NEEDS_EXIT_PLAN.get(history, ()):
        note_change(by=by, case_id=case_id, what="stepped_back", how=how)
    return entry


@transaction.atomic
def save_strategy(
    *, by: Actor, case_id: UUID, seen_version: int, strategy: NewStrategy, how: Stepping = UNSAID
) -> ContactStrategy:
    """Save the next version of the contact strategy. Raises what `casework.commands.save_strategy` raises, and `Refusal` as
    `set_state` does where a plan in place of another is more than a draft; a first plan changes nothing that he knows.
    """
    saved = casework.save_strategy(by=by, case_id=case_id, seen_version=seen_version, strategy=strategy)
    if saved.version > 1 and strategy.stage != "draft":
        note_change(by=by, case_id=case_id, what="strategy", how=how)
    return saved


@transaction.atomic
def close_case(*, by: Actor, case_id: UUID, closing: NewClosure) -> Closure:
    """Close the case, and tell the IDVA of each link why, who still has eyes on him and what happens next
    (P-47, N-08).

    Raises what `casework.commands.close_case` raises, and `Refusal` for a reason given to him that leads to somebody (S-07)
    and for words to every IDVA that name another's client (S-04). The client's record stays open (P-49).
    """
    for link in links_of_case(case_id):
        told = {field: getattr(closing, field) for field in TOLD_AT_CLOSING}
        check_names_nobody_else(link, side=by.side, **told)
    check_what_reaches_him(case_id, closing.exit_plan, field="exit_plan")
    closure = casework.close_case(by=by, case_id=case_id, closing=closing)
    reason = code_list("K-52").label(closure.primary_reason)
    for link in links_of_case(case_id):
        send_risk_item(
            by=by,
            link_id=link.pk,
            kind="closure",
            purpose="So that the client hears of it from you, and you can plan for what comes after.",
            text=f"Drive closed on {long_date(closure.closed_on)}. {reason}. Closed is not safe.",
            urgency="soon",
            work_out="Nothing in it comes from the client.",
            details={
                "closed_on": closure.closed_on.isoformat(),
                "reason": closure.primary_reason,
                "eyes_on": closure.eyes_on,
                "risk_owner": closure.risk_owner,
                "measures": closure.measures,
                "exit_plan": closure.exit_plan,
                "step_down": closure.step_down,
                "client_may_be_told": closure.client_may_be_told,
                "follow_up_on": closure.follow_up_on,
            },
            by_hand=False,
        )
    return closure
