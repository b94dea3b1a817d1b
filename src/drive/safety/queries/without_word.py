"""Contact with him without word from her, by days, as both desks list it (S-24, V-14)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.access.models import local_today
from drive.components.dates import days

from ..rules import WORD_DAYS
from .asking import ask


@dataclass(frozen=True, slots=True)
class WithoutWord:
    """One open link on which contact is planned or goes on. `last_word_on`: when the client last spoke with her worker."""

    link_id: UUID
    su_case_id: UUID
    vs_record_id: UUID
    last_word_on: datetime.date | None
    linked_on: datetime.date
    planned_at: datetime.datetime | None

    @property
    def days(self) -> int:
        """Days since then, or since the two were linked."""
        return (local_today() - (self.last_word_on or self.linked_on)).days

    @property
    def words(self) -> str:
        """What it is, for either desk; the client is the reader's "the client"."""
        since = (
            f"No word from the client for {days(self.days)}"
            if self.last_word_on
            else "Never any word from the client"
        )
        return f"{since}, and contact with him {'is planned' if self.planned_at else 'goes on'}."


def without_word() -> list[WithoutWord]:
    """The reader's own links, the longest without word first; forty at most. From `WORD_DAYS` days on."""
    return [WithoutWord(**row) for row in ask("select * from safety.without_word(%s)", WORD_DAYS)]
