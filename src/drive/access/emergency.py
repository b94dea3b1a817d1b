"""Emergency reading: one record of one's own side, for three hours, with a reason, reviewed afterwards (S-35, A-28).

A code that leads nowhere, to a barred record or to the other side of one's own case makes a reading too, of a record
that does not exist, so that asking tells nothing. Row policies let a reading read and never write, and never open what
is sealed. These are the questions; the acts are in `commands`. Ask inside the scope that a page has stepped into.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.utils import timezone

from .models import (
    BreakGlass,
    CaseAssignment,
    ClientAssignment,
    EmergencyScope,
    Membership,
    SiteSetting,
    local_today,
)
from .permissions import Permission
from .queries import colleagues
from .roles import ROLES, Role
from .scopes import Scope, Side
from .stepping import Actor

LASTS = datetime.timedelta(hours=3)
"""As in `access.open_in_emergency` of policies.sql, which decides."""

REVIEW_WITHIN = 2
"""Working days until the governance lead is asked instead of the manager, where the site has set nothing (S-35)."""

TOLD_FOR = datetime.timedelta(days=14)
"""How long a record's pages say that somebody read it in an emergency."""

WORKER_SCOPES: dict[Side, Scope] = {Side.SERVICE_USER: Scope.SU_WORKER, Side.CLIENT: Scope.VS_WORKER}
"""Emergency reading is done in the worker's scope, a manager's too (row policies, f1)."""


@dataclass(frozen=True, slots=True)
class OpenReading:
    """An emergency reading that holds now, as its strip says it."""

    id: UUID
    record_id: UUID
    service_id: UUID
    expires_at: datetime.datetime
    opens: str
    """How much, in words."""
    who_knows: tuple[str, ...]
    """Names of the holder and the reviewers; the reader stands among none of them."""

    @property
    def minutes_left(self) -> int:
        return max(0, int((self.expires_at - timezone.now()).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class ReadingToReview:
    """An emergency reading as a manager or the governance lead sees it."""

    reading: BreakGlass
    reader: str
    reader_role: str
    due_by: datetime.date
    overdue: bool


@dataclass(frozen=True, slots=True)
class ReadingByAnother:
    """Somebody else's emergency reading, as the record's own pages say it to who works it and who supervises it."""

    who: str
    role: str
    opened_at: datetime.datetime
    open_now: bool
    reason: str
    opens: str
    """How much of the record, in words."""


def readings_of(actor: Actor, record_id: UUID) -> tuple[OpenReading | None, list[ReadingByAnother]]:
    """The actor's own reading of this record that holds now, and everybody else's of the last `TOLD_FOR`, newest first.

    One query where there is none. The row policies show others' to who holds the record and to its manager (S-35).
    """
    if actor.side is Side.NEITHER:
        return None, []
    now = timezone.now()
    found = list(
        BreakGlass.objects.filter(record_id=record_id, opened_at__gt=now - TOLD_FOR)
        .select_related("membership")
        .order_by("-opened_at")
    )
    others = [
        ReadingByAnother(
            each.membership.name,
            each.membership.role_entry.label,
            each.opened_at,
            each.expires_at > now,
            each.reason,
            each.get_scope_display(),
        )
        for each in found
        if each.membership_id != actor.membership_id
    ]
    own = [each for each in found if each.membership_id == actor.membership_id and each.expires_at > now]
    if not own:
        return None, others
    reading = max(own, key=lambda each: each.expires_at)
    names = [
        member.name
        for member in [*_holders(actor.side, record_id), *reviewers(actor.side, reading.service_id)]
    ]
    who_knows = tuple(dict.fromkeys(name for name in names if name != actor.name))
    opens = reading.get_scope_display()
    return OpenReading(
        reading.pk, record_id, reading.service_id, reading.expires_at, opens, who_knows
    ), others


def open_reading(actor: Actor, record_id: UUID) -> OpenReading | None:
    """The actor's own reading of this record that holds now."""
    return readings_of(actor, record_id)[0]


def open_parts(actor: Actor, record_id: UUID) -> set[str]:
    """Which parts of a record are open to the actor now (`EmergencyScope`). Raises `ObjectDoesNotExist` where none is."""
    mine = BreakGlass.objects.filter(membership_id=actor.membership_id, expires_at__gt=timezone.now())
    found = set(mine.filter(record_id=record_id).values_list("scope", flat=True))
    if not found:
        raise ObjectDoesNotExist
    return found


def read_in_part(actor: Actor) -> set[UUID]:
    """The records of which the actor reads a part now and not the whole: they have a page, and stand on no list."""
    mine = BreakGlass.objects.filter(membership_id=actor.membership_id, expires_at__gt=timezone.now())
    opened = list(mine.values_list("record_id", "scope"))
    whole = {record for record, scope in opened if scope == EmergencyScope.WHOLE}
    return {record for record, _scope in opened} - whole


def my_readings(actor: Actor) -> list[BreakGlass]:
    """The actor's readings that hold now, for their desk."""
    return list(
        BreakGlass.objects.filter(membership_id=actor.membership_id, expires_at__gt=timezone.now()).order_by(
            "expires_at"
        )
    )


def readings_of_my_records(actor: Actor) -> list[BreakGlass]:
    """Who else has read what the actor holds, in the last `TOLD_FOR`, newest first: the holder is told (S-35)."""
    return list(
        BreakGlass.objects.filter(opened_at__gt=timezone.now() - TOLD_FOR)
        .exclude(membership_id=actor.membership_id)
        .select_related("membership")
        .order_by("-opened_at")
    )


def review_within(site_id: UUID) -> int:
    """Working days that a site gives the manager of the record's side to review."""
    found = (
        SiteSetting.objects.filter(site_id=site_id, code="S-35", applies_from__lte=local_today())
        .order_by("-applies_from", "-recorded_at")
        .values_list("value", flat=True)
        .first()
    )
    return int(found["working_days"]) if found else REVIEW_WITHIN


def readings_to_review(actor: Actor) -> list[ReadingToReview]:
    """Readings that wait for this reviewer, oldest first: the manager's at once, the governance lead's when overdue."""
    today, within = local_today(), review_within(actor.site_id)
    waiting = []
    readings = (
        BreakGlass.objects.filter(review__isnull=True)
        .exclude(membership_id=actor.membership_id)
        .select_related("membership")
        .order_by("opened_at")[:200]
    )
    for reading in readings:
        due = review_due(timezone.localdate(reading.opened_at), within)
        if actor.role is Role.GOVERNANCE_LEAD and today <= due:
            continue
        member = reading.membership
        waiting.append(ReadingToReview(reading, member.name, member.role_entry.label, due, today > due))
    return waiting


def reading_to_review(actor: Actor, reading_id: UUID) -> ReadingToReview:
    """One of them. Raises `ObjectDoesNotExist`."""
    found = next((each for each in readings_to_review(actor) if each.reading.pk == reading_id), None)
    if found is None:
        raise ObjectDoesNotExist
    return found


def reviewers(side: Side, service_id: UUID) -> list[Membership]:
    """Who reviews emergency reading in a service: its managers, by name."""
    roles = tuple(
        role.value for role, entry in ROLES.items() if entry.side is side and _reviews(entry.scopes[0])
    )
    return colleagues(service_id=service_id, roles=roles)


def may_review(actor: Actor) -> bool:
    """Whether the actor's role is asked to review: managers of a side, and the governance lead."""
    return actor.may(Permission.AUDIT_WHO_LOOKED)


def review_due(opened_on: datetime.date, within: int = REVIEW_WITHIN) -> datetime.date:
    """The last day for the manager's review: `within` days later, Saturdays and Sundays not counted.

    Bank holidays are counted as working days, which asks the governance lead too early rather than too late.
    """
    day, left = opened_on, within
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _reviews(scope: Scope) -> bool:
    return scope in (Scope.SU_MANAGER, Scope.VS_MANAGER)


def _holders(side: Side, record_id: UUID) -> list[Membership]:
    today = local_today()
    if side is Side.SERVICE_USER:
        cases = CaseAssignment.objects.filter(case_id=record_id, starts_on__lte=today, ends_on__gt=today)
        return [each.membership for each in cases.select_related("membership").order_by("starts_on")]
    clients = ClientAssignment.objects.filter(record_id=record_id, starts_on__lte=today, ends_on__gt=today)
    return [each.membership for each in clients.select_related("membership").order_by("starts_on")]
