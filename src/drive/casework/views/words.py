"""Words for codes, and addresses of pages of other apps: what every template of this side may call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import NoReverseMatch, reverse
from markupsafe import Markup

from drive.instruments.codelists import MISSING_STATES, code_list

from ..rules import label_of


def address_of(name: str, **arguments: object) -> str:
    """A page's address, or "" where the site has no such page."""
    try:
        return reverse(name, kwargs=arguments)
    except NoReverseMatch:
        return ""


def labels(list_id: str, codes: Iterable[str]) -> list[str]:
    """What to print for several codes."""
    return [label_of(list_id, code) for code in codes]


def drawn(list_id: str, code: str) -> str | Markup:
    """The words of a code, drawn as unknown where it is a missing state (K-01) or was never given."""
    if code and code not in code_list(MISSING_STATES):
        return label_of(list_id, code)
    return Markup('<span class="drive-unknown">{}</span>').format(
        label_of(MISSING_STATES, code) or "Not asked"
    )


WORDS: dict[str, Any] = {"label": label_of, "labels": labels, "drawn": drawn, "address_of": address_of}
"""Joined to the context of every page."""
