"""A refusal in words that a practitioner understands: what, why, and what remains open (G-08, design "Words")."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818  # a refusal is an answer, not an error
    """Raised by commands and rules. `str()` is fit to show; it never says why a channel or place clashes (S-14, S-25).

    `rule` is the handbook id, for the audit and the tests. `field` names the form field it belongs to, if one.
    """

    def __init__(
        self, what: str, *, why: str = "", still_open: str = "", rule: str = "", field: str = ""
    ) -> None:
        super().__init__(" ".join(part for part in (what, why, still_open) if part))
        self.what = what
        self.why = why
        self.still_open = still_open
        self.rule = rule
        self.field = field
