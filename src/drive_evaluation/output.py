"""Writing what a run gives: results, skipped measures, and on request tables, figures and the report."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from drive_evaluation.package import Package
from drive_evaluation.results import write_results
from drive_evaluation.run import Outcome
from drive_evaluation.study import Study


def write_run(
    package: Package, study: Study, outcome: Outcome, folder: Path, *, report: str, results_only: bool
) -> dict[str, str]:
    """Write the output folder; returns file name → SHA-256 of the files that are the same in every rerun."""
    folder.mkdir(parents=True, exist_ok=True)
    write_results(outcome.results, folder / "results.json")
    (folder / "skipped.json").write_text(
        json.dumps([entry.to_json() for entry in outcome.skipped], indent=1) + "\n",
        encoding="utf-8",
        newline="\n",
    )
    written = [folder / "results.json"]
    return {str(file.relative_to(folder)): file_hash(file) for file in written}


def file_hash(file: Path) -> str:
    """SHA-256 of a file as hexadecimal text."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
