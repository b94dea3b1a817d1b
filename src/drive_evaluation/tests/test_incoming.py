"""Returns of IDVA services and of the police: brought in as contract tables, refused whole with file, row, field and remedy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drive_evaluation import cli
from drive_evaluation.incoming import IncomingRefusedError, import_return
from drive_evaluation.incoming.reading import NAME_WORDS, NAMING_COLUMN
from drive_evaluation.package import read_package, write_package
from drive_evaluation.validation import validate

SAMPLES = Path(__file__).parent / "incoming"
IDVA, POLICE = SAMPLES / "idva-return.csv", SAMPLES / "police-return.csv"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Three Drive cases of an invented site, as an extract leaves the house."""
    people = [f"d4h6j8l2n{n}" for n in (1, 2, 3)]
    tables = {
        "sites": pd.DataFrame({"site_id": ["site_1"], "public_label": ["Site 1"]}),
        "perpetrators": pd.DataFrame(
            {
                "perpetrator_id": people, "site_id": "site_1", "eligibility": "eligible", "allocation_method": "randomised", "arm": "drive",
                "consent_share": "yes", "baseline_data": "provided",
            }
        ),
        "victims": pd.DataFrame({"victim_id": ["v5a1", "v5a2", "v5a3"], "perpetrator_id": people, "is_index": True}),
        "cases": pd.DataFrame(
            {
                "case_id": ["k1a", "k2a", "k3a"], "perpetrator_id": people, "site_id": "site_1",
                "start_date": ["2026-02-01"] * 3, "closed_date": ["2026-05-31", None, None], "end_type": ["closed", None, None],
            }
        ),
    }  # fmt: skip
    return write_package(
        tmp_path / "package",
        tables,
        evaluation={"spec": "northmoor", "data_cut": "2026-07-31"},
        synthetic=True,
        extra={"purpose": "A test"},
    )


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def test_the_control_groups_clients_come_in_as_contract_tables(package: Path) -> None:
    added = import_return("idva-return", IDVA, package)
    assert added["victims"] == added["advocacy"] == added["perpetrators"] == 3
    tables = read_package(package).tables
    assert validate(read_package(package)) == []
    control = tables["perpetrators"].query("arm == 'control'")
    assert set(control["consent_share"]) == {"not_applicable"}
    abuse = tables["abuse"].set_index(["victim_id", "timepoint", "abuse_type"])[["used", "severity"]]
    assert tuple(abuse.loc["w3n8q5r2t1", "exit", "physical"]) == ("no", "none")
    assert tuple(abuse.loc["w3n8q5r2t2", "intake", "physical"]) == ("yes", "unknown"), (
        "used, level not known (R-82)"
    )
    assert tuple(abuse.loc["w3n8q5r2t2", "intake", "jcc"]) == ("unknown", "unknown")
    assert ("w3n8q5r2t2", "exit", "physical") not in abuse.index, "not asked is no row, never no"
    assert set(tables["risk_change"]["scale"]) == {"idva_change", "idva_sustain", "idva_safer"}
    descriptor = json.loads((package / "datapackage.json").read_text())
    assert descriptor["purpose"] == "A test"
    assert [one["kind"] for one in descriptor["incoming"]] == ["idva-return"]


def test_the_polices_return_comes_in_with_the_packages_own_ids_and_the_cases_dates(package: Path) -> None:
    assert import_return("police-return", POLICE, package) == {"police_linkage": 3, "police_incidents": 3}
    tables = read_package(package).tables
    linkage = tables["police_linkage"].set_index("perpetrator_id")
    assert list(linkage["traced"]) == ["yes", "yes", "no"]
    assert str(linkage.loc["d4h6j8l2n1", "anchor_end"].date()) == "2026-05-31"
    assert list(tables["police_incidents"]["incident_id"]) == [
        "d4h6j8l2n1_001",
        "d4h6j8l2n1_002",
        "d4h6j8l2n1_003",
    ]
    assert validate(read_package(package)) == []


def test_what_was_matched_before_keeps_its_match(package: Path) -> None:
    whole = read_package(package)
    sent = pd.DataFrame(
        {
            "perpetrator_id": ["d4h6j8l2n1"],
            "matched_to": ["x9"],
            "traced": ["unknown"],
            "anchor_start": ["2026-01-01"],
            "anchor_end": ["2026-04-01"],
        }
    )
    write_package(
        package,
        dict(whole.raw) | {"police_linkage": sent},
        evaluation=whole.descriptor["evaluation"],
        synthetic=True,
    )
    import_return("police-return", POLICE, package)
    row = read_package(package).raw["police_linkage"].set_index("perpetrator_id").loc["d4h6j8l2n1"]
    assert (row["traced"], row["matched_to"], row["anchor_start"]) == ("yes", "x9", "2026-01-01")


def test_no_return_is_brought_in_twice(package: Path) -> None:
    import_return("idva-return", IDVA, package)
    before = bytes_of(package)
    with pytest.raises(IncomingRefusedError, match="already"):
        import_return("idva-return", IDVA, package)
    assert bytes_of(package) == before


BREACHES = [
    ("idva-return", "victim_id", "Marigold Tansy", "no-names"),
    ("idva-return", "victim_id", "marigold", "type-or-code"),
    ("idva-return", "victim_id", "marigoldtansy", "type-or-code"),
    ("idva-return", "relationship", "Tansy, Marigold", "no-names"),
    ("idva-return", "relationship", "husband", "type-or-code"),
    ("idva-return", "intake_date", "03/02/2026", "type-or-code"),
    ("idva-return", "intake_date", "2026-02-30", "type-or-code"),
    ("idva-return", "contacts_n", "07700900123", "type-or-code"),
    ("idva-return", "exit_form", "", "required"),
    ("idva-return", "exit_date", "2026-12-01", "data-cut"),
    ("idva-return", "site_id", "elsewhere", "reference"),
    ("idva-return", "exit_date", "2026-01-01", "date-order"),
    ("idva-return", "safer", "significant", "code-of-scale"),
    ("police-return", "perpetrator_id", "nobody99", "reference"),
    ("police-return", "dva", "Y", "type-or-code"),
    ("police-return", "traced", "no", "traced-incident"),
    ("police-return", "criminal", "", "required"),
    ("police-return", "offence_group", "Harassed Jane Doe", "no-names"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "field", "value", "rule"), BREACHES)
def test_a_breach_is_named_with_its_place_and_remedy_and_nothing_is_written(
    package: Path, tmp_path: Path, kind: str, field: str, value: str, rule: str
) -> None:
    frame = pd.read_csv(IDVA if kind == "idva-return" else POLICE, dtype=str, keep_default_na=False)
    frame.loc[0, field] = value
    file = tmp_path / "sent.csv"
    frame.to_csv(file, index=False)
    before = bytes_of(package)
    with pytest.raises(IncomingRefusedError) as refused:
        import_return(kind, file, package)  # type: ignore[arg-type]  # a kind that does not exist, among others
    found = [p for p in refused.value.problems if p.rule == rule]
    assert found, refused.value.problems
    assert all(p.remedy for p in found)
    # The others are found by the package's own validation, which names its own file and row.
    if rule not in ("code-of-scale", "data-cut"):
        assert (found[0].file, found[0].field, found[0].row) == (
            "sent.csv",
            field,
            2 if rule != "traced-incident" else found[0].row,
        )
    assert (
        not value
        or len(value) < 4
        or value not in str(refused.value)
        or value in ("elsewhere",)
        or rule in ("date-order", "data-cut")
    )
    assert bytes_of(package) == before


def test_a_key_twice_and_a_column_too_many_are_named(package: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(IDVA, dtype=str, keep_default_na=False)
    twice = tmp_path / "twice.csv"
    pd.concat([frame, frame.tail(1)]).to_csv(twice, index=False)
    with pytest.raises(
        IncomingRefusedError, match=r"twice.csv, row 5, field victim_id \+ perpetrator_id: the key of row 4"
    ):
        import_return("idva-return", twice, package)
    for heading, rule in (("client_name", "no-names"), ("DOB", "no-names"), ("mood", "known-column")):
        wide = tmp_path / "wide.csv"
        frame.assign(**{heading: "x"}).to_csv(wide, index=False)
        with pytest.raises(IncomingRefusedError) as refused:
            import_return("idva-return", wide, package)
        assert [(p.row, p.field, p.rule) for p in refused.value.problems] == [(1, heading, rule)]
    frame.drop(columns="victim_id").to_csv(wide, index=False)
    with pytest.raises(IncomingRefusedError, match="field victim_id: the column is missing"):
        import_return("idva-return", wide, package)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(
    st.lists(st.sampled_from(["Jabez", "Tansy-Quill", "O'Dell", "Mary", "Grubb"]), min_size=2, max_size=4),
    st.sampled_from([" ", ", "]),
)
def test_names_as_people_write_them_are_known_as_names(parts: list[str], between: str) -> None:
    assert NAME_WORDS.fullmatch(between.join(parts))


@pytest.mark.parametrize(
    "heading",
    ["surname", "Date of Birth", "Postcode", "NHS number", "case_no", "Notes", "PNC", "client initials"],
)
def test_headings_under_which_somebody_could_be_named(heading: str) -> None:
    assert NAMING_COLUMN.search(heading.casefold().replace(" ", "_"))


def test_the_command_adds_or_says_why_not(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["import", "idva-return", str(IDVA), "--into", str(package)]) == 0
    assert "advocacy" in capsys.readouterr().out
    broken = Path(shutil.copy(POLICE, tmp_path / "sent.csv"))
    broken.write_text(broken.read_text().replace("d4h6j8l2n3,no", "Jabez Grubb,no"))
    assert cli.main(["import", "police-return", str(broken), "--into", str(package)]) == 1
    said = capsys.readouterr().err
    assert "sent.csv, row 6, field perpetrator_id" in said
    assert "Grubb" not in said
