"""Packages small enough to count by hand, written as text, run through the command and read back from results.json.

Each table is a block of text: a line of field names, then one line per row; ``-`` is an empty cell. Fields that the
contract requires and the block leaves out take the value of ``DEFAULTS``. Ids are letters and numbers: nobody is meant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from drive_evaluation.cli import main
from drive_evaluation.contract import TABLES
from drive_evaluation.package import write_package

DEFAULTS: Mapping[str, Any] = {
    "site_id": "s1",
    "eligibility": "eligible",
    "allocation_method": "randomised",
    "consent_share": "yes",
    "baseline_data": "provided",
    "is_index": "true",
    "timepoint": "intake",
    "informant": "case_manager",
    "recording_version": "y2",
    "kind": "behaviour_change",
}


def frame(name: str, text: str) -> pd.DataFrame:
    """One table from its block of text, with the required fields that it leaves out."""
    lines = [line.split() for line in text.strip().splitlines() if line.strip()]
    head, rows = lines[0], lines[1:]
    assert all(len(row) == len(head) for row in rows), (name, [row for row in rows if len(row) != len(head)])
    columns = {field: [None if row[i] == "-" else row[i] for row in rows] for i, field in enumerate(head)}
    table = TABLES[name]
    assert set(head) <= set(table.field_names), (name, set(head) - set(table.field_names))
    for item in table.fields:
        if item.required and item.name not in columns:
            columns[item.name] = [DEFAULTS.get(item.name) for _ in rows]
        if item.type == "boolean" and item.name in columns:
            columns[item.name] = [None if cell is None else cell == "true" for cell in columns[item.name]]  # type: ignore[misc]  # cells of one column
    for item in table.fields:
        if item.name.endswith("_id") and item.name == table.key[0] and item.name not in head:
            columns[item.name] = [f"{name}{i}" for i in range(len(rows))]
    return pd.DataFrame(columns, index=range(len(rows)))


@dataclass(frozen=True)
class Read:
    """The results of a run by id, ``measure|population|subgroup|key=value,…``."""

    documents: Mapping[str, Mapping[str, Any]]
    skipped: tuple[Mapping[str, Any], ...]

    def __getitem__(self, identity: str) -> Mapping[str, Any]:
        return self.documents[identity]

    def at(self, identity: str, *paths: str) -> Any:
        """The values at dotted paths below ``values``: one, or a tuple of several."""
        found = []
        for path in paths:
            value: Any = self.documents[identity]["values"]
            for part in path.split("."):
                value = value[part]
            found.append(value)
        return found[0] if len(found) == 1 else tuple(found)


def run(
    folder: Path, spec: str, cut: str, /, *, evaluation: Mapping[str, Any] | None = None, **tables: str
) -> Read:
    """Write the package, run the command with ``--results-only`` and read what it wrote."""
    frames = {name: frame(name, text) for name, text in tables.items()}
    write_package(
        folder / "package",
        frames,
        evaluation={"spec": spec, "data_cut": cut, **(evaluation or {})},
        synthetic=True,
    )
    status = main(["run", str(folder / "package"), "--out", str(folder / "out"), "--results-only", "--quiet"])
    assert status == 0, (folder / "out" / "validation.json").read_text(encoding="utf-8")
    documents = {}
    for document in json.loads((folder / "out" / "results.json").read_text(encoding="utf-8")):
        dimensions = ",".join(f"{key}={value}" for key, value in document["dimensions"].items())
        identity = "|".join((document["measure"], document["population"], document["subgroup"], dimensions))
        assert identity not in documents
        documents[identity] = document
    skipped = json.loads((folder / "out" / "skipped.json").read_text(encoding="utf-8"))
    return Read(documents, tuple(skipped))
