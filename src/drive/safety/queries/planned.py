"""Planned contact: what it is, whether anything still carries it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from drive.access.models import local_today
from drive.components.dates import local_date
from drive.instruments.codelists import code_list

from ..models import (
    Booking,
    BookingState,
    OutcomeProposal,
)
from ..position import contact_refusal
from ..rules import BOOKING_KINDS, BOOKING_STATES, label
from .asking import ask


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One booking as it stands. `lapsed`: planned, while no decision carries it any more; it is not
    cancelled (S-19).
    """

    booking: Booking
    state: str
    lapsed: bool

    @property
    def over(self) -> bool:
        """Whether its day has passed."""
        return local_date(self.booking.starts_at) < local_today()

    @property
    def words(self) -> str:
        return "Lapsed" if self.lapsed else label(BOOKING_STATES, self.state)

    @property
    def kind(self) -> str:
        return label(BOOKING_KINDS, self.booking.kind)

    @property
    def place(self) -> str:
        return code_list("K-57").label(self.booking.place)


def bookings_for(case_id: UUID, *, after: datetime.datetime | None = None) -> list[BookingRow]:
    """The case's bookings by time, cancelled ones left out; from `after` on if given."""
    bookings = Booking.objects.filter(case_id=case_id)
    if after:
        bookings = bookings.filter(starts_at__gte=after)
    states = Prefetch("states", BookingState.objects.order_by("-recorded_at"), to_attr="history")
    refused = bool(contact_refusal(case_id))
    rows = []
    for booking in bookings.prefetch_related(states).order_by("starts_at", "id"):
        state = booking.history[0].state if booking.history else "planned"
        if state != "cancelled":
            rows.append(BookingRow(booking, state, lapsed=state == "planned" and refused))
    return rows


def bookings_for_record(record_id: UUID) -> list[dict[str, Any]]:
    """For the IDVA: link_id, starts_at, kind, state, since; never where, with whom or why (S-04).

    A suspended booking reads "contact not agreed at present", whoever stopped it.
    """
    rows = ask("select * from safety.bookings_for_record(%s)", record_id)
    for row in rows:
        row["kind_words"] = label(BOOKING_KINDS, row["kind"])
        row["words"] = (
            "Contact not agreed at present"
            if row["state"] == "suspended"
            else label(BOOKING_STATES, row["state"])
        )
    return rows


def cases_with_outcomes_ending(first: datetime.date, last: datetime.date) -> set[UUID]:
    """Cases in sight with an agreed or proposed outcome that ends between two days, both included."""
    return set(
        OutcomeProposal.objects.filter(ends_on__range=(first, last)).values_list("su_case_id", flat=True)
    )


def cases_booked(start: datetime.datetime, end: datetime.datetime) -> set[UUID]:
    """Cases in sight with a booking, in whatever state, that starts from `start` and before `end`."""
    return set(
        Booking.objects.filter(starts_at__gte=start, starts_at__lt=end).values_list("case_id", flat=True)
    )
