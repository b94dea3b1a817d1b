"""`drive demo`: writes the demonstration world, of any size, into an empty practice database."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
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
    demo.add_argument(
        "--data", default="", metavar="DIR", help="where data and secrets are kept (default .data)"
    )
    demo.set_defaults(run=_demo)


def _demo(chosen: argparse.Namespace) -> int:
    """Start the database that `drive serve --data DIR` would, write the world, stop it again."""
    from drive.config.data_folder import DataFolder
    from drive.config.embedded_server import ServerError
    from drive.config.own_database import NotServedError, database, disk_sentence, held, say

    folder = DataFolder(Path(chosen.data or os.environ.get("DRIVE_DATA", ".data")).absolute())
    os.environ["DRIVE_DATA"] = str(folder.path)
    os.environ["DRIVE_DEMONSTRATION"] = "true"
    try:
        with held(folder, "to write a practice world"), database(folder):
            _write(chosen.people, chosen.seed)
    except (NotServedError, ServerError) as error:
        say(str(error))
        return 1
    except OSError as error:
        sentence = disk_sentence(error, folder)
        if sentence is None:
            raise
        say(sentence)
        return 1
    return 0


def _write(people: int | None, seed: int | None) -> None:
    """Raises `NotServedError` when the database is not for practice, holds something, or cannot be written."""
    import django

    django.setup()
    import psycopg
    from django.conf import settings
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from drive.config.own_database import NotServedError, say
    from drive.config.preparation import PreparationError, prepare, sentence

    from .loading import SEED, NotEmptyError, load, whom_to_sign_in_as

    bar = Progress(
        TextColumn("Service users"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        refresh_per_second=2,
    )
    try:
        prepare(settings.DRIVE_OWNER_URL, demonstration=True, prefix=settings.DRIVE_ROLE_PREFIX, say=say)
        with bar:
            task = bar.add_task("", total=None)
            loaded = load(
                settings.DRIVE_OWNER_URL, people=people, seed=SEED if seed is None else seed,
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )  # fmt: skip
    except (PreparationError, NotEmptyError) as error:
        raise NotServedError(str(error)) from error
    except psycopg.Error as error:
        raise NotServedError(sentence(error)) from error
    say(
        f"{loaded.people:,} people and {loaded.rows.get('casework_action', 0):,} actions: "
        f"{sum(loaded.rows.values()):,} rows in {loaded.seconds:.0f} seconds. `drive serve` with the same --data shows them."
    )
    for line in whom_to_sign_in_as():
        say(line)
