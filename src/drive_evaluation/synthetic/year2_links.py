"""Year 2: victims/survivors, their advocates, the abuse they tell of, and the judgements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import Frame, abuse_rows, choose, ids, later_levels, random_levels
from drive_evaluation.synthetic.quota import (
    apportion,
    flags,
    lift_median,
    numbers_with,
    spread,
)
from drive_evaluation.synthetic.year2_printed import CUT, FLOW, SITES, USE, Size

# Victims/survivors with an intake form: Drive, control; and the index links of closed cases.
BASELINE: dict[str, tuple[dict[Any, int], dict[Any, int], dict[Any, int]]] = {
    "gender": ({"man": 5, "woman": 170}, {"man": 20, "woman": 467}, {"man": 8, "woman": 204}),
    "ethnicity": (
        {"white_british": 159, "white_other": 4, "black": 2, "asian": 9, "other": 1},
        {"white_british": 449, "white_other": 11, "black": 8, "asian": 14, "other": 5},
        {"white_british": 195, "white_other": 5, "black": 2, "asian": 9, "other": 1},
    ),
    "sexual_orientation": (
        {"heterosexual": 169, "lgb": 2, "unknown": 4},
        {"heterosexual": 474, "lgb": 9, None: 4},
        {"heterosexual": 198, "lgb": 6, "unknown": 8},
    ),
    "living_together": ({"no": 144, "yes": 31}, {"no": 399, "yes": 86, "unknown": 2}, {"no": 174, "yes": 38}),
    "children_present": (
        {"yes": 115, "no": 60},
        {"yes": 306, "no": 179, "unknown": 2},
        {"yes": 136, "no": 76},
    ),
    "relationship": (
        {"partner": 51, "ex_partner": 113, "family": 11},
        {"partner": 159, "ex_partner": 293, "family": 33, "other": 2},
        {"partner": 70, "ex_partner": 129, "family": 13},
    ),
}


COMPLEX = (
    {"0": 23, "1": 40, "2": 64, "3+": 48},
    {"0": 64, "1": 89, "2": 153, "3+": 181},
    {"0": 11, "1": 20, "2": 34, "3+": 35},
)


VICTIM_NEEDS = ("mental_health", "alcohol", "drugs", "employment", "finance", "disability")


# IDVA contacts in area 1: people recorded, mean, sd, median, least, most. The numbers recorded are those that give
# the printed test; the means are printed to one decimal.
CONTACTS = {"drive": (29, 449 / 29, 12.94, 12, 1, 52), "control": (72, 521 / 72, 4.746, 6, 1, 20)}


def _baseline_masks(
    rng: np.random.Generator, size: Size, people: Frame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who has an intake form: closed Drive cases, other Drive cases, control."""
    group = people["group"].to_numpy()
    own = flags(rng, size(FLOW["baseline_closed"]), int((group == "closed").sum()))
    rest = size(FLOW["baseline_drive"]) - size(FLOW["baseline_closed"])
    late = flags(rng, rest, int((group == "late").sum()))
    control = flags(rng, size(FLOW["baseline_control"]), int((group == "control").sum()))
    masks = []
    for name, flag in (("closed", own), ("late", late), ("control", control)):
        mask = np.zeros(len(group), dtype=bool)
        mask[group == name] = flag
        masks.append(mask)
    return masks[0], masks[1], masks[2]


def draw_victims(
    rng: np.random.Generator, size: Size, people: Frame
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    allocated = people[people["arm"].notna()].reset_index(drop=True)
    n = len(allocated)
    frame = pd.DataFrame(
        {
            "victim_id": ids(rng, "syn-v", n),
            "perpetrator_id": allocated["perpetrator_id"],
            "is_index": True,
            "linked_date": allocated["assessed_date"],
            "group": allocated["group"],
        }
    )
    closed_form, late_form, control_form = _baseline_masks(rng, size, allocated)
    closed = (allocated["group"] == "closed").to_numpy()
    silent = closed & ~closed_form
    places = {"both": closed_form, "drive": late_form, "closed": silent, "control": control_form}
    for column, (drive, control, of_closed) in BASELINE.items():
        frame[column] = None
        parts = _split(size, drive, of_closed, {key: int(mask.sum()) for key, mask in places.items()})
        parts["control"] = size.shares(control, int(control_form.sum()))
        for key, mask in places.items():
            frame.loc[mask, column] = spread(rng, parts[key], int(mask.sum()))
    others = ~(closed_form | late_form | control_form | silent)
    frame.loc[others, "gender"] = spread(rng, {"woman": 93, "man": 5, "unknown": 2}, int(others.sum()))
    frame["age"] = _victim_ages(rng, places, others, n)
    frame["ethnicity_detail"] = None
    sites = allocated.set_index("perpetrator_id")["site_id"]
    return frame, *_advocacy(rng, frame, places, sites)


def _split(
    size: Size, drive: Mapping[Any, int], of_closed: Mapping[Any, int], counts: Mapping[str, int]
) -> dict[str, dict[Any, int]]:
    """Counts for the links in both margins, in the baseline alone and among the closed alone."""
    base = size.shares(drive, counts["both"] + counts["drive"])
    wanted = size.shares(of_closed, counts["both"] + counts["closed"])
    codes = list(dict.fromkeys([*drive, *of_closed]))
    both = size.shares(drive, counts["both"])
    both = {code: min(both.get(code, 0), wanted.get(code, 0), base.get(code, 0)) for code in codes}
    short = counts["both"] - sum(both.values())
    for code in sorted(codes, key=lambda c: -min(wanted.get(c, 0), base.get(c, 0))):
        room = min(wanted.get(code, 0), base.get(code, 0)) - both[code]
        both[code] += min(short, max(room, 0))
        short -= min(short, max(room, 0))
    return {
        "both": both,
        "drive": {code: base.get(code, 0) - both[code] for code in codes},
        "closed": {code: wanted.get(code, 0) - both[code] for code in codes},
    }


def _victim_ages(
    rng: np.random.Generator, places: Mapping[str, np.ndarray], others: np.ndarray, n: int
) -> np.ndarray:
    age = np.full(n, np.nan)
    count = {key: int(mask.sum()) for key, mask in places.items()}
    drive = numbers_with(
        rng, count["both"] + count["drive"] - 1, mean=32.8, sd=12.4, median=30, low=16, high=80
    )
    drive = np.sort(drive)
    shared = np.zeros(len(drive), dtype=bool)
    young = np.flatnonzero(drive <= 70)
    shared[young[np.linspace(0, len(young) - 1, count["both"]).round().astype(int)]] = True
    own = drive[shared]
    silent = numbers_with(
        rng, count["closed"], mean=34, sd=12.58, median=31, low=15, high=77, fixed=list(own)
    )
    silent = lift_median(silent, own, 31)
    age[places["both"]] = rng.permutation(own)
    age[places["drive"]] = rng.permutation(np.append(drive[~shared], 0))  # one age entered as 0
    age[places["closed"]] = silent
    control = numbers_with(rng, count["control"], mean=34.02, sd=12.5, median=31, low=16, high=89)
    age[places["control"]] = lift_median(control, drive, 31)
    age[others] = np.clip(rng.gamma(6, 5.6, int(others.sum())), 15, 90).astype(int)
    return age


def _advocacy(
    rng: np.random.Generator, links: Frame, places: Mapping[str, np.ndarray], sites: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    form = places["both"] | places["drive"] | places["control"]
    frame = links.loc[form, ["victim_id", "perpetrator_id", "group"]].reset_index(drop=True)
    n = len(frame)
    control = (frame["group"] == "control").to_numpy()
    late = choose(control, rng.random(n) < 0.1, (frame["group"] == "late").to_numpy())
    first = choose(late, dt.date(2018, 2, 1), dt.date(2016, 5, 1))
    last = choose(late, dt.date(2018, 4, 30), choose(control, dt.date(2018, 1, 31), dt.date(2017, 6, 30)))
    frame["intake_date"] = [
        a + dt.timedelta(days=int(u * (b - a).days))
        for a, b, u in zip(first, last, rng.random(n), strict=True)
    ]
    frame["intake_form"] = True
    # Some late starters have exit forms too; the flow takes them out before it counts disengagement.
    frame["exit_form"] = rng.random(n) < choose(late, 0.3, 0.66)
    essex = frame["perpetrator_id"].map(sites).to_numpy() == SITES[0]
    frame.loc[np.flatnonzero(essex & ~late & ~control)[: CONTACTS["drive"][0]], "exit_form"] = True
    length = choose(control, rng.gamma(1.6, 45, n), rng.gamma(2.2, 70, n)).astype(int)
    length[rng.random(n) < 0.01] = 0
    done = frame["exit_form"].to_numpy()
    some = done | (rng.random(n) < 0.1)  # an exit date may exist without a complete form
    frame["exit_date"] = [
        min(day + dt.timedelta(days=int(days)), CUT) if left else None
        for day, days, left in zip(frame["intake_date"], length, some, strict=True)
    ]
    frame["exit_reason"] = choose(some, "completed", None)
    frame["risk_level"] = spread(rng, {"high": 80, "medium": 10, "standard": 4, "unknown": 6}, n)
    frame["contacts_n"] = choose(some, rng.negative_binomial(2, choose(control, 0.18, 0.14), n), np.nan)
    for arm, (number, mean, sd, median, low, high) in CONTACTS.items():
        own = essex & ~late & (control == (arm == "control")) & frame["exit_form"].to_numpy()
        places_here = np.flatnonzero(own)
        frame.loc[places_here, "contacts_n"] = np.nan
        recorded = places_here[: number if n < 1000 else len(places_here)]
        frame.loc[recorded, "contacts_n"] = numbers_with(
            rng, len(recorded), mean=mean, sd=sd, median=median, low=low, high=high
        )
    frame["supports_n"] = choose(some & (rng.random(n) < 0.95), rng.poisson(4.3, n), np.nan)
    for item, rate in (
        ("leave_attempts_12m", 1.8),
        ("ae_visits_12m", 0.4),
        ("police_calls_12m", 3.1),
        ("specialist_support_12m", 0.5),
        ("gp_visits_12m", 4.2),
    ):
        frame[item] = choose(rng.random(n) < 0.92, rng.negative_binomial(1, 1 / (1 + rate), n), np.nan)
    needs = _victim_needs(rng, links, places)
    return frame.drop(columns="group"), needs


def _victim_needs(rng: np.random.Generator, links: Frame, places: Mapping[str, np.ndarray]) -> Frame:
    drive, control, both = COMPLEX
    count = {key: int(mask.sum()) for key, mask in places.items()}
    total = dict(zip(drive, apportion(list(drive.values()), count["both"] + count["drive"]), strict=True))
    own = dict(zip(both, apportion(list(both.values()), count["both"]), strict=True))
    parts = {
        "both": own,
        "drive": {key: max(total[key] - own[key], 0) for key in total},
        "control": dict(zip(control, apportion(list(control.values()), count["control"]), strict=True)),
    }
    frames = []
    for key, shares in parts.items():
        rows = links.loc[places[key], ["victim_id", "perpetrator_id"]].reset_index(drop=True)
        number = np.array([3 if band == "3+" else int(band) for band in spread(rng, shares, len(rows))])
        number = choose(number == 3, number + (rng.random(len(rows)) < 0.3), number)
        order = rng.random((len(rows), len(VICTIM_NEEDS))).argsort(axis=1).argsort(axis=1)
        for j, need in enumerate(VICTIM_NEEDS):
            answer = choose(order[:, j] < number, "yes", choose(rng.random(len(rows)) < 0.1, "unknown", "no"))
            frames.append(rows.assign(timepoint="intake", need=need, present=answer))
    return pd.concat(frames, ignore_index=True)


def draw_extra_victims(rng: np.random.Generator, size: Size, victims: Frame, closed: Frame) -> Frame:
    """A second victim/survivor for 8 % of the closed cases."""
    chosen = closed["perpetrator_id"].to_numpy()[: size(17)]
    extra = pd.DataFrame(
        {
            "victim_id": ids(rng, "syn-w", len(chosen)),
            "perpetrator_id": chosen,
            "is_index": False,
            "group": "extra",
            "relationship": "ex_partner",
        }
    )
    return pd.concat([victims, extra], ignore_index=True)


def idva_abuse(rng: np.random.Generator, victims: Frame, advocacy: Frame, effect: float) -> Frame:
    """Ratings of the IDVA at intake and exit; in Drive, abuse stops with ``effect`` more probability."""
    levels = {kind: random_levels(rng, len(advocacy), use) for kind, use in USE.items()}
    frames = [abuse_rows(advocacy, "idva", "intake", advocacy["intake_date"].to_numpy(), levels, 12)]
    group = advocacy["perpetrator_id"].map(victims.set_index("perpetrator_id")["group"])
    done = advocacy["exit_form"].to_numpy(dtype=bool)
    for control in (True, False):
        mask = done & ((group == "control").to_numpy() == control)
        rows = advocacy[mask].reset_index(drop=True)
        stop = 0.6 if control else min(0.6 + effect, 0.98)
        leaving = {kind: later_levels(rng, level[mask], stop, 0.03, 0.15) for kind, level in levels.items()}
        frames.append(abuse_rows(rows, "idva", "exit", rows["exit_date"].to_numpy(), leaving, 3))
    return pd.concat(frames, ignore_index=True)


def draw_risk(rng: np.random.Generator, closed: Frame, advocacy: Frame) -> Frame:
    n = len(closed)
    codes = {
        "reduced_greatly": 32,
        "reduced_slightly": 20,
        "no_change": 25,
        "increased_slightly": 2,
        "unknown": 9,
        None: 12,
    }
    his = pd.DataFrame(
        {"perpetrator_id": closed["perpetrator_id"], "victim_id": None, "code": spread(rng, codes, n)}
    )
    his["rater"], his["scale"] = "case_manager", "cm_change"
    frames = [his.dropna(subset=["code"])]
    left = advocacy[advocacy["exit_form"] | (rng.random(len(advocacy)) < 0.08)]
    for scale, weights in (
        ("idva_change", {"significant": 45, "moderate": 30, "limited": 14, "increased": 3, "unknown": 8}),
        ("idva_sustain", {"permanent": 8, "long": 22, "medium": 25, "short": 15, "unknown": 30}),
        ("idva_safer", {"much": 45, "slightly": 30, "no_change": 10, "not_asked": 10, "not_contactable": 5}),
    ):
        rows = left if scale == "idva_change" else left.iloc[: int(len(left) * 0.8)]
        frame = rows[["perpetrator_id", "victim_id"]].copy()
        frame["code"] = spread(rng, weights, len(rows))
        frame["rater"], frame["scale"] = "idva", scale
        frames.append(frame)
    frame = pd.concat(frames, ignore_index=True)
    frame["target"], frame["timepoint"], frame["date"] = "victim", "exit", dt.date(2018, 5, 1)
    return frame
