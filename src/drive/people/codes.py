"""Public case codes: short, random, separate from every key, never counted (house decision 14)."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, 1, I, L, O and U: nothing that is misread aloud or spells a word."""


def new_case_code() -> str:
    """A code like `K7-QF4`. Unique within one service by constraint; the caller draws again on a collision."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(5))
    return f"{drawn[:2]}-{drawn[2:]}"
