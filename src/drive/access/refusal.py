"""A refusal in words that a practitioner understands: what, why, and what remains open (G-08, design "Words")."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.contrib import messages

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest


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


def add_refusal(form: BaseForm, refusal: Refusal) -> None:
    """A refusal on a form: at the field it belongs to, or above. Everything typed is still there (S-48)."""
    form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))


@contextmanager
def refusals_said(request: HttpRequest) -> Iterator[None]:
    """What the block is refused is said at the head of the next page: for a button that has no form."""
    try:
        yield
    except Refusal as refusal:
        messages.error(request, str(refusal))


@contextmanager
def refusals_on(form: BaseForm) -> Iterator[None]:
    """What the block is refused stands on the form, and the page goes on below the block."""
    try:
        yield
    except Refusal as refusal:
        add_refusal(form, refusal)
