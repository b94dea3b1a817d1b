"""A cohort like Year 2: 3,284 assessed, 2,546 randomised, both arms, at the published size or scaled.

At the published size the flows are exact and profiles, needs and totals are those of the report. Other sizes scale
every count. ``effect`` changes how much more often abuse stops in the Drive arm, for recovery tests and power.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import Frame, abuse_rows, choose, ids, later_levels, random_levels
from drive_evaluation.synthetic.quota import (
    apportion,
    days_between,
    flags,
    lift_median,
    months_before,
    numbers_with,
    spread,
    sums_to,
)

PUBLISHED = 2546
CUT = dt.date(2018, 6, 30)
SITES = ("essex", "south_wales", "west_sussex")
ASSUMPTIONS = (
    "Dates, the size of the paired samples, IDVA ratings and doses outside area 1, police incidents, statutory "
    "agencies and every joint distribution that was not published come from simple, uncalibrated assumptions."
)
FLOW = {
    "excluded": 738, "drive": 541, "refused": 22, "not_supplied": 15, "late": 292, "closed": 212, "police": 130,
    "baseline_drive": 175, "baseline_control": 487, "baseline_closed": 100,
}  # fmt: skip

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
# Needs at the high level: engaged with it, engaged with a graded level, not engaged with it, with a graded level.
HIGH = {
    "other_addiction": (1, 52, 2, 22), "finance": (6, 52, 4, 22), "alcohol": (8, 52, 4, 22),
    "housing": (9, 52, 3, 22), "family": (14, 52, 6, 10), "mental_health": (19, 52, 4, 22),
    "parenting": (18, 40, 6, 9), "children": (14, 30, 6, 10), "social": (30, 52, 5, 22),
    "drugs": (35, 52, 4, 22), "employment": (38, 50, 14, 21),
}  # fmt: skip
AGENCIES = (
    "idva",
    "police",
    "probation_crc",
    "probation_nps",
    "childrens_services",
    "housing",
    "substance",
    "prison",
    None,
)
# IDVA contacts in area 1: people recorded, mean, sd, median, least, most. The numbers recorded are those that give
# the printed test; the means are printed to one decimal.
CONTACTS = {"drive": (29, 449 / 29, 12.94, 12, 1, 52), "control": (72, 521 / 72, 4.746, 6, 1, 20)}
USE = {"physical": 0.8, "sexual": 0.3, "hs": 0.7, "jcc": 0.85}


@dataclass(frozen=True)
class _Size:
    """Published counts scaled to the wanted number of randomised perpetrators."""

    factor: float

    def __call__(self, count: float) -> int:
        return int(count * self.factor + 0.5)

    def shares(self, counts: Mapping[Any, int], total: int) -> dict[Any, int]:
        """Category counts that add up to ``total``."""
        return dict(zip(counts, apportion(list(counts.values()), total), strict=True))


def evaluation() -> dict[str, Any]:
    """The ``evaluation`` object of the package."""
    return {"spec": "y2", "data_cut": CUT.isoformat(), "mask_sites": True, "periods": {}, "params": {}}


def cohort(seed: int, perpetrators: int = PUBLISHED, effect: float = 0.1) -> dict[str, pd.DataFrame]:
    """All tables; ``perpetrators`` are those randomised, ``effect`` the extra chance of stopping in Drive."""
    rng = np.random.default_rng([seed, 2])
    size = _Size(perpetrators / PUBLISHED)
    people = _perpetrators(rng, size, perpetrators)
    victims, advocacy, victim_needs = _victims(rng, size, people)
    cases = _cases(rng, size, people)
    closed = cases[cases["group"] == "closed"].reset_index(drop=True)
    tables = {"sites": _sites(), "perpetrators": people.drop(columns="group")}
    tables["victims"] = _extra_victims(rng, size, victims, closed).drop(columns=["group"])
    tables["cases"] = cases.drop(columns=["group", "age"])
    contacted, delivered, engaged = _contact_flags(rng, size, closed, people)
    tables["contacts"] = _contacts(rng, cases, closed, contacted)
    tables["sessions"] = _sessions(rng, closed[delivered].reset_index(drop=True))
    tables["engagement"] = _engagement(closed, engaged)
    tables["children"] = _children(rng, size, closed, engaged, people)
    intake_known = _intake_known(size, closed, engaged)
    tables["needs"] = _needs(rng, size, closed, engaged, intake_known)
    tables["statutory_involvement"] = _statutory(rng, size, closed, intake_known)
    tables["drive_dash"] = _dash(rng, size, closed, intake_known)
    tables["advocacy"] = advocacy
    tables["victim_needs"] = victim_needs
    tables["abuse"] = _abuse(rng, size, closed, victims, advocacy, intake_known, effect)
    tables["risk_change"] = _risk(rng, closed, advocacy)
    tables["actions"] = _actions(rng, size, closed, delivered)
    tables["police_linkage"], tables["police_incidents"] = _police(rng, size, closed, victims, advocacy)
    tables["evaluation_register"] = _register()
    return tables


def _sites() -> Frame:
    return pd.DataFrame(
        {
            "site_id": SITES,
            "public_label": ["area1", "area2", "area3"],
            "phase": "pilot",
            "go_live": dt.date(2016, 4, 1),
        }
    )


def _perpetrators(rng: np.random.Generator, size: _Size, randomised: int) -> Frame:
    drive = size(FLOW["drive"])
    refused, lacking, closed = size(FLOW["refused"]), size(FLOW["not_supplied"]), size(FLOW["closed"])
    late = drive - refused - lacking - closed
    control, excluded = randomised - drive, size(FLOW["excluded"])
    group = np.repeat(
        ["refused", "not_supplied", "late", "closed", "control", "excluded"],
        [refused, lacking, late, closed, control, excluded],
    )
    n = len(group)
    arm = choose(group == "control", "control", choose(group == "excluded", None, "drive"))
    frame = pd.DataFrame(
        {
            "perpetrator_id": ids(rng, "syn-p", n),
            "site_id": spread(rng, {"essex": 36, "south_wales": 40, "west_sussex": 24}, n),
            "assessed_date": days_between(rng, dt.date(2016, 4, 1), dt.date(2018, 1, 31), n),
            "referral_source": "marac",
            "eligibility": choose(group == "excluded", "excluded", "eligible"),
            "exclusion_reason": choose(group == "excluded", "repeat_marac", None),
            "allocation_method": choose(group == "excluded", "none", "randomised"),
            "arm": arm,
            "consent_share": choose(
                arm == "drive", choose(group == "refused", "no", "yes"), "not_applicable"
            ),
            "baseline_data": choose(
                arm == "drive",
                choose(group == "not_supplied", "not_provided", "provided"),
                "not_applicable",
            ),
            "group": group,
        }
    )
    frame["allocation_date"] = frame["assessed_date"].where(group != "excluded")
    frame["age"] = np.clip(rng.gamma(9, 3.8, n), 17, 80).astype(int)
    frame.loc[rng.random(n) < 0.03, "age"] = np.nan
    own = frame["group"] == "closed"
    # More of the closed cases in the first site, so that the printed number of advocate contacts finds its people.
    frame.loc[own, "site_id"] = spread(rng, {"essex": 46, "south_wales": 33, "west_sussex": 21}, closed)
    frame.loc[own, "age"] = numbers_with(rng, closed, mean=35, sd=11.2, median=33, low=17, high=77)
    frame["gender"] = spread(rng, {"man": 935, "woman": 50, "unknown": 15}, n)
    frame.loc[own, "gender"] = spread(rng, {"man": 199, "woman": 11, "unknown": 2}, closed)
    frame["ethnicity"] = spread(
        rng, {"white_british": 84, "white_other": 3, "asian": 3, "black": 2, None: 8}, n
    )
    frame.loc[own, "ethnicity"] = spread(
        rng, {"white_british": 184, "white_other": 6, "asian": 6, "black": 4, None: 12}, closed
    )
    frame["children_involved"] = spread(rng, {"yes": 60, "no": 25, None: 15}, n)
    frame.loc[own, "children_involved"] = spread(rng, {"yes": 146, "no": 50, "unknown": 6, None: 10}, closed)
    for column in ("prior_dva_offence", "prior_nondva_offence"):
        frame[column] = spread(rng, {"yes": 45, "no": 40, "unknown": 15}, n)
    frame["serial_evidence"] = spread(rng, {"yes": 20, "no": 60, None: 20}, n)
    return frame


def _baseline_masks(
    rng: np.random.Generator, size: _Size, people: Frame
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


def _victims(
    rng: np.random.Generator, size: _Size, people: Frame
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
    size: _Size, drive: Mapping[Any, int], of_closed: Mapping[Any, int], counts: Mapping[str, int]
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


def _extra_victims(rng: np.random.Generator, size: _Size, victims: Frame, closed: Frame) -> Frame:
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


def _cases(rng: np.random.Generator, size: _Size, people: Frame) -> Frame:
    drive = people[people["arm"] == "drive"].reset_index(drop=True)
    n = len(drive)
    frame = drive[["perpetrator_id", "site_id", "group", "age"]].copy()
    frame.insert(0, "case_id", ids(rng, "syn-c", n))
    frame["case_manager_id"] = [f"syn-cm-{site}-{i % 4}" for i, site in enumerate(frame["site_id"])]
    frame["start_date"] = days_between(rng, dt.date(2017, 7, 1), dt.date(2018, 3, 31), n)
    frame["closed_date"] = None
    frame["end_type"] = None
    frame["step_down_date"] = None
    own = np.flatnonzero(frame["group"] == "closed")
    closing, starts, months = _closing(rng, size, len(own))
    frame.loc[own, "start_date"] = starts
    frame.loc[own, "closed_date"] = closing
    frame.loc[own, "end_type"] = "closed"
    long = own[np.asarray(months) >= 11]
    stepping = rng.permutation(long)[: size(18)]
    frame.loc[stepping, "step_down_date"] = [
        day - dt.timedelta(days=30) for day in frame.loc[stepping, "closed_date"]
    ]
    early = np.flatnonzero(frame["group"] == "late")[: n // 20]
    frame.loc[early, "end_type"] = spread(
        rng, {"transferred": 1, "unsuitable": 1, "not_progressed": 1}, len(early)
    )
    frame.loc[early, "closed_date"] = [day + dt.timedelta(days=60) for day in frame.loc[early, "start_date"]]
    removed = frame["end_type"].isin(["unsuitable", "not_progressed"])
    frame["removed_date"] = frame["closed_date"].where(removed)
    frame["referred_date"] = frame["start_date"]
    frame["accepted_date"] = frame["start_date"]
    frame["data_supplied"] = frame["group"] != "not_supplied"
    return frame


def _closing(rng: np.random.Generator, size: _Size, n: int) -> tuple[list[dt.date], list[dt.date], list[int]]:
    early = size(FLOW["police"])
    counts = apportion([158, 49, 5], n)
    bands = np.repeat(["11-12", "13-23", "<=10"], counts)
    before = np.zeros(n, dtype=bool)
    before[rng.permutation(n)[:early]] = True
    closing, starts, months = [], [], []
    for band, in_time in zip(bands, before, strict=True):
        month = (
            int(rng.integers(11, 13))
            if band == "11-12"
            else int(rng.integers(13, 18))
            if band == "13-23"
            else 10
        )
        if in_time:
            day = dt.date(2017, 7, 3) + dt.timedelta(days=int(rng.integers(0, 180)))
        else:
            day = dt.date(2018, 1, 2) + dt.timedelta(days=int(rng.integers(0, 115)))
        start = months_before(day.replace(day=min(day.day, 28)), month - 1) - dt.timedelta(
            days=int(rng.integers(0, 20))
        )
        latest = dt.date(2017, 6, 28)
        if start > latest:
            start = latest - dt.timedelta(days=int(rng.integers(0, 3)))
            day = _closing_in(start, month, in_time)
        if start < dt.date(2016, 4, 1):
            start = dt.date(2016, 4, 1)
            day = _closing_in(start, month, in_time)
        closing.append(day)
        starts.append(start)
        months.append(month)
    return closing, starts, months


def _closing_in(start: dt.date, month: int, in_time: bool) -> dt.date:
    """A day in the wanted case month after ``start``, on the right side of the police cut."""
    index = start.year * 12 + start.month - 1 + month - 1
    first = dt.date(index // 12, index % 12 + 1, min(start.day, 28))
    if first.day != start.day:
        first += dt.timedelta(days=4)
    return (
        min(first, dt.date(2017, 12, 31))
        if in_time
        else max(min(first, dt.date(2018, 4, 30)), dt.date(2018, 1, 1))
    )


def _contact_flags(
    rng: np.random.Generator, size: _Size, closed: Frame, people: Frame
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contacted, behaviour change work, engaged: the last two among the contacted, engagement by children."""
    n = len(closed)
    with_children = (
        closed["perpetrator_id"].map(people.set_index("perpetrator_id")["children_involved"]) == "yes"
    )
    places, others = np.flatnonzero(with_children), np.flatnonzero(~with_children)
    engaged = np.zeros(n, dtype=bool)
    engaged[rng.permutation(places)[: size(86)]] = True
    engaged[rng.permutation(others)[: size(34)]] = True
    contacted = engaged.copy()
    contacted[rng.permutation(np.flatnonzero(~engaged))[: size(133) - int(engaged.sum())]] = True
    delivered = np.zeros(n, dtype=bool)
    delivered[rng.permutation(np.flatnonzero(contacted))[: size(34)]] = True
    return contacted, delivered, engaged


def _contacts(rng: np.random.Generator, cases: Frame, closed: Frame, contacted: np.ndarray) -> Frame:
    number = choose(contacted, 1 + rng.negative_binomial(1, 0.09, len(closed)), 0)
    made = closed.loc[np.repeat(np.arange(len(closed)), number), ["case_id", "start_date", "closed_date"]]
    tried = closed.loc[np.repeat(np.arange(len(closed)), rng.poisson(2, len(closed)))]
    rows = pd.concat(
        [
            made.assign(outcome="made"),
            tried[["case_id", "start_date", "closed_date"]].assign(outcome="attempted"),
        ],
        ignore_index=True,
    )
    frame = pd.DataFrame({"contact_id": ids(rng, "syn-k", len(rows)), "case_id": rows["case_id"]})
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    frame["channel"] = spread(rng, {"phone": 50, "face_to_face": 40, "text": 10}, len(rows))
    frame["outcome"] = rows["outcome"]
    return frame


def _within(rng: np.random.Generator, first: pd.Series, last: pd.Series) -> np.ndarray:
    start = pd.to_datetime(first).to_numpy().astype("datetime64[D]")
    span = (pd.to_datetime(last).to_numpy().astype("datetime64[D]") - start).astype(int)
    return np.asarray(start + np.floor(rng.random(len(start)) * (span + 1)).astype("timedelta64[D]"))


def _sessions(rng: np.random.Generator, delivered: Frame) -> Frame:
    rows = delivered.loc[np.repeat(np.arange(len(delivered)), 1 + rng.poisson(4, len(delivered)))]
    frame = pd.DataFrame({"session_id": ids(rng, "syn-s", len(rows)), "case_id": rows["case_id"].to_numpy()})
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    frame["kind"], frame["provider"], frame["attended"], frame["minutes"] = (
        "behaviour_change",
        "case_manager",
        True,
        60,
    )
    return frame


def _engagement(closed: Frame, engaged: np.ndarray) -> Frame:
    return pd.DataFrame(
        {
            "case_id": closed["case_id"],
            "from_date": closed["start_date"],
            "to_date": closed["closed_date"],
            "level": choose(engaged, "full", "not"),
        }
    )


def _children(
    rng: np.random.Generator, size: _Size, closed: Frame, engaged: np.ndarray, people: Frame
) -> Frame:
    """Children of the cases with children; 50 cases with a protection plan, of which 32 engaged."""
    with_children = (
        closed["perpetrator_id"].map(people.set_index("perpetrator_id")["children_involved"]) == "yes"
    )
    yes, no = np.flatnonzero(with_children & engaged), np.flatnonzero(with_children & ~engaged)
    plan = np.concatenate([rng.permutation(yes)[: size(32)], rng.permutation(no)[: size(18)]])
    places = np.repeat(np.flatnonzero(with_children), 2)
    frame = pd.DataFrame({"perpetrator_id": closed["perpetrator_id"].to_numpy()[places]})
    frame.insert(0, "child_id", ids(rng, "syn-y", len(frame)))
    frame["age_band"] = spread(rng, {"0_4": 40, "5_10": 35, "11_15": 20, "unknown": 5}, len(frame))
    frame["cp_status"] = choose(np.isin(places, plan), "protection_plan", "none")
    return frame


def _intake_known(size: _Size, closed: Frame, engaged: np.ndarray) -> np.ndarray:
    """Places of the cases with any intake record, those with needs known first: graded, then named only."""
    n = len(closed)
    yes, no = np.flatnonzero(engaged), np.flatnonzero(~engaged)
    graded = np.concatenate([yes[: size(52)], no[: size(22)]])
    rest = np.setdiff1d(np.arange(n), graded)
    return np.concatenate([graded, rest])[: size(207)]


PROFILES: Mapping[str, tuple[str, ...]] = {
    "no_or_low_needs": (),
    "alcohol_housing_unemployment": ("alcohol", "housing", "employment"),
    "multiple_needs": tuple(HIGH),
    "family_children_parenting": ("family", "children", "parenting"),
}
"""The four classes of the report, in order of size, and the needs that mark each; shares are an assumption."""
CLASS_SHARES = (0.4, 0.25, 0.2, 0.15)


def choose_class(rng: np.random.Generator, number: int) -> list[str]:
    """A latent class for each of ``number`` cases."""
    return [str(name) for name in rng.choice(list(PROFILES), number, p=CLASS_SHARES)]


def needs_of_class(rng: np.random.Generator, *, several: bool) -> list[str]:
    """Needs of one case: two or more in the pattern of a class with needs, otherwise one or none."""
    if not several:
        return [str(rng.choice(list(HIGH)))] if rng.random() < 0.3 else []
    shares = np.asarray(CLASS_SHARES[1:]) / sum(CLASS_SHARES[1:])
    marks = PROFILES[str(rng.choice(list(PROFILES)[1:], p=shares))]
    chance = {need: (0.7 if len(marks) == len(HIGH) else 0.9) if need in marks else 0.05 for need in HIGH}
    drawn = [need for need in HIGH if rng.random() < chance[need]]
    return drawn if len(drawn) >= 2 else list(marks[:2])


def _needs(
    rng: np.random.Generator, size: _Size, closed: Frame, engaged: np.ndarray, known: np.ndarray
) -> Frame:
    number = size(151)
    yes = known[: size(52)]
    no = known[size(52) : size(52) + size(22)]
    rows: list[tuple[int, str, str]] = []
    held = dict.fromkeys((int(place) for place in known[:number]), 0)
    kind = dict(zip(held, choose_class(rng, len(held)), strict=True))
    for need, (high_yes, base_yes, high_no, base_no) in HIGH.items():
        for people, high, base in ((yes, high_yes, base_yes), (no, high_no, base_no)):
            # Whose class has the need comes first among those asked, so the printed shares stay and needs go together.
            asked = rng.permutation(people)[: size(base)]
            order = sorted(asked, key=lambda place: need not in PROFILES[kind[int(place)]])
            for rank, place in enumerate(order):
                rows.append((int(place), need, "high" if rank < size(high) else "none"))
                held[int(place)] += rank < size(high)
    named = [int(place) for place in known[len(yes) + len(no) : number]]
    several = max(size(75) - sum(count >= 2 for count in held.values()), 0)
    for i, place in enumerate(named):
        rows.append((place, "physical_health", "none"))
        for need in needs_of_class(rng, several=i < several):
            rows.append((place, need, "present"))
    for place in known[number:]:
        rows.append((int(place), "physical_health", "unknown"))
    frame = pd.DataFrame(rows, columns=["place", "need", "level"])
    frame["case_id"] = closed["case_id"].to_numpy()[frame["place"]]
    frame["date"] = closed["start_date"].to_numpy()[frame["place"]]
    frame["timepoint"] = "intake"
    later = frame[frame["level"] != "unknown"].copy()
    later["timepoint"] = "exit"
    later["date"] = closed["closed_date"].to_numpy()[later["place"]]
    flip = rng.random(len(later)) < 0.06
    later["level"] = later["level"].where(~flip, choose(later["level"] == "none", "low", "none"))
    return pd.concat([frame, later], ignore_index=True).drop(columns="place")


def _statutory(rng: np.random.Generator, size: _Size, closed: Frame, known: np.ndarray) -> Frame:
    frames = []
    for sector, base, yes, agency in (("cyps", 168, 72, "childrens_services"), ("ccj", 194, 147, "police")):
        places = rng.permutation(known)[: size(base)]
        involved = choose(np.arange(len(places)) < size(yes), "yes", "no")
        frames.append(
            pd.DataFrame(
                {
                    "case_id": closed["case_id"].to_numpy()[places],
                    "timepoint": "intake",
                    "sector": sector,
                    "agency": agency,
                    "involved": involved,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _dash(rng: np.random.Generator, size: _Size, closed: Frame, known: np.ndarray) -> Frame:
    """Forms at three points: the published means of unknown answers, and of the score at intake."""
    frames = []
    kept = known
    for timepoint, base, unknown, score in (
        ("intake", 140, 812, 8.31),
        ("mid", 120, 515, 8.9),
        ("exit", 120, 462, 8.1),
    ):
        n = size(base)
        places = kept[:n]
        valid = n - n // 14
        total = round(unknown / base * n)
        many = rng.integers(11, 15, n - valid)
        lacking = np.concatenate([sums_to(rng, valid, total - int(many.sum()), 0, 9), many])
        yes = np.concatenate(
            [sums_to(rng, valid, round(score * valid), 1, 11), rng.integers(1, 5, n - valid)]
        )
        order = np.argsort(rng.random((n, 20)), axis=1).argsort(axis=1)
        split = rng.random((n, 20)) < 0.8
        answer = choose(
            order < yes[:, None],
            "yes",
            choose(order < (yes + lacking)[:, None], choose(split, "nk", "na"), "no"),
        )
        dates = closed["start_date" if timepoint == "intake" else "closed_date"].to_numpy()[places]
        if timepoint == "mid":
            dates = closed["start_date"].to_numpy()[places] + dt.timedelta(days=160)
        frames.append(
            pd.DataFrame(
                {
                    "case_id": np.repeat(closed["case_id"].to_numpy()[places], 20),
                    "timepoint": timepoint,
                    "date": np.repeat(dates, 20),
                    "instrument_version": "1",
                    "item": np.tile([f"q{k:02d}" for k in range(1, 21)], n),
                    "answer": answer.ravel(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _abuse(
    rng: np.random.Generator,
    size: _Size,
    closed: Frame,
    victims: Frame,
    advocacy: Frame,
    known: np.ndarray,
    effect: float,
) -> Frame:
    links = victims.set_index("perpetrator_id").loc[closed["perpetrator_id"].to_numpy()[known]].reset_index()
    own = closed.iloc[known].reset_index(drop=True)
    n = len(own)
    before = {kind: random_levels(rng, n, use) for kind, use in USE.items()}
    middle = {kind: later_levels(rng, level, 0.25, 0.02, 0.2) for kind, level in before.items()}
    after = {kind: later_levels(rng, level, 0.45, 0.02, 0.2) for kind, level in before.items()}
    # Physical abuse at the high level: 50 links at intake, 21 of them at exit, as many as give the printed fall.
    high, still = size(50), size(21)
    pairs: list[Any] = [("high", "high")] * still + [("high", "none")] * (high - still)
    pairs += [("none", "none")] * (n // 4) + [("moderate", "standard")] * (n // 5)
    pairs += [(None, None)] * (n - len(pairs))
    order = rng.permutation(n)
    before["physical"] = np.array([first for first, _ in pairs], dtype=object)[order]
    after["physical"] = np.array([last for _, last in pairs], dtype=object)[order]
    frames = [
        abuse_rows(links, "case_manager", "intake", own["start_date"].to_numpy(), before, 12),
        abuse_rows(
            links, "case_manager", "mid", own["start_date"].to_numpy() + dt.timedelta(days=160), middle, 6
        ),
        abuse_rows(links, "case_manager", "exit", own["closed_date"].to_numpy(), after, 3),
    ]
    frames.append(idva_abuse(rng, victims, advocacy, effect))
    return pd.concat(frames, ignore_index=True)


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


def _risk(rng: np.random.Generator, closed: Frame, advocacy: Frame) -> Frame:
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


def _actions(rng: np.random.Generator, size: _Size, closed: Frame, delivered: np.ndarray) -> Frame:
    groups = [
        ("y1", "direct", {"contact": 60, "direct_support": 30, "behaviour_change": 0}, 1050),
        (
            "y1",
            "indirect",
            {"information_gathering": 50, "information_sharing": 30, "multi_agency": 20},
            3950,
        ),
        ("y2", "direct", {"contact": 63, "direct_support": 37}, 3000),
        ("y2", "indirect", {"multi_agency": 58, "case_update": 40, "background_research": 2}, 6000),
    ]
    users = np.arange(len(closed))[: size(197)]
    frames = []
    for version, mode, categories, base in groups:
        n = size(base)
        frame = pd.DataFrame(
            {"recording_version": version, "mode": mode, "category": spread(rng, categories, n)}
        )
        pool = users if version == "y2" else np.arange(len(closed))
        frame["place"] = np.resize(pool, n)
        frames.append(frame)
    # Behaviour change work of the second list: 13 % of its direct actions, on cases that have sessions anyway.
    direct = frames[2]
    wanted = round(0.13 * len(direct))
    support = np.flatnonzero(direct["category"] == "direct_support")[:wanted]
    direct.loc[support, "category"] = "behaviour_change"
    holders = np.intersect1d(np.flatnonzero(delivered), users)
    if len(holders):
        direct.loc[support, "place"] = np.resize(holders, len(support))
    frame = pd.concat(frames, ignore_index=True)
    n = len(frame)
    frame.insert(0, "action_id", ids(rng, "syn-a", n))
    frame["case_id"] = closed["case_id"].to_numpy()[frame["place"]]
    rows = closed.iloc[frame["place"].to_numpy()]
    frame["date"] = _within(rng, rows["start_date"], rows["closed_date"])
    multi = (frame["category"] == "multi_agency").to_numpy()
    frame["subcategory"] = None
    frame.loc[multi, "subcategory"] = spread(
        rng, {"support": 40, "disrupt": 45, "both": 12, None: 3}, int(multi.sum())
    )
    with_agency = frame["category"].isin(["multi_agency", "case_update", "background_research"]) & (
        frame["recording_version"] == "y2"
    )
    shares = dict(zip(AGENCIES, (30, 24, 10, 6, 14, 5, 4, 3, 4), strict=True))
    frame["agency"] = None
    frame.loc[with_agency, "agency"] = spread(rng, shares, int(with_agency.sum()))
    return frame.drop(columns="place")


def _police(
    rng: np.random.Generator, size: _Size, closed: Frame, victims: Frame, advocacy: Frame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    in_time = closed[[day <= dt.date(2017, 12, 31) for day in closed["closed_date"]]]
    drive = (
        in_time[in_time["perpetrator_id"].isin(advocacy["perpetrator_id"])]
        .head(size(51))
        .reset_index(drop=True)
    )
    group = victims.set_index("perpetrator_id")["group"]
    controls = advocacy.loc[advocacy["perpetrator_id"].map(group) == "control", "perpetrator_id"].head(
        size(54)
    )
    matches = np.resize(drive["perpetrator_id"].to_numpy(), len(controls))
    frame = pd.concat(
        [
            pd.DataFrame(
                {
                    "perpetrator_id": drive["perpetrator_id"],
                    "traced": choose(np.arange(len(drive)) < size(49), "yes", "no"),
                    "anchor_start": drive["start_date"],
                    "anchor_end": drive["closed_date"],
                }
            ),
            pd.DataFrame(
                {
                    "perpetrator_id": controls.to_numpy(),
                    "matched_to": matches,
                    "distance": np.round(rng.beta(2, 12, len(controls)), 4),
                    "traced": choose(np.arange(len(controls)) < size(51), "yes", "no"),
                }
            ),
        ],
        ignore_index=True,
    )
    traced = frame[frame["traced"] == "yes"]
    rows = traced.loc[np.repeat(traced.index, rng.negative_binomial(2, 0.25, len(traced)))]
    incidents = pd.DataFrame(
        {"incident_id": ids(rng, "syn-i", len(rows)), "perpetrator_id": rows["perpetrator_id"].to_numpy()}
    )
    incidents["date"] = days_between(rng, dt.date(2016, 1, 1), dt.date(2018, 6, 30), len(rows))
    incidents["dva"] = spread(rng, {"yes": 55, "no": 40, "unknown": 5}, len(rows))
    incidents["criminal"] = spread(rng, {"yes": 50, "no": 46, "unknown": 4}, len(rows))
    return frame, incidents


def _register() -> Frame:
    groups = {"practitioner": (43, 33), "service_user": (11, 16), "victim_survivor": (2, 15)}
    rows = [
        (
            f"syn-e-{role}-{year}-{i}",
            "interview",
            role,
            f"syn-f-{role}-{i if year == 1 else i + 5}",
            f"year{year}",
        )
        for role, numbers in groups.items()
        for year, number in enumerate(numbers, start=1)
        for i in range(number)
    ]
    return pd.DataFrame(rows, columns=["entry_id", "kind", "role", "person_ref", "report_year"])
