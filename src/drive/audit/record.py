"""Writing audit events. Every command and every look calls `record_event` in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import connection

if TYPE_CHECKING:
    from drive.access.stepping import Actor


class Act(StrEnum):
    """What was done. Closed: a new kind of act is added here and nowhere else."""

    LOOKED = "looked"
    SEARCHED = "searched"
    WROTE = "wrote"
    EXPORTED = "exported"
    DISCLOSED = "disclosed"
    ERASED = "erased"
    OPENED_SEAL = "opened-seal"
    BROKE_GLASS = "broke-glass"
    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    SIGN_IN_FAILED = "sign-in-failed"
    CHOSE_MEMBERSHIP = "chose-membership"
    PERMISSION_CHANGED = "permission-changed"
    DENIED = "denied"
    FAILED = "failed"
    STORED = "stored"
    """Written by the tables themselves, never by a call of ours (docs/adr/0012-writes-recorded-by-tables.md)."""


def record_event(
    act: Act,
    *,
    by: Actor,
    kind: str,
    record_id: UUID | None = None,
    service_id: UUID | None = None,
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    """Write one event in the current transaction. One statement; raises when it cannot be written, and so must the act.

    `kind` is the record's kind (`su_case`, `vs_record`, `booking`...), `fields` the names of fields written. The
    database knows whose membership and role it is, whose service and site the record is, and through which assignment
    the actor reached it (`audit.record` in policies.sql); `service_id` counts where the record is not one of these.
    What somebody typed about one record never goes into `reason`: it stands in the record's own row, is named here by
    that row's key, and is erased with it (ADR 16).
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit.record(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                act.value,
                kind,
                record_id,
                service_id or by.service_id,
                by.site_id,
                by.role.value,
                list(fields),
                reason,
                by.origin,
                by.user_id,
            ],
        )


def record_own_account(
    act: Act, *, kind: str, account_id: UUID | None, origin: str, fields: Iterable[str] = ()
) -> None:
    """What somebody did about their own account, or tried: one event at each site where the account works today.

    `origin` is the network address that the request came from. One statement; raises when it cannot be written.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select audit.record_own_account(%s, %s, %s, %s, %s)",
            [act.value, kind, account_id, list(fields), origin],
        )
