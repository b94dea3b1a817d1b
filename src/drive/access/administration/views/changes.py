"""Changes of permissions, for the governance lead."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from drive.access.administration.queries.changes import PAGE, changes, sign_ins
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
    """Who gave or took which role, account or setting at this site, newest first; or who signed in, or tried to."""
    before = parse_datetime(request.GET.get("before", ""))
    shown = "sign-ins" if request.GET.get("show") == "sign-ins" else "changes"
    found = sign_ins(before) if shown == "sign-ins" else changes(before)
    older = urlencode({"show": shown, "before": found[-1].at.isoformat()}) if len(found) == PAGE else ""
    return render(
        request,
        "administration/changes.html",
        {
            "found": found,
            "shown": shown,
            "filters": [
                (words, f"?show={code}", code == shown)
                for code, words in (("changes", "Changes"), ("sign-ins", "Signing in"))
            ],
            "older_url": f"?{older}" if older else "",
        },
    )
