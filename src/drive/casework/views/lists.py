"""The list of cases: one's own, or the service's.

A search is sent in the body, so that no name stands in an address.
"""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from drive.access.pages import ActorRequest, found_by_searching, page
from drive.access.permissions import Permission
from drive.safety.queries import review_ages

from ..forms import SearchForm
from ..queries import SHOWN, find_cases, list_cases
from .words import WORDS

FILTERS = {"open": "Open", "ended": "Closed", "all": "All"}


@page(Permission.CASE_VIEW, "Cases", looks_at="su_case_list")
def case_list(request: ActorRequest) -> HttpResponse:
    """Cases by name, a page at a time; or what a search found."""
    form = SearchForm(request.POST or None)
    searched = request.method == "POST" and form.is_valid()
    shown = request.GET.get("show", "open")
    shown = shown if shown in SHOWN else "open"
    if searched:
        found = find_cases(request.actor, form.cleaned_data["words"])
        found_by_searching(request)
    else:
        found = list_cases(request.actor, shown=shown, after=_after(request.GET.get("after", "")))
    address = reverse("case_list")
    return render(
        request,
        "casework/case_list.html",
        {
            "form": form,
            "found": found,
            "reviewed": review_ages(request.actor, case_ids=[one.case.pk for one in found.cases]),
            "searched": searched,
            "filters": [
                (FILTERS[one], f"{address}?show={one}", one == shown and not searched) for one in SHOWN
            ],
            "older_url": f"{address}?show={shown}&after={found.older}"
            if found.older and not searched
            else "",
            "problems": bool(form.errors),
            **WORDS,
        },
    )


def _after(asked: str) -> UUID | None:
    try:
        return UUID(asked) if asked else None
    except ValueError:
        return None
