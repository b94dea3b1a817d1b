"""What one cell says where it is no date: relationship and gender codes, yes and no, numbers, children.

Every reader returns the value, or a `Missing` state where the cell says that there is none, or raises
`Unclear` with the words to show. An empty cell is `None`: missing, not "no" (R-04).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drive.people.names import fold
from drive.referrals.lists.cells import Cell, Missing, Unclear, missing, short, shown
from drive.referrals.lists.problems import Code

_GENDERS = {
    "man": ("m", "male", "man", "boy"),
    "woman": ("f", "female", "woman", "girl", "w"),
    "transgender": (
        "t",
        "trans",
        "transgender",
        "transman",
        "transwoman",
        "mtf",
        "ftm",
        "transmale",
        "transfemale",
    ),
    "non_binary": ("nb", "nonbinary", "enby", "genderfluid", "genderqueer"),
    "other": ("o", "other", "another", "x"),
}
_GENDER_OF = {word: code for code, words in _GENDERS.items() for word in words}

_RELATIONSHIPS = {
    "partner": """
        p partner currentpartner pt cp spouse husband wife married marriedto boyfriend girlfriend bf gf
        fiance fiancee cohabiting cohabitee livingtogether civilpartner currentintimatepartner
        intimatepartner relationship inarelationship
    """,
    "ex_partner": """
        xp ex expartner exp formerpartner formerspouse exhusband exwife exboyfriend exgirlfriend
        exspouse separated divorced estranged estrangedpartner estrangedhusband estrangedwife expt
        previouspartner formerintimatepartner xpartner excohabitee exfiance exfiancee
    """,
    "intermittent": """
        ip intermittent intermittentpartner onoff onoffpartner onandoff onandoffpartner
        onoffrelationship onagainoffagain int intp intermittentrelationship sometimespartner
    """,
    "family_adult": """
        fa familymemberadult familyadult adultfamily adultfamilymember afm familymemberover adultchild
        adultson adultdaughter parent mother father mum dad son daughter brother sister sibling
        grandmother grandfather grandparent grandson granddaughter uncle aunt cousin inlaw motherinlaw
        fatherinlaw soninlaw daughterinlaw brotherinlaw sisterinlaw stepfather stepmother stepson
        stepdaughter stepparent nephew niece
    """,
    "family_minor": """
        fm familymemberminor familyminor minorfamily familymemberunder familymemberchild
        childfamilymember minor minorchild childunder familymemberu
    """,
    "other": """
        o oth other otherrelationship friend acquaintance carer neighbour housemate flatmate stranger
        colleague
    """,
}
_RELATIONSHIP_OF = {word: code for code, words in _RELATIONSHIPS.items() for word in words.split()}


def read_gender(cell: Cell) -> str | Missing | None:
    """A K-02 code."""
    return _coded(cell, _GENDER_OF, Code.GENDER_UNKNOWN, "a gender we know. Choose one, or leave it empty.")


def read_relationship(cell: Cell) -> str | Missing | None:
    """A K-06 code for the tie between the two; the word or code sent is kept beside it by the caller."""
    text = shown(cell)
    if len(fold(text)) <= 2 and fold(text) in ("na", "nk", "uk", "u"):
        return Missing.UNKNOWN if fold(text) != "na" else Missing.NOT_APPLICABLE
    return _coded(
        cell,
        _RELATIONSHIP_OF,
        Code.RELATIONSHIP_UNKNOWN,
        "in no code list for relationships. Choose what it means.",
    )


def _coded(cell: Cell, codes: dict[str, str], code: Code, words: str) -> str | Missing | None:
    text = shown(cell)
    if not text:
        return None
    folded = fold(text)
    if found := codes.get(folded) or codes.get(_singular_start(folded, codes)):
        return found
    state = missing(text)
    if state:
        return state
    raise Unclear(code, f"“{short(text)}” is {words}")


def _singular_start(folded: str, codes: dict[str, str]) -> str:
    """ "Ex-partner (lives apart)" is read by its longest beginning that is a word of the list, of six letters
    or more.
    """
    return max((word for word in codes if len(word) >= 6 and folded.startswith(word)), key=len, default="")


_YES = frozenset({"y", "yes", "true", "t", "repeat", "yesrepeat", "ja", "r", "high"})
_NO = frozenset({"n", "no", "false", "f", "none", "notrepeat", "first", "new", "nonrepeat", "nil"})


def read_yes_no(cell: Cell) -> bool | Missing | None:
    """Yes or no; an empty cell is neither."""
    text = shown(cell)
    if not text:
        return None
    folded = fold(text)
    if folded in _YES or text == "1":
        return True
    if folded in _NO or text == "0":
        return False
    state = missing(text)
    if state:
        return state
    raise Unclear(
        Code.ANSWER_UNKNOWN, f"“{short(text)}” is neither yes nor no. Type Yes or No, or leave it empty."
    )


def read_number(cell: Cell) -> int | Missing | None:
    """A whole number from 0 to 999, as in "21" or "21/24"."""
    text = shown(cell)
    if not text:
        return None
    if found := re.fullmatch(r"(\d{1,3})(?:\s*(?:/|of|out of)\s*\d{1,3})?", text):
        return int(found[1])
    state = missing(text)
    if state:
        return state
    raise Unclear(
        Code.NUMBER_UNKNOWN, f"“{short(text)}” is not a number. Type the number, or leave it empty."
    )


@dataclass(frozen=True, slots=True)
class Children:
    """How many children the list names; their ages in years where it gives them, unborn ones as 0."""

    count: int
    ages: tuple[int, ...] = ()


def read_children(cell: Cell, *, as_ages: bool) -> Children | Missing | None:
    """A number of children, or their ages where the heading or a list of numbers says so. "None" is none, not
    missing.
    """
    text = shown(cell)
    if not text:
        return None
    if fold(text) in ("none", "no", "nil", "nochildren"):
        return Children(0)
    numbers = [int(number) for number in re.findall(r"\d{1,3}", text)]
    if numbers and all(number < 26 for number in numbers) and (as_ages or len(numbers) > 1):
        return Children(len(numbers), tuple(numbers))
    if len(numbers) == 1 and numbers[0] < 26:
        return Children(numbers[0])
    state = missing(text)
    if state:
        return state
    raise Unclear(
        Code.NUMBER_UNKNOWN,
        f"“{short(text)}” does not say how many children. Type the number, or leave it empty.",
    )
