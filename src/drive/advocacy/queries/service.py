"""The IDVA manager's desk over a whole service (W-17): the most pressing of each kind, in as many statements whatever the
size of the service, and no list longer than `MOST`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from drive.access.models import AssignmentKind, ClientAssignment, Membership, local_today
from drive.access.queries import colleagues
from drive.access.stepping import Actor

from ..models import (
    CheckInPlan,
    ClientContact,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    RecordExit,
    VsRecord,
)
from ..rules import IN_TOUCH, NOT_REACHED, QUIET_AFTER, REACHED, TOLD
from .desk import AHEAD, WORKERS, Ahead, Doubt, Due, NotReached, attempts_of, doubts
from .lists import current_profiles, last_contacts
from .newest import newest_of_each

MOST = 40
"""Rows of one list of the desk. The rest is in the list of clients, and the next look shows what is then most pressing."""


@dataclass(frozen=True, slots=True)
class Some[T]:
    """The first rows of a list, and whether there are more."""

    rows: list[T]
    more: bool

    @property
    def count(self) -> str:
        """How many, as far as it is known: "12", or "40 or more"."""
        return f"{len(self.rows)} or more" if self.more else str(len(self.rows))


@dataclass(frozen=True, slots=True)
class Load:
    """What one IDVA holds and covers today, and how many of the check-ins are overdue. By name, never by size."""

    membership: Membership
    held: int
    covered: int
    overdue: int


@dataclass(frozen=True, slots=True)
class ServiceDesk:
    """What the IDVA manager sees of the service."""

    without_holder: Some[tuple[UUID, str]]
    late: Some[Due]
    gaps: Some[Ahead]
    not_reached: Some[NotReached]
    doubts: Some[Doubt]
    load: list[Load]


def service_desk(actor: Actor) -> ServiceDesk:
    """The manager's desk, in the manager's scope."""
    today = local_today()
    alone, alone_more = _first(_without_holder(today).values_list("pk", flat=True))
    late, late_more = _first(_late(today).order_by("due_on", "record_id"))
    gaps, gaps_more = _first(_gaps(today))
    waiting, waiting_more = _first(_never_reached())
    odd, odd_more = _odd(today)
    named = initials_of(
        [*alone, *(p.record_id for p in late), *(g.record_id for g in gaps), *(w.pk for w in waiting), *odd]
    )
    tried = attempts_of([row.pk for row in waiting])
    newest = newest_of_each(EngagementEntry, [row.pk for row in waiting])
    return ServiceDesk(
        without_holder=Some([(record, named[record]) for record in alone], alone_more),
        late=Some(
            [
                Due(
                    plan.record_id,
                    named[plan.record_id],
                    plan.due_on,
                    (today - plan.due_on).days,
                    plan.interval_days,
                    plan.safe_time,
                )
                for plan in late
                if plan.due_on is not None
            ],
            late_more,
        ),
        gaps=Some(
            [Ahead(g.record_id, named[g.record_id], g.on, g.at, g.what, g.goes_along) for g in gaps],
            gaps_more,
        ),
        not_reached=Some(
            [
                NotReached(
                    row.pk,
                    named[row.pk],
                    (today - row.opened_on).days,
                    tried[row.pk],
                    newest[row.pk].seen_by if row.pk in newest else "",
                )
                for row in waiting
            ],
            waiting_more,
        ),
        doubts=_doubts(odd, odd_more, named, today),
        load=_load(actor, today),
    )


def still_open(record_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the records that no exit has closed."""
    return list(_open().filter(pk__in=set(record_ids)).values_list("pk", flat=True))


def initials_of(record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How a list names these clients (S-03): initials, or the code where nobody is named."""
    profiles = current_profiles().filter(record_id__in=set(record_ids))
    return {profile.record_id: profile.initials or profile.record.code for profile in profiles}


def _first[T](
    rows: QuerySet[VsRecord, T] | QuerySet[CheckInPlan, T] | QuerySet[CourtDate, T],
) -> tuple[list[T], bool]:
    found = list(rows[: MOST + 1])
    return found[:MOST], len(found) > MOST


def _open() -> QuerySet[VsRecord]:
    return VsRecord.objects.filter(~Exists(RecordExit.objects.filter(record=OuterRef("pk"))))


def _without_holder(today: datetime.date) -> QuerySet[VsRecord]:
    holder = ClientAssignment.objects.filter(
        record_id=OuterRef("pk"), kind=AssignmentKind.HOLDER, starts_on__lte=today, ends_on__gt=today
    )
    return _open().filter(~Exists(holder)).order_by("opened_on", "pk")


def _late(today: datetime.date) -> QuerySet[CheckInPlan]:
    """Plans that hold and are past their day, also of clients whose own support has ended (V-12)."""
    later = CheckInPlan.objects.filter(record=OuterRef("record"), recorded_at__gt=OuterRef("recorded_at"))
    return CheckInPlan.objects.filter(due_on__lt=today).filter(~Exists(later))


def _gaps(today: datetime.date) -> QuerySet[CourtDate]:
    later = CourtDate.objects.filter(thread=OuterRef("thread"), version__gt=OuterRef("version"))
    closed = RecordExit.objects.filter(record=OuterRef("record"))
    return (
        CourtDate.objects.filter(on__gte=today, on__lte=today + AHEAD, goes_along="", cancelled=False)
        .filter(~Exists(later), ~Exists(closed))
        .order_by("on", "at", "pk")
    )


def _with_engagement() -> QuerySet[Any]:
    """Open records with the newest word of engagement as `engaged`."""
    newest = EngagementEntry.objects.filter(record=OuterRef("pk")).order_by("-since", "-recorded_at")
    return _open().annotate(engaged=Subquery(newest.values("value")[:1]))


def _never_reached() -> QuerySet[Any]:
    """Longest first. Who has no engagement recorded at all has not been reached either."""
    reached = ClientContact.objects.filter(record=OuterRef("pk"), outcome__in=REACHED)
    return (
        _with_engagement()
        .filter(Q(engaged__isnull=True) | Q(engaged__in=NOT_REACHED))
        .filter(~Exists(reached))
        .order_by("opened_on", "pk")
    )


def _odd(today: datetime.date) -> tuple[list[UUID], bool]:
    """Records that may disagree with themselves, asked kind by kind: in touch and quiet, held back past review,
    monitored without a plan."""
    since = timezone.now() - datetime.timedelta(days=QUIET_AFTER)
    spoke = ClientContact.objects.filter(record=OuterRef("pk"), outcome__in=REACHED, happened_at__gte=since)
    told = InformedEntry.objects.filter(record=OuterRef("pk")).order_by("-decided_on", "-recorded_at")
    plan = CheckInPlan.objects.filter(record=OuterRef("pk")).order_by("-recorded_at")
    kinds = (
        _with_engagement().filter(engaged__in=IN_TOUCH).filter(~Exists(spoke)),
        _open()
        .annotate(state=Subquery(told.values("state")[:1]), review=Subquery(told.values("review_on")[:1]))
        .filter(review__lt=today)
        .exclude(state__in=TOLD),
        _with_engagement()
        .filter(engaged="monitoring")
        .annotate(due=Subquery(plan.values("due_on")[:1]))
        .filter(due__isnull=True),
    )
    found: dict[UUID, None] = {}
    more = False
    for kind in kinds:
        ids, beyond = _first(kind.order_by("opened_on", "pk").values_list("pk", flat=True))
        found |= dict.fromkeys(ids)
        more = more or beyond
    return list(found), more


def _doubts(ids: list[UUID], more: bool, named: dict[UUID, str], today: datetime.date) -> Some[Doubt]:
    rows = doubts(
        ids,
        named,
        newest_of_each(EngagementEntry, ids),
        newest_of_each(CheckInPlan, ids),
        last_contacts(ids),
        attempts_of(ids),
        today,
    )
    return Some(rows[:MOST], more or len(rows) > MOST)


def _load(actor: Actor, today: datetime.date) -> list[Load]:
    if actor.service_id is None:
        return []
    closed = RecordExit.objects.filter(record=OuterRef("record_id"))
    live = ClientAssignment.objects.filter(
        service_id=actor.service_id, starts_on__lte=today, ends_on__gt=today
    ).filter(~Exists(closed))
    having = defaultdict[tuple[UUID, str], int](int)
    for member, kind, many in live.values_list("membership_id", "kind").annotate(
        Count("record_id", distinct=True)
    ):
        having[member, kind] = many
    late = live.filter(
        kind=AssignmentKind.HOLDER, record_id__in=_late(today).values("record_id")
    ).values_list("membership_id")
    overdue = dict(late.annotate(Count("record_id", distinct=True)))
    return [
        Load(
            member,
            having[member.pk, AssignmentKind.HOLDER],
            having[member.pk, AssignmentKind.COVER],
            overdue.get(member.pk, 0),
        )
        for member in colleagues(service_id=actor.service_id, roles=WORKERS)
    ]
