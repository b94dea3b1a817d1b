"""`drive referrals import FILE`: the preview of a list, or the list brought in, from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .lists.results import Preview

    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

UNREADABLE = "The file {name} cannot be opened. Check where it is and whether you may read it."


def add_commands(commands: Commands) -> None:
    referrals = commands.add_parser("referrals", help="bring in referral lists")
    acts = referrals.add_subparsers(metavar="ACT", required=True)
    bring_in = acts.add_parser(
        "import",
        help="bring in a referral list, or say with --dry-run what it would do",
        description="Reads a referral list (.xlsx, .csv, .tsv) line by line. With --dry-run nothing is saved;"
        " without --as the list is then judged by itself, with --as against what that person's site holds.",
    )
    bring_in.add_argument("file", metavar="FILE", type=Path)
    bring_in.add_argument("--dry-run", action="store_true", help="save nothing")
    bring_in.add_argument("--json", action="store_true", help="one JSON object for each line of data")
    bring_in.add_argument("--as", dest="acting_as", default="", metavar="EMAIL", help="whose account acts")
    bring_in.add_argument("--role", default="", metavar="ROLE", help="in which role, when they hold several")
    bring_in.set_defaults(run=_import)


def _import(chosen: argparse.Namespace) -> int:
    """0 when the list was read, 1 with one sentence on the error stream when it was not."""
    if not chosen.dry_run and not chosen.acting_as:
        return _cannot("Say with --as EMAIL who brings the list in, or add --dry-run to save nothing.")
    try:
        content = chosen.file.read_bytes()
    except OSError:
        return _cannot(UNREADABLE.format(name=chosen.file))
    import django

    django.setup()
    from drive.access.console import ConsoleError

    from .lists.problems import ListRefused

    try:
        judged = (
            _judged_alone(content, chosen) if not chosen.acting_as else _judged_as_member(content, chosen)
        )
    except ListRefused as refused:
        return _cannot(refused.text)
    except ConsoleError as error:
        return _cannot(str(error))
    _tell(judged, as_json=chosen.json, saved=not chosen.dry_run)
    return 0


def _judged_alone(content: bytes, chosen: argparse.Namespace) -> Preview:
    """Against nothing known: needs no account, no database. The keys are the installation's, the same at every run."""
    from drive.access.models import local_today

    from .commands import match_secret
    from .lists.preview import preview

    return preview(content, chosen.file.name, key=match_secret(), today=local_today())


def _judged_as_member(content: bytes, chosen: argparse.Namespace) -> Preview:
    """Against what the member's site holds; saved unless it is a dry run. The event says that it came from a console."""
    from drive.access.console import ConsoleError, console_actor
    from drive.access.permissions import Permission
    from drive.access.scopes import Scope
    from drive.access.stepping import acting_as

    from . import commands

    actor = console_actor(chosen.acting_as, chosen.role)
    if not actor.may(Permission.REFERRAL_IMPORT):
        raise ConsoleError(f"{actor.role_label}s do not bring lists in.")
    with acting_as(actor, Scope.REFERRALS):
        if chosen.dry_run:
            return commands.try_list(by=actor, file_bytes=content, filename=chosen.file.name)
        kept, judged = commands.upload_list(by=actor, file_bytes=content, filename=chosen.file.name)
        commands.save_list(by=actor, kept=kept)
        return judged


def _tell(judged: Preview, *, as_json: bool, saved: bool) -> None:
    from .lists.outgoing import to_json
    from .lists.results import Outcome

    if as_json:
        json.dump(to_json(judged), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return
    counts = judged.counts
    sys.stdout.write(f"{len(judged.rows)} lines, {judged.read_as}.\n")
    for notice in judged.notices:
        sys.stdout.write(f"{notice}\n")
    kept = counts[Outcome.CREATED] + counts[Outcome.MATCHED]
    sys.stdout.write(
        f"{kept} {'saved' if saved else 'ready'}, {counts[Outcome.MATCHED]} of them may be someone known;"
        f" {counts[Outcome.REFUSED]} need an answer; {counts[Outcome.REPEAT]} stand twice.\n"
    )
    for row in judged.rows:
        for problem in row.problems:
            sys.stdout.write(f"line {row.line}: {problem.text}\n")


def _cannot(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 1
