"""What a preview says: of the whole list and of each of its lines. Plain values, nothing saved."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from drive.people.matching import Band, Profile
from drive.referrals.lists.headings import Column, Role
from drive.referrals.lists.problems import Problem
from drive.referrals.lists.rows import RowValues


class Outcome(StrEnum):
    """What happens to a line when the list is saved."""

    CREATED = "created"
    MATCHED = "matched"
    REFUSED = "refused"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class KnownReferralPerson:
    """One profile of a person from an earlier referral that the reader of the preview may see.

    `key` is the key kept with that referral; a person known from several referrals comes once for each, under
    one key. `named_with` are the other people of that referral, used to judge and never shown. `reference` is
    the caller's own handle, handed back in `Match.known_reference`.
    """

    key: str
    role: Role
    profile: Profile
    named_with: tuple[Profile, ...] = ()
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody the service user of a line may be: a known person (`known_key`) or that of an earlier line
    (`line`).

    `band` is `same` or `possible`; `reasons` and `differences` are words for the page.
    """

    band: Band
    score: int
    reasons: tuple[str, ...]
    differences: tuple[str, ...]
    known_key: str | None
    known_reference: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class RowResult:
    """One line of data. `raw` is its cells as shown, in the order of `Preview.columns`.

    The keys are None when the line does not name that person. `matches` are best first, at most five, and
    only on `matched` lines. `repeat_of` is the earlier line, None when the earlier one is in another upload.
    `identity` goes into `earlier_rows` of later previews once the line is saved.
    """

    line: int
    outcome: Outcome
    service_user: str | None
    victim_survivor: str | None
    matches: tuple[Match, ...]
    repeat_of: int | None
    problems: tuple[Problem, ...]
    raw: tuple[str, ...]
    values: RowValues
    identity: str

    @property
    def match(self) -> Match | None:
        """The best of `matches`."""
        return self.matches[0] if self.matches else None


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line below the headings that is no line of data, and why in words."""

    line: int
    why: str
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The whole judgement. `read_as` says how the file was read; `source` is its K-09 code; `notices` are in
    words.
    """

    filename: str
    read_as: str
    sheet: str | None
    heading_line: int
    columns: tuple[Column, ...]
    source: str
    rows: tuple[RowResult, ...]
    skipped: tuple[SkippedLine, ...]
    notices: tuple[str, ...]

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many lines have each outcome, all four always present."""
        counted = Counter(row.outcome for row in self.rows)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def unrecognised(self) -> tuple[str, ...]:
        """Headings of columns that were not understood; their cells are kept in `RowValues.extra`."""
        return tuple(column.heading for column in self.columns if column.heading and column.field is None)
