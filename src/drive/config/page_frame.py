"""What every page has around it: who reads, in which role, the menu, the strip of an emergency. One context processor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from drive.access.emergency import readings_of
from drive.access.pages import Page
from drive.access.permissions import Permission
from drive.access.scopes import SCOPES, Side
from drive.access.stepping import Actor
from drive.components.page import Reader, Standing

from .menu import menu_for

STANDINGS: dict[Side, Standing] = {
    Side.SERVICE_USER: Standing("case", words="Case side"),
    Side.CLIENT: Standing("client", words="Client side"),
    Side.NEITHER: Standing("reports", words="Panel, agencies and reports"),
}
"""Where a reader stands on pages that are about no single record; a page sets its own `standing` over it."""

RECORDS = ("su_case", "vs_record")
"""Kinds of page that are about one person's record."""


def frame(request: HttpRequest) -> dict[str, Any]:
    """`reader`, `menu`, `standing`, `page_title`, `demonstration`, `logged`, footer links and `emergency`.

    A view's own values stand over these. Runs inside the page's scope, so what it asks the row policies answer.
    """
    actor: Actor | None = getattr(request, "actor", None)
    declared = _declared(request)
    return {
        "reader": Reader(
            actor.name, actor.role_label, f"{actor.organisation}, {actor.site}", reverse("your_account")
        )
        if actor
        else None,
        "menu": menu_for(actor, request.path),
        "standing": STANDINGS[actor.side] if actor else Standing("reports", words="Drive"),
        "page_title": declared.title if declared else "Drive",
        "demonstration": settings.DRIVE_DEMONSTRATION,
        "cover_url": reverse("cover"),
        "sign_out_url": reverse("account_logout") if request.user.is_authenticated else "",
        "actor": actor,
        **_about_the_record(request, actor, declared),
    }


def _declared(request: HttpRequest) -> Page | None:
    match = request.resolver_match
    found = getattr(match.func, "page", None) if match else None
    return found if isinstance(found, Page) else None


def _about_the_record(request: HttpRequest, actor: Actor | None, declared: Page | None) -> dict[str, Any]:
    """Whether the look was logged, who may ask who looked, and the strip of an emergency reading (S-35, S-36)."""
    about: dict[str, Any] = {
        "logged": False,
        "who_looked_url": "",
        "bars_url": "",
        "tie_url": "",
        "emergency": None,
        "read_by_others": [],
    }
    if actor is None or declared is None or not declared.looks_at:
        return about
    about["logged"] = request.method == "GET"
    record_id = (
        request.resolver_match.kwargs.get(declared.key) if declared.key and request.resolver_match else None
    )
    if record_id is None:
        return about
    if actor.may(Permission.AUDIT_WHO_LOOKED):
        about["who_looked_url"] = reverse("who_looked", kwargs={"record_id": record_id})
        if declared.looks_at in RECORDS:
            about["bars_url"] = reverse("record_bars", kwargs={"record_id": record_id})
    if declared.looks_at in (*RECORDS, "referral"):
        about["tie_url"] = reverse("declare_tie", kwargs={"record_id": record_id})
    # Emergency reading is of a side's own records; a scope of neither side may not even ask about one.
    if SCOPES[declared.scope or actor.scope].side is not Side.NEITHER:
        about["emergency"], about["read_by_others"] = readings_of(actor, record_id)
    return about
