"""The performance return of one site for any two dates: which measures, in which order, in which words.

Every figure is computed by `drive_evaluation`, so that it has one definition; this file only chooses and names. Each
section carries its n, its missing and its definition. Contact never stands alone: the three companions of S-38 are in
the same section.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from drive.extract.queries import client_coverage
from drive.extract.tables import Window, contract_tables
from drive.instruments.codelists import code_list
from drive_evaluation.definitions import MEASURES

from .book import COVERAGE, SITE_CODE, Book, Cell, Figures, percent, share, total

ROLL_UPS = {"any": "Fully or partially engaging, together", "probation": "Probation services, together"}
"""Rows that count what other rows count too: named so that nobody adds them up."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the return. `rows` are cells as shown, the first the row's name."""

    key: str
    title: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[str, ...], ...]
    n: str = ""
    missing: str = ""
    definition: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class SeverityPair:
    """One cell of the severity grid at intake and exit: paired victims/survivors at that level."""

    abuse_type: str
    severity: str
    intake: int | None
    exit: int | None


@dataclass(frozen=True)
class PerformanceReturn:
    """The whole return. `exact` is true only on a manager's own screen (S-40)."""

    first: datetime.date
    last: datetime.date
    sections: tuple[Section, ...]
    severity: tuple[SeverityPair, ...]
    paired: str
    exact: bool
    skipped: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """The return as it is kept with a release: dates as text, everything else as it stands."""
        return asdict(self) | {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def rows_by_section(self) -> dict[str, int]:
        """How many rows each section prints."""
        return {section.key: len(section.rows) for section in self.sections}

    @classmethod
    def from_data(cls, kept: dict[str, Any]) -> PerformanceReturn:
        """What `as_data` kept."""
        return cls(
            datetime.date.fromisoformat(kept["first"]), datetime.date.fromisoformat(kept["last"]),
            tuple(
                Section(**{**part, "columns": tuple(map(tuple, part["columns"])), "rows": tuple(map(tuple, part["rows"]))})
                for part in kept["sections"]
            ),
            tuple(SeverityPair(**pair) for pair in kept["severity"]), kept["paired"], kept["exact"], tuple(kept["skipped"]),
        )  # fmt: skip


def performance_return(
    first: datetime.date, last: datetime.date, *, exact: bool, service_id: UUID | None = None
) -> PerformanceReturn:
    """Compute the return of the acting membership's site, both days included. Works in the report scope.

    `service_id` keeps to that service's cases which the member is not barred from: exact numbers are for records that
    their reader may open. Without `exact` every figure passes disclosure control first, all of them together (S-40).
    Raises `ValueError` when the dates are out of order, and the library's `ReleaseRefusedError` where that control fails.
    """
    from drive_evaluation.returns import site_return  # brings scipy: who computes waits for it, no start does

    tables = contract_tables(Window(SITE_CODE, last, service_id=service_id))
    outcome = site_return(tables, first=first, last=last, site_code=SITE_CODE)
    book = Book(outcome, client_coverage(last, service_id), exact=exact)
    return PerformanceReturn(
        first, last, tuple(_sections(book)), tuple(_severity(book)), book.base("M-SOAG", "vs_closed")[0], exact,
        tuple(sorted({MEASURES[s.measure].title for s in outcome.skipped if s.measure in MEASURES})),
    )  # fmt: skip


def _definition(*measures: str) -> str:
    return " ".join(f"{MEASURES[m].title}: {MEASURES[m].definition}" for m in measures if m in MEASURES)


def _by_code(
    book: Book, measure: str, population: str, dimension: str, label: Callable[[str], str]
) -> tuple[tuple[str, ...], ...]:
    """Rows (label, count, share) of a measure by one dimension.

    On a manager's screen codes that nobody has are left out. In a release every code stands, since a row that only
    appears with somebody in it tells that there is somebody.
    """
    return tuple(
        (
            ROLL_UPS.get(found.dimensions[dimension]) or label(found.dimensions[dimension]),
            found.values["count"].shown,
            percent(found.values.get("percent"), found.values["count"]),
        )
        for found in book.of(measure, population)
        if set(found.dimensions) == {dimension} and (not book.exact or found.values["count"].number)
    )


def _label(list_id: str) -> Callable[[str], str]:
    known = code_list(list_id)

    def label(code: str) -> str:
        return (
            known.label(code)
            if code in known
            else {"unknown": "Unknown"}.get(code, code.replace("_", " ").capitalize())
        )

    return label


COUNT = (("", False), ("Number", True), ("Share", True))


def _sections(book: Book) -> Iterable[Section]:
    yield _referrals(book)
    yield _decisions(book)
    yield _open(book)
    yield _contact(book)
    for key, title, measure, population, dimension, list_id in (
        (
            "engagement",
            "Engagement of service users in direct contact",
            "M-ENGAGE",
            "open_direct",
            "level",
            "K-20",
        ),
        ("actions", "Actions by kind", "M-ACT-KIND", "actions_period", "category", "K-38"),
        ("multi", "Multi-agency work by purpose", "M-ACT-MULTI", "interventions", "subcategory", "K-39"),
        (
            "agencies",
            "Multi-agency work by primary agency",
            "M-ACT-AGENCY",
            "interventions",
            "agency",
            "K-45",
        ),
        ("closures", "Closures by reason", "M-CLOSE-REASON", "closed", "reason", "K-52"),
    ):
        rows = _by_code(book, measure, population, dimension, _label(list_id))
        yield Section(key, title, COUNT, rows, *book.base(measure, population), _definition(measure))
    yield _closing(book)
    yield _severity_table(book)


def _referrals(book: Book) -> Section:
    rows = _by_code(book, "M-REFERRED", "referred", "referral_source", _label("K-09"))
    everybody = ("All", book.cell("M-REFERRED", "referred").shown, "")
    return Section(
        "referrals", "Referrals", COUNT, (everybody, *rows), *book.base("M-REFERRED", "referred"), _definition("M-REFERRED")
    )  # fmt: skip


def _decisions(book: Book) -> Section:
    words = {"eligible": "Accepted", "excluded": "Not taken", "not_assessed": "Not decided yet"}
    rows = _by_code(book, "M-REFERRED", "referred", "eligibility", lambda code: words.get(code, code))
    return Section(
        "decisions", "Decisions on those referred", COUNT, rows, *book.base("M-REFERRED", "referred"), _definition("M-REFERRED")
    )  # fmt: skip


def _open(book: Book) -> Section:
    people = [
        (f"{words} of accepted cases", book.cell("M-THROUGHPUT", "accepted", person=person).shown)
        for person, words in (("perpetrators", "Service users"), ("victims", "Victims/survivors"))
    ]
    return Section(
        "open", "Open cases", (("", False), ("Number", True)),
        (
            ("Open on the last day", book.cell("M-OPEN", "open").shown),
            ("Open at any time in the period", book.cell("M-OPEN", "open", definition="active_during").shown), *people,
        ),
        book.base("M-OPEN", "open")[0], "", _definition("M-OPEN", "M-THROUGHPUT"),
        "Open on the last day and open in the period are two measures, and both are given (R-90).",
    )  # fmt: skip


def _contact(book: Book) -> Section:
    """Contact with its three companions: not contacted for safety, disrupt work, victim/survivor feedback (S-38)."""
    base = book.cell("M-OPEN", "open")
    contacted = book.cell("M-CONTACT-RATE", "open", contacted="yes")
    for_safety = _or_none(book, book.cell("M-OPEN-STATUS", "open_nondirect", status="not_safe"))
    disrupt = total(
        *(book.cell("M-ACT-MULTI", "interventions", subcategory=kind) for kind in ("disrupt", "both"))
    )
    in_touch = book.cell(*COVERAGE)
    rows = (
        ("Service user contacted at least once", contacted.shown, share(contacted, base)),
        ("Not contacted, for safety: a good outcome", for_safety.shown, share(for_safety, base)),
        ("Disrupt actions in the period", disrupt.shown, ""),
        ("Victim/survivor in touch with an IDVA", in_touch.shown, share(in_touch, base)),
    )
    return Section(
        "contact", "Contact, beside safety, disruption and feedback", COUNT, rows, *book.base("M-CONTACT-RATE", "open"),
        _definition("M-CONTACT-RATE", "M-OPEN-STATUS", "M-ACT-MULTI")
        + " Victim/survivor in touch: open cases with a linked client whose newest engagement is engaged, sporadic, monitoring or"
        " reached through another agency, of all open cases.",
        "Contact is one exchange or more; a case rightly left alone is not a case left undone.",
    )  # fmt: skip


def _or_none(book: Book, cell: Cell) -> Cell:
    """A status that nobody has is no result: nought on the screen, and withheld like any small number in a release."""
    if cell.withheld or cell.number is not None:
        return cell
    return Cell(0) if book.exact else Cell(withheld=True)


def _closing(book: Book) -> Section:
    closed = book.cell("M-CLOSE", "closed")

    def days(name: str) -> str:
        """A length in whole days, withheld with the number of closures: a dash would say that there are none."""
        cell = closed if closed.withheld else book.cell("M-CLOSE", "closed", name)
        return cell.shown if cell.withheld or cell.number is None else f"{cell.number:.0f} days"

    return Section(
        "closing", "Closures", (("", False), ("Number", True)),
        (
            ("Closed in the period", closed.shown),
            ("Mean length", days("mean_days")),
            ("Median length", days("median_days")),
        ),
        book.base("M-CLOSE", "closed")[0], "", _definition("M-CLOSE"),
    )  # fmt: skip


def _grid(book: Book) -> list[Figures]:
    return [f for f in book.of("M-SOAG", "vs_closed") if set(f.dimensions) == {"abuse_type", "severity"}]


def _severity(book: Book) -> Iterable[SeverityPair]:
    """Withheld numbers are None: their bar takes no length."""
    for found in _grid(book):
        intake, at_exit = (found.values[name].number for name in ("intake", "exit"))
        yield SeverityPair(
            found.dimensions["abuse_type"], found.dimensions["severity"], None if intake is None else int(intake),
            None if at_exit is None else int(at_exit),
        )  # fmt: skip


def _severity_table(book: Book) -> Section:
    types, levels = code_list("K-27"), code_list("K-28")
    rows = tuple(
        (
            types.label(found.dimensions["abuse_type"]), levels.label(found.dimensions["severity"]),
            found.values["intake"].shown, found.values["exit"].shown,
        )
        for found in _grid(book)
    )  # fmt: skip
    return Section(
        "severity", "Severity of abuse at intake and exit",
        (("Type", False), ("Level", False), ("Intake", True), ("Exit", True)), rows, *book.base("M-SOAG", "vs_closed"),
        _definition("M-SOAG"),
        "Rated by case managers, per victim/survivor of closed cases with both forms. Counts, not reductions: a fall of one level"
        " moves a person to the next row (R-80).",
    )  # fmt: skip


def default_period(today: datetime.date) -> tuple[datetime.date, datetime.date]:
    """The last whole quarter."""
    start = datetime.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last = start - datetime.timedelta(days=1)
    return datetime.date(last.year, last.month - 2, 1), last


def sections_text(sections: Sequence[Section]) -> str:
    """The return as plain text, for the command line."""
    lines: list[str] = []
    for section in sections:
        lines.append(
            f"\n{section.title}"
            + (
                f"  (n = {section.n}" + (f", missing {section.missing})" if section.missing else ")")
                if section.n
                else ""
            )
        )
        lines += ["  " + "  ".join(cell for cell in row if cell) for row in section.rows]
    return "\n".join(lines)
