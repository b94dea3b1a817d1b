"""Packages written row by row: the same bytes as from frames, sorted, coarse in every date, one row to a key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from drive_evaluation import writing
from drive_evaluation.errors import PackageError
from drive_evaluation.package import read_package, write_package
from drive_evaluation.tests.random_package import random_tables
from drive_evaluation.writing import PackageWriter

EVALUATION = {"spec": "test", "data_cut": "2019-06-30"}


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {key: None if pd.isna(value) else value for key, value in row.items()}
        for row in frame.to_dict("records")
    ]


@pytest.mark.parametrize("months", [False, True])
def test_rows_and_frames_make_the_same_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, months: bool
) -> None:
    """Also when rows have to be put aside in files."""
    monkeypatch.setattr(writing, "SPILL", 40)
    frames = random_tables(3)
    write_package(tmp_path / "frames", frames, evaluation=EVALUATION, synthetic=True, months=months)
    writer = PackageWriter(tmp_path / "rows", months=months)
    for name, frame in frames.items():
        writer.add(name, _rows(frame))
    assert writer.finish(evaluation=EVALUATION, synthetic=True, name="x", extra={}) == {
        name: len(frame) for name, frame in read_package(tmp_path / "frames").raw.items()
    }
    for name in frames:
        one, other = (
            sorted((tmp_path / which / f"{name}.csv").read_text(encoding="utf-8").splitlines())
            for which in ("frames", "rows")
        )
        assert one == other, name
    lines = (tmp_path / "rows" / "perpetrators.csv").read_text().splitlines()[1:]
    assert lines == sorted(lines, key=lambda line: line.split(",")[0])


def test_of_two_episodes_of_one_month_the_later_stays(tmp_path: Path) -> None:
    rows = [
        {"case_id": "c1", "from_date": dt.date(2026, 3, 2), "to_date": dt.date(2026, 3, 19), "level": "full"},
        {"case_id": "c1", "from_date": dt.date(2026, 3, 20), "to_date": None, "level": "not"},
    ]
    PackageWriter(tmp_path / "rows", months=True).add("engagement", rows)
    write_package(
        tmp_path / "frames",
        {"engagement": pd.DataFrame(rows)},
        evaluation=EVALUATION,
        synthetic=True,
        months=True,
    )
    for which in ("rows", "frames"):
        assert (tmp_path / which / "engagement.csv").read_text().splitlines()[1:] == ["c1,2026-03-01,,not,"]


def test_a_key_twice_an_unknown_field_a_time_and_a_full_folder_are_refused(tmp_path: Path) -> None:
    writer = PackageWriter(tmp_path / "rows")
    site = {"site_id": "s1"}
    with pytest.raises(PackageError, match="two rows have the key s1"):
        writer.add("sites", [site, site | {"public_label": "x"}])
    with pytest.raises(PackageError, match="mood is not a field"):
        writer.add("sites", [site | {"mood": "x"}])
    with pytest.raises(PackageError, match="time of day"):
        writer.add("sites", [site | {"go_live": dt.datetime(2026, 1, 1, 9)}])  # noqa: DTZ001  # what must not come
    with pytest.raises(PackageError, match="not empty"):
        PackageWriter(tmp_path / "rows")
