"""From bytes to rows of cells: workbooks, and text with any separator and encoding.

Nothing in a file is run: a formula is read as the result the sender's program stored, or as its own text when
there is none. Files are measured before they are unpacked. Row numbers are those a spreadsheet program shows:
row 1 is the first.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from drive.referrals.lists.cells import Cell
from drive.referrals.lists.problems import ListRefused, RefusedCode

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED_BYTES = 120 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 200
# More line breaks than this inside one cell mean that a quotation mark was never closed.
MAX_BREAKS_IN_CELL = 30
_GUARD = re.compile(r"^'(?=[=+\-@])")
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Table:
    """One way to see a file as rows: a visible sheet, or text taken apart at one separator.

    `rows[0]` is row 1. `source` says in words how it was read. `mac` is the day count of old Macs. `notices`
    are things the reader of the preview should know, in words.
    """

    rows: tuple[tuple[Cell, ...], ...]
    source: str
    sheet: str | None = None
    mac: bool = False
    notices: tuple[str, ...] = field(default=())


def read_tables(data: bytes) -> list[Table]:
    """Every table the file may hold, at least one. Raises `ListRefused` with words to show; the file's name
    is not trusted.
    """
    if not data.strip():
        raise ListRefused(RefusedCode.EMPTY, "The file is empty. Choose the list again.")
    if len(data) > MAX_BYTES:
        raise ListRefused(
            RefusedCode.TOO_LARGE,
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MB, too large for a list. "
            "Remove pictures and old sheets.",
        )
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ListRefused(
            RefusedCode.OLD_EXCEL,
            "This workbook is in the old .xls format or locked with a password. "
            "Save it as .xlsx without a password.",
        )
    if data.startswith(b"PK"):
        return _workbook(data)
    for start, kind in (
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
    ):
        if data.startswith(start):
            raise _other_format(kind)
    if data.lstrip()[:200].lower().startswith((b"<html", b"<!doctype", b"<?xml", b"<table")):
        raise _other_format("a web page")
    return _text(data)


def _other_format(kind: str) -> ListRefused:
    return ListRefused(
        RefusedCode.OTHER_FORMAT,
        f"This is {kind}, not a list. Save the list as .xlsx or .csv and upload that.",
    )


def _damaged() -> ListRefused:
    return ListRefused(
        RefusedCode.DAMAGED,
        "The file is damaged and cannot be opened. Open it in a spreadsheet program and save it as .xlsx.",
    )


def _too_many() -> ListRefused:
    return ListRefused(
        RefusedCode.TOO_MANY_LINES,
        f"The list has more than {MAX_ROWS:,} lines. Cut it into parts and upload each.",
    )


# --- workbooks ---


def _workbook(data: bytes) -> list[Table]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError, OSError) as error:
        raise _damaged() from error
    if "xl/workbook.xml" not in names:
        raise _other_format("a document or an archive")
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise ListRefused(
            RefusedCode.TOO_LARGE,
            "The workbook unpacks to far more than a list would hold. Copy the list into a new workbook.",
        )
    try:
        # openpyxl warns of drawings, validations and odd dates that a list does not need; the cells are read
        # all the same.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _sheets(data)
    except ListRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken part makes it stumble over
        raise _damaged() from error


def _sheets(data: bytes) -> list[Table]:
    import openpyxl  # brings numpy: no start waits for it
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    notices = tuple(f"The hidden sheet “{title}” was not read." for title in hidden)
    tables = []
    for sheet in visible:
        rows, formulas = _cells(sheet)
        if formulas:
            stored = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, keep_links=False, data_only=True
            )
            results, _ = _cells(stored[sheet.title])
            rows = [
                tuple(
                    _stored(results, place, column, cell) if (place, column) in formulas else cell
                    for column, cell in enumerate(row)
                )
                for place, row in enumerate(rows)
            ]
        tables.append(
            Table(
                tuple(rows),
                "an Excel workbook",
                sheet.title,
                mac=book.epoch == CALENDAR_MAC_1904,
                notices=notices,
            )
        )
    if not tables:
        raise ListRefused(
            RefusedCode.EMPTY, "Every sheet of the workbook is hidden. Unhide the list and upload it again."
        )
    return tables


def _cells(sheet: Any) -> tuple[list[tuple[Cell, ...]], set[tuple[int, int]]]:
    """The rows of a sheet without empty ends, and the places (row, column from 0) of formulas."""
    rows: list[tuple[Cell, ...]] = []
    formulas: set[tuple[int, int]] = set()
    filled = 0
    # Without this a sheet that misstates its own size would lose rows.
    sheet.reset_dimensions()
    for place, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS)):
        row = tuple(None if cell.value is None else _plain(cell.value) for cell in cells)
        while row and row[-1] is None:
            row = row[:-1]
        rows.append(row)
        filled += bool(row)
        if filled > MAX_ROWS:
            raise _too_many()
        formulas |= {(place, column) for column, cell in enumerate(cells) if cell.data_type == "f"}
    while rows and not rows[-1]:
        rows.pop()
    return rows, formulas


def _plain(value: object) -> Cell:
    return value if isinstance(value, str | int | float | bool | date | datetime) else str(value)


def _stored(results: list[tuple[Cell, ...]], place: int, column: int, formula: Cell) -> Cell:
    row = results[place] if place < len(results) else ()
    result = row[column] if column < len(row) else None
    return formula if result is None else result


# --- text ---


def _text(data: bytes) -> list[Table]:
    text, encoding = _decoded(data)
    control = sum(letter < " " and letter not in "\t\r\n\x0b\x0c\x1a" for letter in text)
    # A few strays come with text copied from elsewhere; many mean that this is no text.
    if control > max(10, len(text) // 50):
        raise _other_format("a kind of file we do not know")
    lines = text.splitlines()
    named = lines[0].strip().lower() if lines else ""
    head = "\n".join(lines[:60])
    separators = [sign for sign in SEPARATORS if sign in head]
    if named.startswith("sep=") and named[4:5] in SEPARATORS:
        separators = [named[4]]
    tables = [
        Table(tuple(_records(text, sign)), f"text separated by {SEPARATORS[sign]}, read as {encoding}")
        for sign in separators
    ]
    return tables or [Table(tuple((line,) for line in lines), f"text without separators, read as {encoding}")]


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Bytes that are not UTF-8 are Windows-1252, as Excel on Windows
    saves them.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", errors="replace"), "UTF-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), "UTF-16"
    sample = data[:2000]
    if sample.count(0) > len(sample) // 4:
        # Without a mark the place of the zero bytes tells: Latin letters have them second in little-endian
        # text.
        name = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        return data.decode(name, errors="replace"), "UTF-16"
    try:
        return data.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        return data.decode("latin-1"), "Latin-1"


def _records(text: str, separator: str) -> Iterator[tuple[str, ...]]:
    try:
        rows = list(_parsed(text, separator, quoted=True))
        if any(cell.count("\n") > MAX_BREAKS_IN_CELL for row in rows for cell in row):
            raise csv.Error("a quotation mark is not closed")
    except csv.Error:
        # Line by line nothing is swallowed; the quotation marks then stay in the cells.
        try:
            rows = list(_parsed(text, separator, quoted=False))
        except csv.Error as error:
            raise _damaged() from error
    if sum(any(row) for row in rows) > MAX_ROWS:
        raise _too_many()
    return iter(rows)


def _parsed(text: str, separator: str, *, quoted: bool) -> Iterator[tuple[str, ...]]:
    reader = csv.reader(
        io.StringIO(text.replace("\x00", ""), newline=""),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    for row in reader:
        # An apostrophe before a sign is a spreadsheet's way, and ours, to say "this is no formula".
        cells = [_GUARD.sub("", cell.strip(" \xa0\t\r\n\x1a")) for cell in row[:MAX_COLUMNS]]
        if not quoted:
            cells = [cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell for cell in cells]
        yield tuple(cells) if any(cells) else ()
