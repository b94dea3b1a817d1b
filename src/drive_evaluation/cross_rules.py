"""Rules across columns and tables (A7 of the contract): what two cells or two tables must say alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from drive_evaluation.contract import DIRECT_CATEGORIES, RISK_SCALES
from drive_evaluation.package import Package
from drive_evaluation.problems import Level, Problem, marked

_ORDERED: tuple[tuple[Level, str, str, str], ...] = (
    ("error", "cases", "start_date", "closed_date"),
    ("error", "advocacy", "intake_date", "exit_date"),
    ("warning", "status_history", "from_date", "to_date"),
    ("warning", "engagement", "from_date", "to_date"),
    ("warning", "police_linkage", "anchor_start", "anchor_end"),
    ("warning", "targets", "period_start", "period_end"),
)
"""Two dates of one row in order; the contract forbids the first two (A7.8), the others are named."""


def across(package: Package) -> Iterator[Problem]:
    """Findings of every rule whose tables the package holds."""
    tables = package.tables
    for level, name, first, last in _ORDERED:
        if name in tables:
            wrong = tables[name][last] < tables[name][first]
            yield from marked(
                level,
                name,
                last,
                "date-order",
                wrong,
                f"it lies before {first}",
                "Correct one of the two dates.",
            )
    if "cases" in tables:
        cases = tables["cases"]
        open_end = cases["closed_date"].notna() & cases["end_type"].isna()
        yield from marked(
            "warning",
            "cases",
            "end_type",
            "end-type",
            open_end,
            "the case has a closing date but no end type",
            "Say how the case ended; without it the case does not count as closed.",
        )
    for name in ("status_history", "engagement"):
        if name in tables:
            yield from _overlaps(name, tables[name])
    if "abuse" in tables:
        yield from _abuse(tables["abuse"])
    if "actions" in tables:
        yield from _actions(tables["actions"])
    if "risk_change" in tables:
        yield from _risk(tables["risk_change"])
    if "drive_dash" in tables:
        yield from _dash(tables["drive_dash"], package.settings.dash_items)
    if "victims" in tables and "perpetrators" in tables:
        yield from _index_links(tables["victims"], tables["perpetrators"])
    if "perpetrators" in tables:
        yield from _refusals(tables)


def _overlaps(name: str, episodes: pd.DataFrame) -> Iterator[Problem]:
    """Episodes of a case that begin before an earlier one has ended (A7.6); rows of a review form are points."""
    rows = episodes[episodes["timepoint"].isna() & episodes["from_date"].notna()]
    rows = rows.sort_values(["case_id", "from_date"], kind="stable")
    # An episode without an end runs until the next one begins, so only stated ends can overlap.
    ended = rows.groupby("case_id", sort=False)["to_date"].cummax()
    before = ended.groupby(rows["case_id"], sort=False).shift()
    wrong = (rows["from_date"] < before).reindex(episodes.index, fill_value=False)
    yield from marked(
        "warning",
        name,
        "from_date",
        "overlap",
        wrong,
        "the episode begins before an earlier one of the case has ended",
        "Correct one of the two dates; until then the one that began last counts.",
    )


def _abuse(abuse: pd.DataFrame) -> Iterator[Problem]:
    used, severity = abuse["used"], abuse["severity"]
    wrong = ((used == "no") & (severity != "none")) | ((used == "yes") & (severity == "none"))
    yield from marked(
        "error",
        "abuse",
        "severity",
        "severity-of-use",
        wrong,
        "severity contradicts used",
        "severity is none exactly where used is no.",
    )
    wrong = (used == "unknown") & (severity != "unknown")
    yield from marked(
        "error",
        "abuse",
        "severity",
        "severity-of-unknown",
        wrong,
        "use is unknown but a level is given",
        "Write unknown as the severity.",
    )


def _actions(actions: pd.DataFrame) -> Iterator[Problem]:
    wrong = actions["subcategory"].notna() & (actions["category"] != "multi_agency")
    yield from marked(
        "error",
        "actions",
        "subcategory",
        "subcategory-of",
        wrong,
        "only multi_agency has a subcategory",
        "Empty the cell or correct the category.",
    )
    direct = actions["category"].isin(DIRECT_CATEGORIES)
    either = actions["category"] == "joint_direct"
    wrong = ~either & (direct != (actions["mode"] == "direct")) & actions["category"].notna()
    yield from marked(
        "error",
        "actions",
        "mode",
        "mode-of-category",
        wrong,
        "the mode does not belong to the category",
        "contact, direct_support and behaviour_change are direct, all others indirect.",
    )


def _risk(risk: pd.DataFrame) -> Iterator[Problem]:
    wrong = pd.Series(False, index=risk.index)
    for scale, codes in RISK_SCALES.items():
        wrong |= (risk["scale"] == scale) & ~risk["code"].isin(codes)
    yield from marked(
        "error",
        "risk_change",
        "code",
        "code-of-scale",
        wrong,
        "the code does not belong to the scale",
        "Use a code of the scale named in the row.",
    )
    wrong = (risk["scale"] == "cm_change") != (risk["rater"] == "case_manager")
    yield from marked(
        "error",
        "risk_change",
        "rater",
        "rater-of-scale",
        wrong,
        "the rater does not belong to the scale",
        "cm_change is judged by the case manager, the other scales by the IDVA.",
    )


def _dash(dash: pd.DataFrame, items: int) -> Iterator[Problem]:
    count = dash.groupby(["case_id", "timepoint"])["item"].transform("nunique")
    first = ~dash.duplicated(["case_id", "timepoint"])
    yield from marked(
        "error",
        "drive_dash",
        "item",
        "whole-form",
        first & (count != items),
        f"the form does not have all {items} questions",
        "Write every question; an unanswered one is na or nk, never left out.",
    )


def _index_links(victims: pd.DataFrame, perpetrators: pd.DataFrame) -> Iterator[Problem]:
    index = victims[victims["is_index"] == True]  # noqa: E712 - the column holds True, False and NaN
    number = index.groupby("perpetrator_id").size()
    allocated = perpetrators["arm"].notna()
    found = perpetrators["perpetrator_id"].map(number).fillna(0)
    yield from marked(
        "error",
        "perpetrators",
        "perpetrator_id",
        "one-index-link",
        allocated & (found > 1),
        "more than one victim link is marked as index",
        "Mark exactly one link per allocated perpetrator.",
    )
    yield from marked(
        "warning",
        "perpetrators",
        "perpetrator_id",
        "one-index-link",
        allocated & (found == 0),
        "no victim link is marked as index",
        "Mark the link of the referral that led to allocation; until then measures of the link are missing.",
    )


_OF_HIM = ("police_linkage", "police_incidents", "marac_appearances", "footprint", "list_matches")
"""Tables keyed by the perpetrator that say something about him."""

_CASE_TABLES = (
    "status_history",
    "engagement",
    "needs",
    "aces",
    "drive_dash",
    "statutory_involvement",
    "actions",
    "contacts",
    "sessions",
    "closures",
    "note_codes",
)


def _refusals(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    people = tables["perpetrators"]
    refused = people.loc[people["consent_share"] == "no", "perpetrator_id"]
    if refused.empty:
        return
    for name in _OF_HIM:
        if name in tables:
            yield from marked(
                "warning",
                name,
                "perpetrator_id",
                "consent-to-share",
                tables[name]["perpetrator_id"].isin(refused),
                "the person refused to share data with evaluators",
                "Leave the row out; only perpetrators, cases and victims keep a refusing person.",
            )
    if "cases" not in tables:
        return
    cases = tables["cases"].loc[tables["cases"]["perpetrator_id"].isin(refused), "case_id"]
    for name in _CASE_TABLES:
        if name in tables:
            wrong = tables[name]["case_id"].isin(cases)
            yield from marked(
                "error",
                name,
                "case_id",
                "consent-to-share",
                wrong,
                "the person refused to share data with evaluators",
                "Leave the row out; only perpetrators, cases and victims keep a refusing person.",
            )
