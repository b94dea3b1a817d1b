"""Keyed pseudonyms: HMAC of the live system's random key under the study's own key (A2 of the contract).

The key is given for one run by whoever keeps it (the allocation custodian or a trusted third party) and is stored
nowhere in the system, so neither the package nor the database, nor both together, lead back. One study keeps one key and
so the same pseudonyms in each later extract; two studies share none, nor can their packages be joined.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

KEY_BYTES = 32
LENGTH = 16
"""Characters of base 32: 80 bits, so that two of a million people share one with a chance of less than one in 10^12."""

KINDS = {
    "perpetrator_id": "service_user", "victim_id": "victim_survivor", "child_id": "child", "case_id": "case",
    "case_manager_id": "worker", "action_id": "action", "contact_id": "contact", "session_id": "session", "item_id": "item",
    "meeting_id": "meeting",
}  # fmt: skip
"""Field of the contract to what its key stands for. One person in two roles gets two pseudonyms (S-33)."""


class StudyKeyError(Exception):
    """The key cannot be used; the text is fit to show."""


def draw_key() -> str:
    """A new study's key: 64 hexadecimal characters."""
    return secrets.token_hex(KEY_BYTES)


def read_key(text: str) -> bytes:
    """The key from its text. Raises `StudyKeyError` for what is no key of `draw_key`."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StudyKeyError(
            f"The key is not {2 * KEY_BYTES} hexadecimal characters. Ask whoever keeps it for this study."
        )
    return key


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The pseudonyms of one study."""

    key: bytes
    study: str

    def of(self, kind: str, live: object) -> str:
        """The pseudonym of one live key."""
        message = f"{self.study}\0{kind}\0{live}".encode()
        digest = hmac.new(self.key, message, hashlib.sha256).digest()
        return base64.b32encode(digest[: LENGTH * 5 // 8]).decode().lower()

    def check(self) -> str:
        """What tells later whether an extract was made with the same key, and tells nothing else."""
        return self.of("check", "")

    def rows(self, told: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """The rows with every key field replaced."""
        for row in told:
            yield {
                name: self.of(KINDS[name], value) if name in KINDS and value is not None else value
                for name, value in row.items()
            }
