"""The same package gives the same bytes in two processes, whatever order their sets and dictionaries have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from drive_evaluation.tests.random_package import as_package, random_tables


def run(package: Path, out: Path, seed: str) -> subprocess.Popen[bytes]:
    """The command as it is called, for the measures of all three reports, with no document to wait for."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = (sys.executable, "-W", "ignore", "-m", "drive_evaluation", "run", str(package))
    arguments = ("--out", str(out), "--report", "all", "--results-only", "--quiet")
    return subprocess.Popen((*command, *arguments), env=environment, stdout=subprocess.DEVNULL)


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    package = as_package(tmp_path / "package", random_tables(11, people=12, rows=24), "y2")
    processes = [run(package, tmp_path / seed, seed) for seed in ("1", "2")]
    assert [process.wait() for process in processes] == [0, 0]
    first, second = (
        {file.name: file.read_bytes() for file in sorted((tmp_path / seed).iterdir())} for seed in ("1", "2")
    )
    assert set(first) == {"results.json", "lists.json", "skipped.json", "validation.json"}
    assert [name for name in first if first[name] != second[name]] == []
    for measure in (b"M-REFS", b"M-DASH-CHANGE", b"M-SOAG"):
        assert measure in first["results.json"]
