"""Statistical disclosure control (M-SDC): what may leave, and proof that hidden cells stay hidden.

Exact results are for managers on screen and for the data controller's analysts. Everything else is a release: counts
of seven or fewer are redacted, the others rounded to the nearest five, shares recomputed from rounded counts, extremes
and single-person quantiles dropped, tests only where every group is large enough. Further cells are redacted until an
attack by interval arithmetic over all tables of the release narrows no hidden cell below three candidates.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from drive_evaluation.errors import ReleaseRefusedError
from drive_evaluation.release_line import EarlierRelease, Told, told_differences
from drive_evaluation.release_numbers import coarse, released_effect, released_p, released_test
from drive_evaluation.release_sums import (
    REST,
    WHOLE,
    Key,
    Sum,
    rest_key,
    table_totals,
    visible_sums,
    whole_key,
)
from drive_evaluation.results import READ, Result, plain


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
    told: Mapping[Key, Told] = field(default_factory=dict)


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
        "expected_low",
        "expected_high",
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


def midpoint_six(count: int) -> int:
    """The middle of the six counts it lies among: 1 to 6 give 3, 7 to 12 give 9; nought stays nought."""
    return math.ceil(count / 6) * 6 - 3 if count > 0 else 0


OF_COUNTS = frozenset({"T2", "T3", "T4", "T7"})
"""Tests whose statistic and effect follow from a table of counts."""
DOMINANCE = 0.9


def dominated(values: Mapping[str, Any]) -> bool:
    """Whether two people may make up 90 % of the sum behind a mean, as far as maximum, mean and n can tell."""
    most, mean, n = values.get("max"), values.get("mean"), values.get("n")
    if most is None or not mean or not n or (values.get("min") or 0) < 0:
        return False
    return bool(2 * most >= DOMINANCE * mean * n)


class _Cells:
    """All counts of a release with what an outsider may know about each."""

    def __init__(self, results: Sequence[Result], policy: Policy) -> None:
        self.policy = policy
        self.value: dict[Key, int] = {}
        self.hidden: dict[Key, str] = {}
        self.told_before: dict[Key, tuple[float, float]] = {}
        for result in results:
            for path, count in _counts(result):
                key = (result.id, path)
                self.value[key] = count
                if abs(count) <= policy.redact_up_to:
                    self.hidden[key] = "small_count"
            # Who is in the base and not in the count is nowhere printed, and a person all the same.
            rest = rest_key(result)
            others = result.n - self.value.get((result.id, "values.count"), result.n + 1)
            if 0 < others <= policy.redact_up_to:
                self.value[rest] = others
                self.hidden[rest] = "not_printed"
            # Nobody prints the size of a population by itself; what one result tells of it bounds the others.
            self.value[whole_key(result)] = result.n + result.n_missing
            self.hidden[whole_key(result)] = "not_printed"

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
        for key, (low, high) in self.told_before.items():
            if key in known:
                known[key] = (max(known[key][0], low), min(known[key][1], high))
        return known

    def remember(self, release: EarlierRelease) -> None:
        """A release of the same package: what it hid stays hidden, what it told is known."""
        for key, told in release.cells.items():
            if key not in self.value:
                continue
            low, high = self.told_before.get(key, (0, math.inf))
            self.told_before[key] = (max(low, told.low), min(high, told.high))
            if told.hidden:
                self.hidden.setdefault(key, "hidden_before")

    def told(self, sums: Sequence[Sum]) -> dict[Key, Told]:
        """What an outsider knows of every count after this release."""
        known = narrow(self.bounds(), sums)
        return {
            key: Told(value, key in self.hidden, *known[key])
            for key, value in self.value.items()
            if key[1] not in (WHOLE, REST)
        }


def _counts(result: Result) -> Iterator[tuple[str, int]]:
    yield "n", result.n
    yield "n_missing", result.n_missing

    def walk(value: Any, path: str, name: str) -> Iterator[tuple[str, int]]:
        if isinstance(value, Mapping):
            for key, item in value.items():
                if key not in BY_CASE and key != "log_rank":
                    yield from walk(item, f"{path}.{key}", str(key))
        elif isinstance(value, int) and not isinstance(value, bool) and name not in NOT_COUNTS | EXTREMES:
            yield path, value

    yield from walk(result.values, "values", "")


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
    return [key for key in cells.hidden if key[1] != WHOLE and known[key][1] - known[key][0] + 1 < fewest]


def _secondary(cells: _Cells, sums: Sequence[Sum]) -> None:
    """Redact further cells until the attack finds nothing: a lone hidden part always gets company."""
    for _ in range(200):
        targets = set(exposed(cells, sums))
        for total, parts in sums:
            hidden = [part for part in parts if part in cells.hidden]
            alone = len(hidden) == 1 and total not in cells.hidden
            if alone or any(part in targets for part in hidden):
                shown = [part for part in parts if part not in cells.hidden and cells.value[part] > 0]
                printed = [part for part in shown if part[1] != WHOLE]
                if printed:
                    chosen = min(printed, key=lambda key: (cells.value[key], key))
                    cells.hidden[chosen] = "secondary"
                elif total not in cells.hidden and total[1] != WHOLE:
                    cells.hidden[total] = "secondary"
        if not targets and not exposed(cells, sums):
            return
    raise ReleaseRefusedError("secondary suppression did not settle; the release is refused")


def may_leave(result: Result) -> bool:
    """Whether a result has a place in a release at all: what is of one worker stays with the exact results."""
    return "worker" not in result.dimensions


def protect(
    results: Sequence[Result],
    policy: Policy | None = None,
    *,
    earlier: Sequence[EarlierRelease] = (),
    package: str = "",
) -> Release:
    """Protect all results of one release together, so that no two tables give a hidden cell by subtraction.

    ``earlier`` are the records of releases about the same people. Of the same ``package`` (its fingerprint) they hold
    the same numbers, and nothing hidden then is shown now; of another, no count is shown that differs from an earlier
    one by a few people if the difference could be worked out. Raises ReleaseRefusedError where a hidden cell could
    still be narrowed too far.
    """
    rules = policy or Policy()
    results = [result for result in results if may_leave(result)]
    # What the package states of other studies is nobody's count here and was printed before.
    counted = [result for result in results if READ not in result.notes]
    cells = _Cells(counted, rules)
    others = [release for release in earlier if release.package != package]
    for release in earlier:
        if release.package == package:
            cells.remember(release)
    sums = visible_sums(counted, cells.value)
    _secondary(cells, sums)
    told = cells.told(sums)
    for _ in range(50):
        differing = told_differences(told, others, rules.redact_up_to, rules.fewest_candidates)
        differing = [key for key in differing if key not in cells.hidden]
        if not differing:
            break
        cells.hidden.update(dict.fromkeys(differing, "difference"))
        _secondary(cells, sums)
        told = cells.told(sums)
    if told_differences(told, others, rules.redact_up_to, rules.fewest_candidates):
        raise ReleaseRefusedError(
            "a count hidden here follows from an earlier release; the release is refused"
        )
    left = exposed(cells, sums)
    if left:
        raise ReleaseRefusedError(f"{len(left)} hidden cells can be narrowed; the release is refused")
    writer = _Writer(rules, cells, table_totals(counted, cells.value))
    documents = tuple(writer.document(result) for result in results)
    return Release(documents, tuple(writer.redactions), tuple(writer.by_hand), rules, told)


@dataclass
class _Writer:
    policy: Policy
    cells: _Cells
    totals: Mapping[Key, tuple[Key, ...]]
    redactions: list[Redaction] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)

    def _drop(self, result: Result, path: str, reason: str) -> None:
        self.redactions.append(Redaction(result.id, path, reason))

    def _count(self, result: Result, path: str, count: int) -> int | None:
        reason = self.cells.hidden.get((result.id, path))
        if reason:
            self._drop(result, path, reason)
            return None
        return self._printed((result.id, path), count)

    def _printed(self, key: Key, count: int) -> int | None:
        """A count as it is printed: the total of a table is the sum of its rounded cells.

        With one of them redacted it is rounded itself: a sum without it would be no total, and its shares would be wrong.
        """
        if key in self.cells.hidden:
            return None
        parts = self.totals.get(key)
        if parts is None or any(part in self.cells.hidden for part in parts):
            return half_up(count, self.policy.round_to)
        return sum(self._printed(part, self.cells.value[part]) or 0 for part in parts)

    def document(self, result: Result) -> dict[str, Any]:
        """The protected form of one result; redacted values are null. A value that was read leaves as it is."""
        if READ in result.notes:
            return result.to_json() | {"released": True}
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
        self._coarsen(document)
        document["released"] = True
        return document

    def _coarsen(self, document: dict[str, Any]) -> None:
        round_to = self.policy.round_to
        if document["test"]:
            document["test"] = released_test(document["test"], round_to)
        if document["effect"]:
            document["effect"] = released_effect(document["effect"])
        document["other_tests"] = [released_test(test, round_to) for test in document["other_tests"]]
        document["other_effects"] = [released_effect(effect) for effect in document["other_effects"]]
        for pair in document["posthoc"]:
            pair["statistic"] = coarse(pair["statistic"])
            for p in ("p_raw", "p_adjusted"):
                pair[p] = released_p(pair[p])

    def _groups_large(self, result: Result) -> bool:
        test = result.comparison.test
        sizes = list(test.extra.get("n", [])) if test else []
        smallest = min(sizes, default=result.n)
        if result.comparison.method in OF_COUNTS and any(
            (result.id, path) in self.cells.hidden
            for path, _ in _counts(result)
            if path.startswith("values.")
        ):
            return False  # a test of shares follows from its table, and would give a hidden cell of it away
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
            elif name == "log_rank":
                if value is not None:
                    self._drop(result, here, "test_without_its_group_sizes")
                released[name] = None
            elif name == "percent" and isinstance(value, Mapping) and isinstance(values["count"], Mapping):
                counts = {code: {code: values["count"][code]} for code in value}
                released[name] = {
                    code: None if share is None else self._share(result, counts[code], f"{path}.count", share)
                    for code, share in value.items()
                }
            elif isinstance(value, Mapping):
                released[name] = self._values(result, value, here)
            elif name in NOT_COUNTS or isinstance(value, bool) or value is None or isinstance(value, str):
                released[name] = value
            elif isinstance(value, int):
                released[name] = self._count(result, here, value)
            elif isinstance(value, float):
                released[name] = self._number(result, values, path, name, value, enough)
            else:
                released[name] = value if name == "needs" else None
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
        if name == "share_left":
            # Steps of a survival curve would give single people; counts behind them go to midpoints of six.
            return (
                1 - midpoint_six(round(result.n * (1 - value))) / midpoint_six(result.n) if enough else None
            )
        if name in ("ci_low", "ci_high") and "share_left" in values:
            return None
        if name == "mean" and dominated(values):
            self._drop(result, here, "two_people_dominate")
            return None
        if name == "share":
            self._drop(result, here, "share_of_hidden_or_unknown_base")
            return None
        if not enough:
            self._drop(result, here, "fewer_than_10_people")
            return None
        return coarse(value, name)

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
                shown = self._printed((result.id, top), count)
                rounded = self._base(result, bottom, base)
                if shown is not None and rounded and base > self.policy.redact_up_to:
                    return min(100.0, 100.0 * shown / rounded)
        return None

    def _base(self, result: Result, path: str, base: int) -> int | None:
        if path != "whole":
            return self._printed((result.id, path), base)
        if (result.id, "n") in self.cells.hidden:
            return None
        return half_up(base, self.policy.round_to)


def approve(people: Sequence[str]) -> tuple[str, str]:
    """The two people of a release; ReleaseRefusedError unless two different names are given."""
    names = [name.strip() for name in people if name.strip()]
    if len({name.casefold() for name in names}) < 2:
        raise ReleaseRefusedError("a release needs two different people; name both with --approved-by")
    return names[0], next(name for name in names if name.casefold() != names[0].casefold())
