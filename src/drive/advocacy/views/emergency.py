"""A part of a client's record, read in an emergency."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from drive.access.pages import ActorRequest, page
from drive.access.part_page import part_page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.safety.queries import live_stops

from ..queries.in_emergency import part_of_record


@page(
    Permission.BREAK_GLASS_USE, "Part of a record", scope=Scope.VS_WORKER, looks_at="vs_record", key="record_id"
)  # fmt: skip
@require_safe
def client_in_emergency(request: ActorRequest, record_id: UUID) -> HttpResponse:
    """What the reading opens, and that the rest stays shut."""
    name, parts, with_stops = part_of_record(request.actor, record_id)
    stops = [one.scope for one in live_stops(record_id=record_id)] if with_stops else None
    return part_page(request, "client", name, parts, stops)
