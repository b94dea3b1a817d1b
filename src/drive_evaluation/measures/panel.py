"""Panel, lists, footprint: M-PANEL-LOAD, M-PANEL-ATTEND, M-MATCHLIST, M-FOOTPRINT."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.link_samples import referred_in
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.study import Study


def panel_load(study: Study, sample: Sample) -> list[Result]:
    """M-PANEL-LOAD (K21): items, hours, why an item was heard, and what was decided; per meeting beside the sum."""
    results = [make("M-PANEL-LOAD", sample, {}, _load(sample.frame))]
    for meeting, items in sample.frame.groupby("meeting_id", sort=True):
        results.append(
            make(
                "M-PANEL-LOAD",
                sample,
                {"meeting": str(meeting)},
                _load(items),
                n=len(items),
                size=len(items),
            )
        )
    return results


def _load(items: pd.DataFrame) -> dict[str, object]:
    minutes = items.groupby("meeting_id")["meeting_minutes"].max().dropna()
    total = float(minutes.sum()) if len(minutes) else None
    hours = total / 60 if total is not None else None
    outcome = items["outcome"].value_counts()
    return {
        "items": len(items),
        "meetings": int(items["meeting_id"].nunique()),
        "hours": int(hours) if hours is not None and hours.is_integer() else hours,
        "minutes_per_item": total / len(items) if total is not None and len(items) else None,
        "hard_to_engage": int((items["hard_to_engage"] == "yes").sum()),
        "brought_back": int((items["brought_back"] == "yes").sum()),
        "kinds": {code: int((items["kind"] == code).sum()) for code in CODE_LISTS["panel_kind"]},
        "outcomes": {code: int(outcome.get(code, 0)) for code in CODE_LISTS["panel_outcome"]},
        "outcome_missing": int(items["outcome"].isna().sum()),
    }


def panel_attendance(study: Study, sample: Sample) -> list[Result]:
    """M-PANEL-ATTEND (K22): attended of invited, by agency, and by the agency's named member."""
    rows = study.table("panel_attendance")
    # Attendance has no date of its own: where no item was heard at all, the whole table is one population.
    if len(study.table("panel_items")):
        rows = rows[rows["meeting_id"].isin(sample.frame["meeting_id"])]
    elif sample.period != "all":
        rows = rows.iloc[:0]
    invited = rows[rows["invited"] == True]  # noqa: E712 - the column holds True, False and NaN
    results = []
    for agency in ("all", *CODE_LISTS["agency"]):
        own = invited if agency == "all" else invited[invited["agency"] == agency]
        if agency != "all" and own.empty:
            continue
        attended = int((own["attended"] == True).sum())  # noqa: E712  # missing is neither true nor false
        named = int(((own["attended"] == True) & (own["named_role"] == True)).sum())  # noqa: E712  # missing is neither true nor false
        values = {
            "invited": len(own),
            "attended": attended,
            "percent": percent(attended, len(own)),
            "named_role": named,
            "percent_named_role": percent(named, len(own)),
        }
        dimensions = {} if agency == "all" else {"agency": agency}
        results.append(make("M-PANEL-ATTEND", sample, dimensions, values, n=len(own), size=len(own)))
    return results


def list_matches(study: Study, sample: Sample) -> list[Result]:
    """M-MATCHLIST (K24): people of the cohort checked against an external list, latest check of each list."""
    rows = study.table("list_matches")
    rows = rows[rows["perpetrator_id"].isin(sample.frame["perpetrator_id"])]
    results = []
    for name, checks in rows.groupby("list_name", sort=True):
        latest = checks.sort_values("run_date", kind="stable").drop_duplicates("perpetrator_id", keep="last")
        matches = int((latest["matched"] == True).sum())  # noqa: E712  # missing is neither true nor false
        values = {
            "matches": matches,
            "checked": len(latest),
            "percent": percent(matches, len(latest)),
            "run_date": f"{latest['run_date'].max():%Y-%m-%d}",
        }
        results.append(
            make(
                "M-MATCHLIST",
                sample,
                {"list": str(name)},
                values,
                n=len(latest),
                size=int(sample.frame["perpetrator_id"].nunique()),
            )
        )
    return results


def footprint(study: Study, sample: Sample) -> list[Result]:
    """M-FOOTPRINT (K25): agencies that knew the perpetrator before, of the whole dip sample; unknown is shown."""
    rows = study.table("footprint")
    rows = rows[rows["perpetrator_id"].isin(sample.frame["perpetrator_id"])]
    known = rows[rows["known_before"] == "yes"].drop_duplicates(["perpetrator_id", "agency"])
    results = []
    rollups = study.settings.agency_rollups
    groups = [(f"{code}_unspecified" if code in rollups else code, (code,)) for code in CODE_LISTS["agency"]]
    for name, codes in [*groups, *rollups.items()]:
        count = int(known.loc[known["agency"].isin(codes), "perpetrator_id"].nunique())
        unknown = rows[rows["agency"].isin(codes) & (rows["known_before"] == "unknown")]
        values = {
            "count": count,
            "percent": percent(count, sample.size),
            "unknown": int(unknown["perpetrator_id"].nunique()),
            "engaged": int(
                rows.loc[rows["agency"].isin(codes) & (rows["engaged"] == "yes"), "perpetrator_id"].nunique()
            ),
        }
        results.append(make("M-FOOTPRINT", sample, {"agency": name}, values))
    several = int((known.groupby("perpetrator_id")["agency"].nunique() >= 2).sum())
    results.append(
        make(
            "M-FOOTPRINT",
            sample,
            {"services": "2+"},
            {"count": several, "percent": percent(several, sample.size)},
        )
    )
    return results


def referrals(study: Study, sample: Sample) -> list[Result]:
    """M-REFERRED: perpetrators assessed in the period by source, eligibility and exclusion reason."""
    frame = referred_in(study, sample.period)
    if "site" in sample.restrictions:
        frame = frame[frame["site"] == sample.restrictions["site"]]
    results = [make("M-REFERRED", sample, {}, {"count": len(frame)})]
    for field, codes in (
        ("referral_source", CODE_LISTS["source"]),
        ("eligibility", CODE_LISTS["eligibility"]),
        ("exclusion_reason", CODE_LISTS["exclusion"]),
        ("allocation_method", CODE_LISTS["alloc"]),
    ):
        known = int(frame[field].notna().sum())
        for code in codes:
            count = int((frame[field] == code).sum())
            results.append(
                make(
                    "M-REFERRED",
                    sample,
                    {field: code},
                    {"count": count, "percent": percent(count, len(frame))},
                    n=known,
                )
            )
    return results
