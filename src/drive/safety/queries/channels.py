"""Which of a client's addresses and numbers the service user has too (S-44)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from .asking import ask


@dataclass(frozen=True, slots=True)
class KnownToHim:
    """A sealed value that a linked service user has or had: its kind and since when his worker has it written down."""

    record_id: UUID
    value_id: UUID
    kind: str
    since: datetime.datetime


def known_to_him(record_ids: Iterable[UUID]) -> list[KnownToHim]:
    """Of the records that the acting IDVA works with; empty in every other scope. Newest first."""
    rows = ask("select * from safety.values_he_has(%s)", list(record_ids))
    return sorted((KnownToHim(**row) for row in rows), key=lambda one: one.since, reverse=True)
