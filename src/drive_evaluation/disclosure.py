"""Statistical disclosure control (M-SDC): what may leave, and proof that hidden cells stay hidden.

Exact results are for managers on screen and for the data controller's analysts. Everything else is a release: counts
of seven or fewer are redacted, the others rounded to the nearest five, shares recomputed from rounded counts, extremes
and single-person quantiles dropped, tests only where every group is large enough. Further cells are redacted until an
attack by interval arithmetic over all tables of the release narrows no hidden cell below three candidates.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drive_evaluation.errors import ReleaseRefusedError
from drive_evaluation.results import Result, plain

Key = tuple[str, str]
"""A count in a release: the id of its result and the path of the value (``n``, ``values.count``, …)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The release policy; a package may make it stricter in ``evaluation.params.sdc``, never looser."""

    redact_up_to: int = 7
    round_to: int = 5
    mean_from: int = 10
    test_group_from: int = 10
    fewest_candidates: int = 3

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Policy:
        """The stricter of the default and the settings, field by field."""
        default = cls()
        chosen = {}
        for name in ("redact_up_to", "round_to", "mean_from", "test_group_from", "fewest_candidates"):
            chosen[name] = max(getattr(default, name), int(settings.get(name, 0)))
        return cls(**chosen)


@dataclass(frozen=True, slots=True)
class Redaction:
    """A value that was left out and the coded reason; never the value."""

    result: str
    path: str
    reason: str


@dataclass(frozen=True)
class Release:
    """Protected results in the result format, what was redacted and why, and rows for a person to look at."""

    documents: tuple[dict[str, Any], ...]
    redactions: tuple[Redaction, ...]
    check_by_hand: tuple[str, ...]
    policy: Policy


NOT_COUNTS = frozenset(
    {
        "target",
        "recommended",
        "top_months",
        "classes",
        "selected_by_bic",
        "starts",
        "best_found",
        "parameters",
        "meetings",
        "items",
        "hours",
        "window_months",
        "draws",
        "meeting_minutes",
    }
)
EXTREMES = frozenset(
    {"min", "max", "q1", "q3", "median", "min_days", "max_days", "median_days", "peak", "beyond_cap"}
)
BY_CASE = frozenset({"histogram", "counts", "closing", "rate", "cells", "posterior"})
"""Distributions over single values: too fine to protect cell by cell, left out of releases."""


def half_up(count: int, base: int) -> int:
    """``count`` rounded to the nearest multiple of ``base``, halves up."""
    return math.floor(count / base + 0.5) * base


class _Cells:
    """All counts of a release with what an outsider may know about each."""

    def __init__(self, results: Sequence[Result], policy: Policy) -> None:
        self.policy = policy
        self.value: dict[Key, int] = {}
        self.hidden: dict[Key, str] = {}
        for result in results:
            for path, count in _counts(result):
                key = (result.id, path)
                self.value[key] = count
                if abs(count) <= policy.redact_up_to:
                    self.hidden[key] = "small_count"

    def bounds(self) -> dict[Key, tuple[float, float]]:
        """What the policy alone tells about each cell: small ones up to the limit, shown ones around their rounding."""
        known: dict[Key, tuple[float, float]] = {}
        low_shown = self.policy.redact_up_to + 1
        for key, count in self.value.items():
            if key in self.hidden:
                known[key] = (0, self.policy.redact_up_to if self.hidden[key] == "small_count" else math.inf)
            else:
                shown, reach = half_up(count, self.policy.round_to), (self.policy.round_to - 1) // 2
                known[key] = (max(shown - reach, low_shown), shown + self.policy.round_to // 2)
        return known


def _counts(result: Result) -> Iterator[tuple[str, int]]:
    yield "n", result.n
    yield "n_missing", result.n_missing

    def walk(value: Any, path: str, name: str) -> Iterator[tuple[str, int]]:
        if isinstance(value, Mapping):
            for key, item in value.items():
                if key not in BY_CASE:
                    yield from walk(item, f"{path}.{key}", str(key))
        elif isinstance(value, int) and not isinstance(value, bool) and name not in NOT_COUNTS | EXTREMES:
            yield path, value

    yield from walk(result.values, "values", "")


Sum = tuple[Key, tuple[Key, ...]]
"""A whole and the parts that add up to it."""


def _sums(results: Sequence[Result], cells: _Cells) -> list[Sum]:
    """Every sum an outsider can see: categories of a table, arms and sites of a whole, valid and missing units."""
    found: list[Sum] = []
    tables: dict[tuple[str, str, str, tuple[str, ...], tuple[tuple[str, str], ...]], list[Result]] = (
        defaultdict(list)
    )
    whole: dict[tuple[str, str, str, str], dict[str, list[Result]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        dimensions = dict(result.dimensions)
        for varying in dimensions:
            rest = tuple(sorted((k, v) for k, v in dimensions.items() if k != varying))
            tables[(result.measure, result.population, result.subgroup, (varying,), rest)].append(result)
        shape = str(sorted(dimensions.items()))
        parts = {} if result.subgroup == "all" else dict(p.split("=", 1) for p in result.subgroup.split("&"))
        for name in ("arm", "site", "contact", "bcw"):
            rest_of = "&".join(f"{k}={v}" for k, v in sorted(parts.items()) if k != name)
            side = "parts" if name in parts else "whole"
            whole[(result.measure, result.population, shape, f"{name}|{rest_of}")][side].append(result)
    for rows in tables.values():
        if len(rows) < 2 or not all("count" in row.values for row in rows):
            continue
        total = sum(int(row.values["count"]) for row in rows)
        first = rows[0]
        for path in ("n",):
            if total == first.n and all(row.n == first.n for row in rows):
                found.append(((first.id, path), tuple((row.id, "values.count") for row in rows)))
    for sides in whole.values():
        for one in sides["whole"]:
            if len(sides["parts"]) < 2:
                continue
            for path, count in _counts(one):
                keys = tuple((row.id, path) for row in sides["parts"] if (row.id, path) in cells.value)
                if len(keys) == len(sides["parts"]) and sum(cells.value[key] for key in keys) == count:
                    found.append(((one.id, path), keys))
    return found


def narrow(bounds: dict[Key, tuple[float, float]], sums: Iterable[Sum]) -> dict[Key, tuple[float, float]]:
    """What the sums add to the bounds: interval arithmetic until nothing moves. This is the attack."""
    known = dict(bounds)
    relations = [(total, parts) for total, parts in sums]
    moved, rounds = True, 0
    while moved and rounds < 50:
        moved, rounds = False, rounds + 1
        for total, parts in relations:
            lows = [known[part][0] for part in parts]
            highs = [known[part][1] for part in parts]
            low_sum, high_sum = sum(lows), sum(highs)
            moved |= _tighten(known, total, low_sum, high_sum)
            total_low, total_high = known[total]
            for part, low, high in zip(parts, lows, highs, strict=True):
                others_low = low_sum - low
                others_high = high_sum - high if math.isfinite(high_sum) or not math.isinf(high) else math.inf
                if math.isinf(high) and sum(math.isinf(h) for h in highs) == 1:
                    others_high = sum(h for h in highs if math.isfinite(h))
                moved |= _tighten(known, part, total_low - others_high, total_high - others_low)
    return known


def _tighten(known: dict[Key, tuple[float, float]], key: Key, low: float, high: float) -> bool:
    old = known[key]
    new = (max(old[0], low), min(old[1], high))
    if new[0] > new[1] or new == old:  # contradictory bounds tell an attacker nothing; keep the older ones
        return False
    known[key] = new
    return True


def exposed(cells: _Cells, sums: Sequence[Sum]) -> list[Key]:
    """Hidden cells with fewer candidates left than the policy allows."""
    known = narrow(cells.bounds(), sums)
    fewest = cells.policy.fewest_candidates
    return [key for key in cells.hidden if known[key][1] - known[key][0] + 1 < fewest]


def _secondary(cells: _Cells, sums: Sequence[Sum]) -> None:
    """Redact further cells until the attack finds nothing: a lone hidden part always gets company."""
    for _ in range(200):
        targets = set(exposed(cells, sums))
        for total, parts in sums:
            hidden = [part for part in parts if part in cells.hidden]
            alone = len(hidden) == 1 and total not in cells.hidden
            if alone or any(part in targets for part in hidden):
                shown = [part for part in parts if part not in cells.hidden and cells.value[part] > 0]
                if shown:
                    chosen = min(shown, key=lambda key: (cells.value[key], key))
                    cells.hidden[chosen] = "secondary"
                elif total not in cells.hidden:
                    cells.hidden[total] = "secondary"
        if not targets and not exposed(cells, sums):
            return
    raise ReleaseRefusedError("secondary suppression did not settle; the release is refused")


def protect(results: Sequence[Result], policy: Policy | None = None) -> Release:
    """Protect all results of one release together, so that no two tables give a hidden cell by subtraction.

    Raises ReleaseRefusedError where a hidden cell could still be narrowed too far.
    """
    rules = policy or Policy()
    cells = _Cells(results, rules)
    sums = _sums(results, cells)
    _secondary(cells, sums)
    left = exposed(cells, sums)
    if left:
        raise ReleaseRefusedError(f"{len(left)} hidden cells can be narrowed; the release is refused")
    writer = _Writer(rules, cells)
    documents = tuple(writer.document(result) for result in results)
    return Release(documents, tuple(writer.redactions), tuple(writer.by_hand), rules)


@dataclass
class _Writer:
    policy: Policy
    cells: _Cells
    redactions: list[Redaction] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def _drop(self, result: Result, path: str, reason: str) -> None:
        self.redactions.append(Redaction(result.id, path, reason))

    def _count(self, result: Result, path: str, count: int) -> int | None:
        reason = self.cells.hidden.get((result.id, path))
        if reason:
            self._drop(result, path, reason)
            return None
        return half_up(count, self.policy.round_to)

    def document(self, result: Result) -> dict[str, Any]:
        """The protected form of one result; redacted values are null."""
        values = self._values(result, result.values, "values")
        document = result.to_json()
        document.update(
            n=self._count(result, "n", result.n),
            n_missing=self._count(result, "n_missing", result.n_missing),
            values=plain(values),
        )
        if not self._groups_large(result):
            for part in ("test", "effect"):
                if document[part] is not None:
                    self._drop(result, part, "small_group")
                document[part] = None
            for part in ("other_tests", "other_effects", "posthoc"):
                document[part] = []
        document["released"] = True
        return document

    def _groups_large(self, result: Result) -> bool:
        test = result.comparison.test
        sizes = list(test.extra.get("n", [])) if test else []
        smallest = min(sizes, default=result.n)
        discordant = result.values.get("discordant")
        if isinstance(discordant, Mapping) and any(
            (result.id, f"values.discordant.{name}") in self.cells.hidden for name in discordant
        ):
            return False  # statistic and p of McNemar's test follow from the discordant counts
        return bool(smallest >= self.policy.test_group_from)

    def _values(self, result: Result, values: Mapping[str, Any], path: str) -> dict[str, Any]:
        released: dict[str, Any] = {}
        size = values.get("n", values.get("known", result.n))
        enough = isinstance(size, int) and size >= self.policy.mean_from
        for name, value in values.items():
            here = f"{path}.{name}"
            if name in BY_CASE or name in EXTREMES:
                self._drop(result, here, "extreme_or_single_person")
                released[name] = None
            elif isinstance(value, Mapping):
                released[name] = self._values(result, value, here)
            elif isinstance(value, bool) or value is None or isinstance(value, str):
                released[name] = value
            elif isinstance(value, int):
                released[name] = value if name in NOT_COUNTS else self._count(result, here, value)
            elif isinstance(value, float):
                released[name] = self._number(result, values, path, name, value, enough)
            else:
                released[name] = value if name in NOT_COUNTS or name == "needs" else None
        return released

    def _number(
        self, result: Result, values: Mapping[str, Any], path: str, name: str, value: float, enough: bool
    ) -> float | None:
        here = f"{path}.{name}"
        if name.startswith("percent") or name in ("percent", "ratio"):
            share = self._share(result, values, path, value)
            if share is None:
                self._drop(result, here, "share_of_hidden_or_unknown_base")
                return None
            if share in (0.0, 100.0):
                self.by_hand.append(f"{result.id} {here}")
            return share
        if name == "share":
            self._drop(result, here, "share_of_hidden_or_unknown_base")
            return None
        if not enough:
            self._drop(result, here, "fewer_than_10_people")
            return None
        return value

    def _share(self, result: Result, values: Mapping[str, Any], path: str, value: float) -> float | None:
        """The share from rounded counts, where numerator and base are shown counts of this result."""
        numerators = [
            (f"{path}.{key}", count)
            for key, count in values.items()
            if isinstance(count, int) and not isinstance(count, bool) and key not in NOT_COUNTS
        ]
        whole = result.n + result.n_missing
        bases = [("n", result.n), ("whole", whole), *numerators]
        for top, count in numerators:
            for bottom, base in bases:
                if not base or top == bottom or abs(100 * count / base - value) > 1e-9:
                    continue
                if (result.id, top) in self.cells.hidden or (result.id, bottom) in self.cells.hidden:
                    continue
                if bottom == "whole" and (result.id, "n") in self.cells.hidden:
                    continue
                rounded = half_up(base, self.policy.round_to)
                if base > self.policy.redact_up_to and rounded:
                    return min(100.0, 100.0 * half_up(count, self.policy.round_to) / rounded)
        return None


def approve(people: Sequence[str]) -> tuple[str, str]:
    """The two people of a release; ReleaseRefusedError unless two different names are given."""
    names = [name.strip() for name in people if name.strip()]
    if len({name.casefold() for name in names}) < 2:
        raise ReleaseRefusedError("a release needs two different people; name both with --approved-by")
    return names[0], next(name for name in names if name.casefold() != names[0].casefold())
