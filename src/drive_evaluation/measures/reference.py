"""Comparators and printed service parameters: values read from ``reference_values``, never computed (1.2).

A comparator is named after the result it stands beside: ``name`` is the id ``measure|population|subgroup|key=value,…``
with a population of another study (``p2.open``, ``pilot.su``) or the parameters of a service (``y2.model``), ``category``
the path of the value, ``percent`` where it is empty.
"""

from __future__ import annotations

import pandas as pd

from drive_evaluation.definitions import MEASURES
from drive_evaluation.results import READ, Result
from drive_evaluation.samples import Sample
from drive_evaluation.study import Study

MODEL = "model"


def comparators(study: Study, sample: Sample) -> list[Result]:
    """The comparators of the package as results, the latest where several dates are given; none is no defect."""
    if not study.has("reference_values"):
        return []
    rows = study.table("reference_values")
    rows = rows[rows["kind"] == "comparator"].sort_values(
        ["name", "category", "as_of"], na_position="first", kind="stable"
    )
    results = []
    for name, part in rows.groupby("name", sort=True):
        identity = _identity(study, str(name))
        if identity is None:
            continue
        paths = part["category"].where(part["category"].notna(), "percent")
        values = {str(path): _number(value) for path, value in zip(paths, part["value"], strict=True)}
        measure, population, subgroup, dimensions = identity
        results.append(
            Result(measure, population, subgroup, dimensions, len(values), 0, values, notes=(READ,))
        )
    return results


def _identity(study: Study, name: str) -> tuple[str, str, str, dict[str, str]] | None:
    """The four fields of an id that is not one of this study's own results; None for any other name."""
    parts = name.split("|")
    if len(parts) != 4 or parts[0] not in MEASURES:
        return None
    measure, population, subgroup, listed = parts
    prefix, _, who = population.partition(".")
    pairs = [(key, value) for key, _, value in (p.partition("=") for p in listed.split(",") if p)]
    if not who or (prefix == study.spec and who != MODEL) or not all(value for _, value in pairs):
        return None
    return measure, population, subgroup, dict(pairs)


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else float(value)


def expected_contact(study: Study, day: pd.Timestamp, site: str | None) -> dict[str, float]:
    """The band of direct contact that ``targets`` expect on a day, in percent; empty where none is stated.

    Of several sites the widest band.
    """
    if not study.has("targets"):
        return {}
    rows = study.table("targets")
    rows = rows[(rows["period_start"] <= day) & (rows["period_end"] >= day)]
    if site is not None:
        rows = rows[study._labelled(rows["site_id"]) == site]
    low = rows.loc[rows["metric"] == "direct_contact_low", "value"]
    high = rows.loc[rows["metric"] == "direct_contact_high", "value"]
    if low.empty or high.empty:
        return {}
    return {"expected_low": float(low.min()), "expected_high": float(high.max())}
