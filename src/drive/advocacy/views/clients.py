"""The list of clients."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from drive.access.pages import ActorRequest, found_by_searching, page
from drive.access.permissions import Permission
from drive.safety.queries import review_ages

from .. import queries
from .acting import show


@page(Permission.CLIENT_VIEW, "Clients", looks_at="client list")
def client_list(request: ActorRequest) -> HttpResponse:
    """Names are looked for by POST, so that no name stands in an address, a log or a browser's history."""
    words = request.POST.get("words", "").strip()
    if words:
        found_by_searching(request)
        found = queries.clients(words=words)
    else:
        found = queries.clients(after=_key(request.GET.get("after", "")))
    reviewed = review_ages(request.actor, record_ids=[row.record.pk for row in found.rows])
    return show(request, "advocacy/client_list.html", {"found": found, "words": words, "reviewed": reviewed})


def _key(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
