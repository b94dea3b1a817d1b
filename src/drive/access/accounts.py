"""Sign-in, on django-allauth: no sign-up, sign-ins and failures audited, second-factor secrets encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from .sealing import open_sealed, seal

if TYPE_CHECKING:
    from .models import User


def user_display(user: User) -> str:
    return user.name


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Accounts are made by administrators; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Secrets of second factors are sealed like addresses are (allauth keeps them in the clear otherwise)."""

    def encrypt(self, text: str) -> str:
        return seal(text.encode(), bound_to="mfa_authenticator").hex()

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(bytes.fromhex(encrypted_text), bound_to="mfa_authenticator").decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, Any]:
        entity: dict[str, Any] = super().get_public_key_credential_rp_entity()
        return entity | {"name": "Drive"}
