"""Every number of a random package twice: by the library, and by the plain loops of ``oracle``."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drive_evaluation.package import read_package
from drive_evaluation.results import Result
from drive_evaluation.run import evaluate
from drive_evaluation.study import Study
from drive_evaluation.tests.oracle import abuse, outside, people, rest, site, work
from drive_evaluation.tests.oracle.reading import AbsentError, Oracle, read
from drive_evaluation.tests.random_package import as_package, random_tables
from drive_evaluation.validation import errors, validate

SEEDS = range(int(os.environ.get("DRIVE_EVALUATION_FUZZ", "1")))
"""Packages per specification; the nightly run sets a larger number."""

PILOT = (
    people.flow_perpetrators,
    people.profiles,
    people.victims_and_offences,
    people.needs,
    people.needs_and_contact,
    people.statutory,
    abuse.abuse,
    abuse.judgements,
    abuse.case_manager_judgements,
    abuse.dose,
    work.contact,
    work.ages,
    work.closing_months,
)
YEAR1 = (*PILOT, people.linkage, work.reasons, rest.combinations, rest.references_in_notes, rest.fieldwork)
YEAR2 = (
    *PILOT,
    people.flow_links,
    people.high_needs,
    abuse.dash,
    work.engagement_by_group,
    work.actions,
    outside.police,
)
CROYDON = (
    abuse.severity_grid,
    site.throughput,
    site.open_cases,
    site.closed_cases,
    site.interventions,
    site.accepted_people,
    site.footprint,
    outside.returns_to_marac,
    rest.panel,
    rest.lists_and_targets,
    rest.changes,
)
CHAPTERS: dict[str, tuple[Callable[[Oracle], None], ...]] = {"y1": YEAR1, "y2": YEAR2, "cr": CROYDON}
REPORT = {"y1": "year1", "y2": "year2", "cr": "croydon"}


def differences(result: Result, wanted: dict[str, Any]) -> list[str]:
    """What the library says otherwise, by path."""
    wrong = []
    for path, value in wanted.items():
        if path == "n":
            found: Any = result.n
        elif path == "p":
            found = result.comparison.test.p if result.comparison.test else None
        elif path == "statistic":
            found = result.comparison.test.statistic if result.comparison.test else None
        elif path == "effect":
            found = result.comparison.effect.value if result.comparison.effect else None
        else:
            found = result.values.get(path, "nothing")
        wrong += [f"{result.id} {line}" for line in _compare(path, found, value)]
    return wrong


def _compare(path: str, found: Any, wanted: Any) -> list[str]:
    if isinstance(wanted, dict):
        if not isinstance(found, dict):
            return [f"{path}: {found!r} instead of {wanted!r}"]
        return [line for key in wanted for line in _compare(f"{path}.{key}", found.get(key), wanted[key])]
    if isinstance(wanted, float) and isinstance(found, (int, float)):
        same = math.isclose(found, wanted, rel_tol=1e-9, abs_tol=1e-12)
    else:
        same = found == wanted
    return [] if same else [f"{path}: {found!r} instead of {wanted!r}"]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("spec", ["y1", "y2", "cr"])
def test_the_library_and_the_plain_loops_find_the_same_numbers(spec: str, seed: int, tmp_path: Path) -> None:
    cuts = {
        "y1": {"su_closed_by": "2018-12-31"},
        "y2": {"su_start_by": "2018-06-30", "su_closed_by": "2018-12-15"},
    }
    frames = random_tables(1000 + seed, people=150, rows=900)
    folder = as_package(tmp_path / "package", frames, spec, **cuts.get(spec, {}))
    package = read_package(folder)
    assert not errors(validate(package))
    outcome = evaluate(Study.from_package(package), REPORT[spec])
    oracle = read(folder)
    for chapter in CHAPTERS[spec]:
        chapter(oracle)
    results = {result.identity: result for result in outcome.results}
    absent = [identity for identity in oracle.found if identity not in results]
    assert not absent
    wrong = [line for key, wanted in oracle.found.items() for line in differences(results[key], wanted)]
    assert not wrong, "\n".join(wrong[:40])
    assert len(oracle.found) > 200


def test_a_table_left_out_is_missed_by_both(tmp_path: Path) -> None:
    frames = random_tables(7, people=30, rows=60)
    for name in ("contacts", "needs"):
        del frames[name]
    folder = as_package(tmp_path / "package", frames, "y2")
    oracle = read(folder)
    work.contact(oracle)
    with pytest.raises(AbsentError):
        people.needs(oracle)
    outcome = evaluate(Study.from_package(read_package(folder)), "year2")
    assert not any(result.measure.startswith("M-NEEDS") for result in outcome.results)
    rate = outcome.find("M-CONTACT-RATE", "y2.su_closed", contacted="yes")
    assert "contact_source=direct_actions" in rate.notes
    assert not differences(rate, oracle.found[rate.identity])
