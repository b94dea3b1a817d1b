"""`drive serve`: everything on one machine, started and stopped together.

The data folder is locked by whoever serves from it. What an earlier run left behind when it was killed is ended first:
its web server here, its database by `EmbeddedServer.start`. The web processes know the application's log-in alone.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from .data_folder import DataFolder
from .embedded_server import EmbeddedServer, ServerError

WORKERS = 2
THREADS = 4
READY_WITHIN = 60
"""Seconds until a web server that does not answer is given up."""


class ServingError(Exception):
    """It cannot be served; the text is one sentence, fit to show."""


def serve(*, port: int, data: str, empty: bool) -> int:
    """Start everything, say where to look, and stop everything at Ctrl-C. 0 when stopped, 1 when it could not start."""
    folder = DataFolder(Path(data or os.environ.get("DRIVE_DATA", ".data")).absolute())
    os.environ["DRIVE_DATA"] = str(folder.path)
    os.environ["DRIVE_DEMONSTRATION"] = "false" if empty else "true"
    began = time.monotonic()
    try:
        with _locked(folder, port):
            _end_leftover(folder)
            _port_is_free(port)
            with _database(folder):
                _prepare(demonstration=not empty)
                return _serve_until_stopped(folder, port, began, demonstration=not empty)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except (ServingError, ServerError) as error:
        say(str(error))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EACCES, errno.EROFS):
            raise
        why = "is full" if error.errno == errno.ENOSPC else "cannot be written to"
        say(f"The disk that holds {folder.path} {why}: free some space, or choose another place with --data.")
    return 1


def say(text: str) -> None:
    """One line to whoever started it."""
    print(text, flush=True)  # noqa: T201  # the command's own output


@contextmanager
def _locked(folder: DataFolder, port: int) -> Iterator[None]:
    """Hold the folder for this process. The lock goes with the process, however that ends."""
    folder.path.mkdir(parents=True, exist_ok=True)
    with (folder.path / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            where = lock.read().strip() or "another address"
            raise ServingError(f"Drive already runs from this data folder, at {where}: stop that one, or choose another place with --data.") from error
        lock.truncate(0)
        lock.write(f"http://localhost:{port}/")
        lock.flush()
        yield


def _pid_file(folder: DataFolder) -> Path:
    return folder.path / "web.pid"


def _end_leftover(folder: DataFolder) -> None:
    """A web server of ours that outlived a killed run is told to end. Known by its own pid file on its command line."""
    file = _pid_file(folder)
    try:
        pid = int(file.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return
    if os.fsencode(file) in command:
        os.kill(pid, signal.SIGTERM)
        for _ in range(50):
            if not Path(f"/proc/{pid}").exists():
                break
            time.sleep(0.1)
    file.unlink(missing_ok=True)


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise ServingError(f"Port {port} is in use by another program or not allowed: choose another with --port.") from error


@contextmanager
def _database(folder: DataFolder) -> Iterator[None]:
    """The database: the one named in the environment, or our own, for as long as the block lasts."""
    if os.environ.get("DATABASE_URL"):
        if not os.environ.get("DRIVE_APP_URL"):
            raise ServingError("DATABASE_URL is set without DRIVE_APP_URL: set both, or neither (drive roles makes the log-ins).")
        yield
        return
    from .preparation import make_database

    server = EmbeddedServer(folder, say=say)
    server.start()
    try:
        owner_url, app_url = make_database(server)
        folder.keep("owner_url", owner_url)
        folder.keep("app_url", app_url)
        yield
    finally:
        server.stop()


def _prepare(*, demonstration: bool) -> None:
    """Migrations, policies, the mode of the database, and the practice world in an empty one."""
    import django
    import psycopg
    from django.conf import settings

    from .installation import WrongInstallationError, claim
    from .preparation import migrate

    django.setup()
    try:
        migrate(settings.DRIVE_OWNER_URL, say)
        empty = claim(settings.DRIVE_OWNER_URL, demonstration=demonstration, prefix=settings.DRIVE_ROLE_PREFIX)
    except WrongInstallationError as error:
        raise ServingError(str(error)) from error
    except psycopg.errors.DiskFull as error:
        raise ServingError("The disk that holds the database is full: free some space and start again.") from error
    except psycopg.OperationalError as error:
        raise ServingError(f"The database does not answer: {str(error).strip().splitlines()[-1]}") from error
    if demonstration and empty and find_spec("drive.demonstration.loading"):
        say("Loading the practice world: invented people, two years of work")
        import_module("drive.demonstration.loading").load_if_empty(settings.DRIVE_OWNER_URL, say)


def _serve_until_stopped(folder: DataFolder, port: int, began: float, *, demonstration: bool) -> int:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    web = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "drive.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
         "--workers", str(WORKERS), "--threads", str(THREADS), "--pid", str(_pid_file(folder)),
         "--log-level", "warning", "--graceful-timeout", "10", "--timeout", "60"],
        env=environment | {"DJANGO_SETTINGS_MODULE": "drive.config.settings"},
        start_new_session=True,  # Ctrl-C reaches us alone, and we end it in order
    )  # fmt: skip
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        _wait_until_ready(web, port)
        say(f"Ready in {time.monotonic() - began:.1f} seconds. Open http://localhost:{port}/ and stop with Ctrl-C.")
        if demonstration:
            _say_whom_to_sign_in_as()
        web.wait()
        raise ServingError("The web server ended by itself; its last words are above.")
    finally:
        web.terminate()
        try:
            web.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(web.pid, signal.SIGKILL)
        _pid_file(folder).unlink(missing_ok=True)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _wait_until_ready(web: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        if web.poll() is not None:
            raise ServingError("The web server did not start; its last words are above.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ServingError(f"The web server did not answer within {READY_WITHIN} seconds.")


def _say_whom_to_sign_in_as() -> None:
    """The practice accounts, said by whoever made them."""
    if find_spec("drive.demonstration.loading"):
        for line in import_module("drive.demonstration.loading").whom_to_sign_in_as():
            say(line)
