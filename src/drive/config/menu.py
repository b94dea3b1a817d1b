"""The menu: entries in order, each with the permission that shows it. Made from the permission table."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse

from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.components.page import MenuItem

type Entry = tuple[str, str, Permission]
"""Label, URL name, permission. An entry whose page does not exist here is left out."""

MENU: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    ("", (("Desk", "home", Permission.DESK_VIEW),)),
    ("", (("Cases", "case_list", Permission.CASE_VIEW),)),
    ("", (("Clients", "client_list", Permission.CLIENT_VIEW),)),
    ("", (("Joint reviews", "review_agenda", Permission.DECISION_VIEW_GIVE),)),
    ("", (("Calendar", "calendar", Permission.DECISION_VIEW_GIVE),)),
    ("", (("Referrals", "referral_list", Permission.REFERRAL_VIEW),)),
    ("", (("Panel", "panel_list", Permission.PANEL_VIEW),)),
    ("", (("Allocation", "allocation_list", Permission.ALLOCATION_DECIDE),)),
    (
        "Oversight",
        (
            ("Practice incidents", "incident_list", Permission.RISK_ITEM_SEND),
            ("Alerts", "alert_list", Permission.AUDIT_WHO_LOOKED),
            ("Ties and restrictions", "bar_list", Permission.AUDIT_WHO_LOOKED),
            ("Nobody holds", "unheld", Permission.TEAM_VIEW),
            ("Past their time", "past_time", Permission.RETENTION_DECIDE),
            ("Matches across", "governance_matches", Permission.GOVERNANCE_MATCHES),
            ("Permission changes", "permission_changes", Permission.PERMISSION_CHANGES_VIEW),
        ),
    ),
    ("", (("Subject access", "subject_access", Permission.SUBJECT_ACCESS),)),
    (
        "Figures",
        (
            ("Return", "return", Permission.RETURN_EXACT),
            ("Released returns", "released_returns", Permission.RETURN_VIEW),
            ("Releases", "release_list", Permission.RELEASE_ASK),
            ("Releases", "release_desk", Permission.RELEASE_ANSWER),
        ),
    ),
    ("", (("Administration", "administration", Permission.ACCOUNTS_MANAGE),)),
)
"""The words of the menu in order. A part of several pages has a name, shown when its reader may open more than one."""


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
    parts = [
        (name, [(label, url) for label, page, may in entries if actor.may(may) and (url := address_of(page))])
        for name, entries in MENU
    ]
    here = max(
        (url for _name, pages in parts for _label, url in pages if path.startswith(url)), key=len, default=""
    )
    desk = desk_address(actor.scope)
    if desk and path.startswith(desk) and len(desk) > len(here):
        here = address_of("home")
    found = []
    for name, pages in parts:
        items = tuple(MenuItem(label, url, current=url == here) for label, url in pages)
        if len(items) == 1:
            found.append(items[0])
        elif items:
            found.append(MenuItem(name, items[0].url, any(item.current for item in items), items))
    return found
