"""Stepping into a scope: the only way any code reaches a protected table.

The log-in role has no privilege of its own. `stepping_into` opens a transaction (or a savepoint within one) and sets,
for that transaction alone, the database role and the membership that acts. The functions behind the row policies look
the membership up and check side, role and dates for themselves, so a wrong pair sees no rows. Leaving the block puts
back what was set before it; a rollback does so by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from .permissions import Permission
from .roles import Role
from .scopes import Scope, Side


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: one person in one membership, in one scope. What every command takes as `by=`."""

    user_id: UUID
    membership_id: UUID
    name: str
    role: Role
    side: Side
    organisation: str
    organisation_id: UUID
    site_id: UUID
    site: str
    service_id: UUID | None
    scope: Scope
    origin: str = ""
    """Where the request came from: a network address, or `console`."""

    def may(self, permission: Permission) -> bool:
        """Whether the role holds the permission. Says nothing about rows."""
        return permission in self.role.entry.permissions

    @property
    def role_label(self) -> str:
        return self.role.entry.label


def database_role(scope: Scope) -> str:
    """The PostgreSQL role of a scope; names carry the database's own prefix, since roles belong to the cluster."""
    return f"{settings.DRIVE_ROLE_PREFIX}_{scope.value}"


@dataclass(frozen=True, slots=True)
class _Context:
    """What the transaction's settings say now; mirrors the database, which a rollback restores in step."""

    role: str = "none"
    membership: str = ""
    account: str = ""


def _known() -> _Context:
    return cast(_Context, getattr(connection, "drive_context", _Context()))


def _set(context: _Context) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, true), set_config('drive.membership', %s, true),"
            " set_config('drive.account', %s, true)",
            [context.role, context.membership, context.account],
        )
    connection.drive_context = context  # type: ignore[attr-defined]  # ours, beside Django's own attributes


def know_account(user_id: UUID) -> None:
    """Tell the database which account is signed in, for the rest of the surrounding block."""
    _set(replace(_known(), account=str(user_id)))


@contextmanager
def stepping_into(
    scope: Scope, *, membership_id: UUID | None = None, user_id: UUID | None = None
) -> Iterator[None]:
    """Work in `scope` as `membership_id` for the length of the block, all or nothing.

    Deferred constraints are checked before the step back, while the membership is still known (S-15's trigger asks).
    Raises whatever the block raises, after undoing what it wrote.
    """
    nested = connection.in_atomic_block
    before = _known() if nested else _Context()
    try:
        with transaction.atomic():
            _set(_Context(database_role(scope), str(membership_id or ""), str(user_id or "")))
            yield
            if not connection.needs_rollback:  # somebody inside said that it is all to be undone
                with connection.cursor() as cursor:
                    cursor.execute("set constraints all immediate; set constraints all deferred")
                if nested:
                    _set(before)
    finally:
        connection.drive_context = before  # type: ignore[attr-defined]  # kept on the connection, see above


@contextmanager
def acting_as(actor: Actor, scope: Scope | None = None) -> Iterator[None]:
    """Work as `actor`, in their own scope or in another that their role holds.

    Raises `LookupError` when the role does not hold the scope: a programming error, never a practitioner's.
    """
    chosen = scope or actor.scope
    if chosen not in actor.role.entry.scopes:
        raise LookupError(f"{actor.role.value} does not work in the scope {chosen.value}")
    with stepping_into(chosen, membership_id=actor.membership_id, user_id=actor.user_id):
        yield
