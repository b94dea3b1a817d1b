"""Rows on their way into the database, as lines of COPY text.

The columns of a table come from its Django model, so a column that a model gains or loses is met here at once: an
unknown name is refused, and so is a row without a value that the model needs.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models

NULL = "\x1f"
"""What stands for an absent value: a sign that no text holds, so that plain text needs no escaping."""


class UnfitRowError(TypeError):
    """A row does not fit its model: a name too many, or a needed value missing."""


def _escaped(cell: str) -> str:
    return cell.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


_BY_TYPE: dict[type, Callable[[Any], str]] = {
    str: str,
    int: str,
    bool: lambda value: "t" if value else "f",
    type(None): lambda _value: NULL,
    datetime.date: datetime.date.isoformat,
    datetime.datetime: datetime.datetime.isoformat,
    datetime.time: datetime.time.isoformat,
    UUID: str,
    bytes: lambda value: "\\x" + value.hex(),
}


def _plain(value: Any) -> str:
    # Members of an enumeration of codes are strings of a type of their own.
    return _BY_TYPE.get(type(value), str)(value)


_ABSENT: Any = object()


class Columns:
    """How one model's rows become lines: the table's columns in order, and what an absent value becomes."""

    def __init__(self, model: type[models.Model]) -> None:
        self.table = model._meta.db_table
        self.names: list[str] = []
        self._cells: list[tuple[str, Callable[[Any], str], str]] = []
        needed = set()
        for field in model._meta.concrete_fields:
            encode = _json if isinstance(field, models.JSONField) else _plain
            absent = _absent(field, encode)
            if absent is None:
                needed.add(field.attname)
            self.names.append(str(field.column))
            self._cells.append((field.attname, encode, absent or ""))
        self._needed = frozenset(needed)
        self._known = frozenset(name for name, _, _ in self._cells)

    def line(self, values: Mapping[str, Any]) -> str:
        """One line of COPY text. Raises `UnfitRowError`."""
        given = values.keys()
        if not (given <= self._known and given >= self._needed):
            wrong = sorted(given - self._known) or sorted(self._needed - given)
            raise UnfitRowError(f"{self.table}: {', '.join(wrong)}")
        # Written out rather than called: this is where a large world spends its time.
        cells = []
        for name, encode, absent in self._cells:
            value = values.get(name, _ABSENT)
            if value is _ABSENT:
                cells.append(absent)
            elif type(value) is str and encode is _plain:
                cells.append(value)
            else:
                cells.append(encode(value))
        line = "\t".join(cells)
        if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(cells):
            line = "\t".join(map(_escaped, cells))
        return line + "\n"


def _absent(field: models.Field[Any, Any], encode: Callable[[Any], str]) -> str | None:
    """The cell of a value that was not given, or None where one must be.

    Keys and times are always given: drawn or read off a clock here, they would differ from one load to the next.
    """
    if field.primary_key or isinstance(field, models.DateField):
        return NULL if field.null else None
    if field.has_default():
        return encode(field.get_default())
    if field.null:
        return NULL
    return "" if isinstance(field, models.CharField | models.TextField) and field.blank else None


@cache
def columns_of(model: type[models.Model]) -> Columns:
    """The columns of a model, worked out once."""
    return Columns(model)


class Sheets:
    """Lines by model, in the order in which models were first met; emptied by whoever carries them off."""

    def __init__(self) -> None:
        self._lines: dict[type[models.Model], list[str]] = {}
        self.counts: dict[type[models.Model], int] = {}

    def add(self, model: type[models.Model], values: Mapping[str, Any]) -> None:
        """Write one row down. Raises `UnfitRowError`."""
        self._lines.setdefault(model, []).append(columns_of(model).line(values))

    def carry_off(self) -> Iterator[tuple[type[models.Model], list[str]]]:
        """Every model with its lines, counted and taken out of the sheets."""
        for model, lines in self._lines.items():
            if lines:
                self.counts[model] = self.counts.get(model, 0) + len(lines)
                yield model, lines
        self._lines = {model: [] for model in self._lines}
