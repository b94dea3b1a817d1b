"""Pages of the frame itself: cover screen, errors, the choice of role."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .pages import public_page


@login_not_required
@public_page("Cover screen")
def cover(request: HttpRequest) -> HttpResponse:
    """A page with nothing on it, for cars and kitchens."""
    return HttpResponse("<!doctype html><html lang='en-GB'><title>.</title></html>")


def failed(request: HttpRequest) -> HttpResponse:
    return HttpResponse("Something went wrong. Nothing you typed was lost.", status=500)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "access/form_expired.html", status=403)
