"""`drive return`: the manager's exact return on the console, or a released one as text or as a spreadsheet."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from drive.access.stepping import Actor

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    from drive.access.console import add_acting_arguments

    command = commands.add_parser("return", help="the performance return of a site for any two dates")
    command.add_argument("--first", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD")
    command.add_argument("--last", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD")
    command.add_argument(
        "--release", type=UUID, metavar="RELEASE", help="a released return, instead of two dates"
    )
    command.add_argument(
        "--xlsx", type=Path, metavar="FILE", help="write the released return as a spreadsheet"
    )
    add_acting_arguments(command)
    command.set_defaults(run=_return)


def _return(chosen: argparse.Namespace) -> int:
    if chosen.release is None and (chosen.first is None or chosen.last is None):
        return _cannot("Give --first and --last, or --release.")
    if chosen.xlsx is not None and chosen.release is None:
        return _cannot("A file is a release: ask for one, and give it with --release once it is released.")
    import django

    django.setup()
    from django.core.exceptions import ObjectDoesNotExist

    from drive.access.console import ConsoleError, acting_from_console
    from drive.access.scopes import Scope

    try:
        with acting_from_console(chosen.acting_as, chosen.role, Scope.REPORT) as actor:
            text = _exact(chosen, actor) if chosen.release is None else _released(chosen, actor)
    except ObjectDoesNotExist:
        return _cannot("There is no such released return.")
    except (ConsoleError, LookupError, ValueError, OSError) as error:
        return _cannot(str(error))
    if text:
        print(text)  # noqa: T201  # a command's own output
    return 0


def _exact(chosen: argparse.Namespace, actor: Actor) -> str:
    from drive.access.console import ConsoleError
    from drive.access.permissions import Permission
    from drive.audit.record import Act, record_event

    from .performance import performance_return, sections_text

    if not actor.may(Permission.RETURN_EXACT):
        raise ConsoleError(f"{actor.role_label} reads released returns: give one with --release.")
    made = performance_return(chosen.first, chosen.last, exact=True, service_id=actor.service_id)
    record_event(Act.LOOKED, by=actor, kind="return")
    return sections_text(made.sections)


def _released(chosen: argparse.Namespace, actor: Actor) -> str:
    from drive.access.console import ConsoleError
    from drive.access.permissions import Permission
    from drive.audit.record import Act, record_event
    from drive.extract.commands import record_file
    from drive.extract.queries import released_return

    from .performance import PerformanceReturn, sections_text
    from .spreadsheet import workbook

    if not actor.may(Permission.RETURN_VIEW):
        raise ConsoleError(f"{actor.role_label} does not open returns.")
    made = PerformanceReturn.from_data(released_return(chosen.release).content or {})
    if chosen.xlsx is None:
        record_event(Act.LOOKED, by=actor, kind="return", record_id=chosen.release)
        return sections_text(made.sections)
    content = workbook(made, site_label=actor.site)
    record_file(by=actor, request_id=chosen.release, rows=made.rows_by_section, content=content)
    chosen.xlsx.write_bytes(content)
    return ""


def _cannot(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
