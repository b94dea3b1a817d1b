"""What happened on a case, newest first, with the quiet stretches named; and the pattern of its last months.

Quiet is not the same as safe: a stretch without contact is an entry of its own.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from drive.components.dates import local_date
from drive.instruments.codelists import code_list
from drive.instruments.stored import title_of

from .models import (
    Action,
    Assessment,
    CaseHistory,
    Closure,
    Contact,
    ContactStrategy,
    ResearchNote,
    Session,
    StateEntry,
    SuCase,
)
from .rules import HISTORY_LISTS, add_months, label_of

QUIET_DAYS = 21
"""From so many days without any contact on, a stretch is named."""
SHOWN = 60
"""Entries on one page, ended at the end of a day."""
_READ = 200
"""Most that is read of one kind for one page."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    `kind` is the word shown; `what` is fit to print; `source` says who says so.
    """

    day: datetime.date
    kind: str
    what: str
    source: str = ""
    is_contact: bool = False


@dataclass(frozen=True, slots=True)
class Quiet:
    """A stretch without contact: the days between, neither end included."""

    days: int
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True, slots=True)
class Timeline:
    items: list[Entry | Quiet]
    older: datetime.date | None
    """Entries before this day are on the next page; None where this page is the last."""


def timeline(case: SuCase, *, today: datetime.date, before: datetime.date | None = None) -> Timeline:
    """Entries of days before `before` (all, without it), newest first.

    The same eight statements however many there are.
    """
    limit = before or datetime.date.max
    found = [
        *_contacts(case, limit),
        *_sessions(case, limit),
        *_actions(case, limit),
        *_research(case, limit),
        *_states(case, limit),
        *_forms(case, limit),
        *_plans(case, limit),
        *_closures(case, limit),
    ]
    found.sort(key=lambda entry: (entry.day, entry.kind), reverse=True)
    shown, older = _whole_days(found)
    newest = today if before is None else None
    return Timeline(
        items=with_quiet(shown, today=newest, started=case.starts_on, is_last=older is None), older=older
    )


def _whole_days(found: list[Entry]) -> tuple[list[Entry], datetime.date | None]:
    if len(found) <= SHOWN:
        return found, None
    last_day = found[SHOWN - 1].day
    shown = [entry for entry in found if entry.day >= last_day]
    return shown, last_day if len(shown) < len(found) else None


def with_quiet(
    entries: Iterable[Entry], *, today: datetime.date | None, started: datetime.date, is_last: bool
) -> list[Entry | Quiet]:
    """Entries, newest first, with stretches of `QUIET_DAYS` or more without contact between them.

    `today` begins the stretch that is still going on; a page that is not the first has none.
    """
    items: list[Entry | Quiet] = []
    later = today + datetime.timedelta(days=1) if today else None
    for entry in entries:
        if entry.is_contact:
            if later is not None and (gap := _gap(entry.day, later)):
                items.append(gap)
            later = entry.day
        items.append(entry)
    if is_last and later is not None and (gap := _gap(started - datetime.timedelta(days=1), later)):
        items.append(gap)
    return items


def _gap(earlier: datetime.date, later: datetime.date) -> Quiet | None:
    days = (later - earlier).days - 1
    one = datetime.timedelta(days=1)
    return Quiet(days, earlier + one, later - one) if days >= QUIET_DAYS else None


def _contacts(case: SuCase, before: datetime.date) -> list[Entry]:
    made = code_list("K-19").roll_up("made")
    rows = Contact.objects.filter(case=case, happened_on__lt=before, session__isnull=True).select_related(
        "recorded_by"
    )
    return [
        Entry(
            row.happened_on,
            "Contact" if row.outcome in made else "Contact work",
            _sentence(
                label_of("K-19", row.outcome),
                label_of("K-18", row.channel).lower(),
                "started by the service user" if row.started_by == "su" else "",
                row.note,
            ),
            row.recorded_by.name,
            is_contact=row.outcome in made,
        )
        for row in rows.order_by("-happened_on", "-id")[:_READ]
    ]


def _sessions(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = Session.objects.filter(case=case, held_on__lt=before).select_related("recorded_by")
    qualities = {"open": "Open", "mixed": "Mixed", "guarded": "Guarded", "seeming": "Seeming to go along"}
    return [
        Entry(
            row.held_on,
            "Session",
            _sentence(
                qualities.get(row.quality, label_of("K-63.kind", row.kind)),
                ", ".join(label_of("K-43", code).lower() for code in row.techniques),
                row.note,
            ),
            row.recorded_by.name,
            is_contact=row.attended,
        )
        for row in rows.order_by("-held_on", "-id")[:_READ]
    ]


def _actions(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = Action.objects.filter(case=case, done_on__lt=before).select_related("recorded_by")
    seen = {"hidden": "Hidden from him", "could_guess": "He could guess", "will_see": "He will see it"}
    return [
        Entry(
            row.done_on,
            label_of("K-39", row.sub_type) if row.sub_type else label_of("K-38", row.kind),
            _sentence(row.done, seen.get(row.visibility, "")),
            label_of("K-45", row.agency) or row.recorded_by.name,
        )
        for row in rows.order_by("-done_on", "-id")[:_READ]
    ]


def _research(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = ResearchNote.objects.filter(case=case, noted_on__lt=before).order_by("-noted_on", "-recorded_at")[
        :_READ
    ]
    return [
        Entry(
            row.noted_on,
            "Research",
            _sentence(
                f"{label_of('K-46.topic', row.topic)}: {label_of('K-46.status', row.status).lower()}",
                row.found,
            ),
            row.source or label_of("K-45", row.agency),
        )
        for row in rows
    ]


def _states(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = StateEntry.objects.filter(case=case, since__lt=before).select_related("recorded_by")
    return [
        Entry(
            row.since,
            CaseHistory(row.history).label,
            _sentence(label_of(HISTORY_LISTS[row.history], row.value), _detail(row), row.reason),
            row.recorded_by.name,
        )
        for row in rows.order_by("-since", "-recorded_at")[:_READ]
    ]


def _detail(row: StateEntry) -> str:
    return label_of("K-54", row.detail) if row.history == CaseHistory.STATUS else row.detail


def _forms(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = (
        Assessment.objects.filter(case=case, as_of__lt=before).select_related("recorded_by").defer("answers")
    )
    return [
        Entry(
            row.as_of,
            "Assessment",
            _sentence(
                f"{title_of(row.instrument)}, {label_of('K-36', row.point).lower()}",
                "amended" if row.supersedes_id else "",
            ),
            row.recorded_by.name,
        )
        for row in rows.order_by("-as_of", "-recorded_at")[:_READ]
    ]


def _plans(case: SuCase, before: datetime.date) -> list[Entry]:
    start_of = (
        datetime.datetime.combine(before, datetime.time.min, tzinfo=datetime.UTC)
        if before.year < 9999
        else None
    )
    rows = ContactStrategy.objects.filter(case=case).select_related("recorded_by")
    if start_of:
        rows = rows.filter(recorded_at__lt=start_of)
    return [
        Entry(
            local_date(row.recorded_at),
            "Plan",
            f"Contact strategy, version {row.version}.",
            row.recorded_by.name,
        )
        for row in rows.order_by("-version")[:_READ]
    ]


def _closures(case: SuCase, before: datetime.date) -> list[Entry]:
    rows = Closure.objects.filter(case=case, closed_on__lt=before).select_related("recorded_by")
    return [
        Entry(
            row.closed_on,
            "Closed",
            _sentence(label_of("K-52", row.primary_reason), row.eyes_on),
            row.recorded_by.name,
        )
        for row in rows.order_by("-closed_on")[:_READ]
    ]


def _sentence(*parts: str) -> str:
    said = [part.strip().rstrip(".") for part in parts if part and part.strip()]
    return ". ".join(part[0].upper() + part[1:] for part in said) + "." if said else ""


@dataclass(frozen=True, slots=True)
class Mark:
    """One event of a lane. Shape says what: dot, ring, square or diamond."""

    day: datetime.date
    shape: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A state that lasted, from its first to its last day inside the pattern."""

    first: datetime.date
    last: datetime.date
    label: str
    dark: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """The last months of a case in lanes: what `drawing.draw` draws and the table beside it counts."""

    first: datetime.date
    last: datetime.date
    whereabouts: list[Bar]
    lanes: dict[str, list[Mark]]
    columns: tuple[str, ...]
    rows: list[tuple[str, ...]]


MONTHS = 6
LANES = ("Contact with him", "Sessions", "Disrupt actions", "Support actions", "Assessments")


def pattern(case: SuCase, today: datetime.date) -> Pattern:
    """Whereabouts, contacts, sessions, actions and forms of the last six months. Five statements."""
    first = max(add_months(today, -MONTHS), datetime.date(1, 1, 1))
    made = code_list("K-19").roll_up("made")
    contacts = Contact.objects.filter(case=case, happened_on__range=(first, today), session__isnull=True)
    actions = Action.objects.filter(case=case, done_on__range=(first, today)).exclude(sub_type="")
    done = list(actions.values_list("done_on", "sub_type"))
    lanes = {
        "Contact with him": [
            Mark(day, "dot" if outcome in made else "ring")
            for day, outcome in contacts.values_list("happened_on", "outcome")
        ],
        "Sessions": [
            Mark(day, "dot")
            for day in Session.objects.filter(case=case, held_on__range=(first, today)).values_list(
                "held_on", flat=True
            )
        ],
        "Disrupt actions": [Mark(day, "square") for day, kind in done if kind in ("disrupt", "both")],
        "Support actions": [Mark(day, "square") for day, kind in done if kind in ("support", "both")],
        "Assessments": [
            Mark(day, "diamond")
            for day in Assessment.objects.filter(
                case=case, as_of__range=(first, today), supersedes__isnull=True
            ).values_list("as_of", flat=True)
        ],
    }
    columns, rows = _by_month(lanes, first, today)
    return Pattern(first, today, _whereabouts(case, first, today), lanes, columns, rows)


def _whereabouts(case: SuCase, first: datetime.date, last: datetime.date) -> list[Bar]:
    entries = list(
        StateEntry.objects.filter(case=case, history=CaseHistory.WHEREABOUTS, since__lte=last).order_by(
            "since", "recorded_at"
        )
    )
    bars = []
    for entry, after in pairwise([*entries, None]):
        assert entry is not None  # only the last of the pairs ends with None
        ends = after.since - datetime.timedelta(days=1) if after else last
        if ends >= first and ends >= entry.since and entry.value != "unknown":
            inside = entry.value in ("remand", "sentenced", "recalled")
            bars.append(Bar(max(entry.since, first), ends, label_of("K-58", entry.value), inside))
    return bars


def _by_month(
    lanes: dict[str, list[Mark]], first: datetime.date, last: datetime.date
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    months = sorted(
        {(m.year, m.month) for n in range(MONTHS + 1) for m in [add_months(first, n)] if m <= last}
        | {(last.year, last.month)}
    )
    columns = tuple(f"{datetime.date(year, month, 1):%b}" for year, month in months)
    rows = []
    for name in LANES:
        counted = [sum((mark.day.year, mark.day.month) == month for mark in lanes[name]) for month in months]
        if name == "Contact with him":
            tried = [
                sum((m.day.year, m.day.month) == month and m.shape == "ring" for m in lanes[name])
                for month in months
            ]
            rows.append(("Spoke with him", *(str(n - t) for n, t in zip(counted, tried, strict=True))))
            rows.append(("Tried, no exchange", *map(str, tried)))
        else:
            rows.append((name, *map(str, counted)))
    return columns, rows


def last_contact(case_id: UUID) -> datetime.date | None:
    """The day of the last exchange with him, or None where there never was one."""
    made = sorted(code_list("K-19").roll_up("made"))
    return (
        Contact.objects.filter(case_id=case_id, outcome__in=made)
        .order_by("-happened_on")
        .values_list("happened_on", flat=True)
        .first()
    )
