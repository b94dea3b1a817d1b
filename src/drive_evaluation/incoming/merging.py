"""Putting a return into a package: checked whole, written aside, validated as a package, and only then in place."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pandas as pd

from drive_evaluation.contract import TABLES
from drive_evaluation.errors import EvaluationError
from drive_evaluation.incoming import idva, police
from drive_evaluation.incoming.reading import Findings, Row, read_return
from drive_evaluation.package import DESCRIPTOR, Package, read_package, write_package
from drive_evaluation.validation import Problem, errors, validate

Kind = Literal["idva-return", "police-return"]

KINDS: Mapping[str, ModuleType] = {"idva-return": idva, "police-return": police}

_OWN = ("contract_version", "synthetic", "evaluation", "name", "profile", "resources", "incoming")


class IncomingRefusedError(EvaluationError):
    """The return is refused whole; ``problems`` say where and what would be right."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def import_return(kind: Kind, file: Path, into: Path) -> dict[str, int]:
    """Add the rows of a return to the package in folder ``into``. Returns table to number of rows added.

    Raises IncomingRefusedError with every problem found; the package is then as it was. What the package holds already
    under the same key is a problem too, so that no file is brought in twice.
    """
    package = read_package(into)
    reader = KINDS[kind]
    held = {column: _column(package, table, field) for column, (table, field) in reader.ID_COLUMNS.items()}
    rows, findings = read_return(file, reader.COLUMNS, held)
    made = reader.tables(rows, findings, held) if not findings else {}
    merged = _merged(package, made, findings)
    if findings:
        raise IncomingRefusedError(findings)
    added = {name: len(rows) for name, rows in made.items() if rows}
    _write(
        package,
        merged,
        {"kind": kind, "sha256": hashlib.sha256(file.read_bytes()).hexdigest(), "rows": added},
    )
    return added


def _column(package: Package, table: str, field: str) -> frozenset[str]:
    raw = package.raw.get(table)
    return frozenset() if raw is None or field not in raw.columns else frozenset(raw[field].dropna())


def _merged(
    package: Package, made: Mapping[str, Sequence[Row]], findings: Findings
) -> dict[str, pd.DataFrame]:
    """The tables as they would be. A row of ``police_linkage`` that was sent keeps its match and its dates."""
    merged = dict(package.raw)
    for name, rows in made.items():
        if not rows:
            continue
        table = TABLES[name]
        coming = pd.DataFrame(rows, columns=list(table.field_names), dtype=object).replace("", None)
        before = merged.get(name)
        if name == "police_linkage":
            coming = _linkage(coming, before, package)
        elif before is not None:
            both = pd.concat([before, coming], ignore_index=True)
            for place in both.index[both.duplicated(list(table.key))]:
                key = ", ".join(str(both.loc[place, field]) for field in table.key)
                findings.error(
                    None,
                    " + ".join(table.key),
                    "unique-key",
                    f"{table.path} holds {key} already",
                    "Bring a return in once.",
                )
            coming = both
        merged[name] = coming
    return merged


def _linkage(coming: pd.DataFrame, before: pd.DataFrame | None, package: Package) -> pd.DataFrame:
    """Traced or not, beside who was matched to whom; without dates of a match, a Drive case's own first and last day."""
    if before is not None:
        answers = coming.set_index("perpetrator_id")["traced"]
        kept = before.copy()
        kept["traced"] = kept["perpetrator_id"].map(answers).fillna(kept["traced"])
        return pd.concat(
            [kept, coming[~coming["perpetrator_id"].isin(before["perpetrator_id"])]], ignore_index=True
        )
    cases = package.raw.get("cases")
    if cases is not None:
        first = cases.sort_values("start_date").drop_duplicates("perpetrator_id").set_index("perpetrator_id")
        coming["anchor_start"] = coming["perpetrator_id"].map(first["start_date"])
        coming["anchor_end"] = coming["perpetrator_id"].map(first["closed_date"])
    return coming


def _write(package: Package, tables: Mapping[str, pd.DataFrame], incoming: Mapping[str, Any]) -> None:
    """Written beside the package and validated there; then file by file over it, the descriptor last."""
    told = package.descriptor
    with tempfile.TemporaryDirectory(dir=package.path.parent, prefix=".incoming-") as aside:
        folder = write_package(
            Path(aside) / "package", tables, evaluation=told["evaluation"], synthetic=package.synthetic,
            name=str(told.get("name", "drive-extract")),
            extra={key: value for key, value in told.items() if key not in _OWN} | {"incoming": [*told.get("incoming", []), dict(incoming)]},
        )  # fmt: skip
        problems = validate(read_package(folder))
        coming = {f"{name}.csv" for name in incoming["rows"]}
        # Who wrote the return can still mend a date after the data cut, so here it is not only named.
        wrong = errors(problems) or [p for p in problems if p.rule == "data-cut" and p.file in coming]
        if wrong:
            raise IncomingRefusedError(wrong)
        for each in sorted(folder.iterdir(), key=lambda path: path.name == DESCRIPTOR):
            shutil.copyfile(each, package.path / f".{each.name}.new")
            os.replace(package.path / f".{each.name}.new", package.path / each.name)
