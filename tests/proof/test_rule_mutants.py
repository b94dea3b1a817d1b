"""The run of tests/proof/rule_mutants.py itself: a sample of the rules' mutants, and a weak test that it catches.

The whole is a nightly run (docs/proofs.md). Here it runs in a process of its own, over tests that need no database.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PURE = ("advocacy", "allocation", "casework", "panels", "referrals", "reporting")
SEED = os.environ.get("DRIVE_PROOF_SEED", "20261122")

RULE = """
LIMIT = 3


def too_many(held):
    if held > LIMIT:
        return True
    return False
"""
WEAK = """
from planted import too_many


def test_weak():
    assert too_many(9)
    assert too_many(0) is False
"""
STRONG = """
from planted import too_many


def test_strong():
    assert [too_many(held) for held in (3, 4)] == [False, True]
"""


def run(*arguments: str, modules: str, mutants: int = 0, path: str = "") -> subprocess.CompletedProcess[str]:
    """The plugin over tests without a database: no throwaway server, no cast."""
    alone = ["-c", os.devnull, "--rootdir", str(ROOT), "--noconftest"]
    alone += [word for name in ("cacheprovider", "django", "randomly") for word in ("-p", f"no:{name}")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *alone, "-p", "tests.proof.rule_mutants", *arguments],
        cwd=ROOT,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(each for each in (str(ROOT / "src"), path) if each),
            "DJANGO_SETTINGS_MODULE": "",
            "DRIVE_PROOF_MODULES": modules,
            "DRIVE_PROOF_MUTANTS": str(mutants),
            "DRIVE_PROOF_SEED": SEED,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_sample_of_the_rules_mutants_is_noticed_or_explained() -> None:
    modules = ",".join([*(f"drive.{app}.rules" for app in PURE), "drive.casework.transitions"])
    ran = run(*(f"src/drive/{app}/tests/test_rules.py" for app in PURE), modules=modules, mutants=40)
    print(ran.stdout)  # noqa: T201  # docs/proofs.md
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"seed {SEED}: 40 of " in ran.stdout


def test_a_weak_test_lets_a_mutant_survive_and_fails_the_run(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text(RULE)
    (tmp_path / "test_planted.py").write_text(WEAK)
    weak = run(str(tmp_path / "test_planted.py"), modules="planted", path=str(tmp_path))
    assert weak.returncode == 1, weak.stdout + weak.stderr
    assert "survived: planted.too_many: held > LIMIT: another comparison" in weak.stdout
    assert "survived: planted.LIMIT: 3: one more" in weak.stdout
    (tmp_path / "test_planted.py").write_text(STRONG)
    strong = run(str(tmp_path / "test_planted.py"), modules="planted", path=str(tmp_path))
    assert "survived: planted.too_many: return False: no result" not in strong.stdout
    assert strong.returncode == 0, strong.stdout + strong.stderr
