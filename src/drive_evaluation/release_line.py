"""Releases one after another: what an earlier one told, so that a later one does not tell the difference (M-SDC).

Two releases of nearly the same people give, cell by cell, a difference, and a difference of one is a person. Each
release therefore leaves a record of what an outsider knows of every count after it. The record holds exact numbers: it
stays beside the exact results and is never part of a release.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from drive_evaluation.errors import PackageError
from drive_evaluation.release_sums import Key

RECORD = "protection.json"
"""File name of the record, in the output folder and not in ``release/``."""


@dataclass(frozen=True, slots=True)
class Told:
    """One count after a release: its exact value, whether it was redacted, and the bounds an outsider can prove."""

    value: int
    hidden: bool
    low: float
    high: float


@dataclass(frozen=True)
class EarlierRelease:
    """What a release told, and the fingerprint of the package it was made from."""

    package: str
    cells: Mapping[Key, Told]


def write_record(folder: Path, package: str, cells: Mapping[Key, Told]) -> None:
    """Write the record of a release into its output folder, cells in order of their names."""
    rows = [
        [*key, told.value, told.hidden, told.low, told.high if math.isfinite(told.high) else None]
        for key, told in sorted(cells.items())
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    text = f'{{"package": {json.dumps(package)}, "cells": [\n{lines}\n]}}\n'
    (folder / RECORD).write_text(text, encoding="utf-8", newline="\n")


def read_record(folder: Path) -> EarlierRelease:
    """The record in the output folder of an earlier release; PackageError where there is none that can be read."""
    file = folder / RECORD
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        cells = {
            (result, path): Told(value, hidden, low, math.inf if high is None else high)
            for result, path, value, hidden, low, high in document["cells"]
        }
        return EarlierRelease(document["package"], cells)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PackageError(
            f"{file}: no record of an earlier release ({error}); give the folder that was --out of it"
        ) from error


def told_differences(
    now: Mapping[Key, Told], earlier: Sequence[EarlierRelease], largest: int, fewest: int
) -> list[Key]:
    """Counts that differ by one to ``largest`` from an earlier release and leave fewer than ``fewest`` differences open."""
    found = []
    for release in earlier:
        for key, told in now.items():
            before = release.cells.get(key)
            if before is None or not 0 < abs(told.value - before.value) <= largest:
                continue
            open_ones = (told.high - before.low) - (told.low - before.high) + 1
            if open_ones < fewest:
                found.append(key)
    return found
