"""A finding about a package: its place, its rule and its remedy.

Rows are counted as in the file: row 1 is the header, row 2 the first record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from drive_evaluation.contract import TABLES, Table

Level = Literal["error", "warning"]

MAX_ROWS_NAMED = 20
"""Rows named per file, field and rule; the rest are counted, so that one broken column cannot flood the list."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``row`` is the line of the file (1 = header) or None for the file as a whole."""

    level: Level
    file: str
    row: int | None
    field: str | None
    rule: str
    found: str
    remedy: str

    def __str__(self) -> str:
        place = self.file
        place += f", row {self.row}" if self.row is not None else ""
        place += f", field {self.field}" if self.field else ""
        return f"{place}: {self.found}. {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return asdict(self)


def rows_of(mask: pd.Series | np.ndarray[Any, Any]) -> list[int]:
    """Lines of the file where ``mask`` holds."""
    return [int(position) + 2 for position in np.flatnonzero(np.asarray(mask, dtype=bool))]


def many(
    level: Level,
    table: Table,
    field: str | None,
    rule: str,
    rows: list[int],
    found: Iterable[str],
    remedy: str,
) -> Iterator[Problem]:
    """One finding a row, with what was found there; beyond ``MAX_ROWS_NAMED`` the rest is counted."""
    texts = list(found)
    for row, text in zip(rows[:MAX_ROWS_NAMED], texts, strict=False):
        yield Problem(level, table.path, row, field, rule, text, remedy)
    if len(rows) > MAX_ROWS_NAMED:
        more = len(rows) - MAX_ROWS_NAMED
        yield Problem(
            level, table.path, None, field, rule, f"{more} further rows break the same rule", remedy
        )


def marked(
    level: Level, name: str, field: str, rule: str, wrong: pd.Series, found: str, remedy: str
) -> Iterator[Problem]:
    """The same finding for every row of table ``name`` where ``wrong`` holds."""
    if wrong.any():
        rows = rows_of(wrong)
        yield from many(level, TABLES[name], field, rule, rows, (found for _ in rows), remedy)
