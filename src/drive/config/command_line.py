"""`drive serve`, `drive prepare`, `drive roles`: starting, migrating, and the database's roles."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="start everything and serve on this machine")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument(
        "--data", default="", metavar="DIR", help="where data and secrets are kept (default .data)"
    )
    serve.add_argument("--empty", action="store_true", help="start without the demonstration")
    serve.set_defaults(run=_serve)

    prepare = commands.add_parser("prepare", help="bring the database up to date: migrations, then policies")
    prepare.set_defaults(run=_prepare)

    clock = commands.add_parser("clock", help="do what nobody asks for at its time: seal the audit")
    clock.add_argument("--once", action="store_true", help="do everything once and end")
    clock.add_argument(
        "--starter",
        type=int,
        default=0,
        metavar="PID",
        help="end when this process, which started it, is gone",
    )
    clock.set_defaults(run=_clock)

    roles = commands.add_parser(
        "roles", help="make the database's roles, or print the SQL for an administrator"
    )
    roles.add_argument(
        "--print", action="store_true", dest="print_sql", help="print SQL instead of running it"
    )
    roles.add_argument("--superuser-url", default="", help="a superuser's log-in to the server")
    roles.set_defaults(run=_roles)

    role_table = commands.add_parser("role-table", help="print which pages each role can open: docs/roles.md")
    role_table.set_defaults(run=_role_table)


def _serve(chosen: argparse.Namespace) -> int:
    from .serving import serve

    return serve(port=chosen.port, data=chosen.data, empty=chosen.empty)


def _prepare(_chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings

    from .preparation import PreparationError, prepare

    try:
        prepare(
            settings.DRIVE_OWNER_URL,
            demonstration=settings.DRIVE_DEMONSTRATION,
            prefix=settings.DRIVE_ROLE_PREFIX,
            say=lambda text: print(text, file=sys.stderr),  # noqa: T201  # a command's own output
        )
    except PreparationError as error:
        print(error, file=sys.stderr)  # noqa: T201  # as above
        return 1
    return 0


def _clock(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from .clock import run

    return run(once=chosen.once, starter=chosen.starter)


def _roles(chosen: argparse.Namespace) -> int:
    from .role_command import run

    return run(print_sql=chosen.print_sql, superuser_url=chosen.superuser_url)


def _role_table(_chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from drive.access.role_table import document

    sys.stdout.write(document())
    return 0
