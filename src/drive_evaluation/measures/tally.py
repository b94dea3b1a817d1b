"""Making results from samples: identity, base and missing count in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from drive_evaluation.results import NO_TEST, Comparison, Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.statistics.survival import Survival

MISSING_CODES = ("unknown",)


def make(
    measure: str,
    sample: Sample,
    dimensions: Mapping[str, str],
    values: Mapping[str, Any],
    *,
    n: int | None = None,
    comparison: Comparison = NO_TEST,
    notes: Iterable[str] = (),
    subgroup: str | None = None,
    size: int | None = None,
) -> Result:
    """A result of ``sample``; ``n`` defaults to its size, missing is the rest of ``size`` (default: the sample)."""
    total = sample.size if size is None else size
    valid = total if n is None else int(n)
    return Result(
        measure=measure,
        population=sample.population,
        subgroup=sample.subgroup if subgroup is None else subgroup,
        dimensions=dict(dimensions),
        n=valid,
        n_missing=total - valid,
        values=dict(values),
        comparison=comparison,
        notes=tuple(notes) + (() if total else ("empty_population",)),
    )


def is_known(values: pd.Series) -> pd.Series:
    """True where there is an answer: neither an empty cell nor recorded as unknown."""
    return values.notna() & ~values.isin(MISSING_CODES)


def share(count: int, total: int, known: int, *, missing_in_base: bool) -> dict[str, Any]:
    """count, known, percent (of the base the measure names) and percent_known."""
    return {
        "count": int(count),
        "known": int(known),
        "percent": percent(count, total if missing_in_base else known),
        "percent_known": percent(count, known),
    }


def category_results(
    measure: str,
    sample: Sample,
    variable: str,
    values: pd.Series,
    codes: Iterable[str],
    *,
    missing_in_base: bool,
    rollups: Mapping[str, tuple[str, ...]] | None = None,
) -> list[Result]:
    """One result per category of a variable, its roll-ups, ``missing`` (unknown and no record), and a summary."""
    # A free code that says "missing" is no answer; as a category it would stand twice.
    values = values.where(values != "missing")
    total, known = len(values), int(is_known(values).sum())
    tally = values.value_counts()
    notes = ("base_includes_missing",) if missing_in_base else ()
    counts: dict[str, int] = {code: int(tally.get(code, 0)) for code in codes}
    counts.update(
        {str(code): int(tally[code]) for code in sorted(map(str, tally.index)) if code not in counts}
    )
    for name, parts in (rollups or {}).items():
        counts[name] = sum(counts.get(part, 0) for part in parts)
    results = []
    percents: dict[str, float | None] = {}
    for code, count in counts.items():
        entry = share(count, total, known, missing_in_base=missing_in_base)
        if code in MISSING_CODES:
            entry["percent_known"] = None
            entry["percent"] = percent(count, total) if missing_in_base else None
        percents[code] = entry["percent"]
        results.append(
            make(measure, sample, {"variable": variable, "category": code}, entry, n=known, notes=notes)
        )
    lacking = total - known
    entry = {
        "count": lacking,
        "known": known,
        "percent": percent(lacking, total) if missing_in_base else None,
        "percent_missing": percent(lacking, total),
        "recorded_unknown": int(values.isin(MISSING_CODES).sum()),
        "no_record": int(values.isna().sum()),
    }
    results.append(
        make(measure, sample, {"variable": variable, "category": "missing"}, entry, n=known, notes=notes)
    )
    summary = {
        "known": known,
        "count": counts | {"missing": lacking},
        "percent": percents | {"missing": entry["percent"]},
    }
    results.append(make(measure, sample, {"variable": variable}, summary, n=known, notes=notes))
    return results


def number_result(
    measure: str, sample: Sample, dimensions: Mapping[str, str], values: pd.Series, notes: Iterable[str] = ()
) -> Result:
    """n, mean, sd, median, minimum, maximum and quartiles of a number."""
    described = describe(values.to_numpy(dtype=float))
    return make(measure, sample, dimensions, described, n=described["n"], notes=notes)


def survival_values(curve: Survival | None, marks: Iterable[int], unit: str) -> dict[str, Any]:
    """Events, censored, median and the share still without the event at each mark, keyed ``after_<mark>_<unit>``."""
    if curve is None:
        return {"events": 0, "censored": 0, f"median_{unit}": None}
    values: dict[str, Any] = {
        "events": curve.events,
        "censored": curve.n - curve.events,
        f"median_{unit}": curve.median,
    }
    for mark in marks:
        share, low, high = curve.at(mark)
        values[f"after_{mark}_{unit}"] = {"share_left": share, "ci_low": low, "ci_high": high}
    return values
