"""Return to MARAC: M-MARAC-REAPPEAR."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.case_rules import add_months
from drive_evaluation.measures.tally import make, survival_values
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.survival import kaplan_meier
from drive_evaluation.study import Study, look_up
from drive_evaluation.subgroups import serial

OPENS, SHUTS = 6, 12
"""The window of a return: more than six and up to twelve months after the end."""
MONTHS = (3, 6, 9, 12, 18, 24)
DAYS_PER_MONTH = 365.25 / 12


def marac_return(study: Study, sample: Sample) -> list[Result]:
    """M-MARAC-REAPPEAR: a hearing in the window after closure, any victim, of serial perpetrators who completed Drive.

    One object per definition of serial, and one with the time to the first hearing (Kaplan-Meier, censored at the data
    cut). Where controls have an end date from their match, they are counted the same way under ``group=control``. A
    person whose site has no hearing at all in the import is not covered by it, and not eligible.
    """
    hearings = study.table("marac_appearances")
    people = sample.frame.sort_values("closed_date", kind="stable").drop_duplicates(
        "perpetrator_id", keep="last"
    )
    # Hearings belong to where the person was assessed, as covered sites do, not to the site of a later case.
    home = study.perpetrators.set_index("perpetrator_id")["site"]
    completed = people.assign(ended=people["closed_date"], site=look_up(people["perpetrator_id"], home))
    results = _group(study, sample, completed, hearings, {})
    controls = _controls(study)
    if controls is not None and len(controls):
        results += _group(study, sample, controls, hearings, {"group": "control"})
    return results


def _controls(study: Study) -> pd.DataFrame | None:
    """Control perpetrators with the end of their match, or their own where the match has none."""
    if not study.has("police_linkage"):
        return None
    linkage = study.table("police_linkage")
    ends = linkage.set_index("perpetrator_id")["anchor_end"]
    frame = study.perpetrators[study.perpetrators["arm"] == "control"]
    rows = frame.merge(linkage[["perpetrator_id", "matched_to"]], on="perpetrator_id")
    own = look_up(rows["perpetrator_id"], ends)
    return rows.assign(ended=look_up(rows["matched_to"], ends).fillna(own)).dropna(subset=["ended"])


def covered_sites(study: Study, hearings: pd.DataFrame) -> set[str]:
    """Sites of which the import holds at least one hearing of anybody assessed there."""
    heard = study.perpetrators["perpetrator_id"].isin(hearings["perpetrator_id"])
    return set(study.perpetrators.loc[heard, "site"].dropna())


def _group(
    study: Study, sample: Sample, people: pd.DataFrame, hearings: pd.DataFrame, group: dict[str, str]
) -> list[Result]:
    sites = covered_sites(study, hearings)
    covered = people["site"].isin(sites)
    in_time = add_months(people["ended"], SHUTS) <= study.data_cut
    pairs = study.table("victims")[["perpetrator_id", "victim_id"]]
    linked = set(pairs.itertuples(index=False, name=None))
    results = []
    for definition in ("linked", "evidence"):
        if definition == "evidence" and "serial_evidence" not in people.columns:
            continue
        is_serial = serial(study, people, definition) == "yes"
        chosen = people[covered & in_time & is_serial]
        rows = hearings.merge(chosen[["perpetrator_id", "ended"]], on="perpetrator_id")
        inside = (rows["date"] > add_months(rows["ended"], OPENS)) & (
            rows["date"] <= add_months(rows["ended"], SHUTS)
        )
        rows = rows[inside]
        named = rows[rows["victim_ref"].notna()]
        new = [
            pair not in linked
            for pair in named[["perpetrator_id", "victim_ref"]].itertuples(index=False, name=None)
        ]
        count = int(rows["perpetrator_id"].nunique())
        values = {
            "eligible": len(chosen),
            "not_covered": int((is_serial & in_time & ~covered).sum()),
            "reappeared": count,
            "percent": percent(count, len(chosen)),
            "appearances": len(rows),
            "repeat_appearances": int((rows["is_repeat"] == "yes").sum()),
            "percent_new_victim": percent(sum(new), len(new)),
        }
        size = sample.size if not group else len(people)
        dimensions = {"definition": definition, **group}
        results.append(make("M-MARAC-REAPPEAR", sample, dimensions, values, n=len(chosen), size=size))
        results.append(
            _time_to_hearing(study, sample, people[covered & is_serial], hearings, dimensions, size)
        )
    return results


def _time_to_hearing(
    study: Study,
    sample: Sample,
    people: pd.DataFrame,
    hearings: pd.DataFrame,
    dimensions: dict[str, str],
    size: int,
) -> Result:
    """Time from the end to the first hearing after it; a year of waiting is not asked for, censoring takes its place."""
    rows = hearings.merge(people[["perpetrator_id", "ended"]], on="perpetrator_id")
    first = rows[rows["date"] > rows["ended"]].groupby("perpetrator_id")["date"].min()
    heard = look_up(people["perpetrator_id"], first)
    until = heard.where(heard.notna(), study.data_cut)
    months = (until - people["ended"]).dt.days.astype(float) / DAYS_PER_MONTH
    curve = kaplan_meier(months, heard.notna())
    values = survival_values(curve, MONTHS, "months")
    known = curve.n if curve else 0
    return make(
        "M-MARAC-REAPPEAR", sample, {**dimensions, "curve": "kaplan_meier"}, values, n=known, size=size
    )
