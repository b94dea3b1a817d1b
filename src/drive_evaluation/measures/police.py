"""Police: M-POLICE-MATCH, M-POLICE-PROP, M-POLICE-CHANGE."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drive_evaluation.case_rules import add_months
from drive_evaluation.case_samples import closed_drive_cases
from drive_evaluation.errors import NotComputableError
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import SAMPLES, Sample
from drive_evaluation.settings import VICTIM_NEEDS
from drive_evaluation.statistics.bootstrap import mean_interval
from drive_evaluation.statistics.matching import Variable, match_nearest
from drive_evaluation.study import Study, look_up

FLAGS = {"dva": "yes", "non_dva": "no"}
PERIODS = ("before", "during", "after")


def windows(study: Study, people: pd.DataFrame) -> pd.DataFrame:
    """First and last day of each window per traced person, cut by the data cut.

    Columns ``<period>_first``, ``<period>_last`` and ``<period>_short``. Control cases take the dates of their match
    unless ``police_control_dates`` is ``own``.
    """
    linkage = study.table("police_linkage").set_index("perpetrator_id")
    months = study.settings.police_months
    start, end = people["anchor_start"], people["anchor_end"]
    if study.settings.police_control_dates == "match":
        start = look_up(people["matched_to"], linkage["anchor_start"]).fillna(start)
        end = look_up(people["matched_to"], linkage["anchor_end"]).fillna(end)
    day = pd.Timedelta(days=1)
    frame = pd.DataFrame({"perpetrator_id": people["perpetrator_id"]})
    frame["before_first"], frame["before_last"] = add_months(start, -months), start - day
    during_end = end
    if study.settings.police_during == "first_months":
        during_end = pd.concat([end, add_months(start, months) - day], axis=1).min(axis=1)
    frame["during_first"], frame["during_last"] = start, during_end
    frame["after_first"], frame["after_last"] = end + day, add_months(end + day, months) - day
    for period in PERIODS:
        last = frame[f"{period}_last"]
        frame[f"{period}_short"] = last > study.data_cut
        # A window without an end has none; only one that ends later is cut.
        frame[f"{period}_last"] = last.where(~(last > study.data_cut), study.data_cut)
    return frame


def _incidents(study: Study, sample: Sample) -> pd.DataFrame:
    """Incidents of the sample with the window they fall into."""
    frame = windows(study, sample.frame)
    rows = study.table("police_incidents").merge(frame, on="perpetrator_id")
    rows["period"] = None
    for period in PERIODS:
        inside = (rows["date"] >= rows[f"{period}_first"]) & (rows["date"] <= rows[f"{period}_last"])
        rows["period"] = rows["period"].where(~inside, period)
    return rows[rows["period"].notna()]


def proportion_criminal(study: Study, sample: Sample) -> list[Result]:
    """M-POLICE-PROP: unweighted mean over people of the criminal share of their incidents, by flag and window.

    People without an incident of the flag are missing by default; the mean with them as zero is given beside it.
    An incident whose ``criminal`` is unknown counts in neither part.
    """
    rows = _incidents(study, sample)
    frame = windows(study, sample.frame)
    known = rows[rows["criminal"] != "unknown"]
    results = []
    for flag, code in FLAGS.items():
        for period in PERIODS:
            own = known[known["period"] == period]
            flagged = own[own["dva"] == code]
            base = flagged if study.settings.police_denominator == "same_flag" else own
            criminal = flagged[flagged["criminal"] == "yes"].groupby("perpetrator_id").size()
            total = base.groupby("perpetrator_id").size()
            proportion = criminal.reindex(total.index, fill_value=0) / total
            valid_window = frame[f"{period}_first"].notna() & (
                frame[f"{period}_last"] >= frame[f"{period}_first"]
            )
            n, with_incidents = int(valid_window.sum()), len(total)
            as_missing = float(proportion.mean()) if with_incidents else None
            as_zero = float(proportion.sum() / n) if n else None
            use_zero = study.settings.police_zero_zero == "zero"
            values = {
                "mean_proportion": as_zero if use_zero else as_missing,
                "mean_proportion_zero": as_zero,
                "mean_proportion_missing": as_missing,
                "n_with_incidents": with_incidents,
                "n_zero": n - with_incidents,
                "incidents": int(total.sum()),
                "criminal": int(criminal.sum()),
                "short_windows": int(frame[f"{period}_short"].sum()),
            }
            low, high = mean_interval(proportion.to_numpy(dtype=float), seed=study.settings.seed)
            values["ci_low"], values["ci_high"] = low, high
            dimensions = {"flag": flag, "period": period}
            valid = n if use_zero else with_incidents
            results.append(make("M-POLICE-PROP", sample, dimensions, values, n=valid))
    return results


def change_in_incidents(study: Study, sample: Sample) -> list[Result]:
    """M-POLICE-CHANGE: incidents in the months after against the months before."""
    rows = _incidents(study, sample)
    frame = windows(study, sample.frame)
    dated = int((frame["before_first"].notna() & frame["after_last"].notna()).sum())
    results = []
    for flag, code in (*FLAGS.items(), ("all", None)):
        own = rows if code is None else rows[rows["dva"] == code]
        before, after = int((own["period"] == "before").sum()), int((own["period"] == "after").sum())
        values = {
            "before": before,
            "after": after,
            "percent_change": percent(after - before, before),
            "percent_reduction": percent(before - after, before),
            "window_months": study.settings.police_months,
            "short_windows": int((frame["before_short"] | frame["after_short"]).sum()),
        }
        notes = ("zero_base",) if not before and after else ()
        results.append(make("M-POLICE-CHANGE", sample, {"flag": flag}, values, n=dated, notes=notes))
    return results


def matching_frame(study: Study, links: pd.DataFrame) -> pd.DataFrame:
    """Matching variables of links by the names of ``match_variables``."""
    frame = links.copy()
    if study.has("victim_needs"):
        rows = study.table("victim_needs")
        rows = rows[(rows["timepoint"] == "intake") & (rows["present"] != "unknown")]
        rows = rows.drop_duplicates(["perpetrator_id", "victim_id", "need"])
        wide = rows.pivot(index=["perpetrator_id", "victim_id"], columns="need", values="present")
        index = pd.MultiIndex.from_frame(frame[["perpetrator_id", "victim_id"]])
        wide = wide.reindex(index).set_index(frame.index)
        for need in VICTIM_NEEDS:
            frame[f"need_{need}"] = wide[need] if need in wide.columns else np.nan
    return frame


def matched_controls(study: Study, sample: Sample) -> list[Result]:
    """M-POLICE-MATCH: nearest controls by Gower distance, with the balance of every variable and no p."""
    settings = study.settings
    closed = closed_drive_cases(study)
    if settings.police_closed_by is not None:
        closed = closed[closed["closed_date"] <= pd.Timestamp(settings.police_closed_by)]
    links = SAMPLES["vs_baseline"].build(study, "all")
    treated = links[(links["arm"] == "drive") & links["perpetrator_id"].isin(closed["perpetrator_id"])]
    candidates = links[links["arm"] == "control"]
    if treated.empty or candidates.empty:
        raise NotComputableError(
            "matching needs Drive links of closed cases and control links, both with an intake form"
        )
    treated, candidates = matching_frame(study, treated), matching_frame(study, candidates)
    variables = [
        Variable(name, "ordinal" if name == "risk_level" else "number" if name == "age" else "category")
        for name in settings.match_variables
        if name in treated.columns
    ]
    if "risk_level" in treated.columns:
        order = {"standard": 0.0, "medium": 1.0, "high": 2.0}
        treated = treated.assign(risk_level=treated["risk_level"].map(order))
        candidates = candidates.assign(risk_level=candidates["risk_level"].map(order))
    study.progress(f"matching {len(treated)} links to {len(candidates)} controls")
    found = match_nearest(
        treated.set_index("perpetrator_id"),
        candidates.set_index("perpetrator_id"),
        variables,
        ratio=settings.match_ratio,
        replacement=settings.match_replacement,
        caliper=settings.match_caliper,
        seed=settings.seed,
    )
    study.cache["match"] = found
    distances = [pair.distance for pair in found.pairs]
    values = {
        "treated": len(treated),
        "candidates": len(candidates),
        "pairs": len(found.pairs),
        "unmatched": len(found.unmatched),
        "mean_distance": float(np.mean(distances)) if distances else None,
        "max_distance": float(np.max(distances)) if distances else None,
    }
    results = [make("M-POLICE-MATCH", sample, {}, values, n=len(found.pairs), size=len(treated))]
    for row in found.balance:
        results.append(
            make(
                "M-POLICE-MATCH",
                sample,
                {"variable": row.variable},
                {
                    "standardised_difference_before": row.before,
                    "standardised_difference_after": row.after,
                },
                n=len(found.pairs),
                size=len(treated),
            )
        )
    return results
