"""A cohort like Croydon: one site, panel allocation, two periods, snapshots at the end of each. Fixed size."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.synthetic.people import Frame, abuse_rows, ids
from drive_evaluation.synthetic.quota import days_between, flags, spread, sums_to

FIRST, MIDDLE, CUT = dt.date(2018, 7, 1), dt.date(2019, 5, 8), dt.date(2020, 3, 31)
SITE = "croydon"
ASSUMPTIONS = (
    "Agencies, attendance, statuses, closure reasons, dates inside the periods and every joint distribution that was "
    "not published come from simple, uncalibrated assumptions. The counts of the severity grid are the smallest that "
    "give the printed percentages."
)
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
    contact = _first_contacts(rng, cases)
    tables["contacts"] = _contacts(rng, cases, contact)
    tables["sessions"] = _sessions(rng, cases, contact)
    tables["engagement"], tables["status_history"] = _episodes(rng, cases, contact)
    tables["needs"] = _needs(rng, cases)
    tables["aces"] = _aces(rng, cases, contact)
    tables["abuse"] = _grids(rng, cases, victims)
    tables["actions"] = _actions(rng, cases)
    tables["closures"] = _closures(rng, cases, contact)
    tables["panel_items"], tables["panel_attendance"] = _panel(rng, people)
    tables["footprint"] = _footprint(rng, cases)
    tables["list_matches"] = _list(cases)
    tables["unit_costs"], tables["reference_values"] = _costs(), _references()
    tables["marac_appearances"] = _marac(rng, cases, victims)
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


def _first_contacts(rng: np.random.Generator, cases: Frame) -> Frame:
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


def _contacts(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    rows = []
    for i, case in enumerate(cases.itertuples()):
        rows.append((case.case_id, case.accepted_date + dt.timedelta(days=10), "phone", "attempted"))
        if contact[i] is not None:
            rows.append((case.case_id, contact[i], "face_to_face", "made"))
    frame = pd.DataFrame(rows, columns=["case_id", "date", "channel", "outcome"])
    frame.insert(0, "contact_id", ids(rng, "syn-k", len(frame)))
    return frame


def _sessions(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
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


def _episodes(
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


def _needs(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
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


def _aces(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
    own = [i for i in np.flatnonzero(cases["role"] == "closed") if contact[i] is not None]
    rows = [(cases.loc[i, "case_id"], "any", "yes" if k < 10 else "no") for k, i in enumerate(own[:18])]
    return pd.DataFrame(rows, columns=["case_id", "ace", "answer"])


def _grids(rng: np.random.Generator, cases: Frame, victims: Frame) -> pd.DataFrame:
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


def _actions(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
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


def _closures(rng: np.random.Generator, cases: Frame, contact: pd.Series) -> pd.DataFrame:
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


def _panel(rng: np.random.Generator, people: Frame) -> tuple[pd.DataFrame, pd.DataFrame]:
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


def _footprint(rng: np.random.Generator, cases: Frame) -> pd.DataFrame:
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


def _list(cases: Frame) -> pd.DataFrame:
    people = cases.loc[cases["role"] != "removed", "perpetrator_id"].reset_index(drop=True)
    return pd.DataFrame(
        {
            "list_name": "gangs_matrix",
            "run_date": dt.date(2020, 3, 1),
            "perpetrator_id": people,
            "matched": [i == 40 for i in range(len(people))],
        }
    )


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
    frame = pd.DataFrame(rows, columns=["name", "category", "value"])
    return frame.assign(
        kind="population_share", unit="percent", as_of=dt.date(2019, 6, 30), source="as printed"
    )


def _marac(rng: np.random.Generator, cases: Frame, victims: Frame) -> pd.DataFrame:
    people = cases["perpetrator_id"].to_numpy()[:40]
    victim = victims.drop_duplicates("perpetrator_id").set_index("perpetrator_id")["victim_id"]
    frame = pd.DataFrame({"appearance_id": ids(rng, "syn-r", len(people)), "perpetrator_id": people})
    frame["victim_ref"] = [victim[p] if i % 3 else f"syn-other-{i}" for i, p in enumerate(people)]
    frame["date"] = days_between(rng, FIRST, CUT, len(people))
    frame["marac_area"], frame["is_repeat"] = SITE, "unknown"
    return frame


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
