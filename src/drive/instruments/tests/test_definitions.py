"""The instruments agree with the code lists and the data package; a broken file is refused by line."""

import json
from pathlib import Path

import pytest

from drive.instruments.codelists import code_list, code_lists
from drive.instruments.crosswalks import crosswalks
from drive.instruments.definitions import Definition, Unit
from drive.instruments.library import assessment_set, assessment_sets, instrument, library
from drive.instruments.loading import load_file
from drive.instruments.strict_yaml import DefinitionError

CONTRACT = json.loads((Path(__file__).parent / "extract_enums.json").read_text(encoding="utf-8"))
ALL = [library().current(one) for one in library().ids]


def test_grid_asks_each_type_once_with_every_severity() -> None:
    grid = instrument("severity_of_abuse_grid")
    assert grid.unit is Unit.LINK
    for code, label in code_list("K-27").choices():
        item = grid.item(code)
        assert item.label == label
        assert [entry.code for entry in item.codes] == [code for code, _ in code_list("K-28").choices()]
        assert not item.missing  # the list has its own word for unknown
        assert "loaded by the site" in item.definition_of("high")


def test_dash_has_twenty_placeholders_with_evidence() -> None:
    dash = instrument("drive_dash")
    assert [item.label for item in dash.items] == [
        f"Item {number}: wording loaded by the site" for number in range(1, 21)
    ]
    assert all(item.evidence and item.required for item in dash.items)
    assert dash.awaiting_wording == tuple(f"q{number:02}" for number in range(1, 21))


def test_needs_ask_every_area_and_the_combined_one_instead_of_three() -> None:
    needs = instrument("needs")
    areas = dict(code_list("K-24").choices())
    assert {item.id: item.label for item in needs.all_items} == areas
    assert set(areas) - {item.id for item in needs.items} == {"children_families"}
    assert {"unknown", "not_asked", "declined"} <= set(needs.item("alcohol").missing)


def test_aces_ask_every_experience() -> None:
    asked = {item.id: item.label for item in instrument("aces").in_section("experiences")}
    assert asked == dict(code_list("K-26").choices())


@pytest.mark.parametrize("definition", ALL, ids=lambda one: one.id)
def test_extract_fields_exist_and_crosswalks_too(definition: Definition) -> None:
    for item in definition.items:
        if not item.extract:
            continue
        table, _, field = item.extract.partition(".")
        known = CONTRACT["fields"][table]
        if table == "victim_needs":
            known = CONTRACT["code_lists"]["vneed"]
        elif table == "risk_change":
            known = [*known, "cm_change", "idva_change", "idva_sustain", "idva_safer"]
        assert field in known, item.extract
    assert set(definition.crosswalks) <= set(crosswalks())


def test_closure_needs_the_exit_assessments() -> None:
    closure = assessment_set("case_closure")
    assert closure.point == "exit"
    needed = {member.instrument for member in closure.members if member.required}
    assert needed == {"severity_of_abuse_grid", "needs", "drive_dash", "risk_change"}
    for one in assessment_sets().values():
        for member in one.members:
            points = instrument(member.instrument).points
            assert not points or one.point in points


def test_no_set_mixes_the_two_sides() -> None:
    for one in assessment_sets().values():
        raters = {instrument(member.instrument).informants[0] for member in one.members}
        assert len(raters) == 1, one.id


HEAD = (
    "id: trial\nname: Trial\nversion: 1\ndated: 2026-11-21\nrecords: [R-46]\nunit: S\n"
    "informants: [case_manager]\npoints: [intake]\npurpose: Trial\nsections:\n"
    "  - id: one\n    label: One\n    items:\n"
)
FIRST = "      first: {label: First, type: choice, codes: K-28}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (HEAD + "      a: {label: A, type: choice, codes: K-99}\n", 14, "no code list “K-99”"),
        (HEAD + "      a: {label: A, type: slider}\n", 14, "“slider” is not one of choice"),
        (HEAD + "      a: {label: A, type: choice}\n", 14, "needs “codes”"),
        (HEAD + "      a: {label: A, type: text, codes: K-28}\n", 14, "has no choices"),
        (HEAD + "      a: {label: A, type: bool, codes: K-29}\n", 14, "yes and no"),
        (HEAD + "      a: {label: A, type: choice, codes: K-28, colour: red}\n", 14, "unknown key “colour”"),
        (HEAD + "      a: {label: A, type: choice, codes: K-28, missing: [unknown]}\n", 14, "offered twice"),
        (HEAD + "      a: {label: A, type: bool, missing: [not_recorded]}\n", 14, "may not be offered"),
        (
            HEAD + "      a: {label: A, type: choice, codes: [K-02, K-45]}\n",
            14,
            "in two of this item's lists",
        ),
        (HEAD + "      a: {label: A, type: choice, codes: K-28, only: [low]}\n", 14, "“low” is not a code"),
        (
            HEAD + "      a: {label: A, type: bool, show_if: {item: b, is: [yes]}}\n",
            14,
            "not an earlier item",
        ),
        (
            HEAD + FIRST + "      a: {label: A, type: bool, show_if: {item: first, is: [yes]}}\n",
            15,
            "cannot be answered with yes",
        ),
        (HEAD + "      a: {label: A, type: text, at_least: 3}\n", 14, "“at_least” is for counts"),
        (HEAD + "      a: {label: A, type: bool, at_most: 3}\n", 14, "“at_most” is for counts and text"),
        (HEAD + FIRST + "derived: {d: {label: D, method: count, items: [first]}}\n", 15, "needs “codes”"),
        (HEAD + FIRST + "derived: {d: {label: D, method: highest, items: [other]}}\n", 15, "no item “other”"),
        (HEAD + FIRST + "imported_blank: nk\n", 15, "must be a choice of every item"),
        (HEAD.replace("unit: S", "unit: X") + FIRST, 6, "not one of S, V, L, C"),
        (HEAD.replace("[intake]", "[birthday]") + FIRST, 8, "“birthday” is not in K-36"),
        (HEAD + FIRST + "  - include: nothing\n", 15, "no block “nothing”"),
    ],
)
def test_a_definition_not_in_order_is_refused_by_line(
    tmp_path: Path, text: str, line: int, words: str
) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(text)
    with pytest.raises(DefinitionError, match=words) as refused:
        load_file(path, code_lists())
    assert (refused.value.file, refused.value.line) == ("trial.yaml", line)


def test_the_trial_definition_itself_is_in_order(tmp_path: Path) -> None:
    path = tmp_path / "trial.yaml"
    path.write_text(HEAD + FIRST)
    with_own = library().with_definition(path, code_lists())
    assert with_own.current("trial").item("first").ordered
    assert "trial" not in library().ids
