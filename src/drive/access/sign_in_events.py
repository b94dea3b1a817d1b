"""Sign-in, sign-out and failures are audit events, seen by the governance lead of each site where the account works.

Nothing that was typed is kept: not the address, not the code. Where it came from is.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from drive.audit.record import Act, record_own_account

from .queries import account_id_of
from .scopes import Scope
from .stepping import stepping_into


def _origin(request: HttpRequest | None) -> str:
    return str(request.META.get("REMOTE_ADDR", "")) if request else ""


@receiver(user_logged_in, dispatch_uid="audit_signed_in")
def _signed_in(user: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    record_own_account(Act.SIGNED_IN, kind="session", account_id=user.pk, origin=_origin(request))


@receiver(user_logged_out, dispatch_uid="audit_signed_out")
def _signed_out(user: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    if user is not None:
        record_own_account(Act.SIGNED_OUT, kind="session", account_id=user.pk, origin=_origin(request))


@receiver(user_login_failed, dispatch_uid="audit_sign_in_failed")
def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **_more: Any) -> None:
    """Asked of the database for a known and an unknown address alike, so that neither answers faster (ASVS 6.3.8)."""
    account_id = account_id_of(str(credentials.get("email", "")))
    record_own_account(Act.SIGN_IN_FAILED, kind="session", account_id=account_id, origin=_origin(request))


@receiver(authentication_failed, dispatch_uid="audit_second_factor_failed")
def _second_factor_failed(user: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    record_own_account(Act.SIGN_IN_FAILED, kind="second_factor", account_id=user.pk, origin=_origin(request))


@receiver([authenticator_added, authenticator_removed], dispatch_uid="audit_second_factor_changed")
def _second_factor_changed(user: Any, request: HttpRequest | None = None, **_more: Any) -> None:
    """The library tells of these after the commit, so they step in for themselves (row policies, trap 6)."""
    with stepping_into(Scope.ACCOUNTS, user_id=UUID(str(user.pk))):
        record_own_account(
            Act.PERMISSION_CHANGED, kind="second_factor", account_id=user.pk, origin=_origin(request)
        )
