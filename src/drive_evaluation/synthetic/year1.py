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
    abuse_rows,
    arrange,
    choose,
    ids,
    later_levels,
    random_levels,
)
from drive_evaluation.synthetic.quota import apportion, days_between, flags, numbers_with, spread

CUT = dt.date(2017, 7, 31)
SITES = ("south_wales", "west_sussex", "essex")
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
FORMS = {"drive": (62, 19), "control": (379, 204)}
# Needs present at intake: combination, cases contacted, cases not contacted.
COMBINATIONS = (
    ("", 5, 0),
    ("drugs", 0, 2),
    ("alcohol", 0, 2),
    ("housing", 4, 1),
    ("mental_health", 0, 2),
    ("alcohol+drugs", 0, 2),
    ("drugs+mental_health", 0, 2),
    ("alcohol+mental_health", 0, 1),
    ("alcohol+drugs+mental_health", 0, 4),
    ("drugs+housing+mental_health", 3, 1),
    ("alcohol+housing+mental_health", 2, 2),
    ("alcohol+drugs+housing", 2, 1),
    ("alcohol+drugs+housing+mental_health", 3, 0),
)
NEEDS = ("drugs", "alcohol", "housing", "mental_health")
MISSING = {
    True: {"drugs": 5, "alcohol": 6, "housing": 0, "mental_health": 5},
    False: {"drugs": 5, "alcohol": 6, "housing": 11, "mental_health": 6},
}
SEVERITY: dict[str, dict[tuple[str, str], int]] = {
    "physical": {
        ("none", "none"): 6, ("standard", "standard"): 1, ("moderate", "moderate"): 3,
        ("high", "none"): 6, ("high", "high"): 16, ("used", "high"): 1,
    },
    "sexual": {
        ("none", "none"): 10, ("high", "none"): 2, ("high", "high"): 8,
        ("moderate", "moderate"): 6, ("standard", "standard"): 6,
    },
    "hs": {
        ("none", "none"): 7, ("high", "none"): 3, ("standard", "standard"): 5,
        ("moderate", "moderate"): 6, ("high", "high"): 11,
    },
    "jcc": {
        ("none", "none"): 10, ("high", "none"): 2, ("high", "moderate"): 4,
        ("standard", "standard"): 5, ("moderate", "moderate"): 4, ("high", "high"): 8,
    },
}  # fmt: skip
# The two people whose severity rises in three types, and the one with a rise in one.
RISES: tuple[dict[str, tuple[str, str]], ...] = (
    {"physical": ("moderate", "high"), "sexual": ("none", "standard"), "hs": ("none", "standard")},
    {"physical": ("moderate", "high"), "sexual": ("standard", "moderate"), "hs": ("moderate", "high")},
    {"jcc": ("none", "moderate")},
)


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
    tables["contacts"] = _contacts(rng, cases, closed, contacted)
    tables["sessions"] = _sessions(rng, cases, closed[contacted])
    tables["needs"] = _needs(rng, cases, closed, contacted)
    tables["advocacy"] = _advocacy(rng, perpetrators, victims, closed)
    tables["abuse"] = _abuse(rng, perpetrators, victims, cases, closed, tables["advocacy"])
    tables["risk_change"] = _risk(rng, closed, victims, tables["advocacy"])
    tables["status_history"] = _status(rng, cases, closed[~contacted])
    tables["note_codes"] = _notes(rng, perpetrators, cases, closed, contacted)
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


def _contacts(rng: np.random.Generator, cases: Frame, closed: np.ndarray, contacted: np.ndarray) -> Frame:
    start = cases.set_index("perpetrator_id")
    rows = []
    for person, made in zip(closed, contacted, strict=True):
        case, first = start.loc[person, "case_id"], start.loc[person, "start_date"]
        for visit in range(int(rng.integers(1, 6))):
            day = first + dt.timedelta(days=20 + 14 * visit)
            outcome = "made" if made and visit else str(rng.choice(["attempted", "refused"]))
            rows.append((case, day, "phone", outcome))
        if made:
            rows.append((case, first + dt.timedelta(days=120), "face_to_face", "made"))
    frame = pd.DataFrame(rows, columns=["case_id", "date", "channel", "outcome"])
    frame.insert(0, "contact_id", ids(rng, "syn-k", len(frame)))
    return frame


def _sessions(rng: np.random.Generator, cases: Frame, contacted: np.ndarray) -> Frame:
    index = cases.set_index("perpetrator_id")
    rows = []
    for person in contacted[:11]:
        first = index.loc[person, "start_date"]
        for week in range(int(rng.integers(2, 9))):
            rows.append(
                (index.loc[person, "case_id"], first + dt.timedelta(days=130 + 7 * week), "behaviour_change")
            )
    frame = pd.DataFrame(rows, columns=["case_id", "date", "kind"])
    frame["provider"], frame["attended"], frame["minutes"] = "case_manager", True, 60
    frame.insert(0, "session_id", ids(rng, "syn-s", len(frame)))
    return frame


def _needs(rng: np.random.Generator, cases: Frame, closed: np.ndarray, contacted: np.ndarray) -> Frame:
    case_of = cases.set_index("perpetrator_id")
    rows = []
    for group in (True, False):
        people = list(closed[contacted == group])
        sets = [
            set(code.split("+")) - {""} for code, yes, no in COMBINATIONS for _ in range(yes if group else no)
        ]
        people = people[: len(sets)]
        levels = [{need: "present" if need in has else "none" for need in NEEDS} for has in sets]
        _hide(levels, MISSING[group])
        for person, level in zip(people, levels, strict=True):
            for need, value in level.items():
                if value != "hidden":
                    rows.append(
                        (case_of.loc[person, "case_id"], case_of.loc[person, "start_date"], need, value)
                    )
    frame = pd.DataFrame(rows, columns=["case_id", "date", "need", "level"])
    frame.insert(1, "timepoint", "intake")
    return frame


def _hide(levels: list[dict[str, str]], missing: dict[str, int]) -> None:
    """Leave out absent needs until as many are unrecorded as in print, keeping one recorded need per case."""
    for need, count in missing.items():
        for _ in range(count):
            candidates = [
                level
                for level in levels
                if level[need] == "none" and sum(value != "hidden" for value in level.values()) > 1
            ]
            best = max(candidates, key=lambda level: sum(value != "hidden" for value in level.values()))
            best[need] = "hidden"


def _advocacy(rng: np.random.Generator, perpetrators: Frame, victims: Frame, closed: np.ndarray) -> Frame:
    frames = []
    arm = perpetrators.set_index("perpetrator_id")["arm"]
    for name, (intake, exit_) in FORMS.items():
        links = victims[victims["perpetrator_id"].map(arm) == name].reset_index(drop=True)
        first = links["perpetrator_id"].isin(closed).to_numpy()
        order = np.concatenate(
            [rng.permutation(np.flatnonzero(first)), rng.permutation(np.flatnonzero(~first))]
        )
        own = 21 if name == "drive" else 0
        others = order[int(first.sum()) :]
        chosen = np.concatenate([order[:own], others[: intake - own]])
        with_exit = np.concatenate([order[:6], others[: exit_ - 6]]) if name == "drive" else chosen[:exit_]
        frame = links.loc[chosen, ["victim_id", "perpetrator_id"]].copy()
        frame["intake_form"] = True
        frame["exit_form"] = np.isin(chosen, with_exit)
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True)
    n = len(frame)
    frame["intake_date"] = days_between(rng, dt.date(2016, 5, 1), dt.date(2017, 1, 31), n)
    length = rng.gamma(2.0, 40.0, n).astype(int) + 7
    last = [
        day + dt.timedelta(days=int(days)) for day, days in zip(frame["intake_date"], length, strict=True)
    ]
    frame["exit_date"] = [
        min(day, CUT) if done else None for day, done in zip(last, frame["exit_form"], strict=True)
    ]
    frame["exit_reason"] = choose(frame["exit_form"], "completed", None)
    frame["risk_level"] = "high"
    frame["contacts_n"] = choose(frame["exit_form"], rng.negative_binomial(2, 0.15, n), np.nan)
    frame["supports_n"] = choose(frame["exit_form"], rng.poisson(4, n), np.nan)
    return frame


def _abuse(
    rng: np.random.Generator,
    perpetrators: Frame,
    victims: Frame,
    cases: Frame,
    closed: np.ndarray,
    advocacy: Frame,
) -> Frame:
    links = victims.set_index("perpetrator_id").loc[list(closed)].reset_index()
    site = perpetrators.set_index("perpetrator_id").loc[list(closed), "site_id"].to_numpy()
    risers = np.flatnonzero(site == SITES[1])[:3]
    before: dict[str, np.ndarray] = {}
    after: dict[str, np.ndarray] = {}
    rest = np.setdiff1d(np.arange(48), risers)
    for kind, pairs in SEVERITY.items():
        first, last = np.empty(48, dtype=object), np.empty(48, dtype=object)
        for person, rises in zip(risers, RISES, strict=True):
            if kind in rises:
                first[person], last[person] = rises[kind]
        open_places = rest
        total = sum(pairs.values())
        first[open_places], last[open_places] = arrange(pairs, len(open_places), rng)
        if total > len(open_places):
            raise ValueError(f"{kind}: more pairs than cases")
        before[kind], after[kind] = first, last
    case = cases.set_index("perpetrator_id").loc[list(closed)]
    frames = [
        abuse_rows(links, "case_manager", "intake", case["start_date"].to_numpy(), before, 12),
        abuse_rows(links, "case_manager", "exit", case["closed_date"].to_numpy(), after, 3),
    ]
    levels = {kind: random_levels(rng, len(advocacy), use) for kind, use in _USE.items()}
    frames.append(abuse_rows(advocacy, "idva", "intake", advocacy["intake_date"].to_numpy(), levels, 12))
    done = advocacy["exit_form"].to_numpy(dtype=bool)
    leaving = {kind: later_levels(rng, level[done], 0.7, 0.02, 0.15) for kind, level in levels.items()}
    at_exit = advocacy[done].reset_index(drop=True)
    frames.append(abuse_rows(at_exit, "idva", "exit", at_exit["exit_date"].to_numpy(), leaving, 3))
    return pd.concat(frames, ignore_index=True)


_USE = {"physical": 0.75, "sexual": 0.3, "hs": 0.65, "jcc": 0.8}


def _risk(rng: np.random.Generator, closed: np.ndarray, victims: Frame, advocacy: Frame) -> Frame:
    codes = spread(
        rng,
        {
            "reduced_greatly": 12,
            "reduced_slightly": 2,
            "no_change": 12,
            "increased_slightly": 2,
            "unknown": 4,
            None: 16,
        },
        48,
    )
    rows = [
        (person, None, "case_manager", "cm_change", code) for person, code in zip(closed, codes, strict=True)
    ]
    left = advocacy[advocacy["exit_form"]].reset_index(drop=True)
    extra = advocacy[~advocacy["exit_form"]].head(8)
    judged = pd.concat([left, extra], ignore_index=True)
    change = spread(
        rng, {"significant": 45, "moderate": 30, "limited": 15, "increased": 3, "unknown": 7}, len(judged)
    )
    for link, code in zip(judged.itertuples(), change, strict=True):
        rows.append((link.perpetrator_id, link.victim_id, "idva", "idva_change", code))
        if code in ("significant", "moderate"):
            lasting = str(rng.choice(["permanent", "long", "medium", "short", "unknown"]))
            rows.append((link.perpetrator_id, link.victim_id, "idva", "idva_sustain", lasting))
        safer = str(rng.choice(["much", "slightly", "no_change", "not_asked", "not_contactable"]))
        rows.append((link.perpetrator_id, link.victim_id, "idva", "idva_safer", safer))
    frame = pd.DataFrame(
        [row for row in rows if row[4] is not None],
        columns=["perpetrator_id", "victim_id", "rater", "scale", "code"],
    )
    frame["target"], frame["timepoint"], frame["date"] = "victim", "exit", dt.date(2017, 4, 30)
    return frame


def _status(rng: np.random.Generator, cases: Frame, people: np.ndarray) -> Frame:
    index = cases.set_index("perpetrator_id")
    rows = []
    for i, person in enumerate(people):
        reasons = ["planned_pending", "hold_justice", "not_safe"]
        first = str(rng.choice(reasons))
        for k, form in enumerate(("m3", "m6", "m9", "exit")):
            reason = first if i % 3 else str(rng.choice(reasons))
            day = index.loc[person, "start_date"] + dt.timedelta(days=80 * (k + 1))
            rows.append((index.loc[person, "case_id"], reason, min(day, CUT), form))
    return pd.DataFrame(rows, columns=["case_id", "status", "from_date", "timepoint"])


# code: mode, with a partner agency, references, cases
NOTE_CODES = {
    "disruption": ("indirect", 1067, 558, 30),
    "institutional_advocacy": ("indirect", 29, 0, 13),
    "child_safeguarding": ("indirect", 129, 0, 18),
    "su_support": ("indirect", 65, 0, 20),
    "food_bank": ("indirect", 0, 2, 2),
    "dvpp_referral": ("indirect", 0, 1, 1),
}
DIRECT_CODES = {"contact": 183, "direct_support": 101, "behaviour_change": 39, "joint_direct": 4}


def _notes(
    rng: np.random.Generator,
    perpetrators: Frame,
    cases: Frame,
    closed: np.ndarray,
    contacted: np.ndarray,
) -> Frame:
    site = cases.set_index("perpetrator_id").loc[list(closed), "site_id"].to_numpy()
    case = cases.set_index("perpetrator_id").loc[list(closed), "case_id"].to_numpy()
    two = np.flatnonzero(site == SITES[1])[:10]
    others = np.flatnonzero(site != SITES[1])[:20]
    sample = np.concatenate([two, others])
    rows = []
    for code, (mode, with_agency, without, number) in NOTE_CODES.items():
        for agency, total in (("police", with_agency), (None, without)):
            people = sample[:number]
            for place, references in zip(people, apportion([1.0] * number, total), strict=True):
                if references:
                    rows.append((case[place], code, mode, agency, references))
    total = sum(DIRECT_CODES.values())
    near, far = round(0.81 * total), total - round(0.81 * total)
    groups = ((two[:9], near, 6), (others[:10], far, 3))
    left = dict(DIRECT_CODES)
    for position, (people, amount, with_change) in enumerate(groups):
        parts = apportion(list(left.values()), amount) if position == 0 else list(left.values())
        for code, references in zip(left, parts, strict=True):
            holders = people[:with_change] if code == "behaviour_change" else people
            for place, share in zip(holders, apportion([1.0] * len(holders), references), strict=True):
                if share:
                    rows.append((case[place], code, "direct", None, share))
        left = {code: value - part for (code, value), part in zip(left.items(), parts, strict=True)}
    return pd.DataFrame(rows, columns=["case_id", "code", "mode", "agency", "references_n"])


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
