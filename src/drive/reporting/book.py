"""The figures of a return, exact or protected: looked up by measure, population and dimensions.

Protected ones went through the evaluation library together, so that no hidden cell can be got from the others (M-SDC).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from drive.extract.queries import ClientCoverage
from drive_evaluation.disclosure import Policy, protect
from drive_evaluation.results import Result

if TYPE_CHECKING:
    from drive_evaluation.run import Outcome

SITE_CODE = "site"
"""The code of the site inside the tables; its name stands in the page's heading only."""

POLICY = Policy()
"""What may be released (S-40): the evaluation library's own limits, so that they stand in one place."""

WITHHELD = "[c]"
"""What a cell shows that is withheld by disclosure control: of fixed width, so that its length tells nothing."""

COVERAGE = ("CLIENT-COVERAGE", "open")
"""Open cases with a client in touch: beside contact, and protected together with everything else (S-38)."""

SHOWN = frozenset(
    {
        ("M-REFERRED", "referred"), ("M-OPEN", "open"), ("M-THROUGHPUT", "accepted"), ("M-CONTACT-RATE", "open"),
        ("M-OPEN-STATUS", "open_nondirect"), ("M-ACT-MULTI", "interventions"), ("M-ENGAGE", "open_direct"),
        ("M-ACT-KIND", "actions_period"), ("M-ACT-AGENCY", "interventions"), ("M-CLOSE-REASON", "closed"), ("M-CLOSE", "closed"),
        ("M-SOAG", "vs_closed"), COVERAGE,
    }
)  # fmt: skip
"""Measures and populations that a return prints: what is protected together is what is printed together."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One number: known, undefined (None), or withheld."""

    number: float | None = None
    withheld: bool = False

    @property
    def shown(self) -> str:
        """As a table shows it. An undefined number is a dash."""
        if self.withheld:
            return WITHHELD
        if self.number is None:
            return "–"
        return f"{self.number:,.0f}" if float(self.number).is_integer() else f"{self.number:,.1f}"


@dataclass(frozen=True, slots=True)
class Figures:
    """One result as it may be shown."""

    dimensions: Mapping[str, str]
    n: Cell
    missing: Cell
    values: Mapping[str, Cell]


class Book:
    """The results of one return by measure and population."""

    def __init__(self, outcome: Outcome, coverage: ClientCoverage, *, exact: bool) -> None:
        from drive_evaluation.returns import PERIOD  # brings scipy, like whatever made the outcome

        self.exact = exact
        subgroup = f"period={PERIOD}"
        in_touch = Result(
            COVERAGE[0], f"{SITE_CODE}.{COVERAGE[1]}", subgroup, {}, n=coverage.open_cases, n_missing=0,
            values={"count": coverage.with_client_in_touch},
        )  # fmt: skip
        chosen = [
            result
            for result in (*outcome.results, in_touch)
            if result.subgroup == subgroup and (result.measure, _population(result)) in SHOWN
        ]
        self._found: dict[tuple[str, str], list[Figures]] = {}
        for result, figures in zip(chosen, _exact(chosen) if exact else _protected(chosen), strict=True):
            self._found.setdefault((result.measure, _population(result)), []).append(figures)

    def of(self, measure: str, population: str) -> list[Figures]:
        """Every result of a measure for a population, in its own order. Raises `LookupError` for one that is not printed."""
        if (measure, population) not in SHOWN:
            raise LookupError(f"{measure} of {population} is not among what is protected: add it to SHOWN")
        return self._found.get((measure, population), [])

    def cell(self, measure: str, population: str, name: str = "count", **dimensions: str) -> Cell:
        """One value; undefined where there is no such result."""
        found = next((f for f in self.of(measure, population) if f.dimensions == dimensions), None)
        return found.values.get(name, Cell()) if found else Cell()

    def base(self, measure: str, population: str) -> tuple[str, str]:
        """n and missing of a measure as shown; empty without a result."""
        found = self.of(measure, population)
        return (found[0].n.shown, found[0].missing.shown) if found else ("", "")


def _population(result: Result) -> str:
    return result.population.split(".", 1)[1]


def _exact(results: Sequence[Result]) -> list[Figures]:
    return [
        Figures(
            dict(result.dimensions), Cell(result.n), Cell(result.n_missing),
            {name: Cell(value) for name, value in result.to_json()["values"].items() if _number(value)},
        )
        for result in results
    ]  # fmt: skip


def _protected(results: Sequence[Result]) -> list[Figures]:
    """Raises the library's `ReleaseRefusedError` where a hidden cell could still be narrowed."""
    release = protect(results, POLICY)
    hidden = {(one.result, one.path) for one in release.redactions}
    return [
        Figures(
            dict(result.dimensions),
            Cell(document["n"], (result.id, "n") in hidden),
            Cell(document["n_missing"], (result.id, "n_missing") in hidden),
            {
                name: Cell(value, (result.id, f"values.{name}") in hidden)
                for name, value in document["values"].items()
                if value is None or _number(value)
            },
        )
        for result, document in zip(results, release.documents, strict=True)
    ]  # fmt: skip


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def total(*cells: Cell) -> Cell:
    """The sum of what is shown; withheld with any part. What has no result counts nothing (M-SDC: totals of rounded cells)."""
    if any(cell.withheld for cell in cells):
        return Cell(withheld=True)
    return Cell(sum(cell.number or 0 for cell in cells))


def percent(cell: Cell | None, count: Cell) -> str:
    """A measure's own percent, on the base that its definition names; withheld with its number.

    A share of nobody is a dash on the screen. In a release it is withheld too: the dash would say that there is nobody.
    """
    if count.withheld:
        return WITHHELD
    if cell is None or cell.number is None:
        return WITHHELD if cell is not None and cell.withheld else "–"
    return f"{cell.number:.0f}%"


def share(part: Cell, whole: Cell) -> str:
    """A share of the numbers that are shown, never of hidden ones."""
    if part.withheld or whole.withheld:
        return WITHHELD
    if part.number is None or not whole.number:
        return "–"
    return f"{100 * part.number / whole.number:.0f}%"
