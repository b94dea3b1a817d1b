"""A profile as commands take it: plain values, before it becomes a version on one side's record."""

from __future__ import annotations

import datetime
import unicodedata
from dataclasses import asdict, dataclass, field
from typing import Any


def fold(text: str) -> str:
    """Case and accents away, spaces single: what search compares (the database never lower-cases, it leaks the index)."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """Codes as in `drive.people.facts.Profile`; whatever nobody asked stays `not_asked` (R-04)."""

    given_names: str
    family_name: str
    known_as: list[str] = field(default_factory=list)
    born_on: datetime.date | None = None
    born_precision: str = "day"
    gender: str = "not_asked"
    ethnic_group: str = "not_asked"
    ethnicity_as_given: str = ""
    orientation: str = "not_asked"
    employment: str = "not_asked"
    language: str = ""
    interpreter: str = "not_asked"
    disability: str = "not_asked"
    died_on: datetime.date | None = None

    def fields(self) -> dict[str, Any]:
        """Values for the model, with the folded name: surname first, aliases after."""
        names = [f"{self.family_name} {self.given_names}", *self.known_as]
        return asdict(self) | {"folded_name": " | ".join(fold(name) for name in names)[:400]}
