"""Throughput, open cases, closures, caseload: M-THROUGHPUT, -TARGET, -OPEN, -OPEN-STATUS, -CLOSE*, -STEPDOWN, -CASELOAD."""

from __future__ import annotations

import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.case_samples import accepted_in
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.errors import NotComputableError
from drive_evaluation.measures.contact import earlier_periods
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.study import Study, look_up

CAP_MONTH = 10 + 6 + 1
"""Month in which a case of the planned length and the longest extension closes, as ten months close in month 11 (1.7)."""


def people_counts(study: Study, period: str, site: str | None = None) -> dict[str, int]:
    """Distinct people of cases accepted in the period: perpetrators without those removed, others as linked.

    A link counts with its case, whenever it was recorded: what was known at an earlier day is in the extract of that day.
    """
    kept = accepted_in(study, period)
    every = accepted_in(study, period, with_removed=study.settings.removed_people_kept)
    if site is not None:
        kept, every = kept[kept["site"] == site], every[every["site"] == site]
    counts = {"perpetrators": int(kept["perpetrator_id"].nunique())}
    for table, key in (("victims", "victim_id"), ("children", "child_id")):
        if study.has(table):
            rows = study.table(table)
            rows = rows[rows["perpetrator_id"].isin(every["perpetrator_id"])]
            counts[table] = int(rows[key].nunique())
    return counts


def throughput(study: Study, sample: Sample) -> list[Result]:
    """M-THROUGHPUT (K1, K2, K4): people of accepted cases, and the change to each earlier period."""
    site = sample.restrictions.get("site")
    counts = people_counts(study, sample.period, site)
    results = [
        make("M-THROUGHPUT", sample, {"person": person}, {"count": count}) for person, count in counts.items()
    ]
    for other in earlier_periods(study, sample):
        before = people_counts(study, other, site)
        results += [
            make(
                "M-THROUGHPUT",
                sample,
                {"person": person, "compare": f"period={other}"},
                {"difference": count - before[person]},
            )
            for person, count in counts.items()
        ]
    return results


def share_of_target(study: Study, sample: Sample) -> list[Result]:
    """M-TARGET (K3): perpetrators accepted against the target of exactly this period, or of the periods within it."""
    rows = study.table("targets")
    rows = rows[rows["metric"] == "cases_accepted"]
    if "site" in sample.restrictions:
        labels = study._labelled(rows["site_id"])
        rows = rows[labels == sample.restrictions["site"]]
    first, last = study.days(sample.period)
    exact = rows[(rows["period_start"] == first) & (rows["period_end"] == last)]
    cumulative = (
        rows[(rows["period_start"] <= first) & (rows["period_end"] == last)]
        if sample.period == "all"
        else exact
    )
    within = rows[(rows["period_start"] >= first) & (rows["period_end"] <= last)]
    chosen = next((part for part in (exact, cumulative, within) if len(part)), None)
    count = int(sample.frame["perpetrator_id"].nunique())
    if chosen is None:
        return [
            make(
                "M-TARGET",
                sample,
                {},
                {"count": count, "target": None, "percent": None},
                notes=("no_target",),
            )
        ]
    target = float(chosen["value"].sum())
    number = int(target) if target.is_integer() else target
    return [
        make("M-TARGET", sample, {}, {"count": count, "target": number, "percent": percent(count, target)})
    ]


def open_cases(study: Study, sample: Sample) -> list[Result]:
    """M-OPEN (K10): open at the last day; ``active_during`` counts cases open for any part of the period, apart.

    The object without dimensions is the snapshot, or the variant where ``open_definition`` asks for it.
    """
    first, last = study.days(sample.period)
    cases = study.cases
    unplaced = (cases["end_type"] == "transferred") & cases["closed_date"].isna()
    active = (
        (cases["accepted_date"] <= last)
        & ~(cases["closed_date"] < first)
        & ~(cases["removed_date"] < first)
        & ~unplaced
    )
    if "site" in sample.restrictions:
        active &= cases["site"] == sample.restrictions["site"]
    counts = {"snapshot": sample.size, "active_during": int(active.sum())}
    chosen_name = study.settings.open_definition
    chosen = counts[chosen_name]
    results = [make("M-OPEN", sample, {}, {"count": chosen}, n=chosen, size=chosen)]
    beside = ["snapshot"] if chosen_name != "snapshot" else []
    beside += ["active_during"] if sample.period != "all" else []
    for definition in beside:
        number = counts[definition]
        results.append(
            make("M-OPEN", sample, {"definition": definition}, {"count": number}, n=number, size=number)
        )
    return results


def open_status(study: Study, sample: Sample) -> list[Result]:
    """M-OPEN-STATUS (K12): status episode covering the snapshot day; no episode is unknown."""
    status = case_rules.covering(study.table("status_history"), sample.frame, "status").fillna("unknown")
    known = int((status != "unknown").sum())
    return [
        make(
            "M-OPEN-STATUS",
            sample,
            {"status": code},
            {
                "count": int((status == code).sum()),
                "percent": percent(int((status == code).sum()), sample.size),
            },
            n=known,
            notes=("base_includes_missing",),
        )
        for code in (*CODE_LISTS["status"], "unknown")
    ]


def month_of_closure(study: Study, sample: Sample) -> list[Result]:
    """M-CLOSE-MONTH: closing case month in bands; ``beyond_cap`` are the cases that close after ``CAP_MONTH``."""
    month = case_rules.case_month(sample.frame["start_date"], sample.frame["closed_date"])
    known = int(month.notna().sum())
    bands = {
        "<=10": month <= 10,
        "11-12": month.between(11, 12),
        "13-23": month.between(13, 23),
        "24+": month >= 24,
    }
    results = [
        make(
            "M-CLOSE-MONTH",
            sample,
            {"band": band},
            {"count": int(mask.sum()), "percent": percent(int(mask.sum()), sample.size)},
            n=known,
        )
        for band, mask in bands.items()
    ]
    beyond = month > CAP_MONTH
    long_without = beyond & sample.frame["step_down_date"].isna()
    values = {
        **describe(month.to_numpy(dtype=float)),
        "beyond_cap": int(beyond.sum()),
        "beyond_cap_without_step_down": int(long_without.sum()),
    }
    results.append(make("M-CLOSE-MONTH", sample, {}, values, n=known))
    return results


def step_down(study: Study, sample: Sample) -> list[Result]:
    """M-STEPDOWN: recorded step-down among cases closing in month 11 or later."""
    count = int(sample.frame["step_down_date"].notna().sum())
    return [make("M-STEPDOWN", sample, {}, {"count": count, "percent": percent(count, sample.size)})]


def closures(study: Study, sample: Sample) -> list[Result]:
    """M-CLOSE (K17): closures and days from ``closure_length_from`` to closing."""
    frame = sample.frame
    origin = study.settings.closure_length_from
    if origin == "first_contact":
        made = study.table("contacts")
        start = look_up(frame["case_id"], made[made["outcome"] == "made"].groupby("case_id")["date"].min())
    elif origin in frame.columns:
        start = frame[origin]
    else:
        raise NotComputableError(f"closure_length_from={origin} needs a table that is not in the package")
    described = describe((frame["closed_date"] - start).dt.days.to_numpy(dtype=float))
    values = {"count": sample.size} | {
        f"{key}_days": described[key] for key in ("mean", "median", "min", "max", "sd")
    }
    return [make("M-CLOSE", sample, {}, values, n=described["n"], notes=(f"length_from={origin}",))]


def closure_reasons(study: Study, sample: Sample) -> list[Result]:
    """M-CLOSE-REASON (K18): primary reason, not recorded included in the base; the full table, never only the commonest."""
    return _closure_codes(study, sample, "M-CLOSE-REASON", "reason", "primary_reason", CODE_LISTS["reason"])


def engagement_at_closure(study: Study, sample: Sample) -> list[Result]:
    """M-CLOSE-ENGAGE (K19): engagement at closure, independent of the closure reason."""
    return _closure_codes(
        study, sample, "M-CLOSE-ENGAGE", "level", "engagement_at_closure", CODE_LISTS["engagement"]
    )


def _closure_codes(
    study: Study, sample: Sample, measure: str, dimension: str, field: str, codes: tuple[str, ...]
) -> list[Result]:
    rows = study.table("closures").set_index("case_id")[field]
    answer = look_up(sample.frame["case_id"], rows).astype(object).fillna("unknown")
    known = int((answer != "unknown").sum())
    counts = {code: int((answer == code).sum()) for code in codes}
    if dimension == "level":
        counts["any"] = counts["full"] + counts["partial"]
    return [
        make(
            measure,
            sample,
            {dimension: code},
            {
                "count": count,
                "percent": percent(count, sample.size),
                "percent_known": None if code == "unknown" else percent(count, known),
            },
            n=known,
            notes=("base_includes_missing",),
        )
        for code, count in counts.items()
    ]


def caseload(study: Study, sample: Sample) -> list[Result]:
    """M-CASELOAD (K23): open cases per case manager at the day, the peak in the period, and the share above the limit."""
    allocated = sample.frame[sample.frame["case_manager_id"].notna()]
    per_worker = allocated.groupby("case_manager_id").size()
    first, last = study.days(sample.period)
    limit = recommended_caseload(study, last)
    peak = _peak(study, first, last, sample.restrictions.get("site"))
    above = int((per_worker > limit).sum())
    values = {
        "case_managers": len(per_worker),
        "mean": float(per_worker.mean()) if len(per_worker) else None,
        "max": int(per_worker.max()) if len(per_worker) else None,
        "peak": peak,
        "recommended": int(limit) if float(limit).is_integer() else limit,
        "above_recommended": above,
        "percent_above_recommended": percent(above, len(per_worker)),
    }
    return [make("M-CASELOAD", sample, {}, values, n=len(allocated))]


def recommended_caseload(study: Study, day: pd.Timestamp) -> float:
    """The recommended number from ``targets`` for the day, else the setting."""
    if study.has("targets"):
        rows = study.table("targets")
        rows = rows[
            (rows["metric"] == "caseload_max") & (rows["period_start"] <= day) & (rows["period_end"] >= day)
        ]
        if len(rows):
            return float(rows["value"].max())
    return float(study.settings.caseload_recommended)


def _peak(study: Study, first: pd.Timestamp, last: pd.Timestamp, site: str | None) -> int | None:
    """Largest caseload of any worker at the end of any day of the period, from openings and closings in order."""
    cases = study.cases
    if site is not None:
        cases = cases[cases["site"] == site]
    end = cases[["closed_date", "removed_date"]].min(axis=1)
    held = (
        cases["case_manager_id"].notna()
        & (cases["accepted_date"] <= last)
        & ~((cases["end_type"] == "transferred") & cases["closed_date"].isna())
    )
    opened = pd.DataFrame({"worker": cases["case_manager_id"], "day": cases["accepted_date"], "step": 1})[
        held
    ]
    ended = pd.DataFrame({"worker": cases["case_manager_id"], "day": end, "step": -1})[held & (end <= last)]
    events = pd.concat([opened, ended]).sort_values(["worker", "day"], kind="stable")
    if events.empty:
        return None
    daily = events.groupby(["worker", "day"], sort=True)["step"].sum()
    level = daily.groupby(level=0).cumsum().reset_index(name="load")
    inside = level[level["day"] >= first]["load"]
    before = level[level["day"] < first].groupby("worker")["load"].last()
    best = pd.concat([inside, before]).max()
    return int(best) or None
