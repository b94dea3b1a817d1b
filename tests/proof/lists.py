"""What the list at a reader's desk and its search show, beside what the oracle says they must: no row more, no row less."""

from __future__ import annotations

import re

from drive.access.models import Membership
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.advocacy.models import ClientProfile, VsRecord
from drive.casework.models import ServiceUserProfile, StateEntry, SuCase
from tests.cast import sign_in

from .oracle import Eyes, Row, World, allowed

LISTS: dict[Scope, tuple[str, type[ServiceUserProfile | ClientProfile]]] = {
    Scope.SU_WORKER: ("/cases/", ServiceUserProfile),
    Scope.SU_MANAGER: ("/cases/", ServiceUserProfile),
    Scope.VS_WORKER: ("/clients/", ClientProfile),
    Scope.VS_MANAGER: ("/clients/", ClientProfile),
}
ENDED = {"closed", "not_progressed", "rejected"}
FILTERS = ("open", "ended", "all")


def has_a_list(member: Membership) -> bool:
    """Whether the first desk of the role has a list of people."""
    return Role(member.role).entry.desks[0] in LISTS


def compare_lists(world: World, member: Membership, turn: int) -> int:
    """Opens the list, filtered as it is this one's turn, and searches it by a name and by the code of anybody's record; how
    many pages were compared. Raises `AssertionError` where a row is too much or missing."""
    scope = Role(member.role).entry.desks[0]
    address, model = LISTS[scope]
    shown = FILTERS[turn % 3] if address == "/cases/" else "all"
    listed = _listed(world, member, scope, model)
    browser = sign_in(member)

    def compare(content: bytes, expected: list[Row], what: str) -> None:
        links = set(re.findall(rf'href="{address}([0-9a-f-]{{36}})/"', content.decode()))
        keys = {str(_key(row)) for row in expected}
        assert links - keys == set(), f"{member} in {scope.value}: {what} shows too much"
        assert keys - links == set(), f"{member} in {scope.value}: {what} does not show"

    page = browser.get(f"{address}?show={shown}").content
    compare(
        page,
        [row for row in listed if shown == "all" or (shown == "ended") is _ended(world, row)],
        f"the list, {shown}",
    )
    named = browser.post(address, {"words": "nobody"}).content
    compare(named, [row for row in listed if "nobody" in row.folded_name], "a search by name")
    records = sorted(
        {
            (row.code, row.pk)
            for rows in world.rows.values()
            for row in rows
            if hasattr(row, "person_key") and hasattr(row, "code")
        }
    )
    code, record = records[turn % len(records)]
    coded = browser.post(address, {"words": code}).content
    compare(coded, [row for row in listed if _key(row) == record], "a search by code")
    return 3


def _listed(
    world: World, member: Membership, scope: Scope, model: type[ServiceUserProfile | ClientProfile]
) -> list[Row]:
    """The newest details of each record that the oracle lets the reader see, the record itself and not a part of it, which
    has a page and stands on no list (ADR 21); a case manager's list is what they hold."""
    readable = allowed(world, member, scope)
    keys = {key for table, key in readable if table == model._meta.db_table}
    whole = {key for table, key in readable if table in (SuCase._meta.db_table, VsRecord._meta.db_table)}
    rows = [row for row in world.rows[model] if str(row.pk) in keys and str(_key(row)) in whole]
    newest = [row for row in rows if not any(_key(o) == _key(row) and o.version > row.version for o in rows)]
    if scope is Scope.SU_WORKER:
        held = Eyes(world, member, scope).assigned
        newest = [row for row in newest if _key(row) in held]
    return newest


def _key(row: Row) -> object:
    return row.case_id if isinstance(row, ServiceUserProfile) else row.record_id


def _ended(world: World, row: Row) -> bool:
    steps = [
        step for step in world.all(StateEntry) if step.case_id == row.case_id and step.history == "status"
    ]
    return bool(steps) and max(steps, key=lambda step: (step.since, step.recorded_at)).value in ENDED
