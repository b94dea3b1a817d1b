"""The event of an act of administration: at the site that it concerns, wherever the administrator works."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from drive.access.models import Membership, local_today
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event


def record_change(
    kind: str,
    record_id: UUID,
    *,
    by: Actor,
    fields: Iterable[str],
    site_id: UUID | None = None,
    service_id: UUID | None = None,
    reason: str = "",
) -> None:
    """One event `permission-changed`. Without `site_id` it belongs to the administrator's own site."""
    at_site = replace(by, site_id=site_id) if site_id else by
    record_event(
        Act.PERMISSION_CHANGED,
        by=at_site,
        kind=kind,
        record_id=record_id,
        service_id=service_id,
        fields=fields,
        reason=reason,
    )


def record_account_change(account_id: UUID, *, by: Actor, fields: Iterable[str], reason: str = "") -> None:
    """One event at each site where the account works today, or at the administrator's own where it works nowhere."""
    today = local_today()
    held = Membership.objects.filter(user_id=account_id, ends_on__gt=today)
    sites: set[UUID | None] = set(held.values_list("site_id", flat=True))
    for site_id in sorted(sites or {None}, key=str):
        record_change("account", account_id, by=by, fields=fields, site_id=site_id, reason=reason)
