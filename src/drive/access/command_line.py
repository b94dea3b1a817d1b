"""`drive policies`: who may see what, as the database enforces it. `drive administrator`: who keeps the site."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    policies = commands.add_parser("policies", help="print who may see what, read from the database")
    policies.add_argument(
        "--check", action="store_true", help="look for gaps instead; exit status 1 when there is one"
    )
    policies.set_defaults(run=_policies)

    administrator = commands.add_parser("administrator", help="make somebody an administrator of a site")
    acts = administrator.add_subparsers(metavar="ACT", required=True)
    add = acts.add_parser("add", help="the first one of an empty site, or another one with --as")
    add.add_argument("email", metavar="EMAIL")
    add.add_argument("name", metavar="NAME", help="as colleagues know them, in quotes")
    add.add_argument("--organisation", required=True, help="their employer; made if it is not there")
    add.add_argument("--site", required=True, help="the site they work at; made if it is not there")
    add.add_argument("--label", default="", help="the site's name in anything released, for a new site")
    add.add_argument(
        "--as", dest="acting_as", default="", metavar="EMAIL", help="the administrator who adds them"
    )
    add.add_argument(
        "--password", action="store_true", help="ask for a password here instead of printing a one-time link"
    )
    add.add_argument(
        "--address",
        default="http://localhost:8000",
        help="where the site is reached, for the link (%(default)s)",
    )
    add.set_defaults(run=_add_administrator)


def _policies(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    import psycopg
    from django.conf import settings

    from .catalogue import gaps, matrix, printed

    with psycopg.connect(settings.DRIVE_OWNER_URL) as connection:
        if not chosen.check:
            print(printed(matrix(connection, settings.DRIVE_ROLE_PREFIX)))  # noqa: T201  # a command's own output
            return 0
        found = gaps(connection, settings.DRIVE_ROLE_PREFIX)
    for gap in found:
        print(gap, file=sys.stderr)  # noqa: T201  # a command's own output
    if not found:
        print("Every table, policy, role and function is as declared.")  # noqa: T201  # a command's own output
    return 1 if found else 0


def _add_administrator(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.db import Error

    from .administration.console import Asked, add_administrator
    from .console import ConsoleError

    asked = Asked(
        email=chosen.email, name=chosen.name, organisation=chosen.organisation, site=chosen.site, label=chosen.label,
        acting_as=chosen.acting_as, prompt=chosen.password, address=chosen.address,
    )  # fmt: skip
    try:
        print(add_administrator(asked))  # noqa: T201  # a command's own output
    except ConsoleError as error:
        print(error, file=sys.stderr)  # noqa: T201  # as above
        return 1
    except Error as error:
        print(f"The database refused: {str(error).strip().splitlines()[0]}", file=sys.stderr)  # noqa: T201  # as above
        return 1
    return 0
