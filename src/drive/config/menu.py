"""The menu: entries in order, each with the permission that shows it. Made from the permission table."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.components.page import MenuItem

ENTRIES: tuple[tuple[str, str, Permission], ...] = (
    ("Desk", "home", Permission.DESK_VIEW),
    ("Cases", "case_list", Permission.CASE_VIEW),
    ("Clients", "client_list", Permission.CLIENT_VIEW),
    ("Joint reviews", "review_agenda", Permission.DECISION_VIEW_GIVE),
    ("Practice incidents", "incident_list", Permission.RISK_ITEM_SEND),
    ("Referrals", "referral_list", Permission.REFERRAL_VIEW),
    ("Panel", "panel_list", Permission.PANEL_VIEW),
    ("Allocation", "allocation_list", Permission.ALLOCATION_DECIDE),
    ("Matches across", "governance_matches", Permission.GOVERNANCE_MATCHES),
    ("Alerts", "alert_list", Permission.AUDIT_WHO_LOOKED),
    ("Ties and restrictions", "bar_list", Permission.AUDIT_WHO_LOOKED),
    ("Subject access", "subject_access", Permission.SUBJECT_ACCESS),
    ("Nobody holds", "unheld", Permission.TEAM_VIEW),
    ("Return", "return", Permission.RETURN_EXACT),
    ("Released returns", "released_returns", Permission.RETURN_VIEW),
    ("Releases", "release_list", Permission.RELEASE_ASK),
    ("Releases", "release_desk", Permission.RELEASE_ANSWER),
    ("Administration", "administration", Permission.ACCOUNTS_MANAGE),
    ("Permission changes", "permission_changes", Permission.PERMISSION_CHANGES_VIEW),
)
"""(label, URL name, permission). An entry whose page does not exist here is left out."""


def address_of(name: str) -> str:
    """The address of a page without arguments, or nothing where this site has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def desk_address(scope: Scope) -> str:
    """Where the desk of a scope stands: a page named `desk_<scope>`, else one named `desk`; "" without either."""
    return address_of(f"desk_{scope.value}") or address_of("desk")


def menu_for(actor: Actor | None, path: str = "") -> list[MenuItem]:
    """What the actor's role may open, in order; empty for nobody. The longest address that begins `path` is current."""
    if actor is None:
        return []
    found = [(label, address_of(name)) for label, name, permission in ENTRIES if actor.may(permission)]
    here = max((url for _label, url in found if url and path.startswith(url)), key=len, default="")
    desk = desk_address(actor.scope)
    if desk and path.startswith(desk) and len(desk) > len(here):
        here = address_of("home")
    return [MenuItem(label, url, current=url == here) for label, url in found if url]
