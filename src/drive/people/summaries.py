"""A person as somebody else sees them: three types, so that a template cannot print a name that must not be printed.

`FullSummary` has a name. `RestrictedSummary` has no such attribute, only the code that its reader knows already: it
appears where they know of the link (an assignment, cover), and nowhere else. `UnknownSummary` says that nobody recorded
who it is. A page draws each by its `kind`; mypy and the strict template engine refuse a name on the other two.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from drive.access.queries import restricted_to_me


@dataclass(frozen=True, slots=True)
class FullSummary:
    """Somebody whom the reader may see."""

    record_id: UUID
    code: str
    name: str
    known_as: tuple[str, ...] = ()
    kind: Literal["full"] = "full"


@dataclass(frozen=True, slots=True)
class RestrictedSummary:
    """Somebody whom the reader works with on paper and must not see (S-34). No name, no key."""

    code: str
    why: str
    since: datetime.date
    kind: Literal["restricted"] = "restricted"


@dataclass(frozen=True, slots=True)
class UnknownSummary:
    """A record whose person has no recorded name."""

    record_id: UUID
    code: str
    kind: Literal["unknown"] = "unknown"


type PersonSummary = FullSummary | RestrictedSummary | UnknownSummary


def summary_of(record_id: UUID, code: str, name: str, known_as: list[str]) -> FullSummary | UnknownSummary:
    """What a reader who sees the record is shown of its person."""
    if not name.strip():
        return UnknownSummary(record_id, code)
    return FullSummary(record_id, code, name, tuple(known_as))


BARS = {
    "tie": "You declared a tie",
    "restriction": "Restricted",
    "exclusion": "Kept from you; ask your manager",
}
"""Why a record is restricted to its own worker, in words."""


def restricted_summaries() -> list[RestrictedSummary]:
    """What the acting worker is assigned to and may not see. Asks the database in the worker's scope."""
    return [RestrictedSummary(row.code, BARS[row.kind], row.since) for row in restricted_to_me()]
