"""The worked example of the documentation runs as it stands there."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from drive_evaluation.package import Package
from drive_evaluation.results import Result

EXAMPLE = Path(__file__).parents[3] / "docs" / "evaluation" / "worked-example.md"


@pytest.mark.skipif(
    not EXAMPLE.is_file(), reason="the library installed alone has no documentation beside it"
)
def test_the_worked_example_runs_line_by_line(
    packages: dict[str, Package], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(packages["year2"].path, tmp_path / "cohort")
    monkeypatch.chdir(tmp_path)
    code = "\n".join(re.findall(r"```python\n(.*?)```", EXAMPLE.read_text(encoding="utf-8"), re.DOTALL))
    names: dict[str, object] = {}
    exec(compile(code, EXAMPLE.name, "exec"), names)
    change, curve = names["change"], names["curve"]
    assert isinstance(change, Result)
    assert isinstance(curve, Result)
    assert change.comparison.test is not None
    assert change.n + change.n_missing > 0
    assert curve.values["median_days"] > 0
