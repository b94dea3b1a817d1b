"""Keys and codes drawn from the world's own dice, so that one seed always gives the same rows."""

from __future__ import annotations

from random import Random
from uuid import UUID

from drive.people.codes import ALPHABET

_RANDOM_BITS = ~(0xF << 76 | 0x3 << 62) & (1 << 128) - 1
_VERSION_4 = 0x4 << 76 | 0x2 << 62


def draw_key(rng: Random) -> str:
    """A random UUID as 32 hex digits, in the form that a column takes."""
    return f"{rng.getrandbits(128) & _RANDOM_BITS | _VERSION_4:032x}"


def dashed(key: str) -> str:
    """The key as Python's `str(UUID)` writes it, for what is bound to a row's key."""
    return str(UUID(key))


def code_of(number: int, *, side: str) -> str:
    """The public code of the case or record with this number, in the form of `people.codes`: no two are alike.

    A fixed shuffle of all codes of the form, the client's side half a round away from the other.
    """
    left = (number * _STRIDE + (_CODES // 2 if side == "vs" else 0)) % _CODES
    signs = []
    for _ in range(5):
        left, sign = divmod(left, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return f"{signs[0]}{signs[1]}-{signs[2]}{signs[3]}{signs[4]}"


_CODES = len(ALPHABET) ** 5
_STRIDE = 15_485_863
"""Prime, so that it runs through every code before it comes back."""
