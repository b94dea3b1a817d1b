"""The same package gives the same bytes in two processes, and the same numbers to 1e-9 on another kind of processor.

Neither the order of sets, the zone nor the language of the machine may show. An older processor is stood in for by the
plainest code that OpenBLAS and NumPy have; ``benchmarks/evaluation/kernels.py`` tries more of them on whole cohorts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from drive_evaluation.tests.agreement import differences, plain_kernels
from drive_evaluation.tests.random_package import as_package, random_tables

HERE = {"PYTHONHASHSEED": "1"}
ELSEWHERE = {
    "PYTHONHASHSEED": "2",
    "TZ": "Pacific/Kiritimati",
    "LC_ALL": "tr_TR.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
}


def run(package: Path, out: Path, setting: dict[str, str]) -> subprocess.Popen[bytes]:
    """The command as it is called, for the measures of all three reports, with no document to wait for."""
    environment = {**os.environ, **setting, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = (sys.executable, "-W", "ignore", "-m", "drive_evaluation", "run", str(package))
    arguments = ("--out", str(out), "--report", "all", "--results-only", "--quiet")
    return subprocess.Popen((*command, *arguments), env=environment, stdout=subprocess.DEVNULL)


def test_processes_write_the_same_bytes_and_other_kernels_the_same_numbers(tmp_path: Path) -> None:
    package = as_package(tmp_path / "package", random_tables(11, people=12, rows=24), "y2")
    settings = {"here": HERE, "elsewhere": ELSEWHERE, "plain": {**HERE, **plain_kernels()}}
    processes = [run(package, tmp_path / name, setting) for name, setting in settings.items()]
    assert [process.wait() for process in processes] == [0, 0, 0]
    first, second, third = (
        {file.name: file.read_bytes() for file in sorted((tmp_path / name).iterdir())} for name in settings
    )
    assert set(first) == {"results.json", "lists.json", "skipped.json", "validation.json"}
    assert [name for name in first if first[name] != second[name]] == []
    for measure in (b"M-REFS", b"M-DASH-CHANGE", b"M-SOAG"):
        assert measure in first["results.json"]
    results = [json.loads(files["results.json"]) for files in (first, third)]
    assert list(differences(*results)) == []
