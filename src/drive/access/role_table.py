"""docs/roles.md: what each role is, and which pages it can and cannot open, from the roles and the pages' own declarations.

`drive role-table > docs/roles.md` writes it again. A test compares it with the file, and another asks
for every page as every role and compares the answers with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.urls import URLPattern, URLResolver, get_resolver

from .pages import Page
from .roles import ROLES, Role, RoleEntry

_AREAS = {
    "access": "Drafts, emergency reading, administration",
    "casework": "Service users' cases",
    "advocacy": "Clients' records",
    "safety": "Shared between the two sides",
    "referrals": "Referrals",
    "panels": "Panel",
    "allocation": "Allocation",
    "oversight": "Who looked, alerts, ties and restrictions",
    "disclosures": "Subject access",
    "reporting": "Return",
}
"""Heading of each app, in the order of the document; an app that is not here stands at the end under its own name."""


@dataclass(frozen=True, slots=True)
class Address:
    """One page at its address. `name` is the URL name, `app` the app of its view."""

    path: str
    name: str
    app: str
    page: Page

    @property
    def takes_keys(self) -> bool:
        """Whether the address names a record, so that rows decide as well who may open it."""
        return "<" in self.path


def addresses() -> list[Address]:
    """Every declared page of the site, by area and then in the order of its addresses."""
    order = list(_AREAS)
    found = list(_walk(get_resolver(), "/"))
    return sorted(found, key=lambda one: (order.index(one.app) if one.app in order else len(order), one.app))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, path)
        elif isinstance(entry, URLPattern) and isinstance(
            page := getattr(entry.callback, "page", None), Page
        ):
            module = entry.callback.__module__
            app = module.split(".")[1] if module.startswith("drive.") else "access"
            yield Address(path, entry.name or "", app, page)


def may_open(role: RoleEntry, page: Page) -> bool:
    """Whether the role can ask for the page at all. Of a page that names a record, row policies open only its own."""
    if page.permission is None:
        return True
    return page.permission in role.permissions and (page.scope is None or page.scope in role.scopes)


def document() -> str:
    """The whole of docs/roles.md."""
    lines = [
        "# Roles and the pages they can open",
        "",
        "Made from `drive/access/roles.py` and the declarations of the pages by `drive role-table`.",
        "",
        "**yes**: the role can open the page; where the address names a record, only the records that its rows allow (the",
        "cases of a service, the clients held, one end of a link). **–**: the page answers as if it did not exist, with the",
        "same bytes as an address that leads nowhere. Evaluators have no account: they get data packages.",
        "",
        "| Role | | What it does | Permissions |",
        "| --- | --- | --- | --- |",
    ]
    for role in Role:
        entry = role.entry
        held = ", ".join(sorted(permission.meaning for permission in entry.permissions))
        lines.append(f"| {entry.label} | {entry.actor} | {entry.does} | {held} |")
    everywhere = addresses()
    for heading, wanted in (
        ("Open to anybody, signed in or not", lambda page: page.public),
        ("Open to everybody who is signed in", lambda page: page.permission is None and not page.public),
    ):
        lines += ["", f"## {heading}", "", "These show nothing of a record.", ""]
        lines += [f"- {one.page.title} `{one.path}`" for one in everywhere if wanted(one.page)]
    asked = [one for one in everywhere if one.page.permission is not None]
    for app, pages in groupby(asked, key=lambda one: one.app):
        lines += ["", f"## {_AREAS.get(app, app.capitalize())}", ""]
        lines += [
            f"| Page | {' | '.join(entry.label for entry in ROLES.values())} |",
            f"| --- |{' --- |' * len(ROLES)}",
        ]
        for one in pages:
            cells = ["yes" if may_open(role.entry, one.page) else "–" for role in Role]
            lines.append(f"| {one.page.title} `{one.path}` | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])
