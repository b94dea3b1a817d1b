"""`drive extract`: ask for an extract, see what was asked, write one that was released; `drive release` decides on one."""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from drive.access.stepping import Actor

    from .models import ReleaseFile

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(commands: Commands) -> None:
    from drive.access.console import add_acting_arguments

    extract = commands.add_parser("extract", help="the data package for evaluators: ask, write")
    acts = extract.add_subparsers(metavar="ACT", required=True)

    key = acts.add_parser("key", help="draw the key of a new study, for whoever keeps it")
    key.add_argument("file", type=Path, metavar="FILE")
    key.set_defaults(run=_key)

    ask = acts.add_parser("ask", help="ask for an extract; another person releases it")
    ask.add_argument("--study", required=True, metavar="CODE", help="the study's short code")
    for end in ("first", "last"):
        ask.add_argument(f"--{end}", type=datetime.date.fromisoformat, required=True, metavar="YYYY-MM-DD")
    ask.add_argument("--months", action="store_true", help="coarsen every date to its month")
    ask.add_argument("--recipient", required=True, help="who receives it")
    ask.add_argument("--purpose", required=True, help="what it is for")
    add_acting_arguments(ask)
    ask.set_defaults(run=_ask)

    shown = acts.add_parser("list", help="what was asked for at the site, and what became of it")
    add_acting_arguments(shown)
    shown.set_defaults(run=_list)

    write = acts.add_parser("write", help="write a released extract as a data package")
    write.add_argument("release", type=UUID, metavar="RELEASE", help="as `drive extract list` shows it")
    write.add_argument(
        "--key-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="the study's key; - reads it from the console",
    )
    write.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a folder that is not there yet"
    )
    add_acting_arguments(write)
    write.set_defaults(run=_write)

    release = commands.add_parser("release", help="decide on what another person asked to release")
    release.add_argument("release", type=UUID, metavar="RELEASE")
    release.add_argument("--refuse", default="", metavar="WHY", help="do not release it, and why")
    add_acting_arguments(release)
    release.set_defaults(run=_release)


def _key(chosen: argparse.Namespace) -> int:
    from .pseudonyms import draw_key

    try:
        descriptor = os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _cannot(
            f"{chosen.file} exists. A key is never written over: its extracts would be lost to the study."
        )
    except OSError as error:
        return _cannot(f"The key cannot be written to {chosen.file}: {error.strerror}.")
    with os.fdopen(descriptor, "w") as file:
        file.write(draw_key() + "\n")
    _say(f"The key of a new study stands in {chosen.file}. Give it to whoever keeps it; Drive keeps no copy.")
    return 0


@contextmanager
def _acting(chosen: argparse.Namespace, permission: str, scope: str) -> Iterator[Actor]:
    """The member, in one transaction that sees one state of the database from its first statement to its last."""
    from django.db import connection, transaction

    from drive.access.console import ConsoleError, console_actor
    from drive.access.permissions import Permission
    from drive.access.scopes import Scope
    from drive.access.stepping import acting_as

    actor = console_actor(chosen.acting_as, chosen.role)
    if not actor.may(Permission(permission)):
        raise ConsoleError(f"{actor.role_label} may not do this.")
    with transaction.atomic():
        with connection.cursor() as cursor:
            if not connection.savepoint_ids:  # the outermost transaction: nothing was asked in it before
                cursor.execute("set transaction isolation level repeatable read")
        with acting_as(actor, Scope(scope)):
            yield actor


def _errors() -> tuple[type[Exception], ...]:
    """What a command answers with one sentence. Known once Django is set up."""
    from django.core.exceptions import ObjectDoesNotExist

    from drive.access.console import ConsoleError
    from drive.access.refusal import Refusal
    from drive_evaluation.errors import EvaluationError

    from .pseudonyms import StudyKeyError

    return ConsoleError, Refusal, StudyKeyError, EvaluationError, OSError, ObjectDoesNotExist, LookupError


def _set_up() -> None:
    import django

    django.setup()


def _ask(chosen: argparse.Namespace) -> int:
    _set_up()
    from .commands import ask_for_extract

    try:
        with _acting(chosen, "extract:write", "report") as actor:
            asked = ask_for_extract(
                by=actor, study=chosen.study, first=chosen.first, last=chosen.last, months=chosen.months,
                recipient=chosen.recipient, purpose=chosen.purpose,
            )  # fmt: skip
    except _errors() as error:
        return _cannot(str(error))
    _say(f"Asked for as {asked.pk}. The governance lead releases it; then `drive extract write` writes it.")
    return 0


def _list(chosen: argparse.Namespace) -> int:
    _set_up()
    from .queries import releases

    try:
        with _acting(chosen, "release:ask", "report"):
            for one in releases():
                state = one.decision.outcome if one.decision else "waits"
                _say(
                    f"{one.pk}  {one.get_kind_display()} {one.study}, {one.first} to {one.last}, for {one.recipient}: {state}"
                )
    except _errors() as error:
        return _cannot(str(error))
    return 0


def _release(chosen: argparse.Namespace) -> int:
    _set_up()
    from .commands import answer_release

    try:
        with _acting(chosen, "release:answer", "governance") as actor:
            outcome = "refused" if chosen.refuse else "released"
            answer_release(by=actor, request_id=chosen.release, outcome=outcome, reason=chosen.refuse)
    except _errors() as error:
        return _cannot(str(error))
    _say("Not released." if chosen.refuse else "Released.")
    return 0


def _write(chosen: argparse.Namespace) -> int:
    """Written aside and moved into place once the transaction stands: a package is there whole, with its event, or not."""
    _set_up()
    out: Path = chosen.out
    if out.exists():
        return _cannot(f"{out} exists. Name a folder that is not there yet.")
    aside = out.with_name(f".{out.name}.part")
    try:
        from .pseudonyms import read_key

        key = read_key(sys.stdin.readline() if str(chosen.key_file) == "-" else chosen.key_file.read_text())
        made = _written(chosen, key, aside)
        aside.rename(out)
    except _errors() as error:
        return _cannot(str(error))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    for name, count in made.rows.items():
        _say(f"{count:>9,}  {name}")
    _say(f"{out}: SHA-256 of its datapackage.json {made.fingerprint}")
    return 0


def _written(chosen: argparse.Namespace, key: bytes, aside: Path) -> ReleaseFile:
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    from .commands import write_extract
    from .tables import MADE

    with (
        Progress(
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,} rows"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
        ) as bar,
        _acting(chosen, "extract:write", "report") as actor,
    ):
        tasks = {name: bar.add_task(name, total=None, visible=False) for name in reversed(MADE)}

        def progress(table: str, done: int) -> None:
            bar.update(tasks[table], completed=done, visible=True)

        return write_extract(by=actor, request_id=chosen.release, key=key, folder=aside, progress=progress)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _cannot(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 1
