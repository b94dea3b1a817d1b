"""Changes of permissions, for the governance lead."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from drive.access.administration.queries.changes import PAGE, changes
from drive.access.pages import ActorRequest, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope


@page(
    Permission.PERMISSION_CHANGES_VIEW,
    "Permission changes",
    scope=Scope.GOVERNANCE,
    looks_at="permission_changes",
)
@require_safe
def permission_changes(request: ActorRequest) -> HttpResponse:
    """Who gave or took which role, account or setting at this site, newest first."""
    found = changes(parse_datetime(request.GET.get("before", "")))
    older = found[-1].at.isoformat() if len(found) == PAGE else ""
    return render(request, "administration/changes.html", {"changes": found, "older": older})
