"""What a referral list would do, line by line, before anything is saved.

Every line of data gets one outcome:

- ``refused``: something on it makes it unusable; it can be downloaded, corrected and uploaded again.
- ``repeat``: the same row stands on an earlier line of this file or in an earlier upload: the same content
  once names, dates and codes are read, however they are written. The same two people at the same meeting from
  another agency, or with another score, is not the same row: what it says would be lost. It is offered as a
  match.
- ``matched``: the service user may be somebody known already, from an earlier referral or from an earlier
  line of this file; it makes no difference whether a list comes whole or in two parts. Offered to be decided,
  never merged.
- ``created``: none of these.

`service_user` and `victim_survivor` keys are equal for lines judged to speak of one person (see `persons`).
They and the choice of who is one person do not depend on the order of lines. Victims/survivors are compared
for their key alone; no match of theirs is ever reported (S-33).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from drive.people.matching import Band, Evidence, Judgement, PeopleIndex
from drive.people.names import fold
from drive.referrals.lists.cells import Cell, shown
from drive.referrals.lists.dates import Precision
from drive.referrals.lists.headings import Field, Headings, Role, field_of
from drive.referrals.lists.outgoing import WHAT_IS_WRONG, refused_rows_file, to_json
from drive.referrals.lists.persons import People, digest
from drive.referrals.lists.problems import Problem
from drive.referrals.lists.reading import Table, read_tables
from drive.referrals.lists.results import KnownReferralPerson, Match, Outcome, Preview, RowResult, SkippedLine
from drive.referrals.lists.rows import RowReader, RowValues
from drive.referrals.lists.tables import choose_table, why_not_a_row

MOST_MATCHES = 5

__all__ = [
    "KnownReferralPerson",
    "Match",
    "Outcome",
    "Preview",
    "RowResult",
    "SkippedLine",
    "preview",
    "refused_rows_file",
    "to_json",
]


@dataclass(frozen=True, slots=True)
class _Line:
    line: int
    cells: tuple[Cell, ...]
    raw: tuple[str, ...]
    values: RowValues
    problems: tuple[Problem, ...]
    identity: str

    @property
    def refused(self) -> bool:
        return any(problem.refuses for problem in self.problems)

    def evidence(self, role: Role) -> Evidence | None:
        other = Role.VICTIM_SURVIVOR if role is Role.SERVICE_USER else Role.SERVICE_USER
        person, counterpart = self.values.person(role), self.values.person(other)
        if not str(person.name):
            return None
        said = str(counterpart.name) or counterpart.born or counterpart.address
        return Evidence(person.profile, (counterpart.profile,) if said else ())


def preview(
    file_bytes: bytes,
    filename: str,
    *,
    key: bytes,
    today: date,
    known: Iterable[KnownReferralPerson] = (),
    earlier_rows: AbstractSet[str] = frozenset(),
) -> Preview:
    """Judge a list. `key` is the installation's secret for person keys and row identities; `known` is read
    once.

    Raises `ListRefused` with words to show when the file is no referral list; nothing else.
    """
    table, headings, notices = choose_table(read_tables(file_bytes))
    headings = _without_ours(headings)
    lines, skipped = _lines(table, headings, key, today)
    people = {role: People(e for line in lines if (e := line.evidence(role))) for role in Role}
    found = _known_people(people, known)
    keys = {
        role: people[role].keys(
            role, key, {cluster: one.key for cluster, one in found[role].same.items()}, found[role].held
        )
        for role in Role
    }
    rows = _Judge(people, found, keys, earlier_rows).rows(lines)
    return Preview(
        filename=filename,
        read_as=table.source,
        sheet=table.sheet,
        heading_line=headings.line,
        columns=headings.columns,
        source=_source(table, headings),
        rows=tuple(rows),
        skipped=tuple(skipped),
        notices=(*table.notices, *notices, *_notices(headings, skipped)),
    )


def _without_ours(headings: Headings) -> Headings:
    """Without the column that `refused_rows_file` adds, when a corrected file comes back."""
    columns = tuple(column for column in headings.columns if column.heading != WHAT_IS_WRONG)
    return Headings(headings.line, columns)


def _lines(
    table: Table, headings: Headings, key: bytes, today: date
) -> tuple[list[_Line], list[SkippedLine]]:
    reader = RowReader(table, headings, today=today)
    lines, skipped = [], []
    for number, cells in enumerate(table.rows[headings.line :], headings.line + 1):
        why = why_not_a_row(cells, headings)
        if why == "":
            continue
        raw = tuple(
            shown(cells[column.place]) if column.place < len(cells) else "" for column in headings.columns
        )
        if why:
            skipped.append(SkippedLine(number, why, tuple(text for text in map(shown, cells) if text)))
            continue
        values, problems = reader.read(cells)
        lines.append(_Line(number, cells, raw, values, problems, _identity(values, raw, headings, key)))
    return lines, skipped


def _identity(values: RowValues, raw: Sequence[str], headings: Headings, key: bytes) -> str:
    """What makes two lines the same row, as a keyed digest: all that is said, however it is written or
    ordered.
    """
    said = []
    for column, text in zip(headings.columns, raw, strict=True):
        field = column.field
        if text and field not in _NAME_FIELDS:
            read = _read(values, field) if field else None
            # What was not understood counts as it stands; capitals and spaces never do.
            said.append(f"{field or column.heading}={read or ' '.join(text.casefold().split())}")
    for role in Role:
        name = values.person(role).name
        said.append(f"{role}={[fold(part or '') for part in (name.surname, name.forenames, *name.aliases)]}")
    return digest(key, "row", *sorted(said))


_NAME_FIELDS = {field_of(role, what) for role in Role for what in ("name", "surname", "forenames", "alias")}
_BIRTH_FIELDS = {field_of(role, "birth_date"): role for role in Role}
_GENDER_FIELDS = {field_of(role, "gender"): role for role in Role}


def _read(values: RowValues, field: Field) -> str | None:
    """A value that lists write in several ways, in one way; None for any other and for what was not read."""
    if field in _GENDER_FIELDS:
        return values.person(_GENDER_FIELDS[field]).gender
    if field in _BIRTH_FIELDS:
        born = values.person(_BIRTH_FIELDS[field]).born
        # An age means other days on another day of reading; as it stands it stays the same.
        return None if born is None or born.precision is Precision.AGE else str(born)
    if field in (
        Field.MARAC_DATE,
        Field.REFERRAL_DATE,
        Field.INCIDENT_DATE,
        Field.RELATIONSHIP,
        Field.CHILDREN,
        Field.HIGH_RISK,
        Field.REPEAT,
        Field.REMAND,
    ):
        read = getattr(values, field)
        return None if read is None else str(read)
    return None


# --- people known before ---


@dataclass(frozen=True, slots=True)
class _Found:
    """Known people of one role: the person each cluster is, the keys of all who came near, and whom each line
    may be, the best first.
    """

    same: dict[int, KnownReferralPerson]
    held: frozenset[str]
    like: dict[Evidence, list[tuple[KnownReferralPerson, Judgement]]]


def _known_people(people: dict[Role, People], known: Iterable[KnownReferralPerson]) -> dict[Role, _Found]:
    indexes: dict[Role, PeopleIndex[KnownReferralPerson]] = {
        role: PeopleIndex(
            item.profile for cluster in people[role].clusters() for item in people[role].members(cluster)
        )
        for role in Role
    }
    for person in known:
        indexes[person.role].add(person, Evidence(person.profile, person.named_with))
    found = {}
    for role in Role:
        clusters = {cluster: people[role].members(cluster) for cluster in people[role].clusters()}
        like = {item: indexes[role].like(item) for items in clusters.values() for item in items}
        same = {}
        for cluster, items in clusters.items():
            best = [
                (-judgement.score, person.profile != item.profile, person.key, person)
                for item in items
                for person, judgement in like[item]
                if judgement.band is Band.SAME
            ]
            if best:
                same[cluster] = min(best, key=lambda item: item[:3])[3]
        found[role] = _Found(same, frozenset(person.key for person in indexes[role]), like)
    return found


# --- outcomes ---


class _Judge:
    """Goes through the lines in order, remembering which were kept."""

    def __init__(
        self,
        people: dict[Role, People],
        found: dict[Role, _Found],
        keys: dict[Role, dict[int, str]],
        earlier_rows: AbstractSet[str],
    ) -> None:
        self._people = people
        self._found = found[Role.SERVICE_USER]
        self._keys = keys
        self._earlier = earlier_rows
        self._kept: dict[str, _Line] = {}
        self._first_line: dict[int, int] = {}

    def rows(self, lines: Sequence[_Line]) -> list[RowResult]:
        return [self._row(line) for line in lines]

    def _row(self, line: _Line) -> RowResult:
        repeat_of = None
        matches: tuple[Match, ...] = ()
        if line.refused:
            outcome = Outcome.REFUSED
        elif before := self._kept.get(line.identity):
            outcome, repeat_of = Outcome.REPEAT, before.line
        elif line.identity in self._earlier:
            outcome = Outcome.REPEAT
            self._keep(line)
        else:
            matches = self._matches(line)
            outcome = Outcome.MATCHED if matches else Outcome.CREATED
            self._keep(line)
        return RowResult(
            line=line.line,
            outcome=outcome,
            service_user=self._key(line, Role.SERVICE_USER),
            victim_survivor=self._key(line, Role.VICTIM_SURVIVOR),
            matches=matches,
            repeat_of=repeat_of,
            problems=line.problems,
            raw=line.raw,
            values=line.values,
            identity=line.identity,
        )

    def _keep(self, line: _Line) -> None:
        self._kept[line.identity] = line
        evidence = line.evidence(Role.SERVICE_USER)
        if evidence:
            self._first_line.setdefault(self._people[Role.SERVICE_USER].cluster(evidence), line.line)

    def _key(self, line: _Line, role: Role) -> str | None:
        evidence = line.evidence(role)
        return self._keys[role][self._people[role].cluster(evidence)] if evidence else None

    def _matches(self, line: _Line) -> tuple[Match, ...]:
        evidence = line.evidence(Role.SERVICE_USER)
        if evidence is None:
            return ()
        people = self._people[Role.SERVICE_USER]
        found: dict[str, Match] = {}
        for person, judgement in self._found.like[evidence]:
            found.setdefault(person.key, _match(judgement, known=person))
        same = self._found.same.get(people.cluster(evidence))
        if same and same.key not in found:
            linked = Judgement(
                0, Band.SAME, ("the same person through other lines of this list",), (), opposed=False
            )
            found[same.key] = _match(linked, known=same)
        for cluster, judgement in self._in_this_file(evidence):
            if cluster in self._first_line:
                key = self._keys[Role.SERVICE_USER][cluster]
                found.setdefault(key, _match(judgement, line=self._first_line[cluster]))
        ordered = sorted(found.items(), key=lambda item: (-item[1].score, item[0]))
        return tuple(match for _, match in ordered[:MOST_MATCHES])

    def _in_this_file(self, evidence: Evidence) -> list[tuple[int, Judgement]]:
        people = self._people[Role.SERVICE_USER]
        own = people.cluster(evidence)
        like = dict(people.like(evidence))
        # The very same saying on an earlier line is not listed as like itself.
        like.setdefault(
            own, Judgement(100, Band.SAME, ("the same names and details as on that line",), (), opposed=False)
        )
        return list(like.items())


def _match(
    judgement: Judgement, *, known: KnownReferralPerson | None = None, line: int | None = None
) -> Match:
    return Match(
        band=judgement.band,
        score=judgement.score,
        reasons=judgement.reasons,
        differences=judgement.differences,
        known_key=known.key if known else None,
        known_reference=known.reference if known else None,
        line=line,
    )


def _source(table: Table, headings: Headings) -> str:
    fields = {column.field for column in headings.columns}
    titles = " ".join(shown(cell) for row in table.rows[: headings.line] for cell in row)
    if Field.MARAC_DATE in fields or "marac" in f"{titles} {table.sheet or ''}".lower():
        return "marac"
    return (
        "police"
        if fields & {Field.OFFENCE, Field.POLICE_OUTCOME, Field.REMAND, Field.INCIDENT_DATE}
        else "other"
    )


def _notices(headings: Headings, skipped: Sequence[SkippedLine]) -> list[str]:
    notices = []
    if headings.unrecognised:
        names = ", ".join(f"“{heading}”" for heading in headings.unrecognised)
        notices.append(f"These columns were not understood and are kept as sent: {names}.")
    notices += [f"Line {line.line} was not read: {line.why}." for line in skipped]
    return notices
