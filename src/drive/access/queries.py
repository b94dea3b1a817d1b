"""What sign-in and pages ask about people who work here."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from .models import Membership, User, local_today


def live_memberships(user_id: UUID) -> list[Membership]:
    """The memberships that hold today, of an active account, with their site and organisation. Accounts scope."""
    today = local_today()
    return list(
        Membership.objects.filter(
            user_id=user_id, user__is_active=True, starts_on__lte=today, ends_on__gt=today
        )
        .select_related("site", "organisation")
        .order_by("starts_on", "id")
    )


def colleagues(*, service_id: UUID, roles: tuple[str, ...]) -> list[Membership]:
    """Who holds one of the roles at a service today, by name."""
    today = local_today()
    return list(
        Membership.objects.filter(
            service_id=service_id, role__in=roles, starts_on__lte=today, ends_on__gt=today
        ).order_by("name", "id")
    )


def account_id_of(email: str) -> UUID | None:
    """The account of an address, or none. Accounts scope."""
    return User.objects.filter(email=email.strip().lower()).values_list("pk", flat=True).first()


def may_be_given(membership_id: UUID, records: list[UUID]) -> bool:
    """Whether no tie, restriction or exclusion keeps a colleague from any of these records (S-34)."""
    with connection.cursor() as cursor:
        cursor.execute("select access.may_be_given(%s, %s)", [membership_id, records])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class RestrictedRow:
    """What one is assigned to and may not see: its code, which one knows already, and why it is in no list."""

    code: str
    kind: str
    since: datetime.date


def restricted_to_me() -> list[RestrictedRow]:
    """Records that the acting worker is assigned to and barred from, by code. Worker scopes; empty in any other."""
    with connection.cursor() as cursor:
        cursor.execute("select code, kind, since from access.restricted_to_me() order by code")
        return [RestrictedRow(*row) for row in cursor.fetchall()]
