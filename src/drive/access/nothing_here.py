"""The one page for what is hidden and for what does not exist: the same bytes for everybody, every time (S-39).

It carries no name, nonce, token, clock or standing, so it cannot tell the two apart.
"""

from __future__ import annotations

from functools import cache

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


@cache
def _body() -> bytes:
    return render_to_string("components/nothing_here.html").encode()


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404 handler. Ignores both arguments on purpose."""
    return HttpResponse(_body(), status=404)
