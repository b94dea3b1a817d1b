"""Anything the contract permits is read and answered: every report, no crash, no number that is none.

``DRIVE_EVALUATION_FUZZ`` sets how many packages are drawn (the nightly run asks for many); each is spoilt in one of the
ways that A1 allows: tables left out or empty, columns left out, cells empty or unknown, one arm, one site, one person.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from drive_evaluation.cli import main
from drive_evaluation.contract import TABLES
from drive_evaluation.tests.random_package import as_package, random_tables
from drive_evaluation.tests.well_formed import breaches, read_strictly

MANY = "DRIVE_EVALUATION_FUZZ" in os.environ
ROUNDS = range(int(os.environ.get("DRIVE_EVALUATION_FUZZ", "1")))
Frames = dict[str, pd.DataFrame]
Spoil = Callable[[Frames, np.random.Generator], None]


def nothing(frames: Frames, rng: np.random.Generator) -> None:
    """The package as drawn."""


def tables_left_out(frames: Frames, rng: np.random.Generator) -> None:
    for name in list(frames):
        if rng.random() < 0.4 and len(frames) > 1:
            del frames[name]


def tables_empty(frames: Frames, rng: np.random.Generator) -> None:
    for name in frames:
        if rng.random() < 0.5 and name not in ("sites", "perpetrators", "victims", "cases"):
            frames[name] = frames[name].iloc[:0]


def everything_empty(frames: Frames, rng: np.random.Generator) -> None:
    for name in frames:
        frames[name] = frames[name].iloc[:0]


def cells_empty(frames: Frames, rng: np.random.Generator) -> None:
    """Every cell that may be empty is."""
    for name, frame in frames.items():
        for item in TABLES[name].fields:
            if not item.required and item.name in frame:
                frame[item.name] = None
        frames[name] = frame


def all_unknown(frames: Frames, rng: np.random.Generator) -> None:
    """Every code list that has a word for not known says nothing else."""
    for name, frame in frames.items():
        for item in TABLES[name].fields:
            words = [code for code in ("unknown", "nk") if item.codes and code in item.codes]
            if words and item.name in frame and name != "risk_change":
                frame[item.name] = words[0]
        if name == "abuse":
            frame["severity"] = "unknown"


def one_code(frames: Frames, rng: np.random.Generator) -> None:
    """Every variable constant, at a code drawn from its list; what decides who is in a sample stays."""
    for name, frame in frames.items():
        for item in TABLES[name].fields:
            free = item.codes and name in (
                "perpetrators",
                "victims",
                "needs",
                "drive_dash",
                "closures",
                "aces",
            )
            if free and item.name in frame and item.name not in ("timepoint", "need", "arm", "item"):
                assert item.codes is not None
                frame[item.name] = str(rng.choice(item.codes))
    if "perpetrators" in frames:
        frames["perpetrators"][["eligibility", "consent_share", "baseline_data"]] = [
            "eligible",
            "yes",
            "provided",
        ]
        frames["perpetrators"]["exclusion_reason"] = None


def one_arm_and_site(frames: Frames, rng: np.random.Generator) -> None:
    frames["perpetrators"]["arm"] = str(rng.choice(["drive", "control"]))
    for frame in frames.values():
        if "site_id" in frame:
            frame["site_id"] = "s1"
    frames["sites"] = frames["sites"].iloc[:1]
    frames["targets"] = frames["targets"].drop_duplicates(list(TABLES["targets"].key))


def extreme_numbers(frames: Frames, rng: np.random.Generator) -> None:
    for name, frame in frames.items():
        for item in TABLES[name].fields:
            if item.type in ("integer", "number") and item.name in frame and not item.name.endswith("_n"):
                frame[item.name] = rng.choice([0, 1, 10, 110, 2_000_000_000], len(frame))
    frames["targets"]["period_end"] = "9999-12-31"
    frames["targets"] = frames["targets"].drop_duplicates(list(TABLES["targets"].key))


WAYS = (
    nothing,
    tables_left_out,
    tables_empty,
    everything_empty,
    cells_empty,
    all_unknown,
    one_code,
    one_arm_and_site,
    extreme_numbers,
)


def run_and_judge(folder: Path, package: Path, *more: str) -> None:
    """All three reports by the command, at night one by one; the status is 0 and every result keeps the format."""
    for report in ("year1", "year2", "croydon") if MANY else ("all",):
        out = folder / report
        status = main(["run", str(package), "--out", str(out), "--report", report, "--quiet", *more])
        said = json.loads((out / "validation.json").read_text(encoding="utf-8"))
        assert status == 0, [problem for problem in said if problem["level"] == "error"][:5]
        wrong = list(breaches(read_strictly(out / "results.json")))
        assert not wrong, wrong[:20]


@pytest.mark.parametrize("seed", ROUNDS)
@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_what_the_contract_permits_is_answered(spoil: Spoil, seed: int, tmp_path: Path) -> None:
    rng = np.random.default_rng([seed, WAYS.index(spoil)])
    size = int(rng.choice([1, 2, 8, 40]))
    frames = random_tables(2000 + seed, people=max(size, 2), rows=3 * size)
    if size == 1:
        frames = _one_person(frames)
    spoil(frames, rng)
    spec = str(rng.choice(["y1", "y2", "cr", "northmoor"]))
    params = {"su_start_by": "2018-12-31", "su_closed_by": "2018-12-31"} if spec in ("y1", "y2") else {}
    package = as_package(tmp_path / "package", frames, spec, **params)
    run_and_judge(tmp_path, package, "--results-only")


def _one_person(frames: Frames) -> Frames:
    kept: Frames = {}
    cases = frames["cases"].loc[frames["cases"]["perpetrator_id"] == "p0", "case_id"]
    for name, frame in frames.items():
        own = pd.Series(True, index=frame.index)
        if "perpetrator_id" in frame and name != "panel_items":
            own &= frame["perpetrator_id"] == "p0"
        if "case_id" in frame:
            own &= frame["case_id"].isin(cases)
        kept[name] = frame[own].reset_index(drop=True)
    return kept


def test_columns_that_may_be_empty_may_be_absent(tmp_path: Path) -> None:
    """The writer always writes every column, so they are taken out of the files afterwards."""
    package = as_package(tmp_path / "package", random_tables(31, people=12, rows=40), "y2")
    for name, table in TABLES.items():
        file = package / f"{name}.csv"
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        frame[[item.name for item in table.fields if item.required]].to_csv(
            file, index=False, lineterminator="\n"
        )
    run_and_judge(tmp_path, package, "--results-only")


@pytest.mark.skipif(not MANY, reason="the nightly run draws the documents too")
@pytest.mark.parametrize("spoil", WAYS, ids=lambda way: way.__name__)
def test_the_documents_of_any_package_can_be_drawn(spoil: Spoil, tmp_path: Path) -> None:
    frames = random_tables(77, people=20, rows=60)
    spoil(frames, np.random.default_rng(7))
    run_and_judge(tmp_path, as_package(tmp_path / "package", frames, "y2"))
