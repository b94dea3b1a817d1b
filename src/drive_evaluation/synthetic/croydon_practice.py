"""Croydon: contact, needs, grids, interventions, closures, panel and the checks beside them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.croydon_printed import CUT, FIRST, MIDDLE, SITE
from drive_evaluation.synthetic.people import Frame, abuse_rows, ids
from drive_evaluation.synthetic.quota import days_between, flags, spread, sums_to

# Level of each printed need among the 170 people: high, medium, low.
LEVELS = {
    "children_families": (88, 25, 5), "drugs": (31, 44, 7), "mental_health": (32, 33, 14), "housing": (20, 27, 24),
}  # fmt: skip


FEW = {"children_families": 28, "drugs": 12, "mental_health": 14, "housing": 11}


OTHER_NEEDS = ("alcohol", "employment", "social", "finance")


# Links rated at each level at intake and at exit: high, moderate, standard.
GRID = {
    "physical": ((43, 9, 4), (10, 1, 2)), "sexual": ((13, 3, 2), (3, 1, 1)),
    "hs": ((27, 13, 5), (5, 3, 7)), "jcc": ((40, 9, 7), (11, 3, 4)),
}  # fmt: skip


INTERVENTIONS = {
    "y1": {"support": 23, "disrupt": 27, "both": 55},
    "y2": {"support": 112, "disrupt": 73, "both": 509},
}


def draw_first_contacts(rng: np.random.Generator, cases: Frame) -> Frame:
    """Day of the first contact made, so that both snapshots and the closed cases have the printed numbers."""
    day: Any = pd.Series([None] * len(cases), index=cases.index, dtype=object)
    first = np.flatnonzero((cases.index < 73) & (cases["role"] != "early"))
    open_now = np.flatnonzero(cases["role"] == "open")
    closed = np.flatnonzero(cases["role"] == "closed")
    early_open = [i for i in open_now if i < 73]
    by_middle = [*early_open, *[i for i in closed if i < 73][:27]][:32]
    for i in by_middle:
        day[i] = min(cases.loc[i, "accepted_date"] + dt.timedelta(days=15), MIDDLE)
    assert set(by_middle) <= set(first)
    contacted_closed = [i for i in by_middle if i in set(closed)]
    more = [i for i in closed if i not in set(by_middle)][: 30 - len(contacted_closed)]
    late_open = [i for i in open_now if i >= 73][: 47 - len(early_open)]
    for i in (*more, *late_open):
        day[i] = max(cases.loc[i, "accepted_date"] + dt.timedelta(days=15), MIDDLE + dt.timedelta(days=1))
    return day


def draw_contacts(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    rows = []
    for i, case in enumerate(cases.itertuples()):
        rows.append((case.case_id, case.accepted_date + dt.timedelta(days=10), "phone", "attempted"))
        if contact[i] is not None:
            rows.append((case.case_id, contact[i], "face_to_face", "made"))
    frame = pd.DataFrame(rows, columns=["case_id", "date", "channel", "outcome"])
    frame.insert(0, "contact_id", ids(rng, "syn-k", len(frame)))
    return frame


def draw_sessions(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    """41 of the cases open at the end with five sessions each on average, 11 of those open at the middle."""
    open_now = [i for i in np.flatnonzero(cases["role"] == "open") if contact[i] is not None][:41]
    number = sums_to(rng, 41, 205, 1, 12)
    rows = []
    early = [i for i in open_now if i < 73]
    for i, amount in zip(open_now, number, strict=True):
        start = MIDDLE - dt.timedelta(days=2) if i in early else MIDDLE + dt.timedelta(days=2)
        start = max(start, contact[i]) if i not in early else start
        days = [start, *days_between(rng, max(start, MIDDLE + dt.timedelta(days=1)), CUT, int(amount) - 1)]
        rows += [(cases.loc[i, "case_id"], day) for day in days]
    closed = [
        i
        for i in np.flatnonzero(cases["role"] == "closed")
        if contact[i] is not None and contact[i] <= MIDDLE
    ]
    rows += [(cases.loc[i, "case_id"], MIDDLE) for i in closed[: 11 - len(early)]]
    frame = pd.DataFrame(rows, columns=["case_id", "date"])
    frame.insert(0, "session_id", ids(rng, "syn-s", len(frame)))
    frame["kind"], frame["provider"], frame["attended"], frame["minutes"] = (
        "behaviour_change",
        "case_manager",
        True,
        60,
    )
    return frame


def draw_episodes(
    rng: np.random.Generator, cases: Frame, contact: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    engagement, status = [], []
    full = 0
    for i, case in enumerate(cases.itertuples()):
        end = case.closed_date or case.removed_date
        if contact[i] is None:
            state = str(rng.choice(["background_research", "planned_pending", "hold_justice", "not_safe"]))
            status.append((case.case_id, state, case.accepted_date, end))
            continue
        status.append(
            (case.case_id, "planned_pending", case.accepted_date, contact[i] - dt.timedelta(days=1))
        )
        status.append((case.case_id, "in_contact", contact[i], end))
        if contact[i] <= MIDDLE:
            level = "full" if full < 12 else str(rng.choice(["partial", "not"]))
            full += 1
        else:
            level = str(rng.choice(["full", "partial", "not", "ceased"], p=[0.55, 0.2, 0.15, 0.1]))
        engagement.append((case.case_id, contact[i], end, level))
    return (
        pd.DataFrame(engagement, columns=["case_id", "from_date", "to_date", "level"]),
        pd.DataFrame(status, columns=["case_id", "status", "from_date", "to_date"]),
    )


def draw_needs(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
    kept = np.flatnonzero(cases["role"] != "removed")
    early, late = [i for i in kept if i < 73], [i for i in kept if i >= 73]
    many = [*rng.permutation(early)[:32], *rng.permutation(late)[:71]]
    few = [int(i) for i in rng.permutation([i for i in kept if i not in set(many)])]
    held: dict[int, dict[str, str]] = {int(i): {} for i in kept}
    start = 0
    for need, levels in LEVELS.items():
        grades = spread(rng, dict(zip(("high", "medium", "low"), levels, strict=True)), sum(levels))
        some = few[start : start + FEW[need]]
        start += FEW[need]
        rest = [int(i) for i in rng.permutation(many)[: len(grades) - len(some)]]
        for i, grade in zip([*some, *rest], grades, strict=True):
            held[i][need] = str(grade)
    for i in many:
        for need in OTHER_NEEDS:
            if len(held[int(i)]) < 3 or rng.random() < 0.2:
                held[int(i)][need] = str(rng.choice(["low", "medium", "high"]))
    rows = []
    for i, own in held.items():
        for need in (*LEVELS, *OTHER_NEEDS):
            if need in own or rng.random() < 0.9:
                rows.append(
                    (cases.loc[i, "case_id"], cases.loc[i, "start_date"], need, own.get(need, "none"))
                )
    frame = pd.DataFrame(rows, columns=["case_id", "date", "need", "level"])
    frame.insert(1, "timepoint", "intake")
    return frame


def draw_aces(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    own = [i for i in np.flatnonzero(cases["role"] == "closed") if contact[i] is not None]
    rows = [(cases.loc[i, "case_id"], "any", "yes" if k < 10 else "no") for k, i in enumerate(own[:18])]
    return pd.DataFrame(rows, columns=["case_id", "ace", "answer"])


def draw_grids(rng: np.random.Generator, cases: Frame, victims: Frame) -> pd.DataFrame:
    own = cases[cases["role"] == "closed"]
    links = victims[victims["perpetrator_id"].isin(own["perpetrator_id"])].reset_index(drop=True)
    n = len(links)
    case = own.set_index("perpetrator_id").loc[links["perpetrator_id"]]
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    order = rng.permutation(n)
    for kind, (intake, exit_) in GRID.items():
        for target, counts in ((before, intake), (after, exit_)):
            column = np.array(["none"] * n, dtype=object)
            column[: sum(counts)] = np.repeat(["high", "moderate", "standard"], counts)
            target[kind] = column[order]
    frames = [
        abuse_rows(links, "case_manager", "intake", case["start_date"].to_numpy(), before, 12),
        abuse_rows(links, "case_manager", "exit", case["closed_date"].to_numpy(), after, 3),
    ]
    return pd.concat(frames, ignore_index=True)


def draw_actions(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
    frames = []
    agencies = {
        "police": 28,
        "idva": 22,
        "childrens_services": 18,
        "probation_crc": 9,
        "prison": 5,
        "housing": 8,
        "mash": 5,
        None: 5,
    }
    for period, shares in INTERVENTIONS.items():
        n = sum(shares.values())
        pool = np.arange(73) if period == "y1" else np.arange(len(cases))
        place = np.resize(pool, n)
        first, last = (FIRST, MIDDLE) if period == "y1" else (MIDDLE + dt.timedelta(days=1), CUT)
        frames.append(
            pd.DataFrame(
                {
                    "case_id": cases["case_id"].to_numpy()[place],
                    "date": days_between(rng, first, last, n),
                    "recording_version": "p2",
                    "mode": "indirect",
                    "category": "multi_agency",
                    "subcategory": spread(rng, shares, n),
                    "agency": spread(rng, agencies, n),
                }
            )
        )
    frame = pd.concat(frames, ignore_index=True)
    frame.insert(0, "action_id", ids(rng, "syn-a", len(frame)))
    return frame


def draw_closures(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    own = np.flatnonzero(cases["end_type"] == "closed")
    reasons = {
        "disengaged": 30,
        "limited_scope": 25,
        "risk_too_high": 10,
        "goals_met": 20,
        "custody": 10,
        "unknown": 5,
    }
    reached = np.array([contact[i] is not None for i in own])
    level = np.where(
        reached, spread(rng, {"full": 50, "partial": 25, "ceased": 25}, len(own)), "not_applicable"
    )
    return pd.DataFrame(
        {
            "case_id": cases["case_id"].to_numpy()[own],
            "primary_reason": spread(rng, reasons, len(own)),
            "engagement_at_closure": level,
            "direct_contact_ever": reached,
        }
    )


def draw_panel(rng: np.random.Generator, people: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
    n = 17
    items = pd.DataFrame(
        {
            "item_id": ids(rng, "syn-n", n),
            "meeting_id": "syn-m-1",
            "site_id": SITE,
            "meeting_date": dt.date(2020, 2, 12),
            "meeting_minutes": 120,
            "perpetrator_id": people["perpetrator_id"].to_numpy()[:n],
            "kind": spread(rng, {"new": 5, "review": 12}, n),
            "brought_back": np.where(flags(rng, 9, n), "yes", "no"),
            "hard_to_engage": np.where(flags(rng, 10, n), "yes", "no"),
            "outcome": spread(rng, {"accept": 4, "bring_back": 6, "noted": 7}, n),
        }
    )
    agencies = ["police", "idva", "childrens_services", "probation_crc", "housing", "mental_health"]
    attendance = pd.DataFrame(
        {
            "meeting_id": "syn-m-1",
            "agency": agencies,
            "invited": True,
            "attended": [True] * 5 + [False],
            "named_role": True,
        }
    )
    return items, attendance


def draw_footprint(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
    people = rng.permutation(cases["perpetrator_id"].to_numpy()[73:])[:25]
    rows = []
    for person in people:
        for agency, chance in (
            ("police", 0.95),
            ("childrens_services", 0.6),
            ("mental_health", 0.3),
            ("housing", 0.4),
            ("substance", 0.25),
        ):
            answer = "yes" if rng.random() < chance else str(rng.choice(["no", "unknown"], p=[0.9, 0.1]))
            rows.append(("syn-d-1", person, agency, answer))
    return pd.DataFrame(rows, columns=["sample_id", "perpetrator_id", "agency", "known_before"])


def draw_list(cases: Frame) -> pd.DataFrame:
    people = cases.loc[cases["role"] != "removed", "perpetrator_id"].reset_index(drop=True)
    return pd.DataFrame(
        {
            "list_name": "gangs_matrix",
            "run_date": dt.date(2020, 3, 1),
            "perpetrator_id": people,
            "matched": [i == 40 for i in range(len(people))],
        }
    )


def draw_marac(rng: np.random.Generator, cases: Frame, victims: Frame) -> pd.DataFrame:
    people = cases["perpetrator_id"].to_numpy()[:40]
    victim = victims.drop_duplicates("perpetrator_id").set_index("perpetrator_id")["victim_id"]
    frame = pd.DataFrame({"appearance_id": ids(rng, "syn-r", len(people)), "perpetrator_id": people})
    frame["victim_ref"] = [victim[p] if i % 3 else f"syn-other-{i}" for i, p in enumerate(people)]
    frame["date"] = days_between(rng, FIRST, CUT, len(people))
    frame["marac_area"], frame["is_repeat"] = SITE, "unknown"
    return frame
