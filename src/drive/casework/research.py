"""Background research as a course of enquiries: who was asked what, since when, and how it stands (P-23)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.access.models import local_today

from .models import ResearchNote, SuCase
from .rules import label_of

ANSWERED = ("received", "refused")


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One question to one agency, with its notes, newest first."""

    id: UUID
    topic: str
    agency: str
    asked_on: datetime.date
    notes: list[ResearchNote]

    @property
    def status(self) -> str:
        return label_of("K-46.status", self.notes[0].status)

    @property
    def waits(self) -> int | None:
        """Days without a full answer, or None once there is one."""
        return None if self.notes[0].status in ANSWERED else (local_today() - self.asked_on).days


def enquiries_of(case: SuCase) -> list[Enquiry]:
    """The enquiries of a case: those that wait first, the longest waiting at the top. One statement."""
    notes: dict[UUID, list[ResearchNote]] = {}
    rows = ResearchNote.objects.filter(case=case).select_related("recorded_by")
    for note in rows.order_by("-noted_on", "-recorded_at"):
        notes.setdefault(note.enquiry_id, []).append(note)
    found = [
        Enquiry(
            enquiry_id,
            label_of("K-46.topic", course[0].topic),
            label_of("K-45", course[0].agency),
            course[-1].noted_on,
            course,
        )
        for enquiry_id, course in notes.items()
    ]
    return sorted(found, key=lambda one: (one.waits is None, one.asked_on))
