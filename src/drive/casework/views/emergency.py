"""A part of a case, read in an emergency."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from drive.access.pages import ActorRequest, page
from drive.access.part_page import part_page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.safety.queries import live_stops

from ..in_emergency import part_of_case


@page(Permission.BREAK_GLASS_USE, "Part of a case", scope=Scope.SU_WORKER, looks_at="su_case", key="case_id")
@require_safe
def case_in_emergency(request: ActorRequest, case_id: UUID) -> HttpResponse:
    """What the reading opens, and that the rest stays shut."""
    name, parts, with_stops = part_of_case(request.actor, case_id)
    stops = [one.scope for one in live_stops(case_id=case_id)] if with_stops else None
    return part_page(request, "case", name, parts, stops)
