"""Sign-in, sign-out and failures are audit events. Nothing that was typed is kept: not the address, not the code."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from drive.audit.record import Act, record_event

from .queries import account_id_of
from .scopes import Scope
from .stepping import stepping_into


@receiver(user_logged_in, dispatch_uid="audit_signed_in")
def _signed_in(user: Any, **_more: Any) -> None:
    record_event(Act.SIGNED_IN, by=None, kind="session", account_id=user.pk)


@receiver(user_logged_out, dispatch_uid="audit_signed_out")
def _signed_out(user: Any, **_more: Any) -> None:
    if user is not None:
        record_event(Act.SIGNED_OUT, by=None, kind="session", account_id=user.pk)


@receiver(user_login_failed, dispatch_uid="audit_sign_in_failed")
def _failed(credentials: dict[str, Any], **_more: Any) -> None:
    """Asked of the database for a known and an unknown address alike, so that neither answers faster (ASVS 6.3.8)."""
    account_id = account_id_of(str(credentials.get("email", "")))
    record_event(Act.SIGN_IN_FAILED, by=None, kind="session", account_id=account_id)


@receiver(authentication_failed, dispatch_uid="audit_second_factor_failed")
def _second_factor_failed(user: Any, **_more: Any) -> None:
    record_event(Act.SIGN_IN_FAILED, by=None, kind="second_factor", account_id=user.pk)


@receiver([authenticator_added, authenticator_removed], dispatch_uid="audit_second_factor_changed")
def _second_factor_changed(user: Any, **_more: Any) -> None:
    """The library tells of these after the commit, so they step in for themselves (row policies, trap 6)."""
    with stepping_into(Scope.ACCOUNTS, user_id=UUID(str(user.pk))):
        record_event(Act.PERMISSION_CHANGED, by=None, kind="second_factor", account_id=user.pk)
