"""The reports' own tables: profiles in columns, needs with their combinations, 4 by 4 transitions of severity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drive_evaluation.charts import Document, at, title_of
from drive_evaluation.presentation import label, percent_text, rounded

LEVELS = ("none", "standard", "moderate", "high")
HIDDEN = "redacted"


@dataclass(frozen=True, slots=True)
class OwnTable:
    """A table of a report ready to print: its cells are text, and each heading says of whom."""

    name: str
    title: str
    measure: str
    sample: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a profile: its heading and the results it reads."""

    heading: str
    measure: str
    sample: str
    subgroup: str = "all"


COHORT = (
    Column("Perpetrators, Drive", "M-PROFILE-PERP", "cohort", "arm=drive"),
    Column("Perpetrators, control", "M-PROFILE-PERP", "cohort", "arm=control"),
    Column("Victims/survivors, Drive", "M-PROFILE-VS", "cohort_vs", "arm=drive"),
    Column("Victims/survivors, control", "M-PROFILE-VS", "cohort_vs", "arm=control"),
)
CLOSED = (
    Column("Perpetrators", "M-PROFILE-PERP", "su_closed"),
    Column("Victims/survivors", "M-PROFILE-VS", "vs_of_closed"),
)
BASELINE = (
    Column("All", "M-PROFILE-VS", "vs_baseline"),
    Column("Drive", "M-PROFILE-VS", "vs_baseline", "arm=drive"),
    Column("Control", "M-PROFILE-VS", "vs_baseline", "arm=control"),
)
NEEDS = (("M-NEEDS-COUNT", "needs_n"), ("M-NEEDS-COMBO", "combination"))


def report_tables(report: str, documents: Sequence[Document]) -> list[OwnTable]:
    """The own tables of a report for which there are numbers, in the order of the report."""
    found: list[OwnTable | None] = []
    if report == "year1":
        found.append(profile("cohort-table", "Cohort, people and shares", COHORT, documents))
        found.append(profile("closed-table", "Closed cases (Table 2)", CLOSED, documents))
        found.append(needs_table("needs-table", "Number and combinations of needs (Table 3)", documents))
    elif report == "year2":
        found.append(
            profile("baseline-table", "Victims/survivors at baseline (Appendix 2)", BASELINE, documents)
        )
        found.append(profile("closed-table", "Closed cases", CLOSED, documents))
    return [*(table for table in found if table is not None), *transition_tables(documents)]


def profile(
    name: str, title: str, columns: Sequence[Column], documents: Sequence[Document]
) -> OwnTable | None:
    """A row per category and number, a column per group: count and share, or mean, median and n of a number."""
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for column in columns:
        for document in documents:
            if _of(document, column.measure, column.sample, column.subgroup):
                for place, text in _profile_cells(document):
                    cells.setdefault(place, {})[column.heading] = text
    headings = [column.heading for column in columns]
    rows = sorted(cells, key=lambda place: list(dict.fromkeys(v for v, _ in cells)).index(place[0]))
    if not rows:
        return None
    texts = tuple(
        (label(variable), title_of(category), *(cells[(variable, category)].get(h, "") for h in headings))
        for variable, category in rows
    )
    return OwnTable(
        name, title, columns[0].measure, columns[0].sample, ("Variable", "Category", *headings), texts
    )


def _of(document: Document, measure: str, sample: str, subgroup: str = "all") -> bool:
    found = (document["measure"], document["population"].split(".", 1)[1], document["subgroup"])
    return found == (measure, sample, subgroup)


def _profile_cells(document: Document) -> Iterator[tuple[tuple[str, str], str]]:
    dimensions = document["dimensions"]
    if "category" in dimensions:
        place = (dimensions["variable"], dimensions["category"])
        if document["values"]["count"] != 0:
            yield place, share_text(document["values"])
    elif "mean" in document["values"]:
        values = document["values"]
        known = HIDDEN if document["n"] is None else document["n"]
        texts = [
            f"{word} {rounded(values[word])}" for word in ("mean", "median") if values.get(word) is not None
        ]
        yield (dimensions["variable"], ""), ", ".join([*texts, f"n {known}"])


def share_text(values: Mapping[str, Any]) -> str:
    """A count with its share, ``14 (73.7 %)``; a count that is not shown is said to be redacted."""
    count, share = values.get("count"), values.get("percent")
    if count is None:
        return HIDDEN
    return str(count) if share is None else f"{count} ({percent_text(share)})"


def needs_table(name: str, title: str, documents: Sequence[Document]) -> OwnTable | None:
    """Number of needs, and under each number the combinations that make it up."""
    shares: dict[str, dict[str, str]] = {"needs_n": {}, "combination": {}}
    for document in documents:
        for measure, dimension in NEEDS:
            code = document["dimensions"].get(dimension)
            if code and _of(document, measure, "su_closed") and document["values"]["count"] != 0:
                shares[dimension][code] = share_text(document["values"])
    rows = []
    for number, text in shares["needs_n"].items():
        rows.append((number, "", text))
        rows += [
            (number, " + ".join(label(need) for need in code.split("+")), share)
            for code, share in shares["combination"].items()
            if str(code.count("+") + 1) == number
        ]
    columns = ("Needs", "Combination", "Cases")
    return OwnTable(name, title, "M-NEEDS-COUNT", "su_closed", columns, tuple(rows)) if rows else None


def transition_tables(documents: Sequence[Document]) -> list[OwnTable]:
    """Severity at intake (rows) by exit (columns) with margins: one table per type, sample and single subgroup."""
    found: list[OwnTable] = []
    for document in documents:
        cells = document["values"].get("cells")
        simple = document["subgroup"] == "all" or document["subgroup"].split("=")[0] in ("arm", "period")
        if document["measure"] != "M-ABUSE-SEV-TRANS" or not isinstance(cells, Mapping) or not simple:
            continue
        if "&" in document["subgroup"]:
            continue
        rows = [
            (
                label(level),
                *(str(cells[f"{level}>{other}"]) for other in LEVELS),
                str(at(document, f"intake_totals.{level}")),
            )
            for level in LEVELS
        ]
        rows.append(
            ("All", *(str(at(document, f"exit_totals.{level}")) for level in LEVELS), str(document["n"]))
        )
        who = document["population"].split(".", 1)[1]
        group = "" if document["subgroup"] == "all" else f", {title_of(document['subgroup'])}"
        kind, informant = (label(document["dimensions"][key]) for key in ("abuse_type", "informant"))
        found.append(
            OwnTable(
                f"transitions-{len(found) + 1}",
                f"{kind}: severity at intake (rows) and exit (columns), {informant}, {label(who).lower()}{group}",
                "M-ABUSE-SEV-TRANS",
                who,
                ("Intake", *(label(level) for level in LEVELS), "All"),
                tuple(rows),
            )
        )
    return found
