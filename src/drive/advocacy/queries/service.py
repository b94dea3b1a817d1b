"""The IDVA manager's desk over a whole service (W-17): the most pressing of each kind, in as many statements whatever the
size of the service, and no list longer than `MOST`.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Max
from django.utils import timezone

from drive.access.models import AssignmentKind, ClientAssignment, Membership, local_today
from drive.access.queries import colleagues
from drive.access.stepping import Actor
from drive.components.some import Some

from ..models import (
    CheckInPlan,
    ClientContact,
    ClientFact,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    RecordExit,
    SafeContactRule,
    VsRecord,
)
from ..rules import NOT_REACHED, REACHED, Picture, contradictions, out_of_date
from .desk import AHEAD, WORKERS, Ahead, Doubt, Due, NotReached, attempts_of, doubts
from .lists import current_profiles, last_contacts
from .newest import NEWEST_FIRST, newest_of_each

MOST = 40
"""Rows of one list of the desk. The rest is in the list of clients, and the next look shows what is then most pressing."""


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
    old: Some[Doubt]
    """What is past its limit, record by record (S-42)."""
    load: list[Load]


def service_desk(actor: Actor) -> ServiceDesk:
    """The manager's desk, in the manager's scope."""
    today = local_today()
    book = _read(today)
    alone = [record for record in book.by_age if record not in book.held]
    late = sorted((due, str(record), record) for record, due in book.due.items() if due and due < today)
    waiting = [record for record in book.by_age if book.never_reached(record)]
    odd = [record for record in book.by_age if contradictions(book.picture(record), today)]
    old = [(record, words) for record in book.by_age if (words := book.old(record, today))]
    gaps, gaps_more = _gaps(today)
    overdue = [record for _due, _key, record in late]
    past = [record for record, _words in old]
    shown = {record for rows in (alone, overdue, waiting, odd, past) for record in rows[:MOST]}
    named = initials_of(shown | {gap.record_id for gap in gaps})
    plans = newest_of_each(CheckInPlan, overdue[:MOST])
    tried, newest = attempts_of(waiting[:MOST]), newest_of_each(EngagementEntry, waiting[:MOST])
    return ServiceDesk(
        without_holder=_some([(record, named[record]) for record in alone[:MOST]], alone),
        late=_some(
            [
                Due(
                    record,
                    named[record],
                    due,
                    (today - due).days,
                    plans[record].interval_days,
                    plans[record].safe_time,
                )
                for due, _key, record in late[:MOST]
            ],
            late,
        ),
        gaps=Some(
            [Ahead(g.record_id, named[g.record_id], g.on, g.at, g.what, g.goes_along) for g in gaps],
            gaps_more,
        ),
        not_reached=_some(
            [
                NotReached(
                    record,
                    named[record],
                    (today - book.opened[record]).days,
                    tried[record],
                    newest[record].seen_by if record in newest else "",
                )
                for record in waiting[:MOST]
            ],
            waiting,
        ),
        doubts=_doubts(odd, named, today),
        old=_some([Doubt(record, named[record], ". ".join(words)) for record, words in old[:MOST]], old),
        load=_load(actor, today, book),
    )


@dataclass(frozen=True, slots=True)
class _Book:
    """One column or two of each history of the whole service, read once: sets and days, no row of anybody."""

    opened: dict[UUID, datetime.date]
    """Open records, the longest open first."""
    held: set[UUID]
    engaged: dict[UUID, str]
    engaged_since: dict[UUID, datetime.date]
    engagement_said: dict[UUID, datetime.datetime]
    due: dict[UUID, datetime.date | None]
    spoke: dict[UUID, datetime.datetime]
    tried: dict[UUID, int]
    told: dict[UUID, tuple[str, datetime.date | None]]
    safe_until: dict[UUID, datetime.date]

    @property
    def by_age(self) -> Iterable[UUID]:
        return self.opened

    def never_reached(self, record: UUID) -> bool:
        """Who has no engagement recorded at all has not been reached either."""
        return record not in self.spoke and self.engaged.get(record, "trying") in NOT_REACHED

    def picture(self, record: UUID) -> Picture:
        """What is recorded about one client, for the one rule that says what does not fit together."""
        state, review = self.told.get(record, ("", None))
        spoke = self.spoke.get(record)
        return Picture(
            engagement=self.engaged.get(record, ""),
            engaged_since=self.engaged_since.get(record),
            last_contact=timezone.localdate(spoke) if spoke else None,
            attempts=self.tried.get(record, 0),
            check_in_due=self.due.get(record),
            informed=state,
            informed_review_on=review,
            safe_contact_review_on=self.safe_until.get(record),
        )

    def old(self, record: UUID, today: datetime.date) -> list[str]:
        """What of it is past its limit (S-42)."""
        said = self.engagement_said.get(record)
        return out_of_date(self.picture(record), timezone.localdate(said) if said else None, today)


def _read(today: datetime.date) -> _Book:
    """In nine plain statements over one table each. An "exists" over two of them, asked past row policies, took most of a
    minute at 14,000 clients.
    """
    closed = set(RecordExit.objects.values_list("record_id", flat=True))
    opened = VsRecord.objects.order_by("opened_on", "pk").values_list("pk", "opened_on")
    live = ClientAssignment.objects.filter(
        kind=AssignmentKind.HOLDER, starts_on__lte=today, ends_on__gt=today
    )
    spoke = ClientContact.objects.filter(outcome__in=REACHED, in_person=True).order_by()
    engagement = list(_holding(EngagementEntry, "value", "since", "recorded_at"))
    return _Book(
        opened={record: day for record, day in opened if record not in closed},
        held=set(live.values_list("record_id", flat=True)),
        engaged={record: value for record, value, _since, _said in engagement},
        engaged_since={record: since for record, _value, since, _said in engagement},
        engagement_said={record: said for record, _value, _since, said in engagement},
        due=dict(_holding(CheckInPlan, "due_on")),
        spoke=dict(spoke.values_list("record_id").annotate(Max("happened_at"))),
        tried=dict(ClientContact.objects.order_by().values_list("record_id").annotate(Count("pk"))),
        safe_until=dict(_holding(SafeContactRule, "review_on")),
        told={
            record: (state, review) for record, state, review in _holding(InformedEntry, "state", "review_on")
        },
    )


def _holding(model: type[ClientFact], *fields: str) -> Iterable[tuple[Any, ...]]:
    """The record and these fields of the row that holds of each (`NEWEST_FIRST`)."""
    rows = model._default_manager.order_by("record_id", *NEWEST_FIRST[model]).distinct("record_id")
    return rows.values_list("record_id", *fields)


def _some[T](rows: list[T], everything: Sequence[object]) -> Some[T]:
    return Some(rows, len(everything) > len(rows))


def initials_of(record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """How a list names these clients (S-03): initials, or the code where nobody is named; in words where the reader may
    not open who it is, as of a record of which a part is read in an emergency (ADR 21).
    """
    asked = set(record_ids)
    profiles = current_profiles().filter(record_id__in=asked)
    return dict.fromkeys(asked, "A client not named here") | {
        profile.record_id: profile.initials or profile.record.code for profile in profiles
    }


def _gaps(today: datetime.date) -> tuple[list[CourtDate], bool]:
    """Hearings ahead that hold and that nobody goes along to, the soonest first."""
    closed = RecordExit.objects.values("record_id")
    rows = list(
        CourtDate.objects.filter(on__gte=today, on__lte=today + AHEAD, goes_along="", cancelled=False)
        .exclude(record_id__in=closed)
        .order_by("on", "at", "pk")[: 3 * MOST]
    )
    versions = CourtDate.objects.filter(
        record_id__in={row.record_id for row in rows}, thread__in={row.thread for row in rows}
    )
    holding = set(versions.order_by("thread", "-version").distinct("thread").values_list("pk", flat=True))
    found = [row for row in rows if row.pk in holding]
    return found[:MOST], len(found) > MOST or len(rows) == 3 * MOST


def _doubts(ids: list[UUID], named: dict[UUID, str], today: datetime.date) -> Some[Doubt]:
    first = ids[:MOST]
    rows = doubts(
        first,
        named,
        newest_of_each(EngagementEntry, first),
        newest_of_each(CheckInPlan, first),
        last_contacts(first),
        attempts_of(first),
        today,
    )
    return Some(rows[:MOST], len(ids) > MOST or len(rows) > MOST)


def _load(actor: Actor, today: datetime.date, book: _Book) -> list[Load]:
    if actor.service_id is None:
        return []
    live = ClientAssignment.objects.filter(
        service_id=actor.service_id, starts_on__lte=today, ends_on__gt=today
    ).values_list("membership_id", "kind", "record_id")
    having = defaultdict[tuple[UUID, str], set[UUID]](set)
    for member, kind, record in live:
        if record in book.opened:
            having[member, kind].add(record)
    late = {record for record, due in book.due.items() if due and due < today}
    return [
        Load(
            member,
            len(having[member.pk, AssignmentKind.HOLDER]),
            len(having[member.pk, AssignmentKind.COVER]),
            len(having[member.pk, AssignmentKind.HOLDER] & late),
        )
        for member in colleagues(service_id=actor.service_id, roles=WORKERS)
    ]
