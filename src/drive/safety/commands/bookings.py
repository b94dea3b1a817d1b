"""Planning contact with the service user: the one way in (S-15, S-17)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.casework.models import SuCase
from drive.people.facts import sent_before

from ..models import Booking, BookingState, PlanChange, RiskItem
from ..position import booking_refusal, channel_refusal, refuse, stand_in_line
from ..queries.finding import links_of_case
from ..queries.timing import came_lately, lately_on_her_side
from ..rules import PACE, SENT, label
from ..source_check import check_what_reaches_him
from .items import send_risk_item
from .sources import check_may_rest_on, cite


@transaction.atomic
def book_contact(
    *,
    by: Actor,
    case_id: UUID,
    kind: str,
    channel: str,
    starts_at: datetime.datetime,
    place: str,
    reason_given: str,
    with_whom: str = "",
    leaves_out: bool = False,
    sent_to: UUID | None = None,
    says: str = "",
    will_think: str = "",
    topics: str = "",
    cites: Iterable[UUID] = (),
) -> Booking:
    """Plan a meeting, visit, call, letter or message (`rules.BOOKING_KINDS`, K-18, K-57) for an aware
    `starts_at`.

    Refuses, saying what remains open, unless every link of the case has a decision in force that covers
    the day and the place, and no live stop concern covers it; and while it rests on an item that may not be acted on
    (`cites`: S-09, S-08). A letter, call or message names the address or number of his that is used, which no linked person
    has or had (`sent_to`: S-14), and what it says to him leads to nobody (`says`, `reason_given`: S-07). Soon after something
    came from a client's side, `will_think` says what he will think caused it (S-12). `topics`, if given, go to the IDVA of
    each link (S-05). Waits for whoever is planning or stopping on the same case.
    """
    case = SuCase.objects.get(pk=case_id)
    stand_in_line(case.pk)
    refuse(booking_refusal(case.pk, starts_at=starts_at, place=place, leaves_out=leaves_out))
    if sent_to is None and channel in SENT and kind in ("call", "letter", "message"):
        refuse("channel_needed")
    if sent_to is not None:
        refuse(channel_refusal(case.pk, sent_to))
    check_what_reaches_him(case.pk, says, field="says")
    check_what_reaches_him(case.pk, reason_given, field="reason_given")
    if not will_think.strip() and (recent := came_lately(case.pk)):
        raise Refusal(
            "Say what he will think caused it.",
            why=f"{recent.words}: he may put it down to the client.",
            rule="S-12",
            field="will_think",
        )
    planned: dict[str, Any] = {
        "case": case,
        "service_id": case.service_id,
        "recorded_by_id": by.membership_id,
        "kind": kind,
        "channel": channel,
        "starts_at": starts_at,
        "place": place,
        "with_whom": with_whom,
        "reason_given": reason_given,
        "leaves_out": leaves_out,
        "sent_to": sent_to,
        "says": says,
        "will_think": will_think,
    }
    if again := sent_before(Booking, **planned):
        return again
    booking = Booking.objects.create(**planned)
    cite(by=by, fact=booking, items=cites)
    _step(by, booking, "planned")
    if topics.strip():
        for link in links_of_case(case.pk):
            send_risk_item(
                by=by,
                link_id=link.pk,
                kind="topics_planned",
                purpose="The client’s safety around contact with the service user.",
                text=topics.strip(),
                urgency="soon",
                work_out="Nothing in it comes from the client.",
            )
    return booking


@transaction.atomic
def continue_booking(*, by: Actor, booking_id: UUID) -> None:
    """Take up a suspended booking again, if it might be made anew now: decision, channel, words and what it rests on."""
    booking = Booking.objects.get(pk=booking_id)
    stand_in_line(booking.case_id)
    _expect(booking, "suspended")
    refuse(
        booking_refusal(
            booking.case_id, starts_at=booking.starts_at, place=booking.place, leaves_out=booking.leaves_out
        )
    )
    if booking.sent_to is not None:
        refuse(channel_refusal(booking.case_id, booking.sent_to))
    for words in (booking.says, booking.reason_given):
        check_what_reaches_him(booking.case_id, words, field="")
    for item in RiskItem.objects.filter(citations__booking=booking):
        check_may_rest_on(item)
    _step(by, booking, "planned")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    """How contact is stepped back from (S-23), and why so soon after something on a client's side (S-11).

    `told`: what he can be told, true and about nobody. `pace` of `rules.PACE`; `watches`: who keeps eyes on him.
    """

    told: str = ""
    pace: str = ""
    watches: str = ""
    although: str = ""


@transaction.atomic
def suspend_booking(*, by: Actor, booking_id: UUID, how: Stepping) -> None:
    """Set a booking aside without cancelling it. Raises `Refusal` as `cancel_booking` does, but asks what he is told
    only where `note_change` does.
    """
    booking = Booking.objects.get(pk=booking_id)
    stand_in_line(booking.case_id)
    _expect(booking, "planned")
    _check_stepping(how)
    note_change(by=by, case_id=booking.case_id, what="suspended", how=how, about=booking.pk)
    _step(by, booking, "suspended")


@transaction.atomic
def cancel_booking(*, by: Actor, booking_id: UUID, how: Stepping) -> None:
    """Cancel, saying what the service user is told, how contact goes on and who keeps eyes on him (S-23)."""
    booking = Booking.objects.get(pk=booking_id)
    if not how.told.strip():
        raise Refusal("Say what the service user is told.", rule="S-23", field="told")
    stand_in_line(booking.case_id)
    _expect(booking, "planned", "suspended")
    _check_stepping(how)
    note_change(by=by, case_id=booking.case_id, what="cancelled", how=how, about=booking.pk)
    _step(by, booking, "cancelled", told=how.told)


def _check_stepping(how: Stepping) -> None:
    label(PACE, how.pace)
    if not how.watches.strip():
        raise Refusal(
            "Say who keeps an eye on things meanwhile.",
            why="Unknown is an answer.",
            rule="S-23",
            field="watches",
        )


@transaction.atomic
def note_change(
    *, by: Actor, case_id: UUID, what: str, how: Stepping, about: UUID | None = None
) -> PlanChange | None:
    """Write down a change of his plan (`rules.PLAN_CHANGES`); nothing, where there is nothing to say of it.

    Within `TIMING_DAYS` of something on a client's side it needs a reason for changing it now and one that he can be given;
    both are kept (S-11). What he is told leads to nobody (S-07).
    """
    case = SuCase.objects.get(pk=case_id)
    check_what_reaches_him(case.pk, how.told, field="told")
    recent = lately_on_her_side(case.pk)
    if recent is not None:
        for field, words, ask in (
            ("told", how.told, "Give a reason that he can be told."),
            ("although", how.although, "Say why it is changed now."),
        ):
            if not words.strip():
                raise Refusal(
                    ask,
                    why=f"{recent.words}: he must never learn that it has to do with the client.",
                    rule="S-11",
                    field=field,
                )
    elif not any((how.told, how.pace, how.watches)):
        return None
    made = PlanChange.objects.create(
        case=case, service_id=case.service_id, recorded_by_id=by.membership_id, what=what, about=about,
        told=how.told.strip(), pace=how.pace, watches=how.watches.strip(), although=how.although.strip() if recent else "",
        days_after=recent.days if recent else None,
    )  # fmt: skip
    record_event(
        Act.WROTE, by=by, kind="plan_change", record_id=case.pk, service_id=case.service_id, fields=[what]
    )
    return made


@transaction.atomic
def note_clash(*, by: Actor, case_id: UUID, kind: str = "place_clash") -> None:
    """Say in the audit that a time, a place or a channel (`channel_clash`) was turned down because of somebody else's
    (S-25, S-14): who asks often is seen. Or that words for him were (`source_check`, S-07), which tells nothing of anybody.

    The refusal itself writes nothing; the page calls this after it, so that the event outlives the refusal.
    """
    case = SuCase.objects.get(pk=case_id)
    record_event(Act.DENIED, by=by, kind=kind, record_id=case.pk, service_id=case.service_id)


def took_place(*, by: Actor, booking_id: UUID) -> None:
    """Mark a booking as done, whatever state it was in: what has happened can always be said (S-43)."""
    _step(by, Booking.objects.get(pk=booking_id), "done")


def _expect(booking: Booking, *states: str) -> None:
    newest = BookingState.objects.filter(booking=booking).order_by("-recorded_at").first()
    if newest is None or newest.state not in states:
        raise Refusal(
            "This booking has changed meanwhile.", why="Open it again to see how it stands.", rule="S-48"
        )


def _step(by: Actor, booking: Booking, state: str, *, told: str = "") -> None:
    BookingState.objects.create(
        case_id=booking.case_id,
        service_id=booking.service_id,
        recorded_by_id=by.membership_id,
        booking=booking,
        state=state,
        told=told,
    )
    record_event(
        Act.WROTE,
        by=by,
        kind="booking",
        record_id=booking.case_id,
        service_id=booking.service_id,
        fields=[state],
    )
