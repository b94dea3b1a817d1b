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

from .models import BreakGlass, CaseAssignment, ClientAssignment, Membership, local_today
from .permissions import Permission
from .queries import colleagues
from .roles import ROLES, Role
from .scopes import Scope, Side
from .stepping import Actor

LASTS = datetime.timedelta(hours=3)
"""As in `access.open_in_emergency` of policies.sql, which decides."""

REVIEW_WITHIN = 2
"""Working days until the governance lead is asked instead of the manager."""

WORKER_SCOPES: dict[Side, Scope] = {Side.SERVICE_USER: Scope.SU_WORKER, Side.CLIENT: Scope.VS_WORKER}
"""Emergency reading is done in the worker's scope, a manager's too (row policies, f1)."""


@dataclass(frozen=True, slots=True)
class OpenReading:
    """An emergency reading that holds now, as its strip says it."""

    id: UUID
    record_id: UUID
    service_id: UUID
    expires_at: datetime.datetime
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


def open_reading(actor: Actor, record_id: UUID) -> OpenReading | None:
    """The actor's own reading of this record that holds now. One query where there is none."""
    if actor.side is Side.NEITHER:
        return None
    reading = (
        BreakGlass.objects.filter(
            membership_id=actor.membership_id, record_id=record_id, expires_at__gt=timezone.now()
        )
        .order_by("-expires_at")
        .first()
    )
    if reading is None:
        return None
    names = [
        member.name
        for member in [*_holders(actor.side, record_id), *reviewers(actor.side, reading.service_id)]
    ]
    others = tuple(dict.fromkeys(name for name in names if name != actor.name))
    return OpenReading(reading.pk, record_id, reading.service_id, reading.expires_at, others)


def my_readings(actor: Actor) -> list[BreakGlass]:
    """The actor's readings that hold now, for their desk."""
    return list(
        BreakGlass.objects.filter(membership_id=actor.membership_id, expires_at__gt=timezone.now()).order_by(
            "expires_at"
        )
    )


def readings_of_my_records(actor: Actor) -> list[BreakGlass]:
    """Who else has read what the actor holds, in the last 14 days, newest first: the holder is told (S-35)."""
    since = timezone.now() - datetime.timedelta(days=14)
    return list(
        BreakGlass.objects.filter(opened_at__gt=since)
        .exclude(membership_id=actor.membership_id)
        .select_related("membership")
        .order_by("-opened_at")
    )


def readings_to_review(actor: Actor) -> list[ReadingToReview]:
    """Readings that wait for this reviewer, oldest first: the manager's at once, the governance lead's when overdue."""
    today = local_today()
    waiting = []
    readings = (
        BreakGlass.objects.filter(review__isnull=True)
        .exclude(membership_id=actor.membership_id)
        .select_related("membership")
        .order_by("opened_at")[:200]
    )
    for reading in readings:
        due = review_due(timezone.localdate(reading.opened_at))
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


def review_due(opened_on: datetime.date) -> datetime.date:
    """The last day for the manager's review: two days later, Saturdays and Sundays not counted.

    Bank holidays are counted as working days, which asks the governance lead too early rather than too late.
    """
    day, left = opened_on, REVIEW_WITHIN
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
