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


def visible_sums(results: Sequence[Result], value: Mapping[Key, int]) -> list[Sum]:
    """Every sum an outsider can see: categories, roll-ups, valid and missing, groups in an object, subgroups, periods."""
    candidates = [
        *_valid_and_missing(results),
        *_within_objects(results),
        *_categories(results),
        *_subgroups(results, value),
    ]
    found: dict[Sum, None] = {}
    for total, parts in candidates:
        present = total in value and all(part in value for part in parts)
        if present and sum(value[part] for part in parts) == value[total]:
            found[(total, parts)] = None
    return list(found)


def _valid_and_missing(results: Sequence[Result]) -> Iterator[Sum]:
    for result in results:
        yield whole_key(result), ((result.id, "n"), (result.id, "n_missing"))


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
    for rows in tables.values():
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
            yield (first.id, "n"), adding
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
