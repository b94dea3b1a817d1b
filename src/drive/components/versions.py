"""Two versions of one answer, word by word, for the page that says someone saved first."""

from __future__ import annotations

from difflib import SequenceMatcher

Parts = list[tuple[str, bool]]


def differences(theirs: str, mine: str) -> tuple[Parts, Parts]:
    """Both texts as runs of (words, differs), in order; joined by spaces each gives its own words back.

    Whole words are compared: half a name underlined would be harder to read than the name.
    """
    left, right = theirs.split(), mine.split()
    their_parts: Parts = []
    my_parts: Parts = []
    for change, i1, i2, j1, j2 in SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        differs = change != "equal"
        if i2 > i1:
            their_parts.append((" ".join(left[i1:i2]), differs))
        if j2 > j1:
            my_parts.append((" ".join(right[j1:j2]), differs))
    return their_parts, my_parts
