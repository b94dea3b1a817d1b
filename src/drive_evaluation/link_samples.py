"""Who is in a sample of people or links: the randomised cohort, index links, judgements, police, panel, fieldwork."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.case_samples import Builder, closed_drive_cases
from drive_evaluation.study import Study, look_up


def cohort(study: Study, period: str) -> pd.DataFrame:
    return study.randomised


def assessed(study: Study, period: str) -> pd.DataFrame:
    return study.perpetrators


def cohort_links(study: Study, period: str) -> pd.DataFrame:
    """One row per member of the cohort, with its index link where one is recorded."""
    links = study.index_links.drop(
        columns=["arm", "site", "eligibility", "allocation_method"], errors="ignore"
    )
    people = study.randomised[["perpetrator_id", "arm", "site"]]
    frame = people.merge(links, on="perpetrator_id", how="left")
    for form in ("intake_form", "exit_form"):
        if form in frame.columns:
            frame[form] = frame[form] == True  # noqa: E712 - a missing link has no form
    return frame


def of_closed(study: Study, period: str) -> pd.DataFrame:
    """The index link of each closed case; a case without one keeps its row with the link missing."""
    cases = closed_drive_cases(study)
    links = study.index_links.drop(
        columns=["arm", "site", "eligibility", "allocation_method"], errors="ignore"
    )
    frame = cases[["case_id", "perpetrator_id", "arm", "site", "ref_day"]].merge(
        links, on="perpetrator_id", how="left"
    )
    for form in ("intake_form", "exit_form"):
        if form in frame.columns:
            frame[form] = frame[form] == True  # noqa: E712 - a missing link has no form
    return frame


def vs_baseline(study: Study, period: str) -> pd.DataFrame:
    study.table("advocacy")
    frame = cohort_links(study, period)
    return frame[frame["intake_form"]]


def started_late(study: Study, links: pd.DataFrame) -> pd.Series:
    """True where support began after the cut date of the arm; no date is not late."""
    late = pd.Series(False, index=links.index)
    for arm, last in study.settings.vs_start_by.items():
        late |= (links["arm"] == arm) & (links["intake_date"] > pd.Timestamp(last))
    return late


def vs_paired(study: Study, period: str) -> pd.DataFrame:
    frame = vs_baseline(study, period)
    return frame[~started_late(study, frame) & frame["exit_form"]]


def judgements(study: Study, scale: str) -> pd.DataFrame:
    """One exit judgement per link on an IDVA scale: the latest; the victim's own before one for children.

    A judgement without a victim belongs to the index link.
    """
    risk = study.table("risk_change")
    rows = risk[(risk["scale"] == scale) & (risk["timepoint"] == "exit") & (risk["rater"] == "idva")].copy()
    index = study.index_links.set_index("perpetrator_id")["victim_id"]
    rows["of_a_link"] = rows["victim_id"].notna()
    rows["victim_id"] = rows["victim_id"].where(
        rows["victim_id"].notna(), look_up(rows["perpetrator_id"], index)
    )
    rows["children_only"] = rows["target"] == "children"
    rows = rows.sort_values(
        ["perpetrator_id", "victim_id", "children_only", "date", "of_a_link", "target"],
        ascending=[True, True, True, False, True, True],
        kind="stable",
        na_position="last",
    ).drop_duplicates(["perpetrator_id", "victim_id"])
    people = study.perpetrators[["perpetrator_id", "arm", "site"]]
    return rows[["perpetrator_id", "victim_id", "code"]].merge(people, on="perpetrator_id", how="left")


def judged(scale: str) -> Builder:
    return lambda study, period: judgements(study, scale)


def traced(study: Study, period: str) -> pd.DataFrame:
    linkage = study.table("police_linkage")
    people = study.perpetrators[["perpetrator_id", "arm", "site"]]
    return linkage[linkage["traced"] == "yes"].merge(people, on="perpetrator_id", how="left")


def links_of(cases_of: Builder) -> Builder:
    def build(study: Study, period: str) -> pd.DataFrame:
        cases = cases_of(study, period)
        return study.links[study.links["perpetrator_id"].isin(cases["perpetrator_id"])]

    return build


def dip_sample(study: Study, period: str) -> pd.DataFrame:
    people = study.table("footprint")["perpetrator_id"].drop_duplicates()
    return study.perpetrators[study.perpetrators["perpetrator_id"].isin(people)]


def referred_in(study: Study, period: str) -> pd.DataFrame:
    """Perpetrators assessed in the period, or all of them for ``all`` without periods."""
    first, last = study.days(period)
    people = study.perpetrators
    return people[(people["assessed_date"] >= first) & (people["assessed_date"] <= last)]


def register(study: Study, period: str) -> pd.DataFrame:
    return study.table("evaluation_register")


def reference(study: Study, period: str) -> pd.DataFrame:
    return pd.DataFrame({"reference": []})


def panel_items(study: Study, period: str) -> pd.DataFrame:
    items = study.table("panel_items").copy()
    items["site"] = study._labelled(items["site_id"])
    if period == "all":
        return items
    first, last = study.days(period)
    return items[(items["meeting_date"] >= first) & (items["meeting_date"] <= last)]
