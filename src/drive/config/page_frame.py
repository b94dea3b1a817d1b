"""What every page has around it: who reads, in which role, the menu, the banner. One context processor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csp import get_nonce
from django.urls import reverse

from drive.access.scopes import Side
from drive.access.stepping import Actor

from .menu import menu_for

STANDINGS = {Side.SERVICE_USER: "case", Side.CLIENT: "client", Side.NEITHER: "reports"}


def frame(request: HttpRequest) -> dict[str, Any]:
    """`reader`, `menu`, `standing`, `demonstration`, `csp_nonce`; a page may set its own `standing` over this one."""
    actor: Actor | None = getattr(request, "actor", None)
    path = request.path
    return {
        "reader": {"name": actor.name, "role": actor.role_label, "organisation": actor.organisation, "site": actor.site}
        if actor
        else None,
        "menu": [(label, url, path.startswith(url) if url != "/" else path == "/") for label, url in menu_for(actor)],
        "standing": STANDINGS[actor.side] if actor else "reports",
        "demonstration": settings.DRIVE_DEMONSTRATION,
        "csp_nonce": get_nonce(request) or "",
        "cover_url": reverse("cover"),
        "actor": actor,
    }
