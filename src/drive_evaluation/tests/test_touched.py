"""Settings: each that changes a number is printed with it, and none is accepted that nothing reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from drive_evaluation.definitions import MEASURES
from drive_evaluation.errors import PackageError
from drive_evaluation.samples import SAMPLES
from drive_evaluation.settings import SETTING_NAMES, default_settings, settings_from_descriptor
from drive_evaluation.tables import csv_text, sheets
from drive_evaluation.tests.small_package import run
from drive_evaluation.touched import BY_MEASURE, BY_SAMPLE, BY_SUBGROUP

CASES = {
    "perpetrators": "perpetrator_id arm\nd1 drive\nd2 drive",
    "cases": """
        case_id perpetrator_id start_date closed_date end_type
        k1 d1 2017-01-10 2017-11-20 closed
        k2 d2 2017-01-10 2017-11-20 closed""",
    "contacts": """
        contact_id case_id date outcome
        a1 k1 2017-03-01 made
        a2 k2 2017-12-01 made""",
    "sessions": "session_id case_id date kind attended\ns1 k2 2017-12-05 behaviour_change true",
}
RATE = "M-CONTACT-RATE|y2.su_closed|all|contacted=yes"


@pytest.mark.parametrize(
    ("day", "contacted", "changed"),
    [
        (None, 1, 0),
        ("closing_day", 1, 0),
        ("data_cut", 2, 1),
        ("2017-02-28", 0, 0),
        ("2017-12-01", 2, 0),
    ],
)
def test_contact_counts_up_to_the_reference_day(
    day: str | None, contacted: int, changed: int, tmp_path: Path
) -> None:
    evaluation = {"params": {"reference_day": day} if day else {}}
    found = run(tmp_path, "y2", "2018-04-30", evaluation=evaluation, **CASES)
    assert found.at(RATE, "count") == contacted
    assert found.at("M-BCW-RATE|y2.su_closed|all|", "count") == changed


def test_a_reference_day_that_cannot_be_read_stops_the_run() -> None:
    params = {"reference_day": "whenever"}
    with pytest.raises(PackageError, match=r"reference_day.*closing_or_snapshot"):
        settings_from_descriptor({"evaluation": {"spec": "y2", "params": params}})


def test_every_setting_belongs_to_a_result() -> None:
    tables = (BY_MEASURE, BY_SAMPLE, BY_SUBGROUP)
    named = {name for table in tables for names in table.values() for name in names}
    assert named - {"mask_sites"} <= SETTING_NAMES
    # The release policy touches releases alone, and they print it in release.json.
    assert SETTING_NAMES - named == {"sdc"}
    assert set(BY_MEASURE) <= set(MEASURES)
    assert set(BY_SAMPLE) <= set(SAMPLES)


def test_each_row_of_a_table_names_the_settings_that_touched_it(tmp_path: Path) -> None:
    found = run(tmp_path, "y2", "2018-04-30", **CASES)
    settings = default_settings("y2", contact_rule="contacts_made")
    (sheet,) = sheets([found[RATE]], settings)
    head, row = csv_text(sheet).splitlines()
    assert head.endswith(",settings")
    for text in (
        "contact_rule=contacts_made",
        "reference_day=closing_or_snapshot",
        "su_closed_by=2018-04-30",
    ):
        assert text in row
    assert "lca_starts" not in row
