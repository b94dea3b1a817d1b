"""What the desk asks of the bridge about many cases at once: decisions that lapse, meetings of the day."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from drive.safety.queries import BookingRow, bookings_for, what_may_happen_now
from drive.safety.queries.planned import cases_booked, cases_with_outcomes_ending

from ..desk import AHEAD, DeskCase


@dataclass(frozen=True, slots=True)
class Lapsing:
    """A joint decision near its end. `until` is its last day; None where no decision carries contact any more."""

    case: DeskCase
    until: datetime.date | None
    why: str


def decisions_lapsing(cases: Mapping[UUID, DeskCase], today: datetime.date) -> list[Lapsing]:
    """Lapsed first, then by their last day. Asks the bridge only about cases with an outcome that ends about now."""
    found = []
    for case_id in sorted(cases_with_outcomes_ending(today - AHEAD, today + AHEAD) & set(cases)):
        may = what_may_happen_now(case_id)
        if may.until is None:
            found.append(Lapsing(cases[case_id], None, " ".join(one.why for one in may.closed[:1])))
        elif may.until <= today + AHEAD:
            found.append(Lapsing(cases[case_id], may.until, ""))
    return sorted(found, key=lambda one: (one.until or datetime.date.min, one.case.name))


def meetings_today(cases: Mapping[UUID, DeskCase]) -> list[tuple[DeskCase, BookingRow]]:
    """What is planned with a service user today, suspended and lapsed ones still listed, by time."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    end = start + datetime.timedelta(days=1)
    found = [
        (cases[case_id], row)
        for case_id in sorted(cases_booked(start, end) & set(cases))
        for row in bookings_for(case_id, after=start)
        if row.booking.starts_at < end
    ]
    return sorted(found, key=lambda pair: pair[1].booking.starts_at)
