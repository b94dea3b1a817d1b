"""The IDVA's desk: what is due, who has not been reached, who covers."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q

from drive.access.models import OPEN, WORKING, AssignmentKind, ClientAssignment, local_today
from drive.access.permissions import Permission
from drive.access.roles import ROLES
from drive.access.stepping import Actor

from ..models import (
    CheckInPlan,
    ClientContact,
    ClientProfile,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    RecordExit,
    SafeContactRule,
)
from ..rules import NOT_REACHED, Picture, contradictions
from .lists import current_profiles, last_contacts
from .newest import newest_of_each

WORKERS = tuple(role.value for role, entry in ROLES.items() if Permission.CLIENT_RECORD in entry.permissions)
"""Roles that may work with a client."""

AHEAD = datetime.timedelta(days=14)
"""How far the desk looks ahead."""


@dataclass(frozen=True, slots=True)
class Due:
    """A check-in that is due, or soon will be."""

    record_id: UUID
    initials: str
    due_on: datetime.date
    days_late: int
    interval_days: int
    safe_time: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """A client whom nobody has reached yet."""

    record_id: UUID
    initials: str
    days: int
    attempts: int
    seen_by: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """A hearing to come. `gap`: nobody is named to go along, or the reader's cover ends before (V-17)."""

    record_id: UUID
    initials: str
    on: datetime.date
    at: datetime.time | None
    what: str
    goes_along: str

    @property
    def gap(self) -> bool:
        return not self.goes_along


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that do not fit together."""

    record_id: UUID
    initials: str
    words: str


@dataclass(frozen=True, slots=True)
class ClientDesk:
    """What an IDVA's desk shows from this side; what crosses comes from the bridge."""

    record_ids: list[UUID]
    check_ins_only: set[UUID]
    """Of those, records whose support has ended while agreed check-ins go on (V-12)."""
    initials: dict[UUID, str]
    due: list[Due]
    not_reached: list[NotReached]
    ahead: list[Ahead]
    doubts: list[Doubt]
    covering: list[tuple[str, datetime.date]]


def desk(actor: Actor) -> ClientDesk:
    """The desk over every open record that the scope shows, in a fixed number of statements; without those of which the
    reader is a named contact and nothing more (A-25).
    """
    today = local_today()
    mine = ClientAssignment.objects.filter(
        membership_id=actor.membership_id, starts_on__lte=today, ends_on__gt=today
    ).values_list("record_id", "kind")
    worked = {record for record, kind in mine if kind in WORKING}
    closed = RecordExit.objects.filter(record=OuterRef("record"))
    seen = list(
        current_profiles()
        .annotate(closed=Exists(closed), asked_on=Exists(closed.filter(check_ins_continue=True)))
        .filter(Q(closed=False) | Q(asked_on=True))
        .exclude(record_id__in={record for record, _kind in mine} - worked)
        .order_by("folded_name")
    )
    initials = {profile.record_id: profile.initials or profile.record.code for profile in seen}
    profiles = [profile for profile in seen if not profile.closed]
    ids = [profile.record_id for profile in profiles]
    engagement = newest_of_each(EngagementEntry, ids)
    plans = newest_of_each(CheckInPlan, initials)  # check-ins can outlast the service's own closing (V-12)
    contacts = last_contacts(ids)
    attempts = attempts_of([record_id for record_id in ids if record_id not in contacts])
    return ClientDesk(
        record_ids=list(initials),
        check_ins_only={profile.record_id for profile in seen if profile.closed},
        initials=initials,
        due=_due(plans, initials, today),
        not_reached=_not_reached(profiles, engagement, contacts, attempts, today),
        ahead=_ahead(ids, initials, today),
        doubts=doubts(ids, initials, engagement, plans, contacts, attempts, today),
        covering=_covering(actor, initials, today),
    )


def _due(plans: dict[UUID, CheckInPlan], initials: dict[UUID, str], today: datetime.date) -> list[Due]:
    """Overdue first, then the next fortnight."""
    due = [
        Due(
            record_id,
            initials[record_id],
            plan.due_on,
            (today - plan.due_on).days,
            plan.interval_days,
            plan.safe_time,
        )
        for record_id, plan in plans.items()
        if plan.due_on is not None and plan.due_on <= today + AHEAD
    ]
    return sorted(due, key=lambda row: (row.due_on, row.initials))


def _not_reached(
    profiles: Sequence[ClientProfile],
    engagement: dict[UUID, EngagementEntry],
    contacts: dict[UUID, datetime.date],
    attempts: Counter[UUID],
    today: datetime.date,
) -> list[NotReached]:
    """Longest first. Who has no engagement recorded at all has not been reached either."""
    found = []
    for profile in profiles:
        entry = engagement.get(profile.record_id)
        if profile.record_id in contacts or (entry and entry.value not in NOT_REACHED):
            continue
        days = (today - profile.record.opened_on).days
        seen_by = entry.seen_by if entry else ""
        tried = attempts[profile.record_id]
        found.append(NotReached(profile.record_id, profile.initials, days, tried, seen_by))
    return sorted(found, key=lambda row: (-row.days, row.initials))


def _ahead(ids: list[UUID], initials: dict[UUID, str], today: datetime.date) -> list[Ahead]:
    rows = CourtDate.objects.filter(record_id__in=ids).order_by("thread", "-version").distinct("thread")
    found = [
        Ahead(row.record_id, initials[row.record_id], row.on, row.at, row.what, row.goes_along)
        for row in rows
        if not row.cancelled and today <= row.on <= today + AHEAD
    ]
    return sorted(found, key=lambda row: (row.on, row.at or datetime.time.max))


def attempts_of(record_ids: Iterable[UUID]) -> Counter[UUID]:
    """How many contacts and attempts are logged, by record."""
    rows = ClientContact.objects.filter(record_id__in=list(record_ids))
    return Counter(dict(rows.values_list("record_id").annotate(Count("pk"))))


def doubts(
    ids: list[UUID],
    initials: dict[UUID, str],
    engagement: dict[UUID, EngagementEntry],
    plans: dict[UUID, CheckInPlan],
    contacts: dict[UUID, datetime.date],
    attempts: Counter[UUID],
    today: datetime.date,
) -> list[Doubt]:
    """What does not fit together in each of these records, in the order given."""
    informed, rules = newest_of_each(InformedEntry, ids), newest_of_each(SafeContactRule, ids)
    found = []
    for record_id in ids:
        entry, plan, told = engagement.get(record_id), plans.get(record_id), informed.get(record_id)
        rule = rules.get(record_id)
        seen = Picture(
            engagement=entry.value if entry else "",
            engaged_since=entry.since if entry else None,
            last_contact=contacts.get(record_id),
            attempts=attempts[record_id],
            check_in_due=plan.due_on if plan else None,
            informed=told.state if told else "",
            informed_review_on=told.review_on if told else None,
            safe_contact_review_on=rule.review_on if rule else None,
        )
        found += [Doubt(record_id, initials[record_id], words) for words in contradictions(seen, today)]
    return found


def _covering(
    actor: Actor, initials: dict[UUID, str], today: datetime.date
) -> list[tuple[str, datetime.date]]:
    """Whom the reader covers, and the last day of it."""
    rows = ClientAssignment.objects.filter(
        membership_id=actor.membership_id, kind=AssignmentKind.COVER, starts_on__lte=today, ends_on__gt=today
    ).exclude(ends_on=OPEN)
    found = [(initials.get(row.record_id, ""), row.ends_on - datetime.timedelta(days=1)) for row in rows]
    return sorted(pair for pair in found if pair[0])
