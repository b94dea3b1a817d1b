"""Tables that libraries bring, and the scopes that may touch them. They hold no case data (house decision 11).

A table that is neither here nor protected by an app's `policies.sql` fails the build (tests/whole).
"""

from __future__ import annotations

from .scopes import Scope

THIRD_PARTY_TABLES: dict[str, tuple[Scope, ...]] = {
    "account_emailaddress": (Scope.ACCOUNTS,),
    "account_emailconfirmation": (Scope.ACCOUNTS,),
    "django_cache": (Scope.ACCOUNTS,),
    "django_session": (Scope.ACCOUNTS,),
    "mfa_authenticator": (Scope.ACCOUNTS,),
    "usersessions_usersession": (Scope.ACCOUNTS,),
    # Django's own bookkeeping: nobody but the owner, at migration.
    "auth_group": (),
    "auth_group_permissions": (),
    "auth_permission": (),
    "django_content_type": (),
    "django_migrations": (),
}
