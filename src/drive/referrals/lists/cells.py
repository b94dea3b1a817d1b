"""What a cell is, when it says that there is nothing to say, and how it is shown."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from drive.people.names import fold
from drive.referrals.lists.problems import Code

type Cell = str | int | float | bool | date | datetime | None


class Missing(StrEnum):
    """Missing states of K-01 that a list can state in so many words."""

    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    DECLINED = "declined"


class Unclear(Exception):  # noqa: N818  # not an error of the program: the cell is unclear
    """A cell that cannot be taken as it stands; `code` and `text` become its problem."""

    def __init__(self, code: Code, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


_UNKNOWN = frozenset(
    {
        "unknown",
        "unk",
        "notknown",
        "nk",
        "dk",
        "dontknow",
        "tbc",
        "tba",
        "notrecorded",
        "notstated",
        "notgiven",
    }
)
_NOT_APPLICABLE = frozenset({"na", "notapplicable", "doesnotapply"})
_DECLINED = frozenset({"declined", "refused", "prefernottosay", "withheld", "wouldnotsay"})


def missing(text: str) -> Missing | None:
    """The missing state that a text stands for, or None when it says more. "?" and "-" are unknown."""
    folded = fold(text)
    if folded in _UNKNOWN or (
        text.strip() and not folded.strip("?") and not any(sign.isdigit() for sign in text)
    ):
        return Missing.UNKNOWN
    if folded in _NOT_APPLICABLE:
        return Missing.NOT_APPLICABLE
    return Missing.DECLINED if folded in _DECLINED else None


def shown(cell: Cell) -> str:
    """A cell as the sender saw it: dates day first, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if cell.time() == cell.min.time() else f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def short(text: str) -> str:
    """The beginning of a text, for words that quote it."""
    return text if len(text) <= 40 else text[:39] + "…"
