"""`drive policies`: who may see what, as the database enforces it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    policies = commands.add_parser("policies", help="print who may see what, read from the database")
    policies.add_argument("--check", action="store_true", help="look for gaps instead; exit status 1 when there is one")
    policies.set_defaults(run=_policies)


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
