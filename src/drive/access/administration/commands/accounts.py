"""Accounts: opened, closed, and let in again after a lost password or telephone (S-46)."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from drive.access.models import Membership, User, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import Actor, stepping_into
from drive.audit.record import Act, record_own_account

from .memberships import end_assignments_of_leavers
from .recording import record_account_change, record_change


@transaction.atomic
def open_account(*, by: Actor, email: str, name: str) -> User:
    """An account that can do nothing yet: no password, no membership. Raises `Refusal` when the address is taken."""
    user = User(email=email.strip().lower(), name=name.strip())
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal("There is an account with this address already.", field="email") from error
    record_change("account", user.pk, by=by, fields=["email", "name"])
    return user


@transaction.atomic
def close_account(*, by: Actor, account_id: UUID, reason: str) -> None:
    """Shut somebody out with their next request, on open pages too, and end every membership today (S-46).

    Raises `Refusal` for one's own account, `User.DoesNotExist` without such an account.
    """
    user = _another(by, account_id)
    record_account_change(user.pk, by=by, fields=["is_active", "memberships"], reason=reason)
    today = local_today()
    User.objects.filter(pk=user.pk).update(is_active=False)
    Membership.objects.filter(user_id=user.pk, ends_on__gt=today).update(
        ends_on=Greatest(F("starts_on"), today)
    )
    end_assignments_of_leavers()


@transaction.atomic
def reopen_account(*, by: Actor, account_id: UUID, reason: str) -> None:
    """Let somebody sign in again. Their memberships stay ended: each is given anew. Raises as `close_account`."""
    user = _another(by, account_id)
    User.objects.filter(pk=user.pk).update(is_active=True)
    record_account_change(user.pk, by=by, fields=["is_active"], reason=reason)


@transaction.atomic
def reset_sign_in(*, by: Actor, account_id: UUID, reason: str) -> User:
    """Take away password and second factor, which ends every session; the person sets both anew by a one-time link.

    Gives the account for `links.one_time_path`. Raises as `close_account`.
    """
    user = _another(by, account_id)
    user.set_unusable_password()
    User.objects.filter(pk=user.pk).update(password=user.password)
    with stepping_into(Scope.ACCOUNTS, membership_id=by.membership_id, user_id=by.user_id):
        Authenticator.objects.filter(user_id=user.pk).delete()
    record_account_change(user.pk, by=by, fields=["password", "second_factor"], reason=reason)
    return user


@transaction.atomic
def set_own_password(*, user: User, password: str, origin: str) -> None:
    """Set the password that the holder of a one-time link typed; the link is used up by it. Accounts scope.

    `origin` is the network address that it came from.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    record_own_account(
        Act.PERMISSION_CHANGED, kind="account", account_id=user.pk, origin=origin, fields=["password"]
    )


def _another(by: Actor, account_id: UUID) -> User:
    user = User.objects.defer("password").get(pk=account_id)
    if user.pk == by.user_id:
        raise Refusal("Nobody changes their own account here.", why="Ask another administrator.", rule="S-46")
    return user
