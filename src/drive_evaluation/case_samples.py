"""Who is in a sample of cases or of their actions: closed in time, accepted, open at a day, closed in a period.

Frames carry ``case_id``, ``arm``, ``site`` and, where a day matters, the reference day ``ref_day``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.errors import NotComputableError
from drive_evaluation.instruments import dash_scores
from drive_evaluation.study import Study

Builder = Callable[[Study, str], pd.DataFrame]
"""Study and period (``all`` where the sample has none) → one row per unit."""


def _cut(days: pd.Series, last: object) -> pd.Series:
    if last is None:
        return pd.Series(True, index=days.index)
    return pd.Series(np.asarray(days <= pd.Timestamp(str(last))), index=days.index)


def closed_drive_cases(study: Study) -> pd.DataFrame:
    """Drive cases closed in time for the study, by the rule of its specification."""
    cases, settings = study.cases, study.settings
    chosen = (
        (cases["arm"] == "drive")
        & (cases["end_type"] == "closed")
        & cases["closed_date"].notna()
        & _cut(cases["closed_date"], settings.su_closed_by)
    )
    if settings.spec != "y1" and "consent_share" in cases.columns:
        chosen &= (cases["consent_share"] != "no") & (cases["baseline_data"] == "provided")
        chosen &= cases["start_date"].notna() & _cut(cases["start_date"], settings.su_start_by)
    frame = cases[chosen].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame.reset_index(drop=True)


def su_closed(study: Study, period: str) -> pd.DataFrame:
    return closed_drive_cases(study)


INTAKE_TABLES = ("needs", "statutory_involvement", "drive_dash", "abuse")
"""Tables that hold intake records of a case."""


def intake_record_cases(study: Study) -> pd.Series:
    """Case ids with at least one intake record of needs, abuse, statutory involvement or Drive DASH.

    Abuse counts where the case manager is the informant: the advocate's form is not a record of the case.
    """
    found = []
    for name in INTAKE_TABLES[:-1]:
        if study.has(name):
            rows = study.table(name)
            found.append(rows.loc[rows["timepoint"] == "intake", "case_id"])
    if study.has("abuse"):
        rows = study.table("abuse")
        people = rows.loc[
            (rows["timepoint"] == "intake") & (rows["informant"] == "case_manager"), "perpetrator_id"
        ]
        cases = study.cases
        found.append(cases.loc[cases["perpetrator_id"].isin(people), "case_id"])
    if not found:
        raise NotComputableError("no table with intake records is in the package")
    together: pd.Series[Any] = pd.concat(found).drop_duplicates()
    return together


def su_intake_info(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[frame["case_id"].isin(intake_record_cases(study))]


def known_need_cases(study: Study, timepoint: str = "intake") -> pd.Series:
    """Case ids with at least one need of known level at the time point."""
    needs = study.table("needs")
    known = needs[(needs["timepoint"] == timepoint) & (needs["level"] != "unknown")]
    return known["case_id"].drop_duplicates()


def su_needs_known(study: Study, period: str) -> pd.DataFrame:
    frame = su_intake_info(study, period)
    return frame[frame["case_id"].isin(known_need_cases(study))]


def su_contacted(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[case_rules.contacted(study, frame)]


def su_ge11m(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[case_rules.case_month(frame["start_date"], frame["closed_date"]) >= 11]


def su_dash_complete(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    scores = dash_scores(study)
    valid = scores[scores["valid"]].groupby("case_id")["timepoint"].agg(set)
    complete = valid[valid.map(lambda points: {"intake", "mid", "exit"} <= points)]
    return frame[frame["case_id"].isin(complete.index)]


def _actions(study: Study, version: str | None, category: str | None) -> pd.DataFrame:
    cases = closed_drive_cases(study)
    rows = study.table("actions").merge(
        cases[["case_id", "arm", "site", "start_date", "closed_date"]], on="case_id", how="inner"
    )
    if version:
        rows = rows[rows["recording_version"] == version]
    if category:
        rows = rows[rows["category"] == category]
    return rows


def action_builder(version: str | None, category: str | None = None) -> Builder:
    return lambda study, period: _actions(study, version, category)


def notes_sample(study: Study, period: str) -> pd.DataFrame:
    noted = study.table("note_codes")["case_id"]
    cases = study.cases
    return cases[cases["case_id"].isin(noted)]


def accepted_in(study: Study, period: str, *, with_removed: bool = False) -> pd.DataFrame:
    """Cases accepted in the period, or from the first period on for ``all``; removed ones only on request.

    ``ref_day`` is the last day of the period. Removed is who was removed by that day.
    """
    first, last = study.days(period)
    cases = study.cases
    until = max(last, study.data_cut) if period == "all" else last
    chosen = (cases["accepted_date"] >= first) & (cases["accepted_date"] <= until)
    if not with_removed:
        chosen &= ~(cases["removed_date"] <= last)
    frame = cases[chosen].copy()
    frame["ref_day"] = last
    return frame


def accepted(study: Study, period: str) -> pd.DataFrame:
    return accepted_in(study, period)


def open_at(study: Study, day: pd.Timestamp) -> pd.DataFrame:
    """Cases accepted by the day, not closed, not removed and not transferred by it."""
    cases = study.cases
    transferred = (cases["end_type"] == "transferred") & cases["closed_date"].isna()
    chosen = (
        (cases["accepted_date"] <= day)
        & ~(cases["closed_date"] <= day)
        & ~(cases["removed_date"] <= day)
        & ~transferred
    )
    frame = cases[chosen].copy()
    frame["ref_day"] = day
    return frame


def open_cases(study: Study, period: str) -> pd.DataFrame:
    return open_at(study, study.days(period)[1])


def open_direct(study: Study, period: str) -> pd.DataFrame:
    frame = open_cases(study, period)
    return frame[case_rules.contacted(study, frame)]


def open_nondirect(study: Study, period: str) -> pd.DataFrame:
    frame = open_cases(study, period)
    return frame[~case_rules.contacted(study, frame)]


def closed_in(study: Study, period: str) -> pd.DataFrame:
    """Cases closed in the ordinary way in the period; ``ref_day`` is the closing day."""
    first, last = study.days(period)
    cases = study.cases
    chosen = (
        (cases["end_type"] == "closed") & (cases["closed_date"] >= first) & (cases["closed_date"] <= last)
    )
    frame = cases[chosen].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame


def closed_direct(study: Study, period: str) -> pd.DataFrame:
    frame = closed_in(study, period)
    return frame[case_rules.contacted(study, frame)]


def closed_nondirect(study: Study, period: str) -> pd.DataFrame:
    frame = closed_in(study, period)
    return frame[~case_rules.contacted(study, frame)]


def interventions(study: Study, period: str) -> pd.DataFrame:
    first, last = study.days(period)
    actions = study.table("actions")
    chosen = (actions["category"] == "multi_agency") & (actions["date"] >= first) & (actions["date"] <= last)
    return actions[chosen].merge(study.cases[["case_id", "site", "arm"]], on="case_id", how="left")


def actions_in(study: Study, period: str) -> pd.DataFrame:
    """All actions dated in the period, of any case."""
    first, last = study.days(period)
    actions = study.table("actions")
    chosen = (actions["date"] >= first) & (actions["date"] <= last)
    return actions[chosen].merge(study.cases[["case_id", "site", "arm"]], on="case_id", how="left")


def completed(study: Study, period: str) -> pd.DataFrame:
    cases = study.cases
    frame = cases[
        (cases["end_type"] == "closed") & (cases["arm"] == "drive") & cases["closed_date"].notna()
    ].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame
