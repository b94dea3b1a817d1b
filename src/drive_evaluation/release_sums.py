"""What adds up in a release: every sum over its tables that an outsider can write down and solve for a hidden cell.

A candidate becomes a sum only where it holds in the exact numbers, so categories that overlap never make a false one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from drive_evaluation.results import Result

Key = tuple[str, str]
"""A count in a release: the id of its result and the path of the value (``n``, ``values.count``, …)."""
Sum = tuple[Key, tuple[Key, ...]]
"""A whole and the parts that add up to it."""

WHOLE = "whole"
"""Path of the size of a population after its subgroup, which no result prints by itself."""
REST = "rest"
"""Path of the units of the base that are not in the count, which no result prints by itself either."""

ROLLUPS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "white": (("white_british", "white_other"),),
    "bame": (("mixed", "black", "asian", "other"),),
    "partner_or_ex": (("partner", "ex_partner"),),
    "reduced": (("reduced_greatly", "reduced_slightly"), ("significant", "moderate")),
    "increased": (("increased_slightly", "increased_greatly"),),
    "safer": (("much", "slightly"),),
    "any": (("full", "partial"),),
    "probation": (("probation_crc", "probation_nps", "probation_unspecified"),),
    "3+": (("3", "4"),),
    "2+": (("2", "3+"),),
    "1+": (("1", "2+"),),
    "any_dva": (("dva_only", "both"),),
    "any_non_dva": (("non_dva_only", "both"),),
}
"""Category → the categories it may be the sum of. ``increased`` is a leaf on the scale of the IDVA."""
SUBGROUPS = ("arm", "site", "contact", "bcw", "period", "engaged", "reason_changed")
NESTED = (
    ("all", ("contacted", "not_contacted")),
    ("", ("drive", "control")),
    ("", ("bcw", "no_bcw")),
    ("", ("need", "no_need")),
)
"""Groups inside one object: where the whole stands (nothing: the ``n`` of the object) and its parts."""


def whole_key(result: Result) -> Key:
    """The key of the size of the population that the result belongs to, of this subgroup and unit."""
    return (f"{result.population}|{result.subgroup}|{result.n + result.n_missing}", WHOLE)


def rest_key(result: Result) -> Key:
    """The key of the units that are in the base of a result and not in its count."""
    return (result.id, REST)


def visible_sums(results: Sequence[Result], value: Mapping[Key, int]) -> list[Sum]:
    """Every sum an outsider can see: categories, roll-ups, valid and missing, groups in an object, subgroups, periods."""
    candidates = [
        *_valid_and_missing(results),
        *_within_objects(results),
        *_categories(results),
        *_summaries(results),
        *_subgroups(results, value),
    ]
    return list(dict.fromkeys((total, parts) for total, parts in candidates if _holds(value, total, parts)))


def _holds(value: Mapping[Key, int], total: Key, parts: tuple[Key, ...]) -> bool:
    present = total in value and all(part in value for part in parts)
    return present and sum(value[part] for part in parts) == value[total]


def table_totals(results: Sequence[Result], value: Mapping[Key, int]) -> dict[Key, tuple[Key, ...]]:
    """Every total that stands in one table with its parts → the parts: the base of categories, roll-ups, groups."""
    found: dict[Key, tuple[Key, ...]] = {}
    for total, parts in (*_within_objects(results), *_categories(results)):
        if total[1] != WHOLE and len(parts) > 1 and _holds(value, total, parts):
            found.setdefault(total, parts)
    return found


def _summaries(results: Sequence[Result]) -> Iterator[Sum]:
    """The counts of a summary are those of the categories beside it: what is hidden in one is hidden in the other."""
    own = {result.identity: result for result in results}
    for result in results:
        counts = result.values.get("count")
        if not isinstance(counts, Mapping):
            continue
        for category in counts:
            dimensions = tuple(sorted({**result.dimensions, "category": category}.items()))
            other = own.get((result.measure, result.population, result.subgroup, dimensions))
            if other is not None:
                pair = ((result.id, f"values.count.{category}"), _count(other))
                yield pair[0], (pair[1],)
                yield pair[1], (pair[0],)


def _valid_and_missing(results: Sequence[Result]) -> Iterator[Sum]:
    for result in results:
        yield whole_key(result), ((result.id, "n"), (result.id, "n_missing"))
        yield (result.id, "n"), (_count(result), rest_key(result))


def _within_objects(results: Sequence[Result]) -> Iterator[Sum]:
    for result in results:
        for point in ("intake", "exit"):
            yield (
                (result.id, "n"),
                tuple((result.id, f"values.{point}.{side}") for side in ("used", "not_used")),
            )
        for whole, parts in NESTED:
            if parts[0] not in result.values:
                continue
            for name in ("count", "n", "known", "used", "offence"):
                total = f"values.{whole}.{name}" if whole else "n"
                yield (result.id, total), tuple((result.id, f"values.{part}.{name}") for part in parts)


def _categories(results: Sequence[Result]) -> Iterator[Sum]:
    tables: dict[tuple[Any, ...], dict[str, Result]] = defaultdict(dict)
    for result in results:
        if not isinstance(result.values.get("count"), int):
            continue
        for varying, category in result.dimensions.items():
            rest = tuple(sorted((k, v) for k, v in result.dimensions.items() if k != varying))
            tables[(result.measure, result.population, result.subgroup, varying, rest)][category] = result
    summaries: dict[tuple[Any, ...], list[Result]] = defaultdict(list)
    for result in results:
        if isinstance(result.values.get("count"), Mapping):
            own = tuple(sorted(result.dimensions.items()))
            summaries[(result.measure, result.population, result.subgroup, "category", own)].append(result)
    for place, rows in tables.items():
        if len(rows) < 2:
            continue
        for name, choices in ROLLUPS.items():
            for parts in choices:
                if name in rows and all(part in rows for part in parts):
                    yield _count(rows[name]), tuple(_count(rows[part]) for part in parts)
        leaves = {
            name: row
            for name, row in rows.items()
            if not any(all(part in rows for part in parts) for parts in ROLLUPS.get(name, ()))
        }
        first = next(iter(rows.values()))
        for left_out in ((), ("missing",), ("unknown",), ("missing", "unknown")):
            adding = tuple(_count(row) for name, row in leaves.items() if name not in left_out)
            for row in (*rows.values(), *summaries.get(place, ())):
                yield (row.id, "n"), adding
                yield (row.id, "values.known"), adding
            yield whole_key(first), adding


def _count(result: Result) -> Key:
    return (result.id, "values.count")


def _subgroups(results: Sequence[Result], value: Mapping[Key, int]) -> Iterator[Sum]:
    paths: dict[str, list[str]] = defaultdict(list)
    for identity, path in value:
        paths[identity].append(path)
    groups: dict[tuple[str, ...], dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        shape = str(sorted(result.dimensions.items()))
        parts = {} if result.subgroup == "all" else dict(p.split("=", 1) for p in result.subgroup.split("&"))
        for name in SUBGROUPS:
            rest = "&".join(f"{k}={v}" for k, v in sorted(parts.items()) if k != name)
            side = "parts" if name in parts else "whole"
            groups[(result.measure, result.population, shape, name, rest)][side].append(result)
    for sides in groups.values():
        if len(sides["parts"]) < 2:
            continue
        for one in sides["whole"]:
            for path in paths[one.id]:
                yield (one.id, path), tuple((row.id, path) for row in sides["parts"])
