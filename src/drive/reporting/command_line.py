"""`drive return`: the performance return on the command line, or as a spreadsheet."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    from drive.access.console import add_acting_arguments

    command = commands.add_parser("return", help="the performance return of a site for any two dates")
    command.add_argument("--first", type=datetime.date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    command.add_argument("--last", type=datetime.date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    command.add_argument(
        "--xlsx", type=Path, metavar="FILE", help="write a spreadsheet; its numbers are protected"
    )
    add_acting_arguments(command)
    command.set_defaults(run=_return)


def _return(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from drive.access.console import ConsoleError, acting_from_console
    from drive.access.permissions import Permission
    from drive.access.roles import Role
    from drive.access.scopes import Scope
    from drive.audit.record import Act, record_event

    from .performance import performance_return, sections_text
    from .spreadsheet import workbook

    try:
        with acting_from_console(chosen.acting_as, chosen.role, Scope.REPORT) as actor:
            if not actor.may(Permission.RETURN_VIEW):
                raise ConsoleError(f"{actor.role_label} does not open returns.")
            exact = actor.role is Role.SERVICE_MANAGER and chosen.xlsx is None
            made = performance_return(chosen.first, chosen.last, exact=exact)
            if chosen.xlsx is not None:
                chosen.xlsx.write_bytes(workbook(made, site_label=actor.site))
                record_event(Act.EXPORTED, by=actor, kind="return", reason="performance return")
            else:
                record_event(Act.LOOKED, by=actor, kind="return")
    except (ConsoleError, LookupError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # a command's own output
        return 1
    if chosen.xlsx is None:
        print(sections_text(made.sections))  # noqa: T201  # a command's own output
    return 0
