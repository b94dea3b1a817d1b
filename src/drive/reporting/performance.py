"""The performance return of one site for any two dates: which measures, in which order, in which words.

Every figure is computed by `drive_evaluation`, so that it has one definition; this file only chooses and names. Each
section carries its n, its missing and its definition. Contact never stands alone: the three companions of S-38 are in
the same section.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from drive.extract.queries import ClientCoverage, client_coverage
from drive.extract.tables import Window, contract_tables
from drive.instruments.codelists import code_list
from drive_evaluation.definitions import MEASURES
from drive_evaluation.disclosure import Policy
from drive_evaluation.results import Result
from drive_evaluation.returns import PERIOD, site_return
from drive_evaluation.run import Outcome

SITE_CODE = "site"
"""The code of the site inside the tables; its name stands in the page's heading only."""

ROLL_UPS = {"any": "Fully or partially engaging, together", "probation": "Probation services, together"}
"""Rows that count what other rows count too: named so that nobody adds them up."""

POLICY = Policy()
"""What may be released (S-40): the evaluation library's own limits, so that they stand in one place."""

WITHHELD = "[c]"
"""What a cell shows that is withheld by disclosure control: of fixed width, so that its length tells nothing."""


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


def performance_return(first: datetime.date, last: datetime.date, *, exact: bool) -> PerformanceReturn:
    """Compute the return of the acting membership's site, both days included. Works in the report scope.

    Raises `ValueError` when the dates are out of order. With `exact` false every figure passes disclosure control first.
    """
    outcome = site_return(
        contract_tables(Window(SITE_CODE, last)), first=first, last=last, site_code=SITE_CODE
    )
    coverage = client_coverage(last)
    shown = _exact_number if exact else _protected_number
    book = _Book(outcome, shown)
    return PerformanceReturn(
        first, last, tuple(_sections(book, coverage)), tuple(_severity(book)), book.n_of("M-SOAG", "vs_closed"), exact,
        tuple(sorted({MEASURES[s.measure].title for s in outcome.skipped if s.measure in MEASURES})),
    )  # fmt: skip


def _exact_number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _released(value: float) -> int | None:
    """The number as it may leave the house, by the evaluation library's policy; None where it is withheld."""
    if value <= POLICY.redact_up_to:
        return None
    return int(POLICY.round_to * round(value / POLICY.round_to))


def _protected_number(value: float | None) -> str:
    """7 or fewer withheld, then rounded to 5 (S-40). A zero is withheld like any small number: it would tell as much."""
    if value is None:
        return "–"
    released = _released(value)
    return WITHHELD if released is None else f"{released:,}"


@dataclass
class _Book:
    """Results by measure, and how a count is shown."""

    outcome: Outcome
    shown: Callable[[float | None], str]

    @property
    def exact(self) -> bool:
        return self.shown is _exact_number

    def of(self, measure: str, population: str) -> list[Result]:
        return [
            r for r in self.outcome.results
            if r.measure == measure and r.population == f"{SITE_CODE}.{population}" and r.subgroup == f"period={PERIOD}"
        ]  # fmt: skip

    def one(self, measure: str, population: str, **dimensions: str) -> Result | None:
        return next((r for r in self.of(measure, population) if dict(r.dimensions) == dimensions), None)

    def value(self, measure: str, population: str, name: str = "count", **dimensions: str) -> Any:
        found = self.one(measure, population, **dimensions)
        return found.values.get(name) if found else None

    def n_of(self, measure: str, population: str) -> str:
        found = self.of(measure, population)
        return self.shown(found[0].n) if found else ""

    def share(self, count: float | None, base: float | None) -> str:
        """A share from the numbers that are shown, never from hidden ones: with control on, from the rounded cells."""
        if not count or not base:
            return "–" if count is None or not base else "0%" if self.exact else "–"
        if self.exact:
            return f"{100 * count / base:.0f}%"
        part, whole = _released(count), _released(base)
        return WITHHELD if part is None or whole is None else f"{100 * part / whole:.0f}%"


def _definition(*measures: str) -> str:
    return " ".join(f"{MEASURES[m].title}: {MEASURES[m].definition}" for m in measures if m in MEASURES)


def _by_code(
    book: _Book,
    measure: str,
    population: str,
    dimension: str,
    label: Callable[[str], str],
    *,
    only: Iterable[str] = (),
) -> tuple[list[tuple[str, ...]], str, str]:
    """Rows (label, count, share) of a measure by one dimension, with its n and missing."""
    wanted = set(only)
    found = [r for r in book.of(measure, population) if set(r.dimensions) == {dimension}]
    rows: list[tuple[str, ...]] = [
        (
            ROLL_UPS.get(r.dimensions[dimension]) or label(r.dimensions[dimension]),
            book.shown(r.values.get("count")),
            book.share(r.values.get("count"), r.n + r.n_missing),
        )
        for r in found
        if r.values.get("count") or r.dimensions[dimension] in wanted
    ]
    n = book.shown(found[0].n) if found else ""
    missing = book.shown(found[0].n_missing) if found else ""
    return rows, n, missing


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


def _sections(book: _Book, coverage: ClientCoverage) -> Iterable[Section]:
    yield _referrals(book)
    yield _decisions(book)
    yield _open(book)
    yield _contact(book, coverage)
    yield _coded(
        "engagement",
        "Engagement of service users in direct contact",
        book,
        "M-ENGAGE",
        "open_direct",
        "level",
        "K-20",
    )
    yield _coded("actions", "Actions by kind", book, "M-ACT-KIND", "actions_period", "category", "K-38")
    yield _coded(
        "multi", "Multi-agency work by purpose", book, "M-ACT-MULTI", "interventions", "subcategory", "K-39"
    )
    yield _coded(
        "agencies",
        "Multi-agency work by primary agency",
        book,
        "M-ACT-AGENCY",
        "interventions",
        "agency",
        "K-45",
    )
    yield _coded("closures", "Closures by reason", book, "M-CLOSE-REASON", "closed", "reason", "K-52")
    yield _closing(book)
    yield _severity_table(book)


def _referrals(book: _Book) -> Section:
    rows, n, missing = _by_code(book, "M-REFERRED", "referred", "referral_source", _label("K-09"))
    total = book.value("M-REFERRED", "referred")
    return Section(
        "referrals",
        "Referrals",
        COUNT,
        (("All", book.shown(total), ""), *rows),
        n,
        missing,
        _definition("M-REFERRED"),
    )


def _decisions(book: _Book) -> Section:
    words = {"eligible": "Accepted", "excluded": "Not taken", "not_assessed": "Not decided yet"}
    rows, n, missing = _by_code(book, "M-REFERRED", "referred", "eligibility", lambda c: words.get(c, c))
    return Section(
        "decisions", "Decisions on those referred", COUNT, tuple(rows), n, missing, _definition("M-REFERRED")
    )


def _open(book: _Book) -> Section:
    at_end = book.value("M-OPEN", "open")
    during = book.value("M-OPEN", "open", definition="active_during")
    people = [
        (f"{words} of accepted cases", book.shown(book.value("M-THROUGHPUT", "accepted", person=person)))
        for person, words in (("perpetrators", "Service users"), ("victims", "Victims/survivors"))
    ]
    return Section(
        "open", "Open cases", (("", False), ("Number", True)),
        (("Open on the last day", book.shown(at_end)), ("Open at any time in the period", book.shown(during)), *people),
        book.n_of("M-OPEN", "open"), "", _definition("M-OPEN", "M-THROUGHPUT"),
        "Open on the last day and open in the period are two measures, and both are given (R-90).",
    )  # fmt: skip


def _contact(book: _Book, coverage: ClientCoverage) -> Section:
    """Contact with its three companions: not contacted for safety, disrupt work, victim/survivor feedback (S-38)."""
    base = book.value("M-OPEN", "open")
    contacted = book.value("M-CONTACT-RATE", "open", contacted="yes")
    if contacted is None:
        contacted = book.value("M-CONTACT-RATE", "open", contacted="direct")
    for_safety = book.value("M-OPEN-STATUS", "open_nondirect", status="not_safe")
    disrupt = sum(
        book.value("M-ACT-MULTI", "interventions", subcategory=kind) or 0 for kind in ("disrupt", "both")
    )
    rows = (
        ("Service user contacted at least once", book.shown(contacted), book.share(contacted, base)),
        ("Not contacted, for safety: a good outcome", book.shown(for_safety), book.share(for_safety, base)),
        ("Disrupt actions in the period", book.shown(disrupt), ""),
        ("Victim/survivor in touch with an IDVA", book.shown(coverage.with_client_in_touch), book.share(coverage.with_client_in_touch, coverage.open_cases)),
    )  # fmt: skip
    found = book.of("M-CONTACT-RATE", "open")
    return Section(
        "contact", "Contact, beside safety, disruption and feedback", COUNT, rows,
        book.shown(found[0].n) if found else "", book.shown(found[0].n_missing) if found else "",
        _definition("M-CONTACT-RATE", "M-OPEN-STATUS", "M-ACT-MULTI")
        + " Victim/survivor in touch: open cases with a linked client whose newest engagement is engaged, sporadic, monitoring or"
        " reached through another agency, of all open cases.",
        "Contact is one exchange or more; a case rightly left alone is not a case left undone.",
    )  # fmt: skip


def _coded(
    key: str, title: str, book: _Book, measure: str, population: str, dimension: str, list_id: str
) -> Section:
    rows, n, missing = _by_code(book, measure, population, dimension, _label(list_id))
    return Section(key, title, COUNT, tuple(rows), n, missing, _definition(measure))


def _closing(book: _Book) -> Section:
    found = book.one("M-CLOSE", "closed")
    values = found.values if found else {}
    withheld = not book.exact and (values.get("count") or 0) < POLICY.mean_from

    def days(value: float | None) -> str:
        """A length in whole days; withheld with the number of closures that it is made of."""
        return "–" if value is None else WITHHELD if withheld else f"{value:.0f} days"

    return Section(
        "closing", "Closures", (("", False), ("Number", True)),
        (
            ("Closed in the period", book.shown(values.get("count"))),
            ("Mean length", days(values.get("mean_days"))),
            ("Median length", days(values.get("median_days"))),
        ),
        book.n_of("M-CLOSE", "closed"), "", _definition("M-CLOSE"),
    )  # fmt: skip


def _severity(book: _Book) -> Iterable[SeverityPair]:
    for result in book.of("M-SOAG", "vs_closed"):
        if set(result.dimensions) == {"abuse_type", "severity"}:
            intake, at_exit = result.values.get("intake"), result.values.get("exit")
            if not book.exact:
                intake, at_exit = (_rounded(v) for v in (intake, at_exit))
            yield SeverityPair(
                result.dimensions["abuse_type"], result.dimensions["severity"], intake, at_exit
            )


def _rounded(value: int | None) -> int | None:
    return None if value is None else _released(value)


def _severity_table(book: _Book) -> Section:
    types, levels = code_list("K-27"), code_list("K-28")
    rows = [
        (
            types.label(r.dimensions["abuse_type"]),
            levels.label(r.dimensions["severity"]),
            book.shown(r.values.get("intake")),
            book.shown(r.values.get("exit")),
        )
        for r in book.of("M-SOAG", "vs_closed")
        if set(r.dimensions) == {"abuse_type", "severity"}
    ]
    found = book.of("M-SOAG", "vs_closed")
    return Section(
        "severity", "Severity of abuse at intake and exit",
        (("Type", False), ("Level", False), ("Intake", True), ("Exit", True)), tuple(rows),
        book.shown(found[0].n) if found else "", book.shown(found[0].n_missing) if found else "",
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
