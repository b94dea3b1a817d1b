"""A preview as its page shows it: what needs an answer first, then who may be known, then the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from . import queries
from .commands import match_name
from .lists.headings import SEALED_FIELDS, Role
from .lists.problems import Problem
from .lists.results import Match, Outcome, Preview, RowResult
from .models import ReferralList
from .queries import ReferralRow

SHOWN = 100
"""Lines of one kind on the page; every line is saved all the same, and every refused one is in the file."""

SEALED_WORDS = "[sealed]"


@dataclass(frozen=True, slots=True)
class Asked:
    """One problem of a line: the heading it is under, what stood in the cell, what is wrong in words."""

    heading: str
    sent: str
    text: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody the service user of a line may be. `name` is the form field's; `held` the earlier referral, or None
    when it is an earlier line of this list (`line`)."""

    name: str
    held: ReferralRow | None
    line: int | None
    reasons: Sequence[str]
    differences: Sequence[str]


@dataclass(frozen=True, slots=True)
class Line:
    """A line as sent, without what is sealed (S-03)."""

    number: int
    service_user: str
    victim_survivor: str
    born: str
    asked: list[Asked]
    offered: list[Offered]
    repeat_of: int | None


@dataclass(frozen=True, slots=True)
class Section:
    lines: list[Line]
    count: int

    @property
    def unshown(self) -> int:
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    judged: Preview
    kept: ReferralList
    refused: Section
    matched: Section
    repeats: Section
    asking: Section
    """Lines that will be saved, with a question that can be answered later."""
    ready: Section
    before: ReferralList | None
    """The same file, uploaded before."""

    @property
    def to_save(self) -> int:
        return self.judged.counts[Outcome.CREATED] + self.judged.counts[Outcome.MATCHED]

    @property
    def problems(self) -> int:
        return sum(problem.refuses for row in self.judged.rows for problem in row.problems)


def preview_page(kept: ReferralList, judged: Preview) -> PreviewPage:
    """Put a judged list in the order of its page. Asks for the earlier referrals that matches speak of, at once."""
    by_outcome = {outcome: [row for row in judged.rows if row.outcome is outcome] for outcome in Outcome}
    asking = [row for row in by_outcome[Outcome.CREATED] if row.problems]
    ready = [row for row in by_outcome[Outcome.CREATED] if not row.problems]
    held = _held(by_outcome[Outcome.MATCHED][:SHOWN])

    def section(rows: Sequence[RowResult]) -> Section:
        return Section([_line(judged, row, held) for row in rows[:SHOWN]], len(rows))

    return PreviewPage(
        judged=judged,
        kept=kept,
        refused=section(by_outcome[Outcome.REFUSED]),
        matched=section(by_outcome[Outcome.MATCHED]),
        repeats=section(by_outcome[Outcome.REPEAT]),
        asking=section(asking),
        ready=section(ready),
        before=queries.same_file_before(kept),
    )


def _held(rows: Iterable[RowResult]) -> dict[str, ReferralRow]:
    keys = {match.known_reference for row in rows for match in row.matches if match.known_reference}
    found = queries.rows_of([UUID(key) for key in keys], most=len(keys))
    return {str(row.referral.pk): row for row in found}


def _line(judged: Preview, row: RowResult, held: dict[str, ReferralRow]) -> Line:
    su = row.values.service_user
    born = su.born.earliest.year if su.born else None
    return Line(
        number=row.line,
        service_user=str(su.name),
        victim_survivor=str(row.values.person(Role.VICTIM_SURVIVOR).name),
        born=f"born {born}" if born else "",
        asked=[_asked(judged, row, problem) for problem in row.problems],
        offered=[_offer(row.line, match, held) for match in row.matches],
        repeat_of=row.repeat_of,
    )


def _asked(judged: Preview, row: RowResult, problem: Problem) -> Asked:
    for column, text in zip(judged.columns, row.raw, strict=False):
        if column.field and column.field == problem.field:
            return Asked(
                column.heading, SEALED_WORDS if column.field in SEALED_FIELDS else text, problem.text
            )
    return Asked("", "", problem.text)


def _offer(line: int, match: Match, held: dict[str, ReferralRow]) -> Offered:
    return Offered(
        name=f"match_{line}_{match_name(match)}",
        held=held.get(match.known_reference or ""),
        line=match.line,
        reasons=match.reasons,
        differences=match.differences,
    )
