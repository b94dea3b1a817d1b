"""`drive referrals import`: the preview as JSON, keys stable over runs, refusals in one sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from drive.__main__ import main
from drive.access.console import console_actor
from drive.audit.models import AuditEvent
from drive.referrals.models import Referral, ReferralList
from tests.cast import Cast, seeding

from .conftest import FIXTURES

MARCH = FIXTURES / "marac-northmoor-2025-03.xlsx"


def _apart(*arguments: str, data: Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with a data folder and without any database."""
    without = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DRIVE_APP_URL"}}
    return subprocess.run(
        [sys.executable, "-m", "drive", "referrals", "import", *arguments],
        capture_output=True, text=True, timeout=120, check=False,
        env=without | {"DRIVE_DATA": str(data), "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
    )  # fmt: skip


def test_a_dry_run_needs_no_account_and_no_database_and_its_keys_are_stable(tmp_path: Path) -> None:
    first, second = (_apart(str(MARCH), "--dry-run", "--json", data=tmp_path) for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout == second.stdout
    rows = json.loads(first.stdout)
    assert len(rows) == 50
    assert set(rows[0]) == {"line", "outcome", "service_user", "victim_survivor", "problems"}
    assert rows[0]["line"] == 5
    assert {row["outcome"] for row in rows} == {"created", "matched", "refused", "repeat"}
    elsewhere = _apart(str(MARCH), "--dry-run", "--json", data=tmp_path / "other")
    assert json.loads(elsewhere.stdout)[0]["service_user"] != rows[0]["service_user"]


@pytest.mark.parametrize("extra", [[], ["--json"]])
def test_a_file_that_is_no_referral_list_is_one_sentence_and_status_1(
    capsys: pytest.CaptureFixture[str], extra: list[str]
) -> None:
    assert main(["referrals", "import", str(FIXTURES / "custody-list-2025-04.csv"), "--dry-run", *extra]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("This is not a referral list")
    assert said.err.count("\n") == 1


def test_a_file_that_is_not_there_and_a_save_by_nobody_are_said_in_words(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["referrals", "import", str(tmp_path / "none.csv"), "--dry-run"]) == 1
    assert "cannot be opened" in capsys.readouterr().err
    assert main(["referrals", "import", str(MARCH)]) == 1
    assert "--as EMAIL" in capsys.readouterr().err


def test_saving_acts_as_the_membership_from_a_console(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    email = cast.coordinator.user.email
    assert main(["referrals", "import", str(MARCH), "--as", email, "--json"]) == 0
    outcomes = [row["outcome"] for row in json.loads(capsys.readouterr().out)]
    with seeding():
        assert Referral.objects.count() == outcomes.count("created") + outcomes.count("matched")
        events = AuditEvent.objects.filter(kind="referral_list")
        assert set(events.values_list("membership_id", "origin")) == {(cast.coordinator.pk, "console")}
    assert console_actor(email).membership_id == cast.coordinator.pk


def test_a_dry_run_as_somebody_is_judged_against_what_their_site_holds(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    email = cast.coordinator.user.email
    main(["referrals", "import", str(MARCH), "--as", email])
    capsys.readouterr()
    assert main(["referrals", "import", str(MARCH), "--as", email, "--dry-run", "--json"]) == 0
    assert {row["outcome"] for row in json.loads(capsys.readouterr().out)} == {"repeat", "refused"}
    with seeding():
        assert ReferralList.objects.count() == 1


def test_a_role_that_brings_nothing_in_is_told_so(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["referrals", "import", str(MARCH), "--as", cast.idva.user.email]) == 1
    assert "do not bring lists in" in capsys.readouterr().err
    assert main(["referrals", "import", str(MARCH), "--as", "nobody@example.invalid"]) == 1
