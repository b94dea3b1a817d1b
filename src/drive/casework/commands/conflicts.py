"""When two people write the same thing at once: the second is told, and neither version is lost (S-48)."""

from __future__ import annotations

from typing import Any


class SomeoneSavedFirst(Exception):  # noqa: N818  # an answer to the writer, not a fault
    """A version or step that the writer had not seen stands now.

    `theirs` is the row that was saved, `mine` what was not.
    """

    def __init__(self, theirs: Any, mine: Any) -> None:
        super().__init__("someone saved first")
        self.theirs = theirs
        self.mine = mine
