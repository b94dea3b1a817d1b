"""The table of roles and pages says what the site does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.test import Client

from drive.access.models import Membership
from drive.access.role_table import addresses, document, may_open
from drive.access.roles import Role
from tests.cast import Cast

ROLES_FILE = Path(__file__).resolve().parents[2] / "docs" / "roles.md"


def test_the_written_table_is_the_one_the_pages_declare() -> None:
    assert ROLES_FILE.read_text() == document(), "write it again: drive role-table > docs/roles.md"


def test_every_role_opens_what_the_table_says_and_nothing_else(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    """Each page that needs no key, asked for in each role: there for those who may, the one 404 for everybody else."""
    asked = [one for one in addresses() if not one.takes_keys and one.page.permission is not None]
    first = {Role(member.role): member for member in reversed(cast.everybody())}
    assert set(first) == set(Role)
    wrong = []
    for role, member in first.items():
        browser = client_of(member)
        absent = browser.get("/nothing/stands/here/").content
        for one in asked:
            answer = browser.get(one.path)
            opens = answer.status_code in (200, 302, 400, 405)
            hidden = answer.status_code == 404 and answer.content == absent
            if (opens, hidden) != (may_open(role.entry, one.page), not may_open(role.entry, one.page)):
                wrong.append((role.value, one.path, answer.status_code))
    assert wrong == []
    assert len(asked) >= 12
