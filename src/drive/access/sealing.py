"""Encryption of single values: AES-GCM, the key's number in the value, bound to the place where it stands.

`bound_to` is authenticated with the value: a ciphertext moved to another row or field does not open. Keys are in
`DRIVE_FIELD_KEYS`, newest first; `seal` uses the newest, `open_sealed` any.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_BYTES = 12


def _keys() -> dict[bytes, bytes]:
    keys = [bytes.fromhex(key) for key in settings.DRIVE_FIELD_KEYS]
    return {hashlib.sha256(b"key id" + key).digest()[:4]: key for key in keys}


def seal(value: bytes, *, bound_to: str) -> bytes:
    """Key id (4 bytes), nonce (12), ciphertext with tag. Two sealings of one value differ."""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return key_id + nonce + AESGCM(key).encrypt(nonce, value, bound_to.encode())


def open_sealed(sealed: bytes, *, bound_to: str) -> bytes:
    """The value. Raises `ValueError` when the key is gone, the value was changed, or it stands in the wrong place."""
    key = _keys().get(sealed[:4])
    if key is None:
        raise ValueError("the key of this sealed value is not among DRIVE_FIELD_KEYS")
    try:
        return AESGCM(key).decrypt(
            sealed[4 : 4 + _NONCE_BYTES], sealed[4 + _NONCE_BYTES :], bound_to.encode()
        )
    except InvalidTag as error:
        raise ValueError("this sealed value was changed or moved") from error


def lookup_digest(value: str, *, purpose: str) -> str:
    """A keyed digest by which equal values are told equal without being opened (S-14). Hex, 64 characters."""
    message = f"{purpose}\0{value}".encode()
    return hmac.new(bytes.fromhex(settings.DRIVE_MATCH_KEY), message, hashlib.sha256).hexdigest()
