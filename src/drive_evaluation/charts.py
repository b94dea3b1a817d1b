"""Charts: what a figure beside its numbers is, and how its numbers are collected from results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from drive_evaluation.presentation import label
from drive_evaluation.results import READ

Shape = Literal["bars", "stacked", "columns", "histogram", "lines", "flow", "dual", "nested"]
Document = Mapping[str, Any]
Beside = tuple[str, Callable[[Document], str]]
"""A further column of the table beside a figure: its heading, and the cell made of the result."""

MAIN = "main"
"""Value of an exhibit whose result says in its notes which share is the main one (``dont_know_in_base``)."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A figure beside its numbers: rows along ``axis``, one series per value of ``series``, heights from ``value``.

    ``axis`` is a dimension, ``subgroup``, or several dimensions joined by ``&``. Where one result holds several series,
    ``columns`` names them with their paths. ``where`` fixes dimensions, ``subgroups`` limits subgroups (default: all
    units; ``site=*`` takes every single site). ``leave_out`` names categories and series not shown. A ``dual`` exhibit
    reads one result whose ``value`` and ``second`` are both keyed by the axis, the second drawn as a line on its own
    scale; a ``histogram`` reads one result whose ``value`` is keyed by a number; a ``nested`` one draws its series as
    inner ring and its axis as outer ring; a ``stacked`` one lays the series ``order_by`` first, and the categories with
    most in them. With ``comparators``, values that the package states of other studies stand as further series. With
    ``samples``, headings with their samples, the axis is ``population`` and each sample is a category, in that order.
    """

    name: str
    title: str
    measure: str
    sample: str
    axis: str
    value: str
    series: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    subgroups: tuple[str, ...] = ("all",)
    shape: Shape = "bars"
    unit: str = "percent"
    leave_out: tuple[str, ...] = ()
    second: str = ""
    second_unit: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    beside: tuple[Beside, ...] = ()
    order_by: tuple[str, ...] = ()
    comparators: bool = False
    samples: tuple[tuple[str, str], ...] = ()

    @property
    def counted(self) -> tuple[str, ...]:
        """The samples whose results it shows."""
        return tuple(sample for _, sample in self.samples) or (self.sample,)


@dataclass(frozen=True, slots=True)
class Chart:
    """An exhibit with its numbers: categories, series and, for every bar, value, n and missing.

    ``beside`` holds the cells of the further columns by category, ``band`` what was expected.
    """

    exhibit: Exhibit
    categories: tuple[str, ...]
    series: tuple[str, ...]
    values: Mapping[tuple[str, str], float | None]
    bases: Mapping[tuple[str, str], tuple[int | None, int | None]]
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    band: tuple[float, float] | None = None


def at(document: Document, path: str) -> Any:
    """A value of a result by its path below ``values``; None where there is none."""
    value: Any = document["values"]
    for part in path.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def title_of(name: str) -> str:
    """A category or series as printed: several dimensions stand with commas, subgroups lose their field name.

    Where the value is yes or no alone, the field stays: ``engaged=no`` is ``Engaged: no``.
    """
    return ", ".join(map(_part, name.split("&"))) if name else ""


def _part(part: str) -> str:
    field, _, value = part.rpartition("=")
    return f"{label(field)}: {value}" if field and value in ("yes", "no") else label(value)


def chart(exhibit: Exhibit, documents: Sequence[Document]) -> Chart | None:
    """Collect the numbers of an exhibit; None where the package gave none."""
    if exhibit.shape in ("dual", "histogram"):
        return _keyed(exhibit, documents)
    categories: dict[str, None] = {}
    series: dict[str, None] = {}
    values: dict[tuple[str, str], float | None] = {}
    bases: dict[tuple[str, str], tuple[int | None, int | None]] = {}
    beside: dict[str, tuple[str, ...]] = {}
    band: tuple[float, float] | None = None
    for document in documents:
        if not _shown(exhibit, document):
            continue
        category = _category(exhibit, document)
        own = _place(exhibit.series, document) if exhibit.series else ""
        if READ in document["notes"]:
            own = document["population"].split(".", 1)[0]
        low, high = at(document, "expected_low"), at(document, "expected_high")
        band = (float(low), float(high)) if low is not None and high is not None else band
        path = _main(document) if exhibit.value == MAIN else exhibit.value
        # A share of known judgements has no place for don't know.
        if {category, own} & set(exhibit.leave_out) or (path == "percent_known" and category == "unknown"):
            continue
        categories[category] = None
        beside[category] = tuple(cell(document) for _, cell in exhibit.beside)
        for name, where in exhibit.columns or ((own, path),):
            number = at(document, where)
            series[name] = None
            values[(category, name)] = None if number is None else float(number)
            group = where.rpartition(".")[0]
            base = at(document, f"{group}.n") if group else None
            bases[(category, name)] = (document["n"], document["n_missing"]) if base is None else (base, None)
    if not any(value is not None for value in values.values()):
        return None
    kept = tuple(categories)
    if exhibit.shape in ("bars", "stacked") and not exhibit.beside:
        kept = tuple(c for c in categories if any(values.get((c, s)) for s in series)) or kept
    if exhibit.samples:
        kept = tuple(heading for heading, _ in exhibit.samples if heading in kept)
    elif exhibit.order_by:
        weight = {c: sum(values.get((c, s)) or 0.0 for s in exhibit.order_by) for c in kept}
        kept = tuple(sorted(kept, key=lambda c: -weight[c]))
    first = tuple(name for name in exhibit.order_by if name in series)
    names = (*first, *(name for name in series if name not in first))
    return Chart(exhibit, kept, names, values, bases, beside, band)


def _shown(exhibit: Exhibit, document: Document) -> bool:
    fixed = dict(exhibit.where)
    wanted = set(fixed) | set(exhibit.axis.split("&")) | ({exhibit.series} if exhibit.series else set())
    dimensions = document["dimensions"]
    return (
        document["measure"] == exhibit.measure
        and _sample(document) in exhibit.counted
        and _whose(exhibit, document)
        and set(dimensions) == wanted - {"subgroup", "population"}
        and all(dimensions[key] == value for key, value in fixed.items())
    )


def _whose(exhibit: Exhibit, document: Document) -> bool:
    if READ in document["notes"]:
        return exhibit.comparators
    return any(_covers(pattern, document["subgroup"]) for pattern in exhibit.subgroups)


def _covers(pattern: str, subgroup: str) -> bool:
    if pattern.endswith("=*"):
        return "&" not in subgroup and subgroup.startswith(pattern[:-1])
    return pattern == subgroup


def _sample(document: Document) -> str:
    return str(document["population"]).split(".", 1)[1]


def _category(exhibit: Exhibit, document: Document) -> str:
    if exhibit.samples:
        return next(heading for heading, sample in exhibit.samples if sample == _sample(document))
    return _place(exhibit.axis, document)


def _place(axis: str, document: Document) -> str:
    if axis == "subgroup":
        return str(document["subgroup"])
    return "&".join(document["dimensions"][name] for name in axis.split("&"))


def _main(document: Document) -> str:
    """The share that ``dont_know_in_base`` makes the main one."""
    return next((n.split("=")[1] for n in document["notes"] if n.startswith("main_percent=")), "percent")


def _keyed(exhibit: Exhibit, documents: Sequence[Document]) -> Chart | None:
    """The chart of one result whose values are keyed by whole numbers; numbers in between count nought."""
    for document in documents:
        if document["dimensions"] or not _shown_by_key(exhibit, document):
            continue
        paths = [(exhibit.unit, exhibit.value)]
        if exhibit.shape == "dual":
            paths.append((exhibit.second_unit, exhibit.second))
        found = {name: at(document, path) for name, path in paths}
        if not all(isinstance(part, Mapping) for part in found.values()) or not found[exhibit.unit]:
            return None
        numbers = [int(key) for part in found.values() for key in part]
        categories = tuple(str(k) for k in range(min(numbers), max(numbers) + 1))
        values: dict[tuple[str, str], float | None] = {
            (c, name): float(part.get(c, 0)) for name, part in found.items() for c in categories
        }
        base = (document["n"], document["n_missing"])
        return Chart(exhibit, categories, tuple(found), values, dict.fromkeys(values, base))
    return None


def _shown_by_key(exhibit: Exhibit, document: Document) -> bool:
    return (
        document["measure"] == exhibit.measure
        and _sample(document) == exhibit.sample
        and document["subgroup"] in exhibit.subgroups
    )
