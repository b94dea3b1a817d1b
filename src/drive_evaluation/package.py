"""Reading a data package: one folder with ``datapackage.json`` and a CSV file per table.

Cells keep the three states apart: an answer, a recorded ``unknown``, and an empty cell (NaN or NaT here).
Dates become ``datetime64``, integers and numbers ``float64``, booleans ``object`` columns of True, False and NaN.
"""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.contract import CONTRACT_VERSION, TABLES, Table, resource_descriptor
from drive_evaluation.errors import PackageError
from drive_evaluation.settings import Settings, settings_from_descriptor

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Package:
    """A package as read: ``raw`` holds the cells as text, ``tables`` the same cells typed by the contract."""

    path: Path
    descriptor: Mapping[str, Any]
    settings: Settings
    raw: Mapping[str, pd.DataFrame]
    tables: Mapping[str, pd.DataFrame]

    @property
    def synthetic(self) -> bool:
        """Whether the package says that its people are invented."""
        return bool(self.descriptor.get("synthetic", False))

    def fingerprint(self) -> str:
        """SHA-256 over descriptor and tables, in contract order: what a report names as its source."""
        digest = hashlib.sha256((self.path / DESCRIPTOR).read_bytes())
        for name in TABLES:
            file = self.path / f"{name}.csv"
            if file.is_file():
                digest.update(name.encode())
                digest.update(file.read_bytes())
        return digest.hexdigest()


def read_descriptor(folder: Path) -> dict[str, Any]:
    """The descriptor of a package folder; PackageError names what is wrong and the remedy."""
    file = folder / DESCRIPTOR
    if not folder.is_dir():
        raise PackageError(f"{folder} is not a folder; give the folder that holds {DESCRIPTOR}")
    if not file.is_file():
        raise PackageError(f"{folder} holds no {DESCRIPTOR}; give the folder of the data package")
    try:
        descriptor = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise PackageError(f"{DESCRIPTOR} is not valid JSON in UTF-8: {error}") from error
    if not isinstance(descriptor, dict):
        raise PackageError(f"{DESCRIPTOR} must hold one JSON object")
    version = descriptor.get("contract_version")
    if str(version) != CONTRACT_VERSION:
        raise PackageError(
            f"{DESCRIPTOR}: contract_version is {version!r}; this library reads {CONTRACT_VERSION}, "
            "so write the extract again or install the matching library"
        )
    return descriptor


def read_raw(file: Path, table: Table) -> pd.DataFrame:
    """One CSV file as text cells. The header must be readable; everything else is left to validation."""
    _refuse_other_forms(file, table)
    try:
        with warnings.catch_warnings():
            # A row with more cells than the header is a broken file, not a reason to take its first column as index.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(
                file,
                dtype=str,
                keep_default_na=False,
                na_values=[""],
                encoding="utf-8",
                skip_blank_lines=True,
                index_col=False,
            )
    except pd.errors.EmptyDataError:
        raise PackageError(
            f"{file.name}: the file is empty; write at least the header row {', '.join(table.field_names)}"
        ) from None
    except (pd.errors.ParserError, pd.errors.ParserWarning) as error:
        raise PackageError(
            f"{file.name}: not a comma-separated file ({str(error).strip()}); "
            "write it again with one cell per field"
        ) from error


_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def _refuse_other_forms(file: Path, table: Table) -> None:
    """PackageError for a file in another encoding, with the row, or with another separator than commas.

    Read as it stands, the second would be a table without any of its columns, and every table that refers to it wrong.
    """
    data = file.read_bytes()
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise PackageError(
            f"{file.name}, row {row}: not in UTF-8 (byte {data[error.start]:#04x}); write it again in UTF-8"
        ) from error
    header = data.split(b"\n", 1)[0].decode("utf-8")
    for separator, name in _SEPARATORS.items():
        if "," not in header and separator in header:
            raise PackageError(
                f"{file.name}, row 1: the cells are separated by {name}; "
                f"write it again with commas: {','.join(table.field_names)}"
            )


_BOOLEANS = {"true": True, "false": False}


def typed(raw: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Cells typed by the contract; a cell that cannot be read becomes missing (validation reports it).

    Columns that the file lacks are added empty, unknown columns are dropped.
    """
    columns: dict[str, Any] = {}
    for item in table.fields:
        cells = raw[item.name] if item.name in raw.columns else pd.Series(np.nan, raw.index, dtype=object)
        if item.type == "date":
            columns[item.name] = pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").astype(
                "datetime64[s]"
            )
        elif item.type in ("integer", "number"):
            columns[item.name] = pd.to_numeric(cells, errors="coerce").astype("float64")
        elif item.type == "boolean":
            columns[item.name] = cells.map(_BOOLEANS).astype(object)
        else:
            columns[item.name] = cells.astype(object).where(cells.notna(), np.nan)
    return pd.DataFrame(columns, index=raw.index)


def read_package(path: Path | str, progress: Callable[[str], None] | None = None) -> Package:
    """Read a package folder without judging its rows; see ``validation.validate`` for that.

    Raises PackageError where the package cannot be read at all.
    """
    folder = Path(path)
    descriptor = read_descriptor(folder)
    settings = settings_from_descriptor(descriptor)
    raw: dict[str, pd.DataFrame] = {}
    tables: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        file = folder / table.path
        if file.is_file():
            if progress:
                progress(f"reading {table.path}")
            raw[name] = read_raw(file, table)
            tables[name] = typed(raw[name], table)
    if not tables:
        raise PackageError(
            f"{folder} holds no table of the contract; expected files such as perpetrators.csv"
        )
    return Package(folder, descriptor, settings, raw, tables)


def write_package(
    folder: Path | str,
    tables: Mapping[str, pd.DataFrame],
    *,
    evaluation: Mapping[str, Any],
    synthetic: bool,
    name: str = "drive-extract",
    extra: Mapping[str, Any] | None = None,
    months: bool = False,
) -> Path:
    """Write tables as a package: the files, the descriptor, and a SHA-256 of every file in it.

    Date columns may be ``datetime64``, ``datetime.date`` or text; booleans Python bools or text; None and NaN are empty
    cells. Column order is the contract's. With ``months`` every date is the first of its month, and of rows that
    then share a key the latest stays. Returns the folder.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written: dict[str, WrittenTable] = {}
    for table_name, table in TABLES.items():
        if table_name not in tables:
            continue
        frame = _in_months(tables[table_name], table) if months else tables[table_name]
        text = to_csv(frame, table)
        (target / table.path).write_bytes(text)
        written[table_name] = WrittenTable(len(frame), len(text), hashlib.sha256(text).hexdigest())
    write_descriptor(target, written, evaluation=evaluation, synthetic=synthetic, name=name, extra=extra)
    return target


@dataclass(frozen=True, slots=True)
class WrittenTable:
    """One file of a package as written: rows without the header, bytes, SHA-256 in hex."""

    rows: int
    size: int
    digest: str


def write_descriptor(
    folder: Path,
    written: Mapping[str, WrittenTable],
    *,
    evaluation: Mapping[str, Any],
    synthetic: bool,
    name: str = "drive-extract",
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write ``datapackage.json`` for the files of ``written``, in contract order."""
    resources = []
    for table_name in TABLES:
        if table_name not in written:
            continue
        descriptor = resource_descriptor(table_name)
        descriptor["hash"] = f"sha256:{written[table_name].digest}"
        descriptor["bytes"] = written[table_name].size
        descriptor["rows"] = written[table_name].rows
        # A reference to a table that was left out cannot be checked and would make the descriptor invalid.
        schema = descriptor["schema"]
        if "foreignKeys" in schema:
            schema["foreignKeys"] = [
                fk for fk in schema["foreignKeys"] if fk["reference"]["resource"] in written
            ]
            if not schema["foreignKeys"]:
                del schema["foreignKeys"]
        resources.append(descriptor)
    document = {
        "name": name,
        "profile": "tabular-data-package",
        "contract_version": CONTRACT_VERSION,
        "synthetic": synthetic,
        "evaluation": dict(evaluation),
        **(extra or {}),
        "resources": resources,
    }
    (folder / DESCRIPTOR).write_text(
        json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )


def _in_months(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The frame with every date as the first of its month; of rows that then share a key, the latest."""
    dates = [item.name for item in table.fields if item.type == "date" and item.name in frame.columns]
    if not dates or frame.empty:
        return frame
    coarse = frame.copy()
    for column in dates:
        coarse[column] = pd.to_datetime(frame[column]).dt.to_period("M").dt.to_timestamp()
    dated_key = [column for column in table.key if column in dates]
    if not dated_key:
        return coarse
    order = frame.assign(**{column: pd.to_datetime(frame[column]) for column in dated_key})
    latest = order.sort_values(dated_key, kind="stable", na_position="first").index
    kept = coarse.loc[latest].drop_duplicates(list(table.key), keep="last").index
    return coarse.loc[frame.index.isin(kept)]


def to_csv(frame: pd.DataFrame, table: Table) -> bytes:
    """One table as the bytes of its CSV file, in contract order and form."""
    columns: dict[str, Any] = {}
    for item in table.fields:
        cells = (
            frame[item.name] if item.name in frame.columns else pd.Series(np.nan, frame.index, dtype=object)
        )
        if item.type == "date":
            columns[item.name] = pd.to_datetime(cells).dt.strftime("%Y-%m-%d")
        elif item.type == "boolean":
            columns[item.name] = cells.map({True: "true", False: "false", "true": "true", "false": "false"})
        elif item.type == "integer":
            columns[item.name] = pd.to_numeric(cells).astype("Int64").astype(object)
        else:
            columns[item.name] = cells
    text = pd.DataFrame(columns, index=frame.index).to_csv(index=False, lineterminator="\n", na_rep="")
    return text.encode("utf-8")
