"""Accounts and their memberships, for administration. The password is never asked for: the database would refuse."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from drive.access.models import Membership, User, local_today

PAGE = 50


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some accounts by name, and the id after which the next page begins; none on the last."""

    accounts: list[User]
    next_after: UUID | None


def accounts(letter: str = "", after: UUID | None = None) -> AccountPage:
    """Up to `PAGE` accounts by name: from a letter on, or those that follow the account `after`.

    Each has `memberships` fetched: those that hold today or later. Addresses carry no names, so paging goes by id.
    """
    found = _readable().order_by("name", "id")
    last = User.objects.filter(pk=after).values_list("name", flat=True).first() if after else None
    if last is not None:
        found = found.filter(name__gte=last).exclude(name=last, id__lte=after)
    elif letter:
        found = found.filter(name__gte=letter)
    page = list(found[: PAGE + 1])
    return AccountPage(page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None)


def account(account_id: UUID) -> User:
    """One account, without its password, memberships fetched as `accounts`. Raises `User.DoesNotExist`."""
    return _readable().get(pk=account_id)


def ended_memberships(account_id: UUID) -> list[Membership]:
    """What somebody held before, newest first."""
    return list(
        Membership.objects.filter(user_id=account_id, ends_on__lte=local_today())
        .select_related("site", "organisation", "service")
        .order_by("-ends_on", "id")
    )


def membership(membership_id: UUID) -> Membership:
    """A membership that has not ended, with its place. Raises `Membership.DoesNotExist`."""
    return Membership.objects.select_related("site", "organisation", "service").get(
        pk=membership_id, ends_on__gt=local_today()
    )


def account_of_link(account_id: UUID) -> User | None:
    """The account that a one-time link names, password included, or none. Accounts scope."""
    return User.objects.filter(pk=account_id, is_active=True).first()


def _readable() -> QuerySet[User]:
    held = (
        Membership.objects.filter(ends_on__gt=local_today())
        .select_related("site", "organisation", "service", "team")
        .order_by("starts_on", "id")
    )
    return User.objects.defer("password").prefetch_related(Prefetch("memberships", queryset=held))
