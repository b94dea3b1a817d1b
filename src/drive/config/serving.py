"""`drive serve`: everything on one machine, started and stopped together.

The data folder is locked by whoever serves from it. What an earlier run left behind when it was killed is ended first:
its web server here, its database by `EmbeddedServer.start`. The web processes know the application's log-in alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from .data_folder import DataFolder
from .embedded_server import ServerError
from .own_database import NotServedError, database, disk_sentence, held, lock, say

WORKERS = 2
THREADS = 4
READY_WITHIN = 60
"""Seconds until a web server that does not answer is given up."""


def serve(*, port: int, data: str, empty: bool) -> int:
    """Start everything, say where to look, and stop everything at Ctrl-C. 0 when stopped, 1 when it could not start."""
    folder = DataFolder(Path(data or os.environ.get("DRIVE_DATA", ".data")).absolute())
    os.environ["DRIVE_DATA"] = str(folder.path)
    os.environ["DRIVE_DEMONSTRATION"] = "false" if empty else "true"
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with held(folder, f"at http://localhost:{port}/"):
            _end_leftover(folder)
            _port_is_free(port)
            return _serve_until_stopped(folder, port, began, demonstration=not empty)
    except KeyboardInterrupt:
        say("Stopped.")
        return 0
    except (NotServedError, ServerError) as error:
        say(str(error))
    except OSError as error:
        sentence = disk_sentence(error, folder)
        if sentence is None:
            raise
        say(sentence)
    return 1


def _pid_file(folder: DataFolder) -> Path:
    return folder.path / "web.pid"


def _end_leftover(folder: DataFolder) -> None:
    """A web server of ours that outlived a killed run is told to end.

    It is known by the lock that it inherited, which no other program can hold: its pid alone may long be somebody else's.
    """
    with (folder.path / "web.lock").open("a") as file:
        if lock(file):
            return
        pid = int(_pid_file(folder).read_text())
        os.kill(pid, signal.SIGTERM)
        if not lock(file, within=5):
            os.killpg(pid, signal.SIGKILL)
            if not lock(file, within=5):
                raise NotServedError(
                    f"An earlier run of Drive does not end: end process {pid} and start again."
                )


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            raise NotServedError(
                f"Port {port} is in use by another program or not allowed: choose another with --port."
            ) from error


def _remembered(folder: DataFolder, stamp: str) -> list[str] | None:
    """What to say about signing in, when our own database stands as it did at the last start; otherwise nothing."""
    if os.environ.get("DATABASE_URL"):
        return None
    try:
        kept = json.loads((folder.path / "prepared.json").read_text())
    except (OSError, ValueError):
        return None
    return list(kept["lines"]) if kept.get("stamp") == stamp else None


def _remember(folder: DataFolder, stamp: str, lines: list[str]) -> None:
    if not os.environ.get("DATABASE_URL"):
        file = folder.path / "prepared.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps({"stamp": stamp, "lines": lines}))


def _stamp(*, demonstration: bool) -> str:
    """Digest of everything that decides about the database: migrations, policies, roles, and the mode."""
    source = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256(repr((demonstration, os.environ.get("DRIVE_ROLE_PREFIX"))).encode())
    for path in sorted(
        [
            *source.glob("*/migrations/*.py"),
            *source.glob("*/policies.sql"),
            *source.glob("access/*.py"),
            source / "config" / "database_roles.py",
        ]
    ):
        digest.update(str(path.relative_to(source)).encode() + path.read_bytes())
    return digest.hexdigest()


def _prepare(*, demonstration: bool) -> list[str]:
    """Migrations, policies, the mode of the database, and the practice world in an empty one."""
    import django
    from django.conf import settings

    from .preparation import PreparationError, prepare

    django.setup()
    try:
        empty = prepare(
            settings.DRIVE_OWNER_URL, demonstration=demonstration, prefix=settings.DRIVE_ROLE_PREFIX, say=say
        )
    except PreparationError as error:
        raise NotServedError(str(error)) from error
    if not demonstration or not find_spec("drive.demonstration.loading"):
        return []
    loading = import_module("drive.demonstration.loading")
    if empty:
        say("Loading the practice world: invented people, two years of work")
        loading.load_if_empty(settings.DRIVE_OWNER_URL, say)
    return list(loading.whom_to_sign_in_as())


def _serve_until_stopped(folder: DataFolder, port: int, began: float, *, demonstration: bool) -> int:
    """Where nothing has changed the web server starts while the database does: it asks for it at the first request."""
    stamp = _stamp(demonstration=demonstration)
    lines = _remembered(folder, stamp)
    web = _start_web(folder, port) if lines is not None else None
    clock: subprocess.Popen[bytes] | None = None
    try:
        with database(folder, as_it_was=lines is not None):
            try:
                if web is None or lines is None:
                    lines = _prepare(demonstration=demonstration)
                    _remember(folder, stamp, lines)
                    web = _start_web(folder, port)
                _wait_until_ready(web, port)
                clock = _start_clock()
                say(
                    f"Ready in {time.monotonic() - began:.1f} seconds. Open http://localhost:{port}/ and stop with Ctrl-C."
                )
                for line in lines:
                    say(line)
                web.wait()
                raise NotServedError("The web server ended by itself; its last words are above.")
            finally:
                _stop_clock(clock)
                _stop_web(folder, web)  # before the database, so that it can finish what it was asked
    finally:
        _stop_web(folder, web)


def _start_web(folder: DataFolder, port: int) -> subprocess.Popen[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    with (folder.path / "web.lock").open("a") as file:
        lock(file)  # the web server inherits it and holds it as long as any of its processes lives
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "drive.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
             "--workers", str(WORKERS), "--threads", str(THREADS), "--pid", str(_pid_file(folder)), "--preload",
             "--log-level", "warning", "--graceful-timeout", "10", "--timeout", "60"],
            env=environment | {"DJANGO_SETTINGS_MODULE": "drive.config.settings"},
            pass_fds=[file.fileno()],
            start_new_session=True,  # Ctrl-C reaches us alone, and we end it in order
        )  # fmt: skip


def _start_clock() -> subprocess.Popen[bytes]:
    """The clock ends by itself when this process is gone."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.Popen(
        [sys.executable, "-m", "drive", "clock", "--starter", str(os.getpid())],
        env=environment,
        start_new_session=True,
    )


def _stop_clock(clock: subprocess.Popen[bytes] | None) -> None:
    if clock is not None and clock.poll() is None:
        clock.terminate()
        clock.wait(15)


def _stop_web(folder: DataFolder, web: subprocess.Popen[bytes] | None) -> None:
    if web is None or web.poll() is not None:
        return
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
            raise NotServedError("The web server did not start; its last words are above.")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=2):  # nosec B310  # our own address, http
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise NotServedError(f"The web server did not answer within {READY_WITHIN} seconds.")
