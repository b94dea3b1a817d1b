"""Year 1: contact, needs, abuse, judgements and coded notes of the closed cases."""

from __future__ import annotations

import datetime as dt

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
from drive_evaluation.synthetic.quota import apportion, days_between, spread
from drive_evaluation.synthetic.year1_printed import CUT, SITES

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


def draw_contacts(rng: np.random.Generator, cases: Frame, closed: np.ndarray, contacted: np.ndarray) -> Frame:
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


def draw_sessions(rng: np.random.Generator, cases: Frame, contacted: np.ndarray) -> Frame:
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


def draw_needs(rng: np.random.Generator, cases: Frame, closed: np.ndarray, contacted: np.ndarray) -> Frame:
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


def draw_advocacy(rng: np.random.Generator, perpetrators: Frame, victims: Frame, closed: np.ndarray) -> Frame:
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


def draw_abuse(
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


def draw_risk(rng: np.random.Generator, closed: np.ndarray, victims: Frame, advocacy: Frame) -> Frame:
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


def draw_status(rng: np.random.Generator, cases: Frame, people: np.ndarray) -> Frame:
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


def draw_notes(
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
