"""How the pages of administration stand, and how a form is shown, refused or done with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from drive.access.pages import ActorRequest
from drive.access.refusal import refusals_on
from drive.components.page import Standing

STANDING = Standing("reports", words="Administration")


def shown(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page of administration: graphite, named as such on its standing line."""
    return render(request, f"administration/{template}", {"standing": STANDING, **context})


def answered(
    request: ActorRequest, form: forms.Form, act: Callable[[], Any], *, done: str, ahead: tuple[Any, ...],
    context: dict[str, Any],
) -> HttpResponse:  # fmt: skip
    """Show the form, or do `act` with it: then say `done` and go to the page named in `ahead` (name, then arguments).

    `context`: `title` and `words` of the button, `back` as (label, url), and what else `form.html` can show.
    A `Refusal` is shown at its field, with everything typed still there.
    """
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            act()
            messages.success(request, done)
            return redirect(*ahead)
    return shown(request, "form.html", {"form": form, **context})
