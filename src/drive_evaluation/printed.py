"""The published results as data, and the comparison of computed ones with them, path by path.

No measure reads this module: it serves tests and the distance report of synthetic cohorts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any

from drive_evaluation.results import Result

FOLDER = Path(__file__).parent / "published"


@cache
def published(report: str) -> tuple[dict[str, Any], ...]:
    """The entries of one report, as printed."""
    document = json.loads((FOLDER / f"{report}.json").read_text(encoding="utf-8"))
    return tuple(document["results"])


def identity(entry: Mapping[str, Any]) -> tuple[Any, ...]:
    """The four fields that find a result."""
    return (
        entry["measure"],
        entry["population"],
        entry["subgroup"],
        tuple(sorted(entry["dimensions"].items())),
    )


def _paths(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths(item, f"{path}.{key}")
    else:
        yield path, value


def _lookup(document: Any, path: str) -> Any:
    for part in path.split("."):
        if not isinstance(document, Mapping) or part not in document:
            raise KeyError(path)
        document = document[part]
    return document


def decimals(number: float | int, printed: str | None) -> int:
    """Decimals of the printed form."""
    text = printed if printed is not None else repr(number)
    return len(text.split(".")[1]) if "." in text and not (printed is None and text.endswith(".0")) else 0


def rounded(value: float, places: int) -> Decimal:
    """Half away from zero, from the unrounded value, once."""
    # Shares of whole numbers carry binary noise in the sixteenth digit, which must not decide a half.
    return Decimal(repr(float(f"{value:.12g}"))).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def differences(entry: Mapping[str, Any], result: Mapping[str, Any]) -> list[str]:
    """What differs between a published entry and a computed result; empty where they agree."""
    found = []
    expected, printed = entry.get("expected", {}), entry.get("printed", {})
    # Paths of values may contain dots of their own only in band names, which never nest.
    for path, value in _paths(entry["values"], "values"):
        if isinstance(value, list):
            if entry["kind"] != "claim":
                found += _list(path, expected.get(path, value), result)
            continue
        if isinstance(value, str):
            if entry["status"] == "clean":
                found.append(f"{path}: text in a clean entry")
            continue
        wanted = expected.get(path, value)
        try:
            computed = _lookup(result, path)
        except KeyError:
            found.append(f"{path}: missing")
            continue
        if computed is None:
            found.append(f"{path}: undefined, printed {wanted}")
            continue
        places = decimals(wanted, None if path in expected else printed.get(path))
        if rounded(computed, places) != rounded(wanted, places):
            found.append(f"{path}: computed {computed}, wanted {wanted}")
    for part in ("test", "effect"):
        if entry.get(part):
            found += _statistic(entry[part], result.get(part), part, expected)
    return found


def _list(path: str, wanted: Any, result: Mapping[str, Any]) -> list[str]:
    """Lists such as the three busiest months are equal in every place, numbers and their text alike."""
    try:
        computed = _lookup(result, path)
    except KeyError:
        return [f"{path}: missing"]
    same = isinstance(computed, list) and list(map(str, computed)) == list(map(str, wanted))
    return [] if same else [f"{path}: computed {computed}, wanted {wanted}"]


def _statistic(
    entry: Mapping[str, Any], result: Mapping[str, Any] | None, part: str, expected: Mapping[str, Any]
) -> list[str]:
    if result is None:
        return [f"{part}: missing"]
    found = []
    for key, value in entry.items():
        wanted = expected.get(f"{part}.{key}", value)
        computed = result.get(key)
        if key == "p_op" or value is None:
            continue
        if key == "name":
            either = wanted == "t_any" and computed in ("t_welch", "t_pooled")
            if not either and computed != wanted:
                found.append(f"{part}.name: {computed}, wanted {wanted}")
        elif key == "branch":
            if computed != wanted:
                found.append(f"{part}.branch: {computed}, wanted {wanted}")
        elif computed is None:
            found.append(f"{part}.{key}: missing")
        elif key == "p" and entry.get("p_op", "=") != "=":
            holds = computed < wanted if entry["p_op"] == "<" else computed > wanted
            if not holds:
                found.append(f"{part}.p: {computed} is not {entry['p_op']} {wanted}")
        else:
            number = abs(computed) if key == "statistic" else computed
            target = abs(wanted) if key == "statistic" else wanted
            places = decimals(target, None)
            if rounded(number, places) != rounded(target, places):
                found.append(f"{part}.{key}: computed {computed}, wanted {wanted}")
    return found


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a computed number is from the printed (or corrected) one."""

    id: str
    path: str
    printed: float
    computed: float | None

    @property
    def gap(self) -> float | None:
        """Computed minus printed; None where nothing was computed."""
        return None if self.computed is None else self.computed - self.printed


def distances(report: str, results: Iterable[Result]) -> list[Distance]:
    """Distance of every printed number of a report that can be computed from case data."""
    documents = {result.identity: result.to_json() for result in results}
    found = []
    for entry in published(report):
        if entry["kind"] != "case_data" or entry["status"] == "garbled" or "#comparator" in entry["id"]:
            continue
        document = documents.get(identity(entry), {})
        for path, value in _paths(entry["values"], "values"):
            wanted = entry.get("expected", {}).get(path, value)
            if isinstance(wanted, (str, list)):
                continue
            try:
                computed = _lookup(document, path)
            except KeyError:
                computed = None
            found.append(
                Distance(entry["id"], path, float(wanted), None if computed is None else float(computed))
            )
    return found
