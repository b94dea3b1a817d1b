"""Random packages that obey the contract, for tests that ask whether anything at all breaks.

They know nothing of the reports: every code is drawn, every nullable cell may be empty, so degenerate subgroups, zero
cells and odd ages turn up by themselves. Codes that lead into a sample are drawn more often, or nobody would get
there. Some people return with a second case, some refuse to share. People are numbers, so nobody real can be meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.contract import DIRECT_CATEGORIES, RISK_SCALES, TABLES, Field
from drive_evaluation.package import write_package

FIRST = dt.date(2016, 4, 1)
DAYS = 1_000
CUT = FIRST + dt.timedelta(days=DAYS)


LIKELY = {
    "eligibility": ["eligible"],
    "allocation_method": ["randomised"],
    "baseline_data": ["provided"],
    "end_type": ["closed"],
    "timepoint": ["intake", "exit"],
    "informant": ["case_manager", "idva"],
    "recording_version": ["y1", "y2"],
    "category": ["multi_agency", "case_update", "behaviour_change"],
    "traced": ["yes"],
    "kind": ["behaviour_change", "population_share"],
    "status": ["planned_pending", "hold_justice", "not_safe"],
}
"""Field → codes that at least every other row takes."""


class _Draw:
    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def cells(self, item: Field, n: int) -> list[Any]:
        rng = self.rng
        values: list[Any]
        if item.codes:
            values = [str(v) for v in rng.choice(item.codes, n)]
            likely = [code for code in LIKELY.get(item.name, ()) if code in item.codes]
            for i in np.flatnonzero(rng.random(n) < 0.6) if likely else ():
                values[i] = str(rng.choice(likely))
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
        size = {"sites": 3, "abuse": 8 * rows, "needs": 2 * rows}.get(name, size)
        frames[name] = pd.DataFrame({item.name: draw.cells(item, size) for item in table.fields})
    frames["sites"]["site_id"] = ["s1", "s2", "s3"]
    frames["sites"]["public_label"] = ["area1", None, "area3"]
    people_ids = [f"p{i}" for i in range(people)]
    perpetrators = frames["perpetrators"]
    perpetrators["perpetrator_id"] = people_ids
    consents = ["yes", "yes", "yes", "yes", "not_asked", "not_applicable", "no"]
    perpetrators["consent_share"] = [str(v) for v in rng.choice(consents, people)]
    perpetrators.loc[perpetrators["eligibility"] != "excluded", "exclusion_reason"] = None
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
    # The first eighth of the people again: second cases of those who came back.
    returned = max(1, people // 8)
    cases["perpetrator_id"] = [*people_ids[: people - returned], *people_ids[:returned]]
    _order(cases, "start_date", "closed_date")
    for name in ("advocacy", "abuse", "victim_needs"):
        chosen = links.sample(frac=1, random_state=seed) if name == "advocacy" else links
        places = (
            np.arange(len(frames[name])) if name == "advocacy" else rng.integers(0, people, len(frames[name]))
        )
        chosen = chosen.iloc[places].reset_index(drop=True)
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
    _refusals(frames)
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


def _refusals(frames: dict[str, pd.DataFrame]) -> None:
    """Who refuses to share stays in perpetrators, cases and victims alone (A2)."""
    people = frames["perpetrators"]
    refused = people.loc[people["consent_share"] == "no", "perpetrator_id"]
    cases = frames["cases"].loc[frames["cases"]["perpetrator_id"].isin(refused), "case_id"]
    kept = (
        "perpetrators",
        "cases",
        "victims",
        "advocacy",
        "victim_needs",
        "abuse",
        "risk_change",
        "children",
    )
    for name, frame in frames.items():
        if "case_id" in frame and name != "cases":
            frames[name] = frame[~frame["case_id"].isin(cases)].reset_index(drop=True)
        elif "perpetrator_id" in frame and name not in kept:
            frames[name] = frame[~frame["perpetrator_id"].isin(refused)].reset_index(drop=True)


def _order(frame: pd.DataFrame, first: str, last: str) -> None:
    swap = [
        isinstance(a, dt.date) and isinstance(b, dt.date) and b < a
        for a, b in zip(frame[first], frame[last], strict=True)
    ]
    frame.loc[swap, last] = None


def as_package(folder: Path, frames: Mapping[str, pd.DataFrame], spec: str, **params: object) -> Path:
    """The tables written as a package, with two periods that hold the whole time and small settings of the classes."""
    half = FIRST + dt.timedelta(days=DAYS // 2)
    evaluation = {
        "spec": spec,
        "data_cut": CUT.isoformat(),
        "periods": {
            "y1": [FIRST.isoformat(), half.isoformat()],
            "y2": [(half + dt.timedelta(days=1)).isoformat(), CUT.isoformat()],
        },
        "params": {"lca_starts": 1, "lca_max_classes": 2, **params},
    }
    return write_package(folder, frames, evaluation=evaluation, synthetic=True)


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
    links = frames["victims"][["perpetrator_id", "victim_id"]]
    chosen = links.iloc[rng.integers(0, len(links), len(risk))].reset_index(drop=True)
    risk["perpetrator_id"] = chosen["perpetrator_id"]
    risk["victim_id"] = chosen["victim_id"].where(pd.Series(rng.random(len(risk)) < 0.6), None)
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
