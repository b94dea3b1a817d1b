"""A bundle as a printable PDF, where the machine has Pango."""

from __future__ import annotations

from functools import cache
from typing import Any


@cache
def _library() -> Any:
    """The printing library, or None: importing it fails where Pango is missing."""
    try:
        import weasyprint
    except OSError:
        return None
    return weasyprint


def can_print() -> bool:
    """Whether `as_pdf` works here."""
    return _library() is not None


def as_pdf(html: str) -> bytes:
    """The same page on paper. Fetches nothing. Raises `RuntimeError` where `can_print` says no."""
    library = _library()
    if library is None:
        raise RuntimeError("this machine cannot print: Pango is missing")
    return bytes(library.HTML(string=html, url_fetcher=_nothing).write_pdf(pdf_tags=True))


def _nothing(url: str) -> dict[str, Any]:
    raise ValueError("a bundle fetches nothing")
