"""Practice incidents as their readers see them: what is open, who sees to it, what was learnt (S-41)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from drive.access.models import local_today
from drive.access.permissions import Permission
from drive.access.stepping import Actor
from drive.components.dates import local_date
from drive.components.some import Some

from ..models import IncidentCharge, IncidentClosing, PracticeIncident
from ..naming import names_of
from ..rules import INCIDENT_DAYS, INCIDENT_KINDS

SHOWN_CLOSED = 40
"""Closed incidents on the list, the newest."""


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident as it stands. `responsible` is empty where nobody is named; `due_on` is then a default."""

    incident: PracticeIncident
    recorded_by: str
    charge: IncidentCharge | None
    responsible: str
    due_on: datetime.date
    closing: IncidentClosing | None
    closed_by: str

    @property
    def kind(self) -> str:
        return self.incident.get_kind_display()

    @property
    def overdue(self) -> bool:
        return self.closing is None and self.due_on < local_today()


@dataclass(frozen=True, slots=True)
class Learnt:
    """How many incidents of one kind the reader sees, and what the closed ones came to."""

    kind: str
    open: int
    closed: int
    changed: int


@dataclass(frozen=True, slots=True)
class Incidents:
    """Open ones by day due, closed ones the newest first, and how many there are of each kind."""

    open: list[IncidentRow]
    closed: list[IncidentRow]
    kinds: list[Learnt]

    @property
    def overdue(self) -> int:
        return sum(row.overdue for row in self.open)


def incidents() -> Incidents:
    """Every practice incident that the reader may see, counted by kind; closed ones in full only the newest."""
    seen = PracticeIncident.objects.all()
    closed = _rows(seen.filter(closing__isnull=False).order_by("-closing__recorded_at")[:SHOWN_CLOSED])
    states: Counter[tuple[str, str]] = Counter(seen.values_list("kind", "closing__changed"))
    done: Counter[str] = Counter(seen.filter(closing__isnull=False).values_list("kind", flat=True))
    total: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for (kind, what), number in states.items():
        total[kind] += number
        changed[kind] += number if what in ("procedure", "setting", "training") else 0
    kinds = [
        Learnt(words, total[kind] - done[kind], done[kind], changed[kind])
        for kind, words in INCIDENT_KINDS
        if total[kind]
    ]
    return Incidents(_open(seen), closed, kinds)


def incident_row(incident: PracticeIncident) -> IncidentRow:
    """One incident with who sees to it and what came of it."""
    (row,) = _rows(PracticeIncident.objects.filter(pk=incident.pk))
    return row


def open_incidents(case_id: UUID | None = None, link_id: UUID | None = None) -> list[IncidentRow]:
    """Practice incidents that have no learning yet, of one case or one link, the longest due first."""
    found = PracticeIncident.objects.all()
    if case_id:
        found = found.filter(case_id=case_id)
    if link_id:
        found = found.filter(link_id=link_id)
    return _open(found)


def incidents_waiting(actor: Actor, *, limit: int = 50) -> Some[IncidentRow]:
    """For a desk: open ones that the reader is named for; for a manager also those that nobody is named for or that are
    overdue. The longest due first.
    """
    manages = actor.may(Permission.TEAM_VIEW)
    rows = [
        row
        for row in _open(PracticeIncident.objects.all())
        if (row.charge and row.charge.responsible_id == actor.membership_id)
        or (manages and (row.charge is None or row.overdue))
    ]
    return Some(rows[:limit], len(rows) > limit)


def _open(found: QuerySet[PracticeIncident]) -> list[IncidentRow]:
    return sorted(
        _rows(found.filter(closing__isnull=True)), key=lambda row: (row.due_on, str(row.incident.pk))
    )


def _rows(found: Iterable[PracticeIncident]) -> list[IncidentRow]:
    charges = Prefetch("charges", IncidentCharge.objects.order_by("-recorded_at"), to_attr="named")
    if isinstance(found, QuerySet):
        found = found.select_related("closing").prefetch_related(charges)
    rows = list(found)
    closings = {row.pk: getattr(row, "closing", None) for row in rows}
    names = names_of(
        key
        for row in rows
        for key in (
            row.recorded_by_id,
            *(charge.responsible_id for charge in row.named[:1]),
            *([closings[row.pk].recorded_by_id] if closings[row.pk] else []),  # type: ignore[union-attr]  # as asked
        )
    )
    made = []
    for row in rows:
        charge = next(iter(row.named), None)
        closing = closings[row.pk]
        made.append(
            IncidentRow(
                incident=row,
                recorded_by=names[row.recorded_by_id],
                charge=charge,
                responsible=names[charge.responsible_id] if charge else "",
                due_on=charge.due_on
                if charge
                else local_date(row.recorded_at) + datetime.timedelta(days=INCIDENT_DAYS),
                closing=closing,
                closed_by=names[closing.recorded_by_id] if closing else "",
            )
        )
    return made
