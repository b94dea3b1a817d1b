"""Cohorts of any size keep the contract and the shape of the published one."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from drive_evaluation.package import read_package, write_package
from drive_evaluation.synthetic import croydon, year1
from drive_evaluation.synthetic.scaling import scaled
from drive_evaluation.validation import validate


@pytest.mark.parametrize(("module", "size"), [(croydon, 60), (croydon, 400), (year1, 2500)])
def test_a_scaled_cohort_has_the_size_asked_for_and_keeps_the_contract(
    module: ModuleType, size: int, tmp_path: Path
) -> None:
    tables = scaled(module.cohort, 3, size)
    assert len(tables["perpetrators"]) == size
    write_package(tmp_path, tables, evaluation=module.evaluation(), synthetic=True)
    assert [str(problem) for problem in validate(read_package(tmp_path))] == []
    base = module.cohort(3)
    share = len(tables["cases"]) / size
    assert share == pytest.approx(len(base["cases"]) / len(base["perpetrators"]), rel=0.25)
