"""Writing what a run gives: results, skipped measures, and on request tables, figures, the report, a release.

What draws and sets documents is imported where it is used: results alone must not wait for it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from drive_evaluation.charts import Chart, chart
from drive_evaluation.disclosure import Policy, protect
from drive_evaluation.errors import ReleaseRefusedError
from drive_evaluation.exhibits import exhibits_of
from drive_evaluation.listing import listings
from drive_evaluation.package import Package
from drive_evaluation.release_line import read_record, write_record
from drive_evaluation.results import write_results
from drive_evaluation.run import Outcome
from drive_evaluation.settings import chosen_report
from drive_evaluation.study import Study


def write_run(
    package: Package, study: Study, outcome: Outcome, folder: Path, *, report: str, results_only: bool
) -> dict[str, str]:
    """Write the output folder with exact numbers; returns file name → SHA-256 of results, CSV and SVG files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_results(outcome.results, folder / "results.json")
    _write_json(folder / "skipped.json", [entry.to_json() for entry in outcome.skipped])
    _write_json(folder / "lists.json", [entry.to_json() for entry in listings(study)])
    written = [folder / "results.json"]
    if not results_only:
        from drive_evaluation.tables import result_documents, write_tables

        documents = result_documents(outcome.results)
        study.progress("tables")
        written += write_tables(documents, folder, study.settings)
        written += _illustrated(package, study, outcome, documents, folder, report)
    return {file.relative_to(folder).as_posix(): file_hash(file) for file in written}


def _illustrated(
    package: Package,
    study: Study,
    outcome: Outcome,
    documents: Sequence[dict[str, Any]],
    folder: Path,
    report: str,
    *,
    released: bool = False,
) -> list[Path]:
    from drive_evaluation.figures import write_figures
    from drive_evaluation.report import content, write_report

    study.progress("figures")
    charts = charts_of(study.spec, report, documents)
    figures = write_figures(charts, folder)
    study.progress("report")
    body = content(
        study,
        documents,
        charts,
        outcome.skipped,
        report=report,
        fingerprint=package.fingerprint(),
        released=released,
    )
    write_report(body, folder)
    return figures


def charts_of(spec: str, report: str, documents: Sequence[dict[str, Any]]) -> list[Chart]:
    """The charts of a report for which the package gave numbers; ``all`` takes the exhibits of the specification."""
    chosen = chosen_report(spec, report)
    found = (chart(exhibit, documents) for exhibit in exhibits_of(chosen, documents))
    return [item for item in found if item is not None]


def write_release(
    package: Package,
    study: Study,
    outcome: Outcome,
    folder: Path,
    *,
    report: str,
    approved_by: tuple[str, str],
    earlier: Sequence[Path] = (),
) -> dict[str, str]:
    """Write ``release/`` with protected results, tables, figures and report, and the record of who approved what.

    ``earlier`` are the output folders of releases about the same people. Raises ReleaseRefusedError where the attack
    test fails, and where sites are not masked: make the study with ``masked``.
    """
    if not study.settings.mask_sites:
        raise ReleaseRefusedError("a release never names a site; make the study with masked=True")
    from drive_evaluation.tables import write_tables

    fingerprint = package.fingerprint()
    release = protect(
        outcome.results,
        Policy.from_settings(study.settings.sdc),
        earlier=[read_record(each) for each in earlier],
        package=fingerprint,
    )
    target = folder / "release"
    target.mkdir(parents=True, exist_ok=True)
    write_record(folder, fingerprint, release.told)
    documents = list(release.documents)
    lines = ",\n".join(json.dumps(document, ensure_ascii=False) for document in documents)
    (target / "results.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="\n")
    written = [target / "results.json", *write_tables(documents, target, study.settings)]
    written += _illustrated(package, study, outcome, documents, target, report, released=True)
    hashes = {file.relative_to(folder).as_posix(): file_hash(file) for file in written}
    _write_json(
        target / "release.json",
        {
            "approved_by": list(approved_by),
            "policy": asdict(release.policy),
            "package": fingerprint,
            "check_by_hand": list(release.check_by_hand),
            "redactions": [asdict(redaction) for redaction in release.redactions],
            "sha256": hashes,
        },
    )
    return hashes


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def file_hash(file: Path) -> str:
    """SHA-256 of a file as hexadecimal text."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
