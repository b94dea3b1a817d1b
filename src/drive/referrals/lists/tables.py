"""Where the list is in a file: the table, its row of headings, and which rows below are lines of data."""

from __future__ import annotations

import re
from collections.abc import Sequence

from drive.people.matching import fold_code
from drive.people.names import is_no_name
from drive.referrals.lists.cells import Cell, shown
from drive.referrals.lists.headings import Field, Headings, Role, assign, field_of, recognise
from drive.referrals.lists.problems import ListRefused, RefusedCode
from drive.referrals.lists.reading import Table

SEARCHED_ROWS = 40


def _texts(row: Sequence[Cell]) -> list[str]:
    return [" ".join(shown(cell).split()) for cell in row]


def find_headings(table: Table) -> Headings | None:
    """The row of headings that names both people, else the row with most columns recognised, else None."""
    best: tuple[int, Headings] | None = None
    above: list[str] = []
    for line, row in enumerate(table.rows[:SEARCHED_ROWS], 1):
        texts = _texts(row)
        plain = Headings(line, assign(texts))
        for headings in (plain, Headings(line, assign(_under(above, texts)))):
            score = sum(column.field is not None for column in headings.columns)
            bare = sum(recognise(column.heading)[1] is not None for column in headings.columns)
            score = score + 100 if headings.names_both and score > 2 else min(score, 90)
            if max(score, bare) > 1 and (best is None or score > best[0]):
                best = (score, headings)
        above = texts if any(texts) else above
    return best[1] if best else None


def _under(above: Sequence[str], texts: Sequence[str]) -> list[str]:
    """Headings in two rows: "Victim" over "Name" and "DOB" is "Victim Name" and "Victim DOB"."""
    group, out = "", []
    for place, text in enumerate(texts):
        group = (above[place] if place < len(above) else "") or group
        both = f"{group} {text}".strip()
        joined = text and (recognise(group)[0] or isinstance(recognise(both)[1], Field))
        out.append(both if joined else text)
    return out


def choose_table(tables: Sequence[Table]) -> tuple[Table, Headings, tuple[str, ...]]:
    """The table that is a referral list, its headings, and notices about others. Raises `ListRefused` when
    there is none.
    """
    found = [(table, headings) for table in tables if (headings := find_headings(table))]
    lists = [(table, headings) for table, headings in found if headings.names_both]
    if lists:
        # Text is offered once for each separator: the right one gives the most columns. The first sheet wins
        # a tie.
        table, headings = max(
            lists,
            key=lambda item: (item[0].sheet is None) * sum(c.field is not None for c in item[1].columns),
        )
        others = [other.sheet for other, _ in lists if other.sheet and other is not table]
        unread = [other.sheet for other in tables if other.sheet and other is not table and other.rows]
        notices = [
            f"The sheet “{sheet}” {'is a list too: upload it alone' if sheet in others else 'was not read'}."
            for sheet in unread
        ]
        return table, headings, tuple(notices)
    if not found:
        raise ListRefused(
            RefusedCode.NO_HEADINGS,
            "No row of headings was found. The first row of the list must name its columns, for instance "
            "“Perpetrator name”, “Perpetrator DOB”, “Victim name”, “MARAC date”.",
        )
    raise _not_a_list(max((headings for _, headings in found), key=lambda headings: len(headings.columns)))


def _not_a_list(headings: Headings) -> ListRefused:
    absent = [
        f"the {words} (such as “{example}”)"
        for role, words, example in (
            (Role.SERVICE_USER, "service user", "Perpetrator name"),
            (Role.VICTIM_SURVIVOR, "victim/survivor", "Victim name"),
        )
        if not headings.names(role)
    ]
    held = ", ".join(f"“{column.heading[:40]}”" for column in headings.columns if column.heading)
    return ListRefused(
        RefusedCode.NOT_A_REFERRAL_LIST,
        f"This is not a referral list: no column names {' and none names '.join(absent)}. "
        f"A referral list names both on every line. The headings on line {headings.line} are {held}. "
        "If it is a referral list, say in the headings whose names they are and upload it again.",
    )


_FOOTER = re.compile(
    r"(?:grand\s+|sub)?-?total|end of|page \d|printed|number of (?:cases|referrals)|cases?\s*[:=]|count\b"
    r"|prepared by|restricted\b|official\b|confidential\b|key\s*:|notes?\s*:|[*=_\-–—.\s]+$",
    re.IGNORECASE,
)


def why_not_a_row(row: Sequence[Cell], headings: Headings) -> str | None:
    """Why a row below the headings is no line of the list, in words, or None when it is one. Empty rows give
    "".
    """
    texts = [" ".join(shown(cell).split()) for cell in row]
    filled = [text for text in texts if text]
    if not filled:
        return ""
    again = [fold_code(column.heading) for column in headings.columns]
    same = sum(fold_code(text) == heading for text, heading in zip(texts, again, strict=False) if text)
    if same >= max(2, len(filled) - 1):
        return "the headings again"
    if len(filled) <= 3 and _FOOTER.match(filled[0]):
        return "a total or a note"
    names = [
        place
        for role in Role
        for what in ("name", "surname", "forenames")
        if (place := headings.place_of(field_of(role, what))) is not None
    ]
    named = any(place < len(texts) and not is_no_name(texts[place]) for place in names)
    return "a note" if len(filled) == 1 and not named else None
