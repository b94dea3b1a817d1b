"""The list of clients: those held, or those of the manager's service. Keyset paged, searched by folded
words.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from drive.access.models import AssignmentKind, ClientAssignment, local_today
from drive.people.profiles import fold
from drive.people.summaries import (
    FullSummary,
    RestrictedSummary,
    UnknownSummary,
    restricted_summaries,
    summary_of,
)

from ..models import CheckInPlan, ClientContact, ClientProfile, EngagementEntry, RecordExit, VsRecord
from ..rules import REACHED
from .newest import newest_of_each

PAGE = 40
"""Rows of one page of a list."""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client on a list."""

    record: VsRecord
    person: FullSummary | UnknownSummary
    engagement: EngagementEntry | None
    last_contact: datetime.date | None
    check_in_due: datetime.date | None
    closed_on: datetime.date | None
    holder: str


@dataclass(frozen=True, slots=True)
class ClientPage:
    """One page of the list; `older` is the record after which the next page begins, or none.

    `restricted` is what a worker is assigned to and may not see, on the first page of their own list alone (S-34).
    """

    rows: list[ClientRow]
    older: UUID | None
    restricted: list[RestrictedSummary] = field(default_factory=list)


def current_profiles() -> QuerySet[ClientProfile]:
    """The profile that holds of every record the scope shows."""
    later = ClientProfile.objects.filter(record=OuterRef("record"), version__gt=OuterRef("version"))
    return ClientProfile.objects.filter(~Exists(later)).select_related("record")


def clients(*, words: str = "", after: UUID | None = None) -> ClientPage:
    """Clients by name. `words` are looked for in names and case codes; `after` is the last record of the
    page before.

    A record that the scope does not show, given as `after`, begins the list anew.
    """
    found = current_profiles().order_by("folded_name", "record_id")
    for word in fold(words).split():
        # Not leakproof, so it runs after the row policies and never on a hidden row; bounded by one service.
        found = found.filter(Q(folded_name__contains=word) | Q(record__code=word.upper()))
    last = current_profiles().filter(record_id=after).first() if after else None
    if last is not None:
        found = found.filter(
            Q(folded_name__gt=last.folded_name)
            | Q(folded_name=last.folded_name, record_id__gt=last.record_id)
        )
    profiles = list(found[: PAGE + 1])
    rows = client_rows(profiles[:PAGE])
    return ClientPage(
        rows,
        rows[-1].record.pk if len(profiles) > PAGE else None,
        restricted_summaries() if not words and last is None else [],
    )


def client_rows(profiles: Iterable[ClientProfile]) -> list[ClientRow]:
    """What a list says of these clients, in five statements however many there are."""
    profiles = list(profiles)
    ids = [profile.record_id for profile in profiles]
    engagement = newest_of_each(EngagementEntry, ids)
    plans = newest_of_each(CheckInPlan, ids)
    contacts = last_contacts(ids)
    closed = dict(RecordExit.objects.filter(record_id__in=ids).values_list("record_id", "exited_on"))
    holding = holders(ids)
    return [
        ClientRow(
            profile.record,
            summary_of(profile.record_id, profile.record.code, profile.full_name, profile.known_as),
            engagement.get(profile.record_id),
            contacts.get(profile.record_id),
            plans[profile.record_id].due_on if profile.record_id in plans else None,
            closed.get(profile.record_id),
            holding.get(profile.record_id, ""),
        )
        for profile in profiles
    ]


def last_contacts(record_ids: Iterable[UUID]) -> dict[UUID, datetime.date]:
    """The day in London of the last contact in both directions, by record; what somebody else passed on is none."""
    rows = (
        ClientContact.objects.filter(record_id__in=list(record_ids), outcome__in=REACHED, in_person=True)
        .order_by("record_id", "-happened_at")
        .distinct("record_id")
    )
    return {row.record_id: timezone.localdate(row.happened_at) for row in rows}


def holders(record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The name of who holds each record today."""
    today = local_today()
    rows = ClientAssignment.objects.filter(
        record_id__in=list(record_ids), kind=AssignmentKind.HOLDER, starts_on__lte=today, ends_on__gt=today
    ).select_related("membership")
    return {row.record_id: row.membership.name for row in rows}


def informed_records(record_ids: Iterable[UUID]) -> set[UUID]:
    """Those of the records whose client knows of Drive, wholly or in part.

    Nobody else may be on a list for letters, surveys, interviews or anything that bears its name (S-22). Drive makes no such
    list: it writes no letter to a client, sends no survey and keeps no register of people to interview. Whoever adds one
    asks this; a page about one client asks `rules.may_hear_of_drive`.
    """
    from ..models import InformedEntry
    from ..rules import may_hear_of_drive

    held = newest_of_each(InformedEntry, record_ids)
    return {record_id for record_id, entry in held.items() if may_hear_of_drive(entry.state)}
