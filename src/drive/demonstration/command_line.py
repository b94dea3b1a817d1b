"""`drive demo`: writes the demonstration world, of any size, into an empty practice database."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo", help="write invented people and two years of work into an empty database"
    )
    demo.add_argument(
        "--people",
        type=int,
        default=None,
        metavar="N",
        help="about how many people; without it, the world of the tour",
    )
    demo.add_argument("--seed", type=int, default=None, help="another seed, another world")
    demo.set_defaults(run=_demo)


def _demo(chosen: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.conf import settings
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from drive.config.installation import WrongInstallationError, claim

    from .loading import SEED, NotEmptyError, load, whom_to_sign_in_as

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("Service users"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    try:
        claim(settings.DRIVE_OWNER_URL, demonstration=True, prefix=settings.DRIVE_ROLE_PREFIX)
        with bar:
            task = bar.add_task("", total=None)
            loaded = load(
                settings.DRIVE_OWNER_URL, people=chosen.people, seed=SEED if chosen.seed is None else chosen.seed,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
    except (WrongInstallationError, NotEmptyError) as error:
        print(error, file=sys.stderr)  # noqa: T201  # the command's own output
        return 1
    console.print(
        f"{loaded.people:,} people and {loaded.rows.get('casework_action', 0):,} actions; {sum(loaded.rows.values()):,} rows in {loaded.seconds:.0f} seconds."
    )
    for line in whom_to_sign_in_as():
        print(line)  # noqa: T201  # as above
    return 0
