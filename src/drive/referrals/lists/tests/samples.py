"""Lists for the tests: the five sample lists, and small ones made of rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from drive.referrals.lists.preview import KnownReferralPerson, Preview, RowResult, preview

FIXTURES = Path(__file__).parent / "fixtures"
NORTHMOOR_MARCH, NORTHMOOR_APRIL = "marac-northmoor-2025-03.xlsx", "marac-northmoor-2025-04.xlsx"
CASTLEGATE_MARCH, CASTLEGATE_APRIL = "marac-castlegate-2025-03.csv", "marac-castlegate-2025-04.csv"
POLICE, CUSTODY = "police-referrals-2025-04.tsv", "custody-list-2025-04.csv"
LISTS = (NORTHMOOR_MARCH, NORTHMOOR_APRIL, CASTLEGATE_MARCH, CASTLEGATE_APRIL, POLICE)
TODAY = date(2025, 5, 1)
SECRET = b"a secret of the tests and of nothing else"
HEADINGS = ("MARAC date", "Victim name", "Victim DOB", "Perp name", "Perp DOB", "Relationship")
GOOD = ("10/03/2025", "Nasreen Snodgrassby", "18/06/1977", "Tobias Heepleton", "15/10/1982", "partner")


def judged(data: bytes, *, known: Iterable[KnownReferralPerson] = (), earlier: Iterable[str] = ()) -> Preview:
    """A preview on a fixed day under a fixed secret."""
    return preview(data, "list.csv", key=SECRET, today=TODAY, known=known, earlier_rows=frozenset(earlier))


def sample(name: str) -> Preview:
    """The preview of one sample list on a site that holds nothing."""
    return judged((FIXTURES / name).read_bytes())


def as_csv(rows: Iterable[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([headings, *rows])
    return out.getvalue().encode()


def only_row(**changes: str) -> RowResult:
    """The judgement of a good line with some cells changed, by heading with `_` for spaces."""
    cells = dict(zip(HEADINGS, GOOD, strict=True)) | {
        heading.replace("_", " "): text for heading, text in changes.items()
    }
    (row,) = judged(as_csv([tuple(cells.values())], tuple(cells))).rows
    return row
