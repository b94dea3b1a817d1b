"""One's own calendar, and of a colleague across the wall the times that are taken and nothing else (W-27, S-03, S-04)."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, F, Func, OuterRef, Subquery
from django.db.models.functions import Now

from drive.access.models import WORKING, CaseAssignment, ClientAssignment, Membership, local_today
from drive.access.scopes import Side
from drive.access.stepping import Actor
from drive.advocacy.models import CheckInPlan, CourtDate, VsRecord, absences_that_hold
from drive.casework.models import SuCase
from drive.components.dates import LONDON, local_date

from ..calendar import UNTIMED, Busy, Entry, midnight
from ..models import Booking, BookingState, CaseLink, JointReview
from ..rules import BOOKING_KINDS, label
from .asking import ask

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the other side with whom the reader shares an open link today, and the reader's own code of each."""

    membership_id: UUID
    name: str
    codes: dict[UUID, str]


def own_entries(actor: Actor, first: datetime.date, last: datetime.date) -> list[Entry]:
    """What the records that the reader works today bring from `first` to `last`, both included, by day and time."""
    today = local_today()
    live = {
        "membership_id": actor.membership_id,
        "starts_on__lte": today,
        "ends_on__gt": today,
        "kind__in": WORKING,  # as `safety.colleagues_across` counts
    }
    if actor.side is Side.SERVICE_USER:
        cases = set(CaseAssignment.objects.filter(**live).values_list("case_id", flat=True))
        codes = dict(SuCase.objects.filter(pk__in=cases).values_list("pk", "code"))
        found = _bookings(codes, first, last)
    else:
        records = set(ClientAssignment.objects.filter(**live).values_list("record_id", flat=True))
        codes = dict(VsRecord.objects.filter(pk__in=records).values_list("pk", "code"))
        found = [*_hearings(codes, first, last), *_check_ins(codes, first, last), *_away(actor, first, last)]
    found += _reviews(actor, codes, first, last)
    return sorted(found, key=lambda one: (one.day, one.at or midnight(one.day), one.code, one.what))


def _bookings(codes: dict[UUID, str], first: datetime.date, last: datetime.date) -> list[Entry]:
    state = BookingState.objects.filter(booking=OuterRef("pk")).order_by("-recorded_at").values("state")[:1]
    rows = Booking.objects.filter(
        case_id__in=list(codes), starts_at__gte=midnight(first), starts_at__lt=midnight(last + _DAY)
    )
    return [
        Entry(
            local_date(row.starts_at),
            row.starts_at,
            codes[row.case_id],
            label(BOOKING_KINDS, row.kind),
            f"booking:{row.pk}",
            takes_time=row.kind not in UNTIMED,
            suspended=row.state == "suspended",
        )
        for row in rows.annotate(state=Subquery(state))
        if row.state != "cancelled"
    ]


def _hearings(codes: dict[UUID, str], first: datetime.date, last: datetime.date) -> list[Entry]:
    """A hearing keeps the whole day, with or without a time: nobody knows how long one waits at court."""
    newest = (
        CourtDate.objects.filter(record_id__in=list(codes)).order_by("thread", "-version").distinct("thread")
    )
    return [
        Entry(
            row.on,
            datetime.datetime.combine(row.on, row.at, LONDON) if row.at else None,
            codes[row.record_id],
            "Court",
            f"court:{row.thread}",
            takes_day=True,
        )
        for row in newest
        if not row.cancelled and first <= row.on <= last
    ]


def _check_ins(codes: dict[UUID, str], first: datetime.date, last: datetime.date) -> list[Entry]:
    newest = CheckInPlan.objects.filter(record_id__in=list(codes)).order_by("record_id", "-recorded_at")
    return [
        Entry(
            row.due_on, None, codes[row.record_id], "Check-in due", f"check-in:{row.record_id}:{row.due_on}"
        )
        for row in newest.distinct("record_id")
        if row.due_on and first <= row.due_on <= last
    ]


def _away(actor: Actor, first: datetime.date, last: datetime.date) -> list[Entry]:
    rows = absences_that_hold()
    held = list(rows.filter(membership_id=actor.membership_id, first_day__lte=last, last_day__gte=first))
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    return [
        Entry(day, None, "", "Away", f"away:{actor.membership_id}:{day}", takes_day=True)
        for day in days
        if any(row.first_day <= day <= row.last_day for row in held)
    ]


def _reviews(actor: Actor, codes: dict[UUID, str], first: datetime.date, last: datetime.date) -> list[Entry]:
    links = _open_links(actor, codes)
    newest = JointReview.objects.filter(link__in=list(links)).order_by("link", "-held_on", "-recorded_at")
    return [
        Entry(row.next_on, None, links[row.link_id], "Joint review", f"review:{row.link_id}:{row.next_on}")
        for row in newest.distinct("link")
        if first <= row.next_on <= last
    ]


def _open_links(actor: Actor, codes: dict[UUID, str]) -> dict[UUID, str]:
    """Links of cases that have not ended, with the reader's own code of each."""
    own = "su_case_id" if actor.side is Side.SERVICE_USER else "vs_record_id"
    ended = Func(F("su_case_id"), Now(), function="safety.case_has_ended", output_field=BooleanField())
    rows = (
        CaseLink.objects.filter(**{f"{own}__in": list(codes)})
        .annotate(has_ended=ended)
        .filter(has_ended=False)
    )
    return {pk: codes[key] for pk, key in rows.values_list("pk", own)}


def colleagues_across(actor: Actor) -> list[Colleague]:
    """Whose taken times the reader may see, by name: those with whom an open link is shared today."""
    found: dict[UUID, Colleague] = {}
    rows = ask("select * from safety.colleagues_across()")
    codes = _own_codes(actor, {row["link_id"] for row in rows})
    for row in rows:
        one = found.setdefault(row["membership_id"], Colleague(row["membership_id"], row["name"], {}))
        if row["link_id"] in codes:
            one.codes[row["link_id"]] = codes[row["link_id"]]
    return list(found.values())


def _own_codes(actor: Actor, links: Collection[UUID]) -> dict[UUID, str]:
    rows = CaseLink.objects.filter(pk__in=list(links))
    if actor.side is Side.SERVICE_USER:
        keys = dict(rows.values_list("pk", "su_case_id"))
        codes = dict(SuCase.objects.filter(pk__in=set(keys.values())).values_list("pk", "code"))
    else:
        keys = dict(rows.values_list("pk", "vs_record_id"))
        codes = dict(VsRecord.objects.filter(pk__in=set(keys.values())).values_list("pk", "code"))
    return {link: codes[key] for link, key in keys.items() if key in codes}


def colleague_across(actor: Actor, membership_id: UUID) -> tuple[Colleague, list[Colleague]]:
    """The chosen one and all. Raises `Membership.DoesNotExist` without an open link in common, whoever it is (S-39)."""
    everybody = colleagues_across(actor)
    for one in everybody:
        if one.membership_id == membership_id:
            return one, everybody
    raise Membership.DoesNotExist


def busy_times(membership_id: UUID, first: datetime.date, last: datetime.date) -> list[Busy]:
    """When a colleague of the other side is taken, from today on; empty for anybody else. A day of court and a day away
    read the same, so that nobody across the wall can tell which it is (S-03).
    """
    rows = ask("select * from safety.busy_times(%s, %s, %s)", membership_id, first, last)
    return [Busy(row["starts_at"], row["ends_at"], row["link_id"]) for row in rows]
