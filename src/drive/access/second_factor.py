"""A second factor is compulsory outside demonstration mode: who lacks one reaches nothing but setting one up."""

from __future__ import annotations

from uuid import UUID

from allauth.mfa.models import Authenticator
from django.conf import settings

SETTING_UP = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "account_logout",
        "cover",
    }
)
"""Names of the pages that are open before there is a second factor."""


def lacks_second_factor(user_id: UUID) -> bool:
    """Whether the account must set one up before anything else. Recovery codes alone are none. Accounts scope."""
    if settings.DRIVE_DEMONSTRATION:
        return False
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user_id=user_id, type__in=kinds).exists()
