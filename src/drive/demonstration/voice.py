"""Sentences of the practice world are written of a man who abuses a woman; this says them of other pairs.

Only words that stand for one of the two are changed, so a sentence about "his brother" becomes one about "her brother".
"""

from __future__ import annotations

import re
from collections.abc import Callable

type Voice = Callable[[str], str]

_MAN = {"he": "she", "him": "her", "his": "her"}
_WOMAN = {"she": "he", "hers": "his"}
_BEFORE_NO_NOUN = "at|about|again|and|anything|as|away|beforehand|but|by|for|from|in|is|it|now|of|off|on|or|over|that|the|to|was|what|who|with"
"""What follows "her" where the word is not "belonging to her"."""
_OBJECT = re.compile(rf"(?=\W*$|[.,;:?!]|\s+(?:{_BEFORE_NO_NOUN})\b)", re.IGNORECASE)
_WORD = re.compile(r"\b(he|him|his|she|her|hers)\b", re.IGNORECASE)


def plain(text: str) -> str:
    """As it is written."""
    return text


def voice_for(service_user: str, clients: set[str]) -> Voice:
    """How to say a sentence of a service user and clients of these genders (K-02).

    Clients of both genders keep "she": a sentence names one of them, and which is not known here.
    """
    of_woman, to_man = service_user == "woman", clients == {"man"}
    if not of_woman and not to_man:
        return plain

    def say(text: str) -> str:
        def swap(found: re.Match[str]) -> str:
            word = found.group().lower()
            if word in _MAN:
                said = _MAN[word] if of_woman else word
            elif not to_man:
                said = word
            elif word == "her":
                said = "him" if _OBJECT.match(text, found.end()) else "his"
            else:
                said = _WOMAN[word]
            return said.capitalize() if found.group()[0].isupper() else said

        return _WORD.sub(swap, text) if " " in text else text

    return say
