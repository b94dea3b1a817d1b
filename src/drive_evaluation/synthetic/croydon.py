"""A cohort like Croydon: one site, panel allocation, two periods, snapshots at the end of each. Fixed size."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.printed import published
from drive_evaluation.synthetic.croydon_practice import (
    draw_aces,
    draw_actions,
    draw_closures,
    draw_contacts,
    draw_episodes,
    draw_first_contacts,
    draw_footprint,
    draw_grids,
    draw_list,
    draw_marac,
    draw_needs,
    draw_panel,
    draw_sessions,
)
from drive_evaluation.synthetic.croydon_printed import CUT, FIRST, MIDDLE, SITE
from drive_evaluation.synthetic.people import Frame, ids
from drive_evaluation.synthetic.quota import days_between, spread, sums_to

ASSUMPTIONS = (
    "Agencies, attendance, statuses, closure reasons, dates inside the periods and every joint distribution that was "
    "not published come from simple, uncalibrated assumptions. The counts of the severity grid are the smallest that "
    "give the printed percentages."
)


def evaluation() -> dict[str, Any]:
    """The ``evaluation`` object of the package."""
    return {
        "spec": "cr",
        "data_cut": CUT.isoformat(),
        "mask_sites": True,
        "periods": {
            "y1": [FIRST.isoformat(), MIDDLE.isoformat()],
            "y2": [(MIDDLE + dt.timedelta(days=1)).isoformat(), CUT.isoformat()],
        },
        "params": {},
    }


def cohort(seed: int) -> dict[str, pd.DataFrame]:
    """All tables of the cohort."""
    rng = np.random.default_rng([seed, 3])
    cases = _cases(rng)
    people = _people(rng, cases)
    victims, children = _linked(rng, cases)
    tables = {
        "sites": pd.DataFrame(
            {"site_id": [SITE], "public_label": ["area1"], "phase": ["replication"], "go_live": [FIRST]}
        ),
        "targets": _targets(),
        "perpetrators": people,
        "victims": victims,
        "children": children,
        "cases": cases.drop(columns=["role"]),
    }
    contact = draw_first_contacts(rng, cases)
    tables["contacts"] = draw_contacts(rng, cases, contact)
    tables["sessions"] = draw_sessions(rng, cases, contact)
    tables["engagement"], tables["status_history"] = draw_episodes(rng, cases, contact)
    tables["needs"] = draw_needs(rng, cases)
    tables["aces"] = draw_aces(rng, cases, contact)
    tables["abuse"] = draw_grids(rng, cases, victims)
    tables["actions"] = draw_actions(rng, cases)
    tables["closures"] = draw_closures(rng, cases, contact)
    tables["panel_items"], tables["panel_attendance"] = draw_panel(rng, people)
    tables["footprint"] = draw_footprint(rng, cases)
    tables["list_matches"] = draw_list(cases)
    tables["unit_costs"], tables["reference_values"] = _costs(), _references()
    tables["marac_appearances"] = draw_marac(rng, cases, victims)
    tables["evaluation_register"] = _register()
    return tables


def _cases(rng: np.random.Generator) -> pd.DataFrame:
    """172 accepted: 4 closed early, 68 closed in the second period, 2 removed, 2 transferred, 96 open at the end."""
    roles = ["early"] * 4 + ["closed"] * 60 + ["removed"] * 2 + ["transferred"] * 2 + ["open"] * 5
    roles += ["closed"] * 8 + ["open"] * 91
    frame = pd.DataFrame({"role": roles})
    n = len(frame)
    first = days_between(rng, FIRST, MIDDLE - dt.timedelta(days=20), 73)
    second = days_between(rng, MIDDLE + dt.timedelta(days=1), CUT - dt.timedelta(days=20), 99)
    frame["accepted_date"] = [*first, *second]
    frame.loc[:3, "accepted_date"] = FIRST + dt.timedelta(days=5)
    late = np.flatnonzero((frame["role"] == "closed") & (np.arange(n) >= 73))
    frame.loc[late, "accepted_date"] = days_between(
        rng, MIDDLE + dt.timedelta(days=1), MIDDLE + dt.timedelta(days=60), len(late)
    )
    frame["closed_date"], frame["end_type"], frame["removed_date"] = None, None, None
    frame.loc[:3, "closed_date"] = MIDDLE - dt.timedelta(days=30)
    frame.loc[:3, "end_type"] = "closed"
    own = np.flatnonzero(frame["role"] == "closed")
    frame.loc[own, "closed_date"] = _closing(rng, frame.loc[own, "accepted_date"].tolist(), 244 * len(own))
    frame.loc[own, "end_type"] = "closed"
    removed = frame["role"] == "removed"
    frame.loc[removed, "end_type"] = "unsuitable"
    frame.loc[removed, "removed_date"] = MIDDLE + dt.timedelta(days=90)
    moved = frame["role"] == "transferred"
    frame.loc[moved, "end_type"] = "transferred"
    frame.loc[moved, "closed_date"] = MIDDLE + dt.timedelta(days=120)
    frame["start_date"] = [day + dt.timedelta(days=7) for day in frame["accepted_date"]]
    frame["referred_date"] = [day - dt.timedelta(days=14) for day in frame["accepted_date"]]
    frame.insert(0, "case_id", ids(rng, "syn-c", n))
    frame.insert(1, "perpetrator_id", ids(rng, "syn-p", n))
    frame.insert(2, "site_id", SITE)
    frame["case_manager_id"] = [f"syn-cm-{i % 4}" for i in range(n)]
    frame["data_supplied"] = True
    return frame


def _closing(rng: np.random.Generator, accepted: list[dt.date], total: int) -> list[dt.date]:
    """Closing days in the second period whose lengths add up to ``total`` days."""
    least = [max((MIDDLE + dt.timedelta(days=2) - day).days, 60) for day in accepted]
    most = [(CUT - day).days for day in accepted]
    length = np.array([int(rng.integers(a, b + 1)) for a, b in zip(least, most, strict=True)])
    for _ in range(100_000):
        gap = total - int(length.sum())
        if gap == 0:
            break
        step = 1 if gap > 0 else -1
        i = int(rng.integers(0, len(length)))
        if least[i] <= length[i] + step <= most[i]:
            length[i] += step
    return [day + dt.timedelta(days=int(days)) for day, days in zip(accepted, length, strict=True)]


def _people(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
    n = len(cases)
    ethnicity = np.concatenate(
        [
            spread(rng, {"white_british": 40, "white_other": 6, "black": 12, "asian": 5, "mixed": 3, "unknown": 7}, 73),
            spread(rng, {"white_british": 36, "white_other": 6, "black": 29, "asian": 11, "mixed": 6, "other": 3, "unknown": 8}, 99),
        ]
    )  # fmt: skip
    return pd.DataFrame(
        {
            "perpetrator_id": cases["perpetrator_id"],
            "site_id": SITE,
            "assessed_date": cases["referred_date"],
            "referral_source": spread(rng, {"panel": 40, "police": 40, "marac": 20}, n),
            "eligibility": "eligible",
            "allocation_method": "panel",
            "allocation_date": cases["accepted_date"],
            "arm": "drive",
            "consent_share": "not_asked",
            "baseline_data": "provided",
            "age": np.clip(rng.gamma(9, 3.9, n), 17, 75).astype(int),
            "gender": spread(rng, {"man": 95, "woman": 5}, n),
            "ethnicity": ethnicity,
            "children_involved": spread(rng, {"yes": 70, "no": 25, None: 5}, n),
            "serial_evidence": spread(rng, {"yes": 25, "no": 50, None: 25}, n),
        }
    )


def _linked(rng: np.random.Generator, cases: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """203 victims/survivors: 89 and 114 by period, 83 of them linked to the cases closed in the second period."""
    second = cases.index >= 73
    closed = (cases["role"] == "closed").to_numpy()
    number = np.ones(len(cases), dtype=int)
    for mask, extra in (
        (closed & ~second, 13),
        (~closed & ~second, 3),
        (closed & second, 2),
        (~closed & second, 8),
    ):
        number[np.flatnonzero(mask)[:extra]] += 1
    # In the second period five more people belong to cases that have two already.
    number[np.flatnonzero(~closed & second)[:5]] += 1
    place = np.repeat(np.arange(len(cases)), number)
    first = np.concatenate([[True], place[1:] != place[:-1]])
    ethnicity = np.empty(len(place), dtype=object)
    late = place >= 73
    ethnicity[~late] = spread(
        rng, {"white_british": 55, "black": 20, "asian": 5, "unknown": 9}, int((~late).sum())
    )
    ethnicity[late] = spread(
        rng,
        {"white_british": 52, "white_other": 7, "black": 25, "asian": 10, "mixed": 6, "unknown": 14},
        int(late.sum()),
    )
    victims = pd.DataFrame(
        {
            "victim_id": ids(rng, "syn-v", len(place)),
            "perpetrator_id": cases["perpetrator_id"].to_numpy()[place],
            "is_index": first,
            "linked_date": cases["accepted_date"].to_numpy()[place],
            "relationship": spread(
                rng, {"ex_partner": 55, "partner": 30, "family_adult": 10, "unknown": 5}, len(place)
            ),
            "age": np.clip(rng.gamma(8, 4.2, len(place)), 16, 85).astype(int),
            "gender": spread(rng, {"woman": 93, "man": 7}, len(place)),
            "ethnicity": ethnicity,
        }
    )
    counts = np.concatenate([sums_to(rng, 73, 125, 0, 6), sums_to(rng, 99, 184, 0, 6)])
    place = np.repeat(np.arange(len(cases)), counts)
    children = pd.DataFrame(
        {
            "child_id": ids(rng, "syn-y", len(place)),
            "perpetrator_id": cases["perpetrator_id"].to_numpy()[place],
            "age_band": spread(
                rng, {"0_4": 35, "5_10": 35, "11_15": 20, "16_17": 5, "unknown": 5}, len(place)
            ),
            "cp_status": spread(
                rng, {"none": 40, "in_need": 20, "protection_plan": 25, "unknown": 15}, len(place)
            ),
            "linked_date": cases["accepted_date"].to_numpy()[place],
        }
    )
    return victims, children


def _targets() -> pd.DataFrame:
    rows = [
        (SITE, "cases_accepted", FIRST, MIDDLE, 100),
        (SITE, "cases_accepted", FIRST, CUT, 204),
        (SITE, "direct_contact_low", FIRST, CUT, 50),
        (SITE, "direct_contact_high", FIRST, CUT, 60),
        (SITE, "caseload_max", FIRST, CUT, 25),
    ]
    return pd.DataFrame(rows, columns=["site_id", "metric", "period_start", "period_end", "value"])


def _costs() -> pd.DataFrame:
    rows = [
        ("total_cost_england_wales", 66_000_000_000, "GBP per year", False),
        ("harm_component", 47_000_000, "GBP per year", True),
        ("cost_per_victim", 34_015, "GBP", False),
        ("state_cost_per_high_risk_case", 63_400, "GBP", False),
    ]
    frame = pd.DataFrame(rows, columns=["item", "value", "unit", "suspected_error"])
    return frame.assign(price_year="2017", source="as quoted in the Croydon evaluation")


def _references() -> pd.DataFrame:
    rows = [("borough_population", "bame", 41), ("borough_population", "white", 59)]
    frame = pd.DataFrame(rows, columns=["name", "category", "value"]).assign(kind="population_share")
    others = [
        (entry["id"], path, value, "comparator")
        for entry in published("croydon")
        if entry["kind"] == "reference" and entry["population"].split(".")[0] in ("p2", "pilot")
        for path, value in entry["values"].items()
    ]
    comparators = pd.DataFrame(others, columns=["name", "category", "value", "kind"])
    return pd.concat([frame, comparators], ignore_index=True).assign(
        unit=lambda rows: rows["category"].where(rows["category"] == "count", "percent"),
        as_of=dt.date(2019, 6, 30),
        source="as printed",
    )


def _register() -> pd.DataFrame:
    groups = (
        ("interview", "stakeholder", 6),
        ("interview", "panel_member", 4),
        ("interview", "service_user", 1),
        ("focus_group", "case_manager", 1),
        ("focus_group", "idva", 1),
        ("case_study", "service_user", 2),
        ("dip_sample", "none", 25),
    )
    rows = [
        (f"syn-e-{kind}-{role}-{i}", kind, role, f"syn-f-{role}-{i}" if role != "none" else None, "2020")
        for kind, role, number in groups
        for i in range(number)
    ]
    return pd.DataFrame(rows, columns=["entry_id", "kind", "role", "person_ref", "report_year"])
