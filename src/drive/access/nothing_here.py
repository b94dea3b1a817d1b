"""The one page for what is hidden and for what does not exist: the same bytes for everybody, every time (S-39).

It carries no name, nonce, token, clock or standing, so it cannot tell the two apart. The page for a failure is made the
same way, because whatever failed may be what makes a page.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


@cache
def _body(template: str) -> bytes:
    return render_to_string(template, {"demonstration": settings.DRIVE_DEMONSTRATION}).encode()


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's 404 handler. Ignores both arguments on purpose."""
    return HttpResponse(_body("components/nothing_here.html"), status=404)


def went_wrong(request: HttpRequest) -> HttpResponse:
    """Django's 500 handler: says that something failed, asks the database nothing."""
    return HttpResponse(_body("components/went_wrong.html"), status=500)
