"""`drive audit seal | verify | export`."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

BESIDE = (
    "NOTE     The file of roots lies in the data folder. Whoever can change the database there can cut the newest events"
    " and roots together, and nothing would show it: set DRIVE_AUDIT_ROOTS to a disk of another machine."
)


def add_commands(commands: Commands) -> None:
    audit = commands.add_parser(
        "audit", help="seal the audit, check it, or write it out for checking elsewhere"
    )
    acts = audit.add_subparsers(metavar="ACT", required=True)
    acts.add_parser("seal", help="seal what is waiting").set_defaults(run=_seal)
    acts.add_parser(
        "verify", help="check that nothing was altered; exit status 1 when something was"
    ).set_defaults(run=_verify)
    acts.add_parser("export", help="write every event as one JSON object a line").set_defaults(run=_export)


def _ready() -> None:
    import django

    django.setup()


def _seal(_chosen: argparse.Namespace) -> int:
    _ready()
    from .sealing import seal_left_behind

    print(f"{seal_left_behind()} events sealed")  # noqa: T201  # a command's own output
    return 0


def _verify(_chosen: argparse.Namespace) -> int:
    _ready()
    from .sealing import exported_events, root_lines, roots_are_beside_the_database
    from .verify import check, describe

    report = check(exported_events(), root_lines(), taken=datetime.now(UTC))
    print(describe(report))  # noqa: T201  # a command's own output
    if roots_are_beside_the_database():
        print(BESIDE)  # noqa: T201  # a command's own output
    return 0 if report.intact else 1


def _export(_chosen: argparse.Namespace) -> int:
    _ready()
    from .sealing import exported_events

    for event in exported_events():
        sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    return 0
