"""Random packages that obey the contract, for tests that ask whether anything at all breaks.

They know nothing of the reports: every code is drawn uniformly, every nullable cell may be empty, so degenerate
subgroups, zero cells and odd ages turn up by themselves. People are numbers, so nobody real can be meant.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.contract import DIRECT_CATEGORIES, RISK_SCALES, TABLES, Field

FIRST = dt.date(2016, 4, 1)
DAYS = 1_000
CUT = FIRST + dt.timedelta(days=DAYS)


class _Draw:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def cells(self, item: Field, n: int) -> list[Any]:
        rng = self.rng
        values: list[Any]
        if item.codes:
            values = [str(v) for v in rng.choice(item.codes, n)]
        elif item.type == "date":
            values = [FIRST + dt.timedelta(days=int(d)) for d in rng.integers(0, DAYS, n)]
        elif item.type == "boolean":
            values = [bool(v) for v in rng.random(n) < 0.6]
        elif item.name == "age":
            values = [int(v) for v in rng.choice([0, 5, 17, 25, 30, 31, 40, 55, 112], n)]
        elif item.type in ("integer", "number"):
            values = [int(v) for v in rng.poisson(4, n)]
        else:
            values = [f"{item.name}_{v}" for v in rng.integers(1, 4, n)]
        if not item.required:
            for i in np.flatnonzero(rng.random(n) < 0.15):
                values[i] = None
        return values


def random_tables(seed: int, people: int = 60, rows: int = 150) -> dict[str, pd.DataFrame]:
    """All 31 tables. ``people`` perpetrators, about ``rows`` rows in each event table."""
    draw, rng = _Draw(seed), np.random.default_rng(seed + 1)
    frames: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        size = people if name in ("perpetrators", "victims", "cases", "advocacy") else rows
        size = 3 if name == "sites" else size
        frames[name] = pd.DataFrame({item.name: draw.cells(item, size) for item in table.fields})
    frames["sites"]["site_id"] = ["s1", "s2", "s3"]
    frames["sites"]["public_label"] = ["area1", None, "area3"]
    people_ids = [f"p{i}" for i in range(people)]
    perpetrators = frames["perpetrators"]
    perpetrators["perpetrator_id"] = people_ids
    perpetrators["consent_share"] = [
        str(v) for v in rng.choice(["yes", "not_asked", "not_applicable"], people)
    ]
    for name in frames:
        if "site_id" in frames[name] and name not in ("sites",):
            frames[name]["site_id"] = [str(v) for v in rng.choice(["s1", "s2", "s3"], len(frames[name]))]
    victims = frames["victims"]
    victims["victim_id"] = [f"v{i // 2}" if i % 7 == 0 else f"v{i}" for i in range(people)]
    victims["perpetrator_id"] = people_ids
    victims["is_index"] = True
    extra = victims.iloc[: people // 5].assign(is_index=False, victim_id=lambda f: "x" + f["victim_id"])
    frames["victims"] = victims = pd.concat([victims, extra], ignore_index=True)
    links = victims[["victim_id", "perpetrator_id"]]
    cases = frames["cases"]
    cases["case_id"] = [f"c{i}" for i in range(people)]
    cases["perpetrator_id"] = people_ids
    _order(cases, "start_date", "closed_date")
    for name in ("advocacy", "abuse", "victim_needs"):
        chosen = links.iloc[rng.integers(0, len(links), len(frames[name]))].reset_index(drop=True)
        frames[name][["victim_id", "perpetrator_id"]] = chosen
    for name, frame in frames.items():
        if "case_id" in frame and name != "cases":
            frame["case_id"] = [str(v) for v in rng.choice(cases["case_id"], len(frame))]
        if "perpetrator_id" in frame and name not in (
            "perpetrators",
            "cases",
            "victims",
            *("advocacy", "abuse", "victim_needs"),
        ):
            frame["perpetrator_id"] = [str(v) for v in rng.choice(people_ids, len(frame))]
    _rules(frames, rng)
    for name, table in TABLES.items():
        if table.key and name not in ("actions", "contacts", "sessions"):
            frames[name] = frames[name].drop_duplicates(list(table.key)).reset_index(drop=True)
        if (
            len(table.key) == 1
            and table.key[0].endswith("_id")
            and name
            in (
                "actions",
                "contacts",
                "sessions",
                "police_incidents",
                "marac_appearances",
                "panel_items",
                "evaluation_register",
            )
        ):
            frames[name][table.key[0]] = [f"{name}{i}" for i in range(len(frames[name]))]
    return frames


def _order(frame: pd.DataFrame, first: str, last: str) -> None:
    swap = [
        isinstance(a, dt.date) and isinstance(b, dt.date) and b < a
        for a, b in zip(frame[first], frame[last], strict=True)
    ]
    frame.loc[swap, last] = None


def _rules(frames: dict[str, pd.DataFrame], rng: np.random.Generator) -> None:
    abuse = frames["abuse"]
    for i in range(len(abuse)):
        used = abuse.loc[i, "used"]
        level = (
            "none"
            if used == "no"
            else "unknown"
            if used == "unknown"
            else str(rng.choice(["standard", "moderate", "high", "unknown"]))
        )
        abuse.loc[i, "severity"] = level
    actions = frames["actions"]
    actions["mode"] = np.where(actions["category"].isin(DIRECT_CATEGORIES), "direct", "indirect")
    actions.loc[actions["category"] != "multi_agency", "subcategory"] = None
    risk = frames["risk_change"]
    risk["code"] = [str(rng.choice(RISK_SCALES[scale])) for scale in risk["scale"]]
    risk["rater"] = np.where(risk["scale"] == "cm_change", "case_manager", "idva")
    risk["victim_id"] = None
    forms = frames["drive_dash"][["case_id"]].drop_duplicates()
    rows = []
    for case in forms["case_id"]:
        for timepoint in ("intake", "mid", "exit"):
            for item in range(1, 21):
                rows.append((case, timepoint, f"q{item:02d}", str(rng.choice(["yes", "no", "na", "nk"]))))
    frames["drive_dash"] = pd.DataFrame(rows, columns=["case_id", "timepoint", "item", "answer"])
    for name, first, last in (
        ("advocacy", "intake_date", "exit_date"),
        ("status_history", "from_date", "to_date"),
        ("engagement", "from_date", "to_date"),
        ("police_linkage", "anchor_start", "anchor_end"),
        ("targets", "period_start", "period_end"),
    ):
        _order(frames[name], first, last)
    targets = frames["targets"]
    targets["period_end"] = targets["period_end"].where(targets["period_end"].notna(), CUT)
