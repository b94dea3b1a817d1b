"""What the layout must be told about a page: who reads it, where they stand, and what the menu offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Side = Literal["case", "client", "bridge", "reports"]
OwnSide = Literal["case", "client", "reports"]

_USUAL_WORDS: dict[Side, str] = {
    "case": "Service user’s case",
    "client": "Client record",
    "bridge": "Shared page",
    "reports": "Reports",
}


@dataclass(frozen=True)
class Standing:
    """Where the reader stands (W-31): colour, rail, mark, paper and words of one page.

    `side` chooses all five. `own` is the reader's own side; it is needed on the bridge alone, where the
    header and buttons keep the reader's colour, and is ignored elsewhere. `words` come first on the standing
    line ("Service user's case", "Case side", "Panel"); `subject` says whose record or what it is; `reading`
    says in which role and since when. Raises ValueError for a side that does not exist, and for a bridge
    without `own`.
    """

    side: Side
    words: str = ""
    subject: str = ""
    reading: str = ""
    own: OwnSide | None = None

    def __post_init__(self) -> None:
        if self.side not in _USUAL_WORDS:
            raise ValueError(f"no such side: {self.side}")
        if self.side == "bridge" and self.own not in get_args(OwnSide):
            raise ValueError("a shared page keeps the reader's own colour: say which side is theirs")
        if not self.words:
            object.__setattr__(self, "words", _USUAL_WORDS[self.side])

    @property
    def colour(self) -> OwnSide:
        """The side whose colour the header, buttons and chosen tiles take."""
        if self.side != "bridge":
            return self.side
        assert self.own is not None  # settled when the standing was made
        return self.own


def as_standing(
    given: Standing | Side,
    *,
    words: str = "",
    subject: str = "",
    reading: str = "",
    own: OwnSide | None = None,
) -> Standing:
    """The standing a page was given, or one made from a side and the words the page set beside it."""
    if isinstance(given, Standing):
        return given
    return Standing(given, words, subject, reading, own)


@dataclass(frozen=True)
class Reader:
    """Who is signed in, in the role they chose. `account_url` opens their settings and the change of role."""

    name: str
    role: str
    organisation: str = ""
    account_url: str = ""


@dataclass(frozen=True)
class MenuItem:
    """One word of the menu. `current` marks the part of the site the page belongs to; `pages` are what it consists of,
    shown below the header while one of them is open.
    """

    label: str
    url: str
    current: bool = False
    pages: tuple[MenuItem, ...] = ()
