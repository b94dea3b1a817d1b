"""Three types of person, so that a restricted name cannot be printed (S-34)."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import jinja2
import pytest

from drive.components.environment import environment
from drive.people.summaries import RestrictedSummary, summary_of

RESTRICTED = RestrictedSummary("K7-QF4", "You declared a tie", datetime.date(2026, 11, 2))


def test_a_restricted_person_has_no_name_and_no_key() -> None:
    assert set(RestrictedSummary.__slots__) == {"code", "why", "since", "kind"}
    with pytest.raises(jinja2.UndefinedError):
        environment(loader=jinja2.DictLoader({})).from_string("{{ person.name }}").render(person=RESTRICTED)


def test_somebody_without_a_recorded_name_is_unknown() -> None:
    key = uuid4()
    assert summary_of(key, "K7-QF4", " ", []).kind == "unknown"
    assert summary_of(key, "K7-QF4", "Barnabus Crimplefoot", ["Barney"]).kind == "full"


def test_mypy_refuses_a_name_on_any_summary_but_a_full_one(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.py"
    wrong.write_text(
        "from drive.people.summaries import PersonSummary\n"
        "def words(person: PersonSummary) -> str:\n"
        "    return person.name\n"
        "def right(person: PersonSummary) -> str:\n"
        "    return person.name if person.kind == 'full' else ''\n"
    )
    told = subprocess.run(
        [sys.executable, "-m", "mypy", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache"), str(wrong)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).resolve().parents[4],
    )  # fmt: skip
    assert told.returncode == 1, told.stdout + told.stderr
    assert 'wrong.py:3: error: Item "RestrictedSummary"' in told.stdout
    assert "wrong.py:5" not in told.stdout
