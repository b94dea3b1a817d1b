"""Who looked at a record, when, in which role, and whether they were on it (S-36). For supervisors and governance."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist

from drive.audit.models import AuditEvent

from .models import BreakGlass, Membership
from .roles import Role

PAGE = 50

WORDS = {
    "looked": "Looked",
    "searched": "Searched",
    "wrote": "Wrote",
    "exported": "Took out",
    "disclosed": "Told another agency",
    "opened-seal": "Opened what was sealed",
    "broke-glass": "Opened in an emergency",
    "denied": "Was not let in",
}


@dataclass(frozen=True, slots=True)
class Look:
    """One act on one record."""

    at: datetime.datetime
    who: str
    """Name, or "Somebody of another site" where the reader of this page may not know them."""
    role: str
    what: str
    kind: str
    on_the_case: str
    """"Yes", "No", or "In an emergency"."""
    reason: str


def who_looked(record_id: UUID, before: datetime.datetime | None = None) -> list[Look]:
    """Acts on the record that the reader of this page may see, newest first, at most `PAGE`, older than `before`.

    Raises `ObjectDoesNotExist` when there is none to be seen: a record that is not theirs to supervise, or no record.
    """
    events = AuditEvent.objects.filter(record_id=record_id).exclude(kind="who_looked")
    if before is not None:
        events = events.filter(at__lt=before)
    page = list(events.order_by("-at")[:PAGE])
    if not page:
        raise ObjectDoesNotExist
    members = Membership.objects.in_bulk([event.membership_id for event in page if event.membership_id])
    readings = list(BreakGlass.objects.filter(record_id=record_id))
    return [_look(event, members.get(event.membership_id), readings) for event in page]


def _look(event: AuditEvent, member: Membership | None, readings: list[BreakGlass]) -> Look:
    emergency = any(
        reading.membership_id == event.membership_id and reading.opened_at <= event.at <= reading.expires_at
        for reading in readings
    )
    return Look(
        at=event.at,
        who=member.name if member else "Somebody of another site" if event.membership_id else "The system",
        role=Role(event.role).entry.label if event.role else "",
        what=WORDS.get(event.act, event.act.capitalize()),
        kind=event.kind,
        on_the_case="Yes" if event.assignment_id else "In an emergency" if emergency else "No",
        reason=event.reason,
    )
