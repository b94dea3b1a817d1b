"""What submitted forms say: which hold, what came before, which are due (C-08), and what nobody knows
(S-27).
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from drive.instruments.answers import ValidatedAnswers
from drive.instruments.codelists import code_list
from drive.instruments.definitions import Definition, Unit
from drive.instruments.library import instrument
from drive.instruments.scoring import derive
from drive.instruments.stored import StoredAnswer, as_stored, title_of

from .closing_facts import initials, setting
from .models import Assessment, ContactStrategy, LinkedPerson, ResearchNote, ReviewFlag, SuCase
from .queries import CaseStates
from .rules import add_months, label_of

OFFERED = ("severity_of_abuse_grid", "needs", "drive_dash", "background_research", "aces", "risk_change")
"""Forms of the case manager's side, in the order in which they are offered."""

POINTS: dict[str, tuple[str, ...]] = {
    "severity_of_abuse_grid": ("intake", "m3", "m6", "m9"),
    "needs": ("intake", "m3", "m6", "m9"),
    "drive_dash": ("two_weeks", "mid"),
}
"""Points (K-36) at which a form can be due; the exit forms belong to closing."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """When the forms of a case are due at a site (C-08): months, weeks and months after the case's start."""

    every: int = 3
    dash_weeks: int = 2
    dash_mid: int = 6

    def due(self, starts_on: datetime.date, instrument_id: str) -> list[tuple[datetime.date, str]]:
        """(day, point) of one instrument, soonest first. Intake is due two weeks after the start (R-48)."""
        found = []
        for point in POINTS[instrument_id]:
            if point == "intake":
                found.append((starts_on + datetime.timedelta(days=14), point))
            elif point == "two_weeks":
                found.append((starts_on + datetime.timedelta(weeks=self.dash_weeks), point))
            elif point == "mid":
                found.append((add_months(starts_on, self.dash_mid), point))
            elif int(point[1:]) % self.every == 0:
                found.append((add_months(starts_on, int(point[1:])), point))
        return found


def timetable(site_id: UUID, today: datetime.date) -> Timetable:
    """The site's setting C-08 as it stands today, or the handbook's default."""
    found: Any = setting(site_id, "C-08", today) or {}
    return Timetable(
        **{name: int(found[name]) for name in ("every", "dash_weeks", "dash_mid") if name in found}
    )


AHEAD = datetime.timedelta(days=14)
NEAR = datetime.timedelta(weeks=6)
"""A form within six weeks of its point counts for it (records 4)."""


@dataclass(frozen=True, slots=True)
class HeldForm:
    """One submitted form that holds, read back under its version; `answers` is None where they fit it no more."""

    row: Assessment
    answers: ValidatedAnswers | None

    @property
    def name(self) -> str:
        return title_of(self.row.instrument)

    @property
    def stored(self) -> list[StoredAnswer]:
        """What to show in place of a summary where the answers fit no definition any more (R-10); else nothing."""
        return as_stored(self.row.instrument, self.row.answers) if self.answers is None else []

    @property
    def summary(self) -> list[str]:
        """What may be said of it in one line: derived values, each with what is missing (R-06)."""
        if self.answers is None:
            return []
        said = []
        for value in derive(self.answers).values():
            if value.value is None:
                said.append(f"{value.label}: unknown")
            elif isinstance(value.value, bool):
                said.append(f"{value.label}: {'yes' if value.value else 'no'}")
            else:
                shown = (
                    _level(self.answers.definition, value.id, value.value)
                    if isinstance(value.value, str)
                    else value.value
                )
                said.append(
                    f"{value.label}: {shown}" + (f", {value.missing} missing" if value.missing else "")
                )
        return said


def _level(definition: Definition, derived_id: str, code: str) -> str:
    """A level in the words of the form's own list: needs (K-25) and abuse (K-28) have different ones."""
    source = next(one for one in definition.derived if one.id == derived_id)
    entry = definition.item(source.items[0]).code(code)
    return entry.label.lower() if entry else code


def forms_of(case: SuCase) -> list[HeldForm]:
    """Every submitted form of the case that holds, newest first. One statement."""
    rows = Assessment.objects.filter(case=case, superseded_by__isnull=True).select_related(
        "linked_person", "recorded_by", "supersedes"
    )
    return [HeldForm(row, row.validated) for row in rows.order_by("-as_of", "-recorded_at", "id")]


def before(
    forms: Iterable[HeldForm], instrument_id: str, person_id: UUID | None, leaving_out: UUID | None = None
) -> list[HeldForm]:
    """The forms to stand beside a new one, oldest first: at most the last three of one instrument about one
    person.
    """
    found = [
        form
        for form in forms
        if form.row.instrument == instrument_id
        and form.row.linked_person_id == person_id
        and form.row.pk != leaving_out
    ]
    return found[:3][::-1]


@dataclass(frozen=True, slots=True)
class Due:
    """A form that is due within two weeks, or overdue."""

    case_id: UUID
    instrument: str
    name: str
    point: str
    due_on: datetime.date
    person_id: UUID | None = None
    about: str = ""

    @property
    def point_label(self) -> str:
        return label_of("K-36", self.point).lower()


def forms_due(cases: Collection[SuCase], today: datetime.date) -> list[Due]:
    """The forms due on open cases, soonest first: of each timetable the last point reached.

    Two statements, and one more for each site.
    """
    tables = {site_id: timetable(site_id, today) for site_id in {case.site_id for case in cases}}
    ids = [case.pk for case in cases]
    held: dict[tuple[UUID, str, UUID | None], list[datetime.date]] = {}
    for case_id, name, person_id, as_of in Assessment.objects.filter(case_id__in=ids).values_list(
        "case_id", "instrument", "linked_person_id", "as_of"
    ):
        held.setdefault((case_id, name, person_id), []).append(as_of)
    people: dict[UUID, list[LinkedPerson]] = {}
    for person in LinkedPerson.objects.filter(case_id__in=ids).order_by("-is_index", "recorded_at", "id"):
        people.setdefault(person.case_id, []).append(person)
    found = []
    for case in cases:
        for name in POINTS:
            per_link = instrument(name).unit is Unit.LINK
            for one in people.get(case.pk, []) if per_link else [None]:
                due = _due_now(
                    case,
                    name,
                    tables[case.site_id].due(case.starts_on, name),
                    one,
                    held.get((case.pk, name, one.pk if one else None), []),
                    today,
                )
                if due:
                    found.append(due)
    return sorted(found, key=lambda due: (due.due_on, due.name, str(due.case_id)))


def _due_now(
    case: SuCase,
    name: str,
    points: list[tuple[datetime.date, str]],
    person: LinkedPerson | None,
    held: list[datetime.date],
    today: datetime.date,
) -> Due | None:
    reached = [(day, point) for day, point in points if day <= today + AHEAD]
    if not reached:
        return None
    day, point = reached[-1]
    if any(as_of >= day - NEAR for as_of in held):
        return None
    about = initials(person.name_as_referred) if person else ""
    return Due(case.pk, name, instrument(name).name, point, day, person.pk if person else None, about)


def open_flags(case_ids: Collection[UUID]) -> list[ReviewFlag]:
    """Rises that nobody has answered yet, oldest first (S-49). One statement."""
    return list(
        ReviewFlag.objects.filter(case_id__in=case_ids, answer__isnull=True)
        .select_related("assessment", "assessment__linked_person", "recorded_by")
        .order_by("recorded_at", "id")
    )


@dataclass(frozen=True, slots=True)
class RiskLine:
    """What the grids say, and how the case is treated while facts are missing.

    A grade never falls silently (S-27).
    """

    highest: str
    """K-28, over all linked people and kinds of abuse of the newest grids; "" where no level is known."""
    kind: str
    by: str
    as_of: datetime.date | None
    treated_as: str
    """K-28: not below the highest level ever recorded while three or more key facts are missing; "" where
    unknown.
    """
    unknowns: tuple[str, ...]


MISSING_LIMIT = 3


def risk_line(forms: Collection[HeldForm], unknowns: tuple[str, ...]) -> RiskLine:
    """The risk line of a case from its severity grids.

    Words such as "high risk" have no scale and are not used (R-85).
    """
    ranked = []
    newest: set[UUID | None] = set()
    for form in forms:
        if form.row.instrument != "severity_of_abuse_grid" or form.answers is None:
            continue
        is_newest = form.row.linked_person_id not in newest
        newest.add(form.row.linked_person_id)
        for kind in ("physical", "sexual", "hs", "jcc"):
            level = form.answers.known(kind)
            rank = code_list("K-28").rank(level) if isinstance(level, str) else None
            if isinstance(level, str) and rank is not None:
                ranked.append((rank, is_newest, form.row.as_of, level, kind, form.row.recorded_by.name))
    now = [entry for entry in ranked if entry[1]]
    top = max(now, key=lambda entry: (entry[0], entry[2]), default=None)
    ever = max(ranked, key=lambda entry: entry[0], default=None)
    treated = (ever if len(unknowns) >= MISSING_LIMIT else top) or top
    return RiskLine(
        highest=top[3] if top else "",
        kind=label_of("K-27", top[4]) if top else "",
        by=top[5] if top else "",
        as_of=top[2] if top else None,
        treated_as=treated[3] if treated else "",
        unknowns=unknowns,
    )


def known_unknowns(
    case: SuCase, states: CaseStates, people: Collection[LinkedPerson], forms: Collection[HeldForm]
) -> tuple[str, ...]:
    """The key facts that nobody has, in words fit to show (S-27). Two statements."""
    found: list[str] = []
    if states.value("whereabouts") in ("", "unknown"):
        found.append("Where he is")
    if not states.value("legal") or states.value("legal") == "unknown":
        found.append("Orders and conditions: nobody has looked")
    if not states.value("engagement"):
        found.append("Engagement: never recorded")
    newest: dict[UUID | None, HeldForm] = {}
    for form in forms:
        if form.row.instrument == "severity_of_abuse_grid":
            newest.setdefault(form.row.linked_person_id, form)
    for person in people:
        short = initials(person.name_as_referred)
        if person.pk not in newest:
            found.append(f"Severity of abuse of {short}: no grid yet")
            continue
        answers = newest[person.pk].answers
        if answers is None:
            found.append(f"Severity of abuse of {short}: the newest grid fits no form any more")
            continue
        unknown = [
            label_of("K-27", kind).lower()
            for kind in ("physical", "sexual", "hs", "jcc")
            if answers.missing_state(kind)
        ]
        if unknown:
            found.append(f"Abuse of {short}: {', '.join(unknown)}")
    strategy = ContactStrategy.objects.filter(case=case).order_by("-version").first()
    if strategy is None or strategy.others_at_risk.strip().lower() in ("", "unknown"):
        found.append("Others at risk: new partner, children, family")
    asked = set(ResearchNote.objects.filter(case=case).values_list("topic", flat=True).distinct())
    never = [code.label.lower() for code in code_list("K-46.topic").codes if code.code not in asked]
    if never:
        found.append(f"Never asked about: {', '.join(never)}")
    return tuple(found)


def definition_offered(instrument_id: str) -> Definition | None:
    """The definition in use of a form that this side offers, or None."""
    return instrument(instrument_id) if instrument_id in OFFERED else None
