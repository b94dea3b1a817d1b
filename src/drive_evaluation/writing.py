"""Writing a package row by row, in constant memory: for extracts too large to hold.

The rows of a file stand in the order of their keys, so that the order in which they came tells nothing; with keyed
pseudonyms no two projects' files can be laid side by side. What is open at a time are ``SPILL`` rows and the files that
earlier ones were put aside in.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import heapq
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from drive_evaluation.contract import TABLES, Table
from drive_evaluation.errors import PackageError
from drive_evaluation.package import WrittenTable, write_descriptor

SPILL = 50_000
"""Rows sorted in memory at a time."""

_KEY, _LINE = "\x1f", "\x1e"
"""Separators that no cell of the contract holds."""


class PackageWriter:
    """One package being written into an empty folder. ``finish`` makes it a package; before that it has no descriptor."""

    def __init__(self, folder: Path, *, months: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise PackageError(f"{folder} is not empty; name a new folder for the package")
        self.folder = folder
        self.months = months
        self.written: dict[str, WrittenTable] = {}

    def add(
        self,
        name: str,
        rows: Iterable[Mapping[str, Any]],
        *,
        progress: Callable[[int], None] = lambda done: None,
    ) -> WrittenTable:
        """Write one table. Cells are None, text, ``datetime.date``, bool or numbers; fields not given are empty.

        With ``months``, of rows that come to share a key the latest stays. Raises PackageError for a field that the
        contract does not know and for two rows with one key.
        """
        table = TABLES[name]
        digest, size, count = hashlib.sha256(), 0, 0
        with (
            tempfile.TemporaryDirectory(dir=self.folder) as aside,
            (self.folder / table.path).open("wb") as file,
        ):
            for line in _with_header(
                table, self._unique(table, _sorted(self._lines(table, rows, progress), Path(aside)))
            ):
                text = line.encode("utf-8")
                file.write(text)
                digest.update(text)
                size, count = size + len(text), count + 1
        self.written[name] = WrittenTable(count - 1, size, digest.hexdigest())
        return self.written[name]

    def _lines(
        self, table: Table, rows: Iterable[Mapping[str, Any]], progress: Callable[[int], None]
    ) -> Iterator[str]:
        """Sort key, then the CSV line: the coarse key first, the exact one behind it, so that the latest comes last."""
        known = set(table.field_names)
        done = 0
        for done, row in enumerate(rows, 1):
            if unknown := row.keys() - known:
                raise PackageError(
                    f"{table.path}: {', '.join(sorted(unknown))} is not a field of {table.name}"
                )
            exact = {item.name: _cell(row.get(item.name), item.type) for item in table.fields}
            told = (
                {item.name: _month(exact[item.name]) for item in table.fields if item.type == "date"}
                if self.months
                else {}
            )
            cells = exact | told
            key = _KEY.join(cells[name] for name in table.key)
            yield f"{key}{_LINE}{_KEY.join(exact[name] for name in table.key)}{_LINE}{_csv(cells.values())}"
            if done % 1000 == 0:
                progress(done)
        progress(done)

    def _unique(self, table: Table, lines: Iterable[str]) -> Iterator[str]:
        """The CSV lines, one to a key."""
        held: list[str] | None = None
        for line in lines:
            parts = line.split(_LINE, 2)
            if held is not None and held[0] == parts[0]:
                if held[1] == parts[1]:
                    raise PackageError(
                        f"{table.path}: two rows have the key {parts[1].replace(_KEY, ', ')}; keep one row per key"
                    )
            elif held is not None:
                yield held[2]
            held = parts
        if held is not None:
            yield held[2]

    def leave_out(self, name: str) -> None:
        """Take a table back: an absent table says that nothing was collected, an empty one that there was nothing."""
        del self.written[name]
        (self.folder / TABLES[name].path).unlink()

    def finish(
        self, *, evaluation: Mapping[str, Any], synthetic: bool, name: str, extra: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write the descriptor. Returns table to number of rows."""
        write_descriptor(
            self.folder, self.written, evaluation=evaluation, synthetic=synthetic, name=name, extra=extra
        )
        return {name: table.rows for name, table in self.written.items()}


def _cell(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "integer":
        return str(int(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        raise PackageError("a time of day never leaves; give the date")
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _month(day: str) -> str:
    return f"{day[:7]}-01" if day else ""


def _csv(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(list(cells))
    return buffer.getvalue()


def _with_header(table: Table, lines: Iterable[str]) -> Iterator[str]:
    yield _csv(table.field_names)
    yield from lines


def _sorted(lines: Iterable[str], aside: Path) -> Iterator[str]:
    """The lines in order: ``SPILL`` at a time in memory, merged from files."""
    runs: list[Path] = []
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(held) >= SPILL:
            runs.append(_put_aside(held, aside / str(len(runs))))
            held = []
    held.sort()
    if not runs:
        yield from held
        return
    files: list[IO[str]] = [run.open(encoding="utf-8", newline="\n") for run in runs]
    try:
        yield from heapq.merge(*files, held)
    finally:
        for file in files:
            file.close()


def _put_aside(lines: list[str], path: Path) -> Path:
    lines.sort()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines)
    return path
