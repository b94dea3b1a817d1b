"""A cohort of any size from one of the published size: whole copies under new seeds and ids, then people drawn from them.

Shares stay those of the published cohort within sampling error; flows are exact only at multiples of its size. For
benchmarks, power and plans; the distance report is made for the published size.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

Tables = dict[str, pd.DataFrame]

SHARED = ("sites", "targets", "unit_costs", "reference_values", "evaluation_register")
"""Tables about places, prices and fieldwork: taken from the first copy."""
OTHER_IDS = ("matched_to", "victim_ref")


def scaled(cohort: Callable[[int], Tables], seed: int, perpetrators: int) -> Tables:
    """A cohort with exactly ``perpetrators`` rows of perpetrators; the same seed and size give the same rows."""
    first = cohort(seed)
    copies = math.ceil(perpetrators / len(first["perpetrators"]))
    made = [_renamed(first if i == 0 else cohort(seed + i), i) for i in range(copies)]
    tables = {
        name: made[0][name] if name in SHARED else pd.concat([copy[name] for copy in made], ignore_index=True)
        for name in first
    }
    people = tables["perpetrators"]["perpetrator_id"].to_numpy(dtype=object)
    kept = np.random.default_rng(seed).permutation(len(people))[:perpetrators]
    return _only(tables, set(people[np.sort(kept)]))


def _renamed(tables: Tables, copy: int) -> Tables:
    """The tables with every id but the site's marked by its copy; the first keeps its ids."""
    if not copy:
        return tables
    found = {}
    for name, frame in tables.items():
        changed = frame.copy()
        for column in map(str, frame.columns):
            if (column.endswith("_id") and column != "site_id") or column in OTHER_IDS:
                changed[column] = frame[column].map(lambda cell: f"{cell}x{copy}", na_action="ignore")
        found[name] = frame if name in SHARED else changed
    return found


def _only(tables: Mapping[str, pd.DataFrame], people: set[str]) -> Tables:
    """Only the rows of the people given, of their cases, and of nobody."""
    cases: set[str] = set()
    if "cases" in tables:
        own = tables["cases"]
        cases = set(own.loc[own["perpetrator_id"].isin(people), "case_id"])
    found = {}
    for name, frame in tables.items():
        keep = pd.Series(True, index=frame.index)
        if "perpetrator_id" in frame:
            keep &= frame["perpetrator_id"].isin(people) | frame["perpetrator_id"].isna()
        if "case_id" in frame:
            keep &= frame["case_id"].isin(cases) | frame["case_id"].isna()
        found[name] = frame[keep].reset_index(drop=True)
        if "matched_to" in frame:
            column = found[name]["matched_to"]
            found[name]["matched_to"] = column.where(column.isin(people), None)
    return found
