"""What can be wrong with a line or a whole list, in words that say what to do.

A *refusing* problem makes the line unusable until somebody corrects it; any other is a question on a line
that is kept. An empty cell that may be empty is missing (R-04) and never a problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Code(StrEnum):
    """Stable codes of problems; the text may change, these do not."""

    # These refuse the line.
    NAME_MISSING = "name_missing"
    SURNAME_MISSING = "surname_missing"
    FORENAME_MISSING = "forename_missing"
    NAME_UNREADABLE = "name_unreadable"
    SAME_PERSON = "same_person"
    DATE_IMPOSSIBLE = "date_impossible"
    DATE_UNREADABLE = "date_unreadable"
    BORN_IN_FUTURE = "born_in_future"
    BORN_AFTER = "born_after"
    AGE_IMPOSSIBLE = "age_impossible"
    # These ask.
    NAME_INCOMPLETE = "name_incomplete"
    LETTER_LOST = "letter_lost"
    LETTERS_GARBLED = "letters_garbled"
    NAME_ABBREVIATED = "name_abbreviated"
    BIRTH_DATE_UNKNOWN = "birth_date_unknown"
    AGE_IMPLAUSIBLE = "age_implausible"
    AGE_DISAGREES = "age_disagrees"
    DATE_IMPLAUSIBLE = "date_implausible"
    RELATIONSHIP_UNKNOWN = "relationship_unknown"
    GENDER_UNKNOWN = "gender_unknown"
    ANSWER_UNKNOWN = "answer_unknown"
    NUMBER_UNKNOWN = "number_unknown"


REFUSING = frozenset(
    {
        Code.NAME_MISSING,
        Code.SURNAME_MISSING,
        Code.FORENAME_MISSING,
        Code.NAME_UNREADABLE,
        Code.SAME_PERSON,
        Code.DATE_IMPOSSIBLE,
        Code.DATE_UNREADABLE,
        Code.BORN_IN_FUTURE,
        Code.BORN_AFTER,
        Code.AGE_IMPOSSIBLE,
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong on one line. `field` is a `headings.Field`, or `line` when about the whole line."""

    field: str
    code: Code
    text: str

    @property
    def refuses(self) -> bool:
        return self.code in REFUSING


class RefusedCode(StrEnum):
    """Why a whole file was not read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"
    OLD_EXCEL = "old_excel"
    OTHER_FORMAT = "other_format"
    DAMAGED = "damaged"
    NO_HEADINGS = "no_headings"
    NOT_A_REFERRAL_LIST = "not_a_referral_list"


class ListRefused(Exception):  # noqa: N818  # named for what happened to the list, as it reads in `except`
    """The whole file cannot be read as a referral list; `text` is fit to show and nothing of the file was
    kept.
    """

    def __init__(self, code: RefusedCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
