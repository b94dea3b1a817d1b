"""A cohort like Year 1 at its published size: 1,772 randomised, 48 closed cases, needs of four kinds, coded notes.

The size is fixed: the published counts are so small that a smaller or larger copy would not be the same study.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import (
    Frame,
    choose,
    ids,
)
from drive_evaluation.synthetic.quota import days_between, flags, numbers_with, spread
from drive_evaluation.synthetic.year1_practice import (
    draw_abuse,
    draw_advocacy,
    draw_contacts,
    draw_needs,
    draw_notes,
    draw_risk,
    draw_sessions,
    draw_status,
)
from drive_evaluation.synthetic.year1_printed import CUT, SITES

ASSUMPTIONS = (
    "Sizes of the control arm by site, all dates, IDVA ratings and doses, and every joint distribution that was not "
    "published are drawn from simple, uncalibrated assumptions."
)


# arm, site: size, gender of perpetrators, age, gender of victims/survivors, age (mean, sd, median).
COHORT: dict[tuple[str, str], tuple[int, dict[str, int], tuple[float, ...], dict[str, int], tuple[float, ...]]] = {
    ("drive", "south_wales"): (
        70, {"man": 67, "woman": 3}, (31.57, 10.8, 28.5), {"woman": 69, "man": 1}, (30.37, 9.9, 29)),
    ("drive", "west_sussex"): (
        61, {"man": 57, "woman": 4}, (34.87, 10.6, 33), {"woman": 59, "man": 2}, (32.87, 11.9, 32)),
    ("drive", "essex"): (
        67, {"man": 61, "woman": 3, "unknown": 3}, (37.06, 13.0, 35),
        {"woman": 60, "man": 5, "unknown": 2}, (36.06, 14.8, 33)),
    ("control", "south_wales"): (
        753, {"man": 708, "woman": 38, "unknown": 7}, (33.36, 10.8, 31),
        {"woman": 696, "man": 51, "unknown": 6}, (33.3, 12.1, 31)),
    ("control", "west_sussex"): (
        392, {"man": 370, "woman": 22}, (34.56, 11.3, 32.5),
        {"woman": 373, "man": 18, "transgender": 1}, (33.2, 13.2, 31)),
    ("control", "essex"): (
        429, {"man": 390, "woman": 27, "unknown": 12}, (34.36, 11.8, 32),
        {"woman": 376, "man": 44, "unknown": 9}, (35.0, 13.7, 32)),
}  # fmt: skip


def evaluation(mask_sites: bool = False) -> dict[str, Any]:
    """The ``evaluation`` object of the package."""
    return {"spec": "y1", "data_cut": CUT.isoformat(), "mask_sites": mask_sites, "periods": {}, "params": {}}


def cohort(seed: int) -> dict[str, pd.DataFrame]:
    """All tables of the cohort."""
    rng = np.random.default_rng([seed, 1])
    perpetrators, victims = _people(rng)
    cases = _cases(rng, perpetrators)
    closed = cases[cases["end_type"] == "closed"]["perpetrator_id"].to_numpy()
    contacted = flags(rng, 19, 48)
    contacted = _by_age(rng, perpetrators, victims, closed, contacted)
    tables = {"sites": _sites(), "perpetrators": perpetrators, "victims": victims, "cases": cases}
    tables["contacts"] = draw_contacts(rng, cases, closed, contacted)
    tables["sessions"] = draw_sessions(rng, cases, closed[contacted])
    tables["needs"] = draw_needs(rng, cases, closed, contacted)
    tables["advocacy"] = draw_advocacy(rng, perpetrators, victims, closed)
    tables["abuse"] = draw_abuse(rng, perpetrators, victims, cases, closed, tables["advocacy"])
    tables["risk_change"] = draw_risk(rng, closed, victims, tables["advocacy"])
    tables["status_history"] = draw_status(rng, cases, closed[~contacted])
    tables["note_codes"] = draw_notes(rng, perpetrators, cases, closed, contacted)
    tables["evaluation_register"] = _register()
    return tables


def _sites() -> Frame:
    return pd.DataFrame(
        {
            "site_id": SITES,
            "public_label": ["site1", "site2", "site3"],
            "phase": "pilot",
            "go_live": dt.date(2016, 4, 1),
        }
    )


def _people(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    his, hers = [], []
    for (arm, site), (n, gender, age, victim_gender, victim_age) in COHORT.items():
        people = ids(rng, f"syn-p-{arm[0]}{site[0]}", n)
        his.append(
            pd.DataFrame(
                {
                    "perpetrator_id": people,
                    "site_id": site,
                    "assessed_date": days_between(rng, dt.date(2016, 4, 1), dt.date(2017, 5, 31), n),
                    "referral_source": "marac",
                    "eligibility": "eligible",
                    "allocation_method": "randomised",
                    "allocation_block": f"{site}-1",
                    "allocation_sequence": range(1, n + 1),
                    "arm": arm,
                    "consent_share": "not_asked" if arm == "drive" else "not_applicable",
                    "baseline_data": "provided" if arm == "drive" else "not_applicable",
                    "age": numbers_with(rng, n, mean=age[0], sd=age[1], median=age[2], low=17, high=76),
                    "gender": spread(rng, gender, n),
                }
            )
        )
        hers.append(
            pd.DataFrame(
                {
                    "victim_id": ids(rng, f"syn-v-{arm[0]}{site[0]}", n),
                    "perpetrator_id": people,
                    "is_index": True,
                    "relationship": spread(
                        rng,
                        {"ex_partner": 50, "partner": 30, "family_adult": 10, "intermittent": 5, None: 5},
                        n,
                    ),
                    "age": numbers_with(
                        rng, n, mean=victim_age[0], sd=victim_age[1], median=victim_age[2], low=15, high=80
                    ),
                    "gender": spread(rng, victim_gender, n),
                }
            )
        )
    perpetrators = pd.concat(his, ignore_index=True)
    perpetrators["allocation_date"] = perpetrators["assessed_date"]
    return perpetrators, pd.concat(hers, ignore_index=True)


def _cases(rng: np.random.Generator, perpetrators: Frame) -> Frame:
    drive = perpetrators[perpetrators["arm"] == "drive"].reset_index(drop=True)
    chosen = _closed_people(drive)
    frame = pd.DataFrame(
        {
            "case_id": ids(rng, "syn-c", len(drive)),
            "perpetrator_id": drive["perpetrator_id"],
            "site_id": drive["site_id"],
            "case_manager_id": [f"cm-{site}-{i % 4}" for i, site in enumerate(drive["site_id"])],
            "referred_date": drive["assessed_date"],
            "accepted_date": drive["assessed_date"],
            "data_supplied": True,
        }
    )
    closed = frame["perpetrator_id"].isin(chosen)
    closing = days_between(rng, dt.date(2017, 2, 1), dt.date(2017, 4, 30), int(closed.sum()))
    starts = [dt.date(2016, 4, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 40, len(closing))]
    frame["start_date"] = frame["accepted_date"].astype(object)
    frame.loc[closed, "start_date"] = starts
    frame.loc[closed, "accepted_date"] = starts
    frame.loc[closed, "referred_date"] = starts
    frame["closed_date"] = None
    frame.loc[closed, "closed_date"] = closing
    frame["end_type"] = choose(closed, "closed", None)
    return frame


def _closed_people(drive: Frame) -> list[str]:
    """48 people, three of them women, mean age 33, with the youngest and the oldest: greedy from the middle."""
    women = drive[drive["gender"] == "woman"].sort_values("age", kind="stable")["perpetrator_id"].tolist()[:3]
    men = drive[(drive["gender"] == "man")].sort_values("age", kind="stable")
    chosen = [*women, str(men.iloc[0]["perpetrator_id"]), str(men.iloc[-1]["perpetrator_id"])]
    ages = drive.set_index("perpetrator_id")["age"].astype(int)
    total = int(ages[chosen].sum())
    rest = men.iloc[1:-1]
    pool = rest["perpetrator_id"].tolist()
    while len(chosen) < 48:
        wanted = (33 * 48 - total) / (48 - len(chosen))
        best = min(pool, key=lambda person: (abs(ages[person] - wanted), person))
        pool.remove(best)
        chosen.append(best)
        total += int(ages[best])
    return chosen


def _by_age(
    rng: np.random.Generator,
    perpetrators: Frame,
    victims: Frame,
    closed: np.ndarray,
    contacted: np.ndarray,
) -> np.ndarray:
    """Set the attributes of the closed people and their links; contact such that the mean ranks of age are near print."""
    his = perpetrators.set_index("perpetrator_id").index.get_indexer(closed)
    detail = {
        "white_british": 30, "white_other": 2, "white_other_mixed": 1, "romanian": 1, "kurdish": 1,
        "mixed_white_black_caribbean": 1, "mixed_other": 1, None: 11,
    }  # fmt: skip
    perpetrators["ethnicity_detail"] = None
    perpetrators.loc[his, "ethnicity_detail"] = spread(rng, detail, 48)
    perpetrators["employment"] = None
    perpetrators.loc[his, "employment"] = spread(
        rng,
        {"full_time": 4, "part_time": 1, "self_employed": 1, "unemployed": 22, "unknown": 5, None: 15},
        48,
    )
    perpetrators["children_involved"] = None
    perpetrators.loc[his, "children_involved"] = spread(rng, {"yes": 37, "no": 7, None: 4}, 48)
    offences = spread(rng, {"yes,no": 9, "no,yes": 8, "yes,yes": 11, "no,no": 14, "unknown,unknown": 6}, 48)
    for column, part in (("prior_dva_offence", 0), ("prior_nondva_offence", 1)):
        perpetrators[column] = None
        perpetrators.loc[his, column] = [value.split(",")[part] for value in offences]
    hers = victims.set_index("perpetrator_id").index.get_indexer(closed)
    relation = {
        "ex_partner": 24,
        "partner": 14,
        "intermittent": 2,
        "family_adult": 5,
        "family_minor": 1,
        "unknown": 2,
    }
    victims.loc[hers, "relationship"] = spread(rng, relation, 48)
    detail = {
        "white_british": 30, "white_irish": 1, "mixed_white_black_african": 1, "white_other": 2, "polish": 1,
        "indian": 1, "caribbean": 1, None: 11,
    }  # fmt: skip
    victims["ethnicity_detail"] = None
    victims.loc[hers, "ethnicity_detail"] = spread(rng, detail, 48)
    _swap_victims(victims, hers)
    ages = numbers_with(rng, 48, mean=30.0, sd=9.5, median=28, low=15, high=54)
    ages = _exchange_ages(victims, hers, ages)
    ranks = pd.Series(ages).rank().to_numpy()
    return _nearest_rank_sum(rng, ranks, contacted, 382.0)


def _swap_victims(victims: Frame, hers: np.ndarray) -> None:
    """No man among the 48 victims/survivors: exchange genders with women of the same arm and site."""
    inside = set(hers)
    site = victims["victim_id"].str[:8]
    for i in hers:
        if victims.loc[i, "gender"] != "woman":
            others = victims[(site == site[i]) & (victims["gender"] == "woman") & ~victims.index.isin(inside)]
            j = others.index[0]
            victims.loc[[i, j], "gender"] = victims.loc[[j, i], "gender"].to_numpy()


def _exchange_ages(victims: Frame, hers: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Exchange ages within arm and site, so that the 48 have ages near the wanted ones and no cell changes.

    The most extreme ages are placed first, each on the link whose site holds the nearest one.
    """
    site = victims["victim_id"].str[:8]
    left = list(hers)
    free = ~victims.index.isin(hers)
    allowed = victims["age"].between(int(wanted.min()), int(wanted.max()))
    for target in sorted(wanted, key=lambda age: (-abs(age - np.median(wanted)), age)):
        gaps = {}
        for i in left:
            pool = victims[(site == site[i]) & ((free & allowed) | (victims.index == i))]
            gap = (pool["age"] - target).abs() + 100 * ~pool["age"].between(wanted.min(), wanted.max())
            gaps[i] = (float(gap.min()), int(gap.idxmin()))
        i = min(left, key=lambda place: (gaps[place][0], place))
        j = gaps[i][1]
        victims.loc[[i, j], "age"] = victims.loc[[j, i], "age"].to_numpy()
        allowed[j] = victims.loc[j, "age"] <= wanted.max()
        left.remove(i)
    oldest = max(hers, key=lambda place: (victims.loc[place, "age"], place))
    short = int(wanted.max() - victims.loc[oldest, "age"])
    if short:  # a year given is a year taken elsewhere in the cell, above its median
        pool = victims[(site == site[oldest]) & free & (victims["age"] > wanted.max() + short)]
        victims.loc[oldest, "age"] += short
        victims.loc[pool.index[0], "age"] -= short
    return np.asarray(victims.loc[hers, "age"], dtype=float)


def _nearest_rank_sum(
    rng: np.random.Generator, ranks: np.ndarray, chosen: np.ndarray, target: float
) -> np.ndarray:
    """Swap members until the rank sum of the chosen is as near the target as single swaps can bring it."""
    chosen = chosen.copy()
    for _ in range(500):
        now = float(ranks[chosen].sum())
        if abs(now - target) < 0.01:
            break
        inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
        if abs(now - target) < 3:  # too near for one swap to help: step away at random and come back
            away, back = rng.choice(inside), rng.choice(outside)
            chosen[away], chosen[back] = False, True
            inside, outside = np.flatnonzero(chosen), np.flatnonzero(~chosen)
            now = float(ranks[chosen].sum())
        change = ranks[outside][None, :] - ranks[inside][:, None]
        best = np.unravel_index(np.abs(now + change - target).argmin(), change.shape)
        chosen[inside[best[0]]], chosen[outside[best[1]]] = False, True
    return chosen


def _register() -> Frame:
    groups = (
        ("interview", "practitioner", 34),
        ("interview", "service_user", 11),
        ("interview", "victim_survivor", 2),
        ("focus_group", "idva", 2),
        ("case_notes", "none", 48),
    )
    rows = [
        (f"syn-e-{kind}-{role}-{i}", kind, role, f"syn-f-{role}-{i}", "year1")
        for kind, role, number in groups
        for i in range(number)
    ]
    return pd.DataFrame(rows, columns=["entry_id", "kind", "role", "person_ref", "report_year"])
