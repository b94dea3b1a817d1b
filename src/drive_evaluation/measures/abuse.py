"""Abuse, use and severity: M-ABUSE-USE, -MCNEMAR, -SEV-TRANS, -SEV-CHANGE, -DISCORD, M-SOAG."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from drive_evaluation.case_rules import one_per_time_point
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.errors import NotComputableError
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Effect, Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.paired import compare_pairs
from drive_evaluation.study import Study

TYPES = CODE_LISTS["abuse_type"]
LEVELS = ("none", "standard", "moderate", "high")
RANK = {level: rank for rank, level in enumerate(LEVELS)}


def _wide(study: Study, informant: str, timepoint: str) -> pd.DataFrame:
    """Use and severity by link: columns (used|severity, type), rows (perpetrator_id, victim_id).

    Several records at one time point: the earliest dated counts at intake, the latest dated otherwise. Unknown is missing.
    """
    key = ("abuse", informant, timepoint)
    if key not in study.cache:
        rows = study.table("abuse")
        rows = rows[(rows["informant"] == informant) & (rows["timepoint"] == timepoint)]
        rows = one_per_time_point(rows, ["perpetrator_id", "victim_id", "abuse_type"], timepoint)
        rows = rows.assign(
            used=rows["used"].where(rows["used"] != "unknown"),
            severity=rows["severity"].where(rows["severity"] != "unknown"),
        )
        wide = rows.pivot(
            index=["perpetrator_id", "victim_id"], columns="abuse_type", values=["used", "severity"]
        )
        columns = pd.MultiIndex.from_product([["used", "severity"], TYPES])
        study.cache[key] = wide.reindex(columns=columns).astype(object)
    frame: pd.DataFrame = study.cache[key]
    return frame


def ratings(study: Study, sample: Sample, informant: str, timepoint: str) -> pd.DataFrame:
    """Use and severity aligned with the sample: of the index link for cases, of the link itself for links.

    With ``victims=all`` a case counts a type as used if used against any linked victim, at the highest level.
    """
    frame = sample.frame
    # Several measures ask for the ratings of one sample; the frame is kept with them, so that its id stays its own.
    place = ("ratings", id(frame), informant, timepoint)
    if place in study.cache:
        found: tuple[pd.DataFrame, pd.DataFrame] = study.cache[place]
        return found[1]
    study.cache[place] = frame, _ratings(study, sample, informant, timepoint)
    return study.cache[place][1]  # type: ignore[no-any-return]  # the cache keeps anything


def _ratings(study: Study, sample: Sample, informant: str, timepoint: str) -> pd.DataFrame:
    frame = sample.frame
    wide = _wide(study, informant, timepoint)
    if sample.definition.unit == "case":
        if study.settings.victims == "all":
            return _any_victim(wide).reindex(pd.Index(frame["perpetrator_id"])).set_index(frame.index)
        if "index_victim" not in frame.columns:
            raise NotComputableError(
                "abuse of a case is that of its index link, and victims is not in the package"
            )
        victim = frame["index_victim"]
    else:
        victim = frame["victim_id"]
    index = pd.MultiIndex.from_arrays([frame["perpetrator_id"], victim])
    return wide.reindex(index).set_index(frame.index)


def _any_victim(wide: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for kind in TYPES:
        used = wide[("used", kind)].map({"yes": 1.0, "no": 0.0}).groupby(level=0).max()
        columns[("used", kind)] = used.map({1.0: "yes", 0.0: "no"}).astype(object)
        severity = wide[("severity", kind)].map(RANK).groupby(level=0).max()
        columns[("severity", kind)] = severity.map(dict(enumerate(LEVELS))).astype(object)
    return pd.DataFrame(columns)


def use(study: Study, sample: Sample, *, informant: str) -> list[Result]:
    """M-ABUSE-USE: used, among those with use known at that time point; n differs by type and time point."""
    results = []
    for timepoint in ("intake", "mid", "exit"):
        rated = ratings(study, sample, informant, timepoint)
        if timepoint == "mid" and rated.isna().all(axis=None):
            continue
        for kind in TYPES:
            answer = rated[("used", kind)]
            known, used = int(answer.notna().sum()), int((answer == "yes").sum())
            values = {"known": known, "used": used, "count": used, "percent": percent(used, known)}
            dimensions = {"abuse_type": kind, "timepoint": timepoint, "informant": informant}
            results.append(make("M-ABUSE-USE", sample, dimensions, values, n=known))
            severity = rated[("severity", kind)]
            graded = int(severity.notna().sum())
            for level in LEVELS:
                count = int((severity == level).sum())
                results.append(
                    make(
                        "M-ABUSE-USE",
                        sample,
                        {**dimensions, "severity": level},
                        {"known": graded, "count": count, "percent": percent(count, graded)},
                        n=graded,
                    )
                )
    return results


def change_in_use(study: Study, sample: Sample, *, informant: str) -> list[Result]:
    """M-ABUSE-MCNEMAR: pairs with use known at intake and exit, each type apart, arms never pooled by the caller."""
    before, after = ratings(study, sample, informant, "intake"), ratings(study, sample, informant, "exit")
    results = []
    for kind in TYPES:
        first, last = before[("used", kind)], after[("used", kind)]
        pair = first.notna() & last.notna()
        yes_before, yes_after = first[pair] == "yes", last[pair] == "yes"
        n = int(pair.sum())
        both, stopped = int((yes_before & yes_after).sum()), int((yes_before & ~yes_after).sum())
        started, neither = int((~yes_before & yes_after).sum()), int((~yes_before & ~yes_after).sum())
        values = {
            "intake": _used(both + stopped, n),
            "exit": _used(both + started, n),
            "discordant": {"stopped": stopped, "started": started},
        }
        results.append(
            make(
                "M-ABUSE-MCNEMAR",
                sample,
                {"abuse_type": kind, "informant": informant},
                values,
                n=n,
                comparison=compare_pairs(both, stopped, started, neither),
            )
        )
    return results


def _used(used: int, n: int) -> dict[str, float | int | None]:
    return {
        "used": used,
        "percent_used": percent(used, n),
        "not_used": n - used,
        "percent_not_used": percent(n - used, n),
    }


def _severity_pairs(
    study: Study, sample: Sample, informant: str
) -> Mapping[str, tuple[pd.Series, pd.Series, pd.Series]]:
    before, after = ratings(study, sample, informant, "intake"), ratings(study, sample, informant, "exit")
    pairs = {}
    for kind in TYPES:
        first, last = before[("severity", kind)], after[("severity", kind)]
        pair = first.notna() & last.notna()
        pairs[kind] = (pair, first[pair], last[pair])
    return pairs


def severity_transitions(study: Study, sample: Sample, *, informant: str) -> list[Result]:
    """M-ABUSE-SEV-TRANS: intake by exit level among pairs with both known, and increases over all four types."""
    results = []
    instances = 0
    increased_people: set[str] = set()
    increased_sites: set[str] = set()
    any_pair = pd.Series(False, index=sample.frame.index)
    for kind, (pair, first, last) in _severity_pairs(study, sample, informant).items():
        n = int(pair.sum())
        any_pair |= pair
        codes = first.map(RANK).to_numpy(dtype=int), last.map(RANK).to_numpy(dtype=int)
        table = np.zeros((len(LEVELS), len(LEVELS)), dtype=int)
        np.add.at(table, codes, 1)
        increased = first.index[codes[0] < codes[1]]
        decreased = int((codes[0] > codes[1]).sum())
        instances += len(increased)
        rows = sample.frame.loc[increased]
        increased_people |= set(rows["perpetrator_id"])
        if "site" in rows.columns:
            increased_sites |= set(rows["site"].dropna())
        values = {
            "intake_totals": {level: int(table[RANK[level]].sum()) for level in LEVELS},
            "exit_totals": {level: int(table[:, RANK[level]].sum()) for level in LEVELS},
            "cells": {f"{a}>{b}": int(table[RANK[a], RANK[b]]) for a in LEVELS for b in LEVELS},
            "increased": {"count": len(increased), "percent": percent(len(increased), n)},
            "decreased": {"count": decreased, "percent": percent(decreased, n)},
        }
        dimensions = {"abuse_type": kind, "informant": informant}
        results.append(make("M-ABUSE-SEV-TRANS", sample, dimensions, values, n=n))
    summary = {
        "increase_instances": instances,
        "people_with_increase": len(increased_people),
        "sites_with_increase": len(increased_sites),
    }
    results.append(
        make("M-ABUSE-SEV-TRANS", sample, {"informant": informant}, summary, n=int(any_pair.sum()))
    )
    return results


def increases(study: Study, sample: Sample, informant: str) -> pd.DataFrame:
    """Every increase of severity from intake to exit, a row each, for review by people who may see it."""
    parts = []
    for kind, (_, first, last) in _severity_pairs(study, sample, informant).items():
        up = first.index[first.map(RANK).astype(float) < last.map(RANK).astype(float)]
        rows = sample.frame.loc[up]
        victim = rows["index_victim"] if sample.definition.unit == "case" else rows["victim_id"]
        columns = {"perpetrator_id": rows["perpetrator_id"], "victim_id": victim, "abuse_type": kind}
        columns |= {"informant": informant, "intake": first[up], "exit": last[up]}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts)


def relative_change(before: int, after: int, zero_zero: str) -> tuple[float | None, tuple[str, ...]]:
    """100 × (after − before)/before; 0 → 0 by setting, 0 → k undefined with note ``zero_base``."""
    if before:
        return 100.0 * (after - before) / before, ()
    if after:
        return None, ("zero_base",)
    return (0.0 if zero_zero == "zero" else None), ()


def severity_change(study: Study, sample: Sample, *, informant: str) -> list[Result]:
    """M-ABUSE-SEV-CHANGE: percent change per level on the margins of the transition table."""
    results = []
    for kind, (pair, first, last) in _severity_pairs(study, sample, informant).items():
        n = int(pair.sum())
        for level in LEVELS:
            before, after = int((first == level).sum()), int((last == level).sum())
            change, notes = relative_change(before, after, study.settings.percent_change_zero_zero)
            values = {
                "intake": before,
                "exit": after,
                "percent_intake": percent(before, n),
                "percent_exit": percent(after, n),
                "percent_change": change if n else None,
            }
            dimensions = {"abuse_type": kind, "severity": level, "informant": informant}
            results.append(make("M-ABUSE-SEV-CHANGE", sample, dimensions, values, n=n, notes=notes))
    return results


def severity_grid(study: Study, sample: Sample) -> list[Result]:
    """M-SOAG (K20): links rated at each level at intake and exit, and the percent reduction, printed as it is.

    Unknown and missing grids count at no level; ``undefined`` marks 0 at intake with some at exit.
    """
    before = ratings(study, sample, "case_manager", "intake")
    after = ratings(study, sample, "case_manager", "exit")
    results = [make("M-SOAG", sample, {}, {"victims": sample.size})]
    for kind in TYPES:
        first, last = before[("severity", kind)], after[("severity", kind)]
        both = int((first.notna() & last.notna()).sum())
        for level in ("high", "moderate", "standard"):
            intake, exit_ = int((first == level).sum()), int((last == level).sum())
            values = {
                "intake": intake,
                "exit": exit_,
                "percent_reduction": percent(intake - exit_, intake),
                "undefined": intake == 0 and exit_ > 0,
                "known_intake": int(first.notna().sum()),
                "known_exit": int(last.notna().sum()),
            }
            notes = ("zero_base",) if values["undefined"] else ()
            results.append(
                make("M-SOAG", sample, {"abuse_type": kind, "severity": level}, values, n=both, notes=notes)
            )
    return results


def informants_compared(study: Study, sample: Sample) -> list[Result]:
    """M-ABUSE-DISCORD: where case manager and IDVA rated the same link and time point, agreement and kappa."""
    results = []
    for timepoint in ("intake", "exit"):
        one = ratings(study, sample, "case_manager", timepoint)
        other = ratings(study, sample, "idva", timepoint)
        for kind in TYPES:
            a, b = one[("used", kind)], other[("used", kind)]
            pair = a.notna() & b.notna()
            x, y = a[pair] == "yes", b[pair] == "yes"
            n, agree = int(pair.sum()), int((x == y).sum())
            kappa = _kappa(x.to_numpy(dtype=bool), y.to_numpy(dtype=bool))
            values = {
                "agree": agree,
                "percent_agree": percent(agree, n),
                "kappa": kappa.value,
                "idva_only": int((~x & y).sum()),
                "case_manager_only": int((x & ~y).sum()),
            }
            results.append(
                make("M-ABUSE-DISCORD", sample, {"abuse_type": kind, "timepoint": timepoint}, values, n=n)
            )
    return results


def _kappa(x: np.ndarray, y: np.ndarray) -> Effect:
    """Cohen's kappa; undefined where one of the two never varies and they agree by necessity."""
    if not len(x):
        return Effect("kappa", None)
    observed = float((x == y).mean())
    expected = float(x.mean() * y.mean() + (1 - x.mean()) * (1 - y.mean()))
    return Effect("kappa", (observed - expected) / (1 - expected) if expected < 1 else None)
