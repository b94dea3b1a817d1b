"""The contract: what is written is read back, and every breach is named with file, row, field and remedy."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from frictionless import Package as FrictionlessPackage

from drive_evaluation.contract import CODE_LISTS, RISK_SCALES, TABLES
from drive_evaluation.errors import PackageError
from drive_evaluation.package import Package, read_package
from drive_evaluation.settings import settings_from_descriptor
from drive_evaluation.validation import errors, validate


@pytest.fixture
def folder(packages: dict[str, Package], tmp_path: Path) -> Path:
    """A copy of the Croydon package that a test may break."""
    return Path(shutil.copytree(packages["croydon"].path, tmp_path / "package"))


def edit(folder: Path, table: str, change: Callable[[list[list[str]]], None]) -> None:
    file = folder / f"{table}.csv"
    rows = [line.split(",") for line in file.read_text(encoding="utf-8").splitlines()]
    change(rows)
    file.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")


def column(table: str, field: str) -> int:
    return TABLES[table].field_names.index(field)


def test_the_contract_has_31_tables_and_the_risk_codes_belong_to_their_list() -> None:
    assert len(TABLES) == 31
    assert {code for codes in RISK_SCALES.values() for code in codes} == set(CODE_LISTS["risk_code"])
    assert TABLES["cases"].fields[0].required


def test_frictionless_finds_nothing_wrong_with_a_written_package(packages: dict[str, Package]) -> None:
    report = FrictionlessPackage(str(packages["croydon"].path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])


BREACHES = [
    ("cases", "start_date", "01/07/2018", "type-or-code"),
    ("cases", "end_type", "finished", "type-or-code"),
    ("cases", "case_id", "", "required"),
    ("cases", "perpetrator_id", "nobody", "reference"),
    ("victims", "is_index", "TRUE", "type-or-code"),
    ("actions", "mode", "direct", "mode-of-category"),
    ("risk_change", "code", "much", "code-of-scale"),
]


@pytest.mark.parametrize(("table", "field", "value", "rule"), BREACHES)
def test_a_breach_is_named_with_its_place_and_remedy(
    folder: Path, packages: dict[str, Package], table: str, field: str, value: str, rule: str
) -> None:
    if (
        table == "risk_change"
    ):  # Croydon has no judgements; borrow a table of Year 1 for people of this package
        person = (folder / "perpetrators.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
        header = ",".join(TABLES[table].field_names)
        row = f"{person},,case_manager,cm_change,,exit,2019-01-01,no_change"
        (folder / "risk_change.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    place = column(table, field)

    def break_it(rows: list[list[str]]) -> None:
        rows[1][place] = value

    edit(folder, table, break_it)
    found = [p for p in errors(validate(read_package(folder))) if p.rule == rule]
    assert found
    problem = found[0]
    assert (problem.file, problem.row, problem.field) == (f"{table}.csv", 2, field)
    assert problem.remedy
    assert f"{table}.csv, row 2, field {field}" in str(problem)


def test_frictionless_and_we_find_the_same_kinds_of_breach(folder: Path) -> None:
    edit(folder, "cases", lambda rows: rows[1].__setitem__(column("cases", "end_type"), "finished"))
    edit(folder, "contacts", lambda rows: rows.append(list(rows[1])))
    ours = {problem.file for problem in errors(validate(read_package(folder)))}
    report = FrictionlessPackage(str(folder / "datapackage.json")).validate()
    theirs = {Path(task.place).name for task in report.tasks if task.errors}
    assert {"cases.csv", "contacts.csv"} <= ours
    assert {"cases.csv", "contacts.csv"} <= theirs


def test_a1_what_the_contract_tolerates_is_a_warning_with_its_place(folder: Path) -> None:
    edit(folder, "aces", lambda rows: [row.append("note") for row in rows] and None)  # type: ignore[func-returns-value]  # edits in place
    edit(folder, "cases", lambda rows: [row.pop() for row in rows] and None)  # type: ignore[func-returns-value]  # edits in place
    edit(folder, "cases", lambda rows: rows[1].__setitem__(column("cases", "accepted_date"), "2030-01-01"))
    edit(folder, "victims", lambda rows: rows[1].__setitem__(column("victims", "age"), "112"))
    (folder / "letters.csv").write_text("who\nx\n", encoding="utf-8")
    descriptor = folder / "datapackage.json"
    text = descriptor.read_text(encoding="utf-8").replace('"synthetic": true', '"synthetic": false')
    descriptor.write_text(text, encoding="utf-8")
    problems = validate(read_package(folder))
    assert not errors(problems)
    found = {(p.file, p.row, p.field, p.rule) for p in problems}
    assert ("aces.csv", 1, "note", "known-field") in found
    assert ("cases.csv", 1, "data_supplied", "all-fields") in found
    assert ("cases.csv", 2, "accepted_date", "data-cut") in found
    assert ("victims.csv", 2, "age", "age-range") in found
    assert ("letters.csv", None, None, "known-table") in found


def test_a1_a_required_column_that_is_missing_and_a_row_too_long_stop_the_run(folder: Path) -> None:
    edit(folder, "targets", lambda rows: [row.pop() for row in rows] and None)  # type: ignore[func-returns-value]  # edits in place
    assert ("targets.csv", "all-fields") in {(p.file, p.rule) for p in errors(validate(read_package(folder)))}
    edit(folder, "targets", lambda rows: [row.extend(["", ""]) for row in rows[1:]] and None)  # type: ignore[func-returns-value]  # edits in place
    with pytest.raises(PackageError, match=r"targets\.csv"):
        read_package(folder)


@pytest.mark.parametrize(("separator", "said"), [(";", "semicolons"), ("\t", "tabs"), ("|", "vertical bars")])
def test_another_separator_is_named_and_not_read_as_missing_columns(
    folder: Path, separator: str, said: str
) -> None:
    file = folder / "cases.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",", separator), encoding="utf-8")
    with pytest.raises(PackageError, match=rf"cases\.csv, row 1: .*{said}.*commas"):
        read_package(folder)


def test_bytes_that_are_not_utf_8_are_found_in_their_row(folder: Path) -> None:
    file = folder / "perpetrators.csv"
    lines = file.read_bytes().split(b"\n")
    lines[4] += b"\xe9"
    file.write_bytes(b"\n".join(lines))
    with pytest.raises(PackageError, match=r"perpetrators\.csv, row 5: .*UTF-8.*write it again"):
        read_package(folder)


def test_a_column_that_is_missing_is_told_once_and_not_by_all_who_refer_to_it(folder: Path) -> None:
    edit(folder, "cases", lambda rows: [row.pop(0) for row in rows] and None)  # type: ignore[func-returns-value]  # edits in place
    found = {(p.file, p.field, p.rule) for p in errors(validate(read_package(folder)))}
    assert ("cases.csv", "case_id", "all-fields") in found
    assert {file for file, _, _ in found} == {"cases.csv"}


def test_rows_that_share_a_unique_key_with_an_empty_cell_are_kept(folder: Path) -> None:
    def repeat(rows: list[list[str]]) -> None:
        rows[1][column("needs", "date")] = ""
        rows.append(list(rows[1]))

    edit(folder, "needs", repeat)
    problems = [p for p in validate(read_package(folder)) if p.rule == "unique-key"]
    assert [(p.level, p.file) for p in problems] == [("warning", "needs.csv")]
    edit(folder, "needs", lambda rows: rows.append(list(rows[2])))
    assert any(p.rule == "unique-key" for p in errors(validate(read_package(folder))))


def test_a7_6_overlapping_episodes_are_named(folder: Path) -> None:
    case = (folder / "cases.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    header = ",".join(TABLES["engagement"].field_names)
    rows = [
        f"{case},2019-01-01,2019-03-31,full,",
        f"{case},2019-03-01,,partial,",
        f"{case},2019-02-01,,not,m3",
    ]
    (folder / "engagement.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    found = [(p.level, p.row) for p in validate(read_package(folder)) if p.rule == "overlap"]
    assert found == [("warning", 3)]


def test_a_form_with_missing_questions_is_an_error_not_a_set_of_no(
    packages: dict[str, Package], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(packages["year2"].path, tmp_path / "package"))
    edit(folder, "drive_dash", lambda rows: rows.pop())
    assert any(problem.rule == "whole-form" for problem in errors(validate(read_package(folder))))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(contract_version="9.9"), "contract_version"),
        (lambda d: d.pop("evaluation"), "evaluation.spec"),
        (lambda d: d["evaluation"].update(data_cut="soon"), "data_cut"),
        (lambda d: d["evaluation"].update(params={"victims": "some"}), "victims"),
        (lambda d: d["evaluation"].update(params={"dash_exclude_at": "11"}), "dash_exclude_at.*whole number"),
        (lambda d: d["evaluation"].update(params={"lca_items": "drugs"}), "lca_items.*list"),
        (lambda d: d["evaluation"].update(params={"removed_people_kept": "no"}), "true or false"),
        (lambda d: d["evaluation"].update(periods={"y1": ["2019-01-01"]}), r"periods\.y1"),
        (lambda d: d["evaluation"].update(periods={"y1": ["2019-01-02", "2019-01-01"]}), "before it begins"),
    ],
)
def test_a_descriptor_that_cannot_be_used_is_refused_in_words(
    folder: Path, change: Callable[[dict[str, object]], object], words: str
) -> None:
    file = folder / "datapackage.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    change(document)
    file.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(PackageError, match=words):
        read_package(folder)


def test_no_folder_no_descriptor_and_no_json_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="is not a folder"):
        read_package(tmp_path / "nowhere")
    with pytest.raises(PackageError, match="holds no datapackage"):
        read_package(tmp_path)
    (tmp_path / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(PackageError, match="not valid JSON"):
        read_package(tmp_path)


def test_settings_take_the_defaults_of_their_report() -> None:
    assert settings_from_descriptor({"evaluation": {"spec": "y1"}}).needs_counted == (
        "alcohol",
        "drugs",
        "housing",
        "mental_health",
    )
    changed = settings_from_descriptor(
        {"evaluation": {"spec": "y2", "params": {"su_closed_by": "2018-03-31"}}}
    )
    assert str(changed.su_closed_by) == "2018-03-31"
    assert changed.vs_start_by["control"].isoformat() == "2018-01-31"


def test_a_setting_of_null_takes_its_default_unless_null_is_a_choice() -> None:
    params = {"lca_items": None, "match_caliper": "none", "zero_to_positive": None, "named_agencies": None}
    settings = settings_from_descriptor({"evaluation": {"spec": "cr", "params": params}})
    assert "drugs" in settings.lca_items
    assert settings.match_caliper is None
    assert settings.zero_to_positive == "null"
    assert settings.named_agencies is None
