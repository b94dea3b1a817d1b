"""`drive case timeline CODE --as EMAIL`: what happened on a case, as one membership may read it, audited
like the page.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    case = commands.add_parser("case", help="read a service user's case")
    acts = case.add_subparsers(metavar="ACT", required=True)
    shown = acts.add_parser("timeline", help="what happened, newest first, quiet stretches named")
    shown.add_argument("code", help="the case code, such as K7-QF4")
    shown.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="whose membership reads")
    shown.set_defaults(run=_timeline)


def _timeline(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from .reading import NothingHereError, timeline_lines

    try:
        lines = timeline_lines(chosen.code, chosen.email)
    except NothingHereError as absent:
        print(absent, file=sys.stderr)  # noqa: T201  # a command's own output
        return 1
    print("\n".join(lines))  # noqa: T201  # a command's own output
    return 0
