"""The menu: entries in order, each with the permission that shows it. Made from the permission table."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from drive.access.permissions import Permission
from drive.access.stepping import Actor

ENTRIES: tuple[tuple[str, str, Permission], ...] = (
    ("Desk", "desk", Permission.DESK_VIEW),
    ("Cases", "case_list", Permission.CASE_VIEW),
    ("Clients", "client_list", Permission.CLIENT_VIEW),
    ("Referrals", "referral_list", Permission.REFERRAL_VIEW),
    ("Panel", "panel_list", Permission.PANEL_VIEW),
    ("Allocation", "allocation_list", Permission.ALLOCATION_DECIDE),
    ("Return", "return", Permission.RETURN_VIEW),
)
"""(label, URL name, permission)."""


def menu_for(actor: Actor | None) -> list[tuple[str, str]]:
    """(label, address) of what the actor's role may open; empty for nobody."""
    if actor is None:
        return []
    found = []
    for label, name, permission in ENTRIES:
        if actor.may(permission):
            try:
                found.append((label, reverse(name)))
            except NoReverseMatch:
                continue
    return found
