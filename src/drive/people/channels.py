"""One way to write an address, a phone or an email, so that both sides' keyed digests of it are equal
(S-14).
"""

from __future__ import annotations

import re

from .profiles import fold

DIGEST_PURPOSE = "channel"
"""The purpose under which `access.sealing.lookup_digest` is asked for these values, on either side."""


def folded_channel(kind: str, value: str) -> str:
    """`value` without what differs between two writings of one address or number.

    `kind` `phone`: digits alone, a UK country prefix as 0. Everything else: case, accents, punctuation and
    repeated spaces away; the letters and digits of a postcode stand together.
    """
    if kind == "phone":
        digits = re.sub(r"\D", "", value)
        return re.sub(r"^(?:00)?44(?:0)?(?=\d{9,10}$)", "0", digits)
    if kind == "email":
        return fold(value).replace(" ", "")
    words = re.sub(r"[^\w\s]", " ", fold(value)).split()
    text = " ".join(words)
    return re.sub(r"\b([a-z]{1,2}\d[a-z\d]?) (\d[a-z]{2})\b", r"\1\2", text)
