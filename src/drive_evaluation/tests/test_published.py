"""The published results, recomputed from packages whose rows were built to hold them.

Nothing is fitted in the code that computes: where a printed number is not pinned, or cannot follow from its own inputs,
the reason is stated in ``DIFFERS``, path by path, and the computed number stands.
"""

from __future__ import annotations

from typing import Any

import pytest

from drive_evaluation.errata import ERRATA
from drive_evaluation.package import Package
from drive_evaluation.printed import differences, identity, published
from drive_evaluation.run import Outcome, evaluate
from drive_evaluation.settings import default_settings
from drive_evaluation.study import Study
from drive_evaluation.synthetic import year1
from drive_evaluation.validation import validate

FLATTENED = "E-Y1-01: not pinned; the overall cells of the cohort table lost their columns"
DIFFERS: dict[str, tuple[str, set[str]]] = {
    "M-PROFILE-PERP|y1.cohort|arm=drive|variable=age": (FLATTENED, {"values.median"}),
    "M-PROFILE-PERP|y1.cohort|arm=control|variable=age": (FLATTENED, {"values.median"}),
    "M-PROFILE-VS|y1.cohort_vs|arm=drive|variable=age": (FLATTENED, {"values.mean", "values.median"}),
    "M-COMPLETE|y1.su_closed|all|field=needs": (
        "39 of 48 have a need known, so 19 % are missing, not 40 %",
        {"values.percent_missing"},
    ),
    "M-NEEDS-OFFENCE|y1.su_closed|all|offence=dva": (
        "E-Y1-08: no table with these margins gives p = .057",
        {"test.p"},
    ),
    "M-NEEDS-BY-CONTACT|y1.su_closed|all|aspect=present,need=housing": (
        "E-Y1-10: not significant among known only, which stands in other_tests; all cases are the base of the row",
        {"test.p"},
    ),
    "M-REGISTER|y1.register|all|": (
        "notes read and extracted are not told apart by the contract",
        {"values.case_notes_read", "values.case_notes_extracted"},
    ),
    "M-REGISTER|y2.register|all|kind=interview,role=practitioner": (
        "E-Y2-08: 43 + 33 is not 74",
        {"values.total"},
    ),
}
"""Entries of which a printed number is not pinned or cannot follow, the reason, and exactly the paths that differ."""
NO_RESULT = {
    "M-REGISTER|y2.register|all|aspect=profile,role=victim_survivor": "the register holds no attributes of people",
    "M-REGISTER|y2.register|all|aspect=profile,role=service_user": "the register holds no attributes of people",
}


def _entries() -> list[tuple[str, dict[str, Any]]]:
    entries = []
    for report in ("year1", "year2", "croydon"):
        for entry in published(report):
            if entry["kind"] in ("case_data", "register") and entry["status"] != "garbled":
                home = {"y1": "year1", "y2": "year2", "cr": "croydon"}[entry["population"].split(".")[0]]
                entries.append((home, entry))
    return entries


ENTRIES = _entries()


@pytest.fixture(scope="module")
def masked_year1(packages: dict[str, Package]) -> Outcome:
    """Year 1 with masked sites, in which the case note results are printed."""
    package = packages["year1"]
    settings = default_settings("y1", data_cut=year1.CUT, mask_sites=True)
    return evaluate(Study(package.tables, settings), "year1")


@pytest.mark.parametrize(("home", "entry"), ENTRIES, ids=[entry["id"] for _, entry in ENTRIES])
def test_a_published_result_is_recomputed(
    home: str, entry: dict[str, Any], outcomes: dict[str, Outcome], masked_year1: Outcome
) -> None:
    results = {
        result.identity: result for outcome in (masked_year1, outcomes[home]) for result in outcome.results
    }
    if entry["id"] in NO_RESULT:
        assert identity(entry) not in results
        return
    found = differences(entry, results[identity(entry)].to_json())
    _, paths = DIFFERS.get(entry["id"], ("", set()))
    assert {difference.split(":")[0] for difference in found} == paths, found


def test_comparators_of_other_studies_are_read_from_the_package(outcomes: dict[str, Outcome]) -> None:
    results = {result.identity: result.to_json() for result in outcomes["croydon"].results}
    others = [
        entry
        for entry in published("croydon")
        if entry["kind"] == "reference" and entry["population"].split(".")[0] in ("p2", "pilot")
    ]
    assert len(others) >= 7
    assert [entry["id"] for entry in others if differences(entry, results[identity(entry)])] == []


def test_enough_of_the_published_results_is_checked() -> None:
    assert len(ENTRIES) - len(NO_RESULT) > 345
    assert set(DIFFERS) | set(NO_RESULT) <= {entry["id"] for _, entry in ENTRIES}


def test_the_errata_stated_in_reports_cover_the_entries_that_are_not_recomputed() -> None:
    named = {reason.split(":")[0] for reason, _ in DIFFERS.values() if reason.startswith("E-")}
    assert named <= {erratum.id for erratum in ERRATA}


@pytest.mark.parametrize("report", ["year1", "year2", "croydon"])
def test_a_cohort_keeps_the_contract(report: str, packages: dict[str, Package]) -> None:
    assert [str(problem) for problem in validate(packages[report])] == []


def test_claims_are_computed_and_shown_whatever_they_say(outcomes: dict[str, Outcome]) -> None:
    """Figure 5: whether every type falls is read from the numbers, as computed."""
    found = {
        (result.dimensions["abuse_type"], result.dimensions["timepoint"]): result.values["percent"]
        for result in outcomes["year2"].results
        if result.measure == "M-ABUSE-USE"
        and result.population == "y2.su_intake_info"
        and "severity" not in result.dimensions
    }
    assert set(found) == {
        (kind, point) for kind in ("physical", "sexual", "hs", "jcc") for point in ("intake", "mid", "exit")
    }


def test_a_printed_list_is_compared_place_by_place() -> None:
    entry = {"kind": "case_data", "status": "clean", "values": {"top_months": [7, 4, 5]}}
    assert differences(entry, {"values": {"top_months": [7, 4, 5]}}) == []
    assert differences(entry, {"values": {"top_months": [7, 5, 4]}})
    assert differences(entry, {"values": {"top_months": [7, 4]}})
    assert differences(entry, {"values": {}}) == ["values.top_months: missing"]
    assert differences({**entry, "kind": "claim"}, {"values": {}}) == []
