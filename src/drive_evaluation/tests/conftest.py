"""Studies that several tests share: the three synthetic cohorts at their published size, evaluated once."""

from __future__ import annotations

from pathlib import Path

import pytest

from drive_evaluation.package import Package, read_package, write_package
from drive_evaluation.run import Outcome, evaluate
from drive_evaluation.study import Study
from drive_evaluation.synthetic import croydon, year1, year2

COHORTS = {"year1": year1, "year2": year2, "croydon": croydon}


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Package]:
    """Report → its synthetic package, as written to disk and read back."""
    found = {}
    for name, module in COHORTS.items():
        folder: Path = tmp_path_factory.mktemp(name)
        write_package(folder, module.cohort(seed=1), evaluation=module.evaluation(), synthetic=True)
        found[name] = read_package(folder)
    return found


@pytest.fixture(scope="session")
def outcomes(packages: dict[str, Package]) -> dict[str, Outcome]:
    """Report → its results."""
    return {name: evaluate(Study.from_package(package), name) for name, package in packages.items()}
