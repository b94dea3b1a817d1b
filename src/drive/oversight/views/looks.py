"""Who looked at a record: on the record's own page for its supervisor, and for the governance lead."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.stepping import acting_as

from ..looks import FILTERS, supervising, who_looked


@page(Permission.AUDIT_WHO_LOOKED, "Who looked", looks_at="who_looked", key="record_id")
@require_safe
def looked(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """Everybody who came, then every look, newest first, a page at a time."""
    asked = request.GET.get("show", "all")
    shown = asked if asked in FILTERS else "all"
    reader = _uuid(request.GET.get("reader", ""))
    before = parse_datetime(request.GET.get("before", ""))
    supervisor = supervising(request.actor)
    with acting_as(supervisor):  # a manager who reads a case they hold asks as its supervisor all the same
        found = who_looked(supervisor, record_id, shown=shown, reader=reader, before=before)
    kept = {"reader": str(reader)} if reader else {}
    older = urlencode({**kept, "show": shown, "before": found.older.isoformat()}) if found.older else ""
    return render(
        request,
        "oversight/who_looked.html",
        {
            "found": found,
            "filters": [
                (words, f"?{urlencode({**kept, 'show': code})}", code == shown)
                for code, words in FILTERS.items()
            ],
            "reader": next((each for each in found.readers if each.membership_id == reader), None)
            if reader
            else None,
            "older_url": f"?{older}" if older else "",
            "who_looked_url": "",
        },
    )


def _uuid(asked: str) -> UUID | None:
    try:
        return UUID(asked) if asked else None
    except ValueError:
        return None
