"""Where the service user can be reached, as his case's pages show it."""

from __future__ import annotations

from uuid import UUID

from .models import ContactChannel


def channels(case_id: UUID) -> list[ContactChannel]:
    """The row that holds of each address, number and email, those in use first."""
    newest = (
        ContactChannel.objects.filter(case_id=case_id)
        .select_related("recorded_by")
        .order_by("lookup", "-recorded_at")
        .distinct("lookup")
    )
    return sorted(newest, key=lambda row: (row.ended_on is not None, row.kind, row.value))


def in_use(case_id: UUID) -> list[ContactChannel]:
    """Those of them that hold."""
    return [row for row in channels(case_id) if row.ended_on is None]
