"""Acting from the command line: as one membership, audited as such, with "console" for an origin (house decision 15)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .roles import ROLES, Role
from .scopes import Scope
from .stepping import Actor, acting_as, stepping_into

if TYPE_CHECKING:
    from .models import Membership

CONSOLE = "console"


class ConsoleError(Exception):
    """The command cannot act as asked; the text is fit to show."""


def add_acting_arguments(parser: argparse.ArgumentParser) -> None:
    """`--as EMAIL` and `--role ROLE`; pass `chosen.acting_as` and `chosen.role` to `acting_from_console`."""
    parser.add_argument("--as", dest="acting_as", required=True, metavar="EMAIL", help="whose account acts")
    parser.add_argument(
        "--role",
        default="",
        choices=["", *[role.value for role in Role]],
        metavar="ROLE",
        help="in which role, when they hold several",
    )


@contextmanager
def acting_from_console(email: str, role: str = "", scope: Scope | None = None) -> Iterator[Actor]:
    """Work as the live membership of `email`, in the role named, in `scope` or at its own desk; all or nothing.

    Needs Django set up. Raises `ConsoleError` when there is no such account, no such membership, or several.
    """
    actor = console_actor(email, role)
    with acting_as(actor, scope):
        yield actor


def console_actor(email: str, role: str = "") -> Actor:
    """The actor of `acting_from_console`, for commands that step into several scopes. Raises `ConsoleError`."""
    from .models import User  # commands are listed before Django is set up
    from .queries import live_memberships

    with stepping_into(Scope.ACCOUNTS):
        user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise ConsoleError(f"There is no account {email}.")
    with stepping_into(Scope.ACCOUNTS, user_id=user.pk):
        live = [membership for membership in live_memberships(user.pk) if not role or membership.role == role]
        return _only(email, live).as_actor(origin=CONSOLE)


def _only(email: str, live: list[Membership]) -> Membership:
    if not live:
        raise ConsoleError(f"{email} holds no such role today.")
    if len(live) > 1:
        held = ", ".join(
            f"{membership.role} ({ROLES[Role(membership.role)].label}, {membership.site.name})"
            for membership in live
        )
        raise ConsoleError(f"{email} holds several roles: say which with --role. They are {held}.")
    return live[0]
