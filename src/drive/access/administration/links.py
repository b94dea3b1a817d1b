"""One-time links: how somebody gets a password that nobody else has known.

A link holds for `settings.PASSWORD_RESET_TIMEOUT` (three days) and until the password is set or taken away, whichever
comes first: its token is made from the password that stood before. Whoever makes the link never learns the password.
"""

from __future__ import annotations

from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse

from drive.access.models import User


def one_time_path(user: User) -> str:
    """The path of the link, from `/` on. `user.password` must be what the database holds now."""
    return reverse("set_password", args=[user.pk, default_token_generator.make_token(user)])


def holds(user: User, token: str) -> bool:
    """Whether the token is this account's, unused and not too old."""
    return user.is_active and default_token_generator.check_token(user, token)
