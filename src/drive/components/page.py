"""What the layout must be told about a page: who reads it, where they stand, and what the menu offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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

    `side` chooses all five. `own` is the reader's own side and is needed on the bridge alone, where the header and
    buttons keep the reader's colour. `words` come first on the standing line ("Service user's case", "Case side",
    "Panel"); `subject` says whose record or what it is; `reading` says in which role and since when.
    Raises ValueError where the two sides contradict each other.
    """

    side: Side
    words: str = ""
    subject: str = ""
    reading: str = ""
    own: OwnSide | None = None

    def __post_init__(self) -> None:
        if self.side not in _USUAL_WORDS:
            raise ValueError(f"no such side: {self.side}")
        if self.side == "bridge" and self.own is None:
            raise ValueError("a shared page keeps the reader's own colour: say which side is theirs")
        if self.side != "bridge" and self.own not in (None, self.side):
            raise ValueError("only a shared page shows another side than the reader's own")
        if not self.words:
            object.__setattr__(self, "words", _USUAL_WORDS[self.side])

    @property
    def colour(self) -> OwnSide:
        """The side whose colour the header, buttons and chosen tiles take."""
        own = self.own if self.side == "bridge" else self.side
        assert own is not None and own != "bridge"  # settled when the standing was made
        return own


@dataclass(frozen=True)
class Reader:
    """Who is signed in, in the role they chose. `account_url` opens their own settings and the change of role."""

    name: str
    role: str
    organisation: str = ""
    account_url: str = ""


@dataclass(frozen=True)
class MenuItem:
    """One word of the menu. `current` marks the part of the site the page belongs to."""

    label: str
    url: str
    current: bool = False
