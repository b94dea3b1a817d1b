"""The data folder in one program's hands, and the database that stands in it for as long as that program needs it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from .data_folder import DataFolder
from .embedded_server import EmbeddedServer


class NotServedError(Exception):
    """It cannot be started; the text is one sentence, fit to show."""


@contextmanager
def held(folder: DataFolder, whereabouts: str) -> Iterator[None]:
    """Hold the folder for this process. The lock goes with the process, however that ends.

    `whereabouts` is what somebody who comes second is told. Raises `NotServedError` when that is us.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with (folder.path / "lock").open("a+") as file:
        if not lock(file):
            file.seek(0)
            where = file.read().strip() or "at another address"
            raise NotServedError(
                f"Drive already runs from this data folder, {where}: stop that one, or choose another place with --data."
            )
        file.truncate(0)
        file.write(whereabouts)
        file.flush()
        yield


def lock(file: IO[str], *, within: float = 0) -> bool:
    """Take the lock of `file`, trying for `within` seconds. Whether it was had."""
    until = time.monotonic() + within
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        else:
            return True


@contextmanager
def database(folder: DataFolder, *, as_it_was: bool = False) -> Iterator[None]:
    """The database: the one named in the environment, or our own, for as long as the block lasts.

    `as_it_was`: its roles and log-ins are known to stand already.
    """
    if os.environ.get("DATABASE_URL"):
        if not os.environ.get("DRIVE_APP_URL"):
            raise NotServedError(
                "DATABASE_URL is set without DRIVE_APP_URL: set both, or neither (drive roles makes the log-ins)."
            )
        yield
        return
    server = EmbeddedServer(folder, say=say)
    server.start()
    try:
        if not as_it_was:
            from .preparation import make_database

            owner_url, app_url = make_database(server)
            folder.keep("owner_url", owner_url)
            folder.keep("app_url", app_url)
        yield
    finally:
        server.stop()


def disk_sentence(error: OSError, folder: DataFolder) -> str | None:
    """What to say of a disk that is full or may not be written to; None where the fault is another."""
    why = {
        errno.ENOSPC: "is full",
        errno.EDQUOT: "is full",
        errno.EACCES: "cannot be written to",
        errno.EROFS: "cannot be written to",
    }.get(error.errno or 0)
    return (
        why
        and f"The disk that holds {folder.path} {why}: free some space, or choose another place with --data."
    )


def say(text: str) -> None:
    """One line to whoever started it."""
    print(text, flush=True)  # noqa: T201  # the command's own output
