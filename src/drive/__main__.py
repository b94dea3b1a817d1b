"""`drive`: the command line. Each app adds its commands in `<app>/command_line.py`; `drive --help` lists them."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from importlib.util import find_spec

COMMAND_MODULES = (
    "drive.config.command_line",
    "drive.access.command_line",
    "drive.audit.command_line",
    "drive.referrals.command_line",
    "drive.allocation.command_line",
    "drive.casework.command_line",
    "drive.advocacy.command_line",
    "drive.extract.command_line",
    "drive.reporting.command_line",
    "drive.demonstration.command_line",
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "drive.config.settings")
    parser = argparse.ArgumentParser(prog="drive", description="Runs and looks after a Drive site.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in COMMAND_MODULES:
        if find_spec(name):
            import_module(name).add_commands(commands)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen) or 0)


if __name__ == "__main__":
    sys.exit(main())
