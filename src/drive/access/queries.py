"""What sign-in and pages ask about people who work here."""

from __future__ import annotations

from uuid import UUID

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
