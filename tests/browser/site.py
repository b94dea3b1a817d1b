"""A real web server for one walk: gunicorn over a database of its own, as the application's own log-in."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.throwaway_server import PREFIX, TEMPLATE

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120
"""Seconds until a server that does not answer is given up."""
FACTS = ("referrals_", "panels_", "allocation_", "casework_", "advocacy_", "safety_")
"""Tables whose rows are facts about people: nothing else may grow when an act is sent a second time."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running site, and what stands in its database."""

    url: str
    emails: dict[str, str]
    names: dict[str, str]
    case: str
    record: str
    link: str
    sessions: dict[str, str]
    superuser: str
    application: str

    def facts(self) -> dict[str, int]:
        """How many rows each table of facts holds now."""
        with psycopg.connect(self.superuser) as connection:
            names = [
                name
                for (name,) in connection.execute(
                    "select tablename from pg_tables where schemaname = 'public'"
                )
                if name.startswith(FACTS)
            ]
            counts = sql.SQL(" union all ").join(
                sql.SQL("select {}, count(*) from {}").format(sql.Literal(name), sql.Identifier(name))
                for name in sorted(names)
            )
            return {str(name): int(count) for name, count in connection.execute(counts)}

    def one(self, query: str, *values: Any) -> Any:
        """The first column of the first row, past every policy: for what a page does not print."""
        with psycopg.connect(self.superuser) as connection:
            row = connection.execute(query.encode(), values).fetchone()
        assert row is not None, query
        return row[0]

    def months_pass(self, case_id: str, months: int) -> None:
        """Move the beginning of a case back. Tests alone can: no role of the application may change a case's row."""
        with psycopg.connect(self.superuser) as connection:
            connection.execute(
                "update casework_sucase set starts_on = starts_on - make_interval(months => %s),"
                " allocated_on = allocated_on - make_interval(months => %s),"
                " referred_on = least(referred_on, allocated_on - make_interval(months => %s)) where id = %s",
                [months, months, months, case_id],
            )

    def later(self, table: str, *, hours: int) -> None:
        """Let hours pass over what a table holds. Tests alone can: no role of the application may change a row."""
        with psycopg.connect(self.superuser) as connection:
            connection.execute(
                sql.SQL("update {} set recorded_at = recorded_at - make_interval(hours => %s)").format(
                    sql.Identifier(table)
                ),
                [hours],
            )

    def contact_in(self, *, minutes: int) -> None:
        """Let the time of every planned contact come near. Tests alone can."""
        with psycopg.connect(self.superuser) as connection:
            connection.execute(
                "update safety_booking set starts_at = clock_timestamp() + make_interval(mins => %s)",
                [minutes],
            )

    def clock(self) -> None:
        """One round of the clock, in a process of its own as the application's own log-in."""
        subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "drive", "clock", "--once"],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env=_environment(self.application),
        )


@contextmanager
def lay_out_world(name: str, program: str, *given: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """A fresh copy of a world that the program lays out: the superuser's address of it and what the program told. Dropped
    afterwards. `given`: the program's own arguments."""
    superuser = os.environ["DRIVE_TEST_SUPERUSER"]
    laid_out, told = _world(program, given)
    database = f"drivetest_{name}_{os.getpid()}"
    _copy(laid_out, database)
    try:
        yield make_conninfo(superuser, dbname=database), told
    finally:
        with psycopg.connect(superuser, autocommit=True) as connection:
            connection.execute(f"drop database {database} with (force)".encode())


@cache
def _world(program: str, given: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """The database in which the program laid its world out, once in this process, to be copied; and what it told."""
    number = hashlib.sha256(repr((program, given)).encode()).hexdigest()[:12]
    database = f"drivetest_world_{number}_{os.getpid()}"
    _copy(TEMPLATE, database)
    tester = make_conninfo(
        os.environ["DRIVE_REAL_APP_URL"], dbname=database, user=f"{PREFIX}_tester", password="tester"
    )
    return database, _lay_out(tester, program, given)


def _copy(template: str, database: str) -> None:
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER"], autocommit=True) as connection:
        for statement in (
            "select pg_advisory_lock(1)",  # a template is copied by one at a time
            f"create database {database} template {template} owner {PREFIX}_owner",
            f"revoke all on database {database} from public",
            f"grant connect on database {database} to {PREFIX}_app, {PREFIX}_tester",
            "select pg_advisory_unlock(1)",
        ):
            connection.execute(statement.encode())


@contextmanager
def open_site(
    *given: str, world: str = "tests.browser.world", server_log: Path | None = None
) -> Iterator[Site]:
    """A world laid out by that program, and a server over it; the world is dropped afterwards.

    `given`: what else stands in the world (`tests.browser.world`). One server serves the sites of a process, one after
    the other: each is a new database under the same name. With `server_log`, a server of its own that writes there.
    """
    with lay_out_world("walk", world, *given) as (superuser, laid_out):
        application = make_conninfo(
            os.environ["DRIVE_REAL_APP_URL"], dbname=conninfo_to_dict(superuser)["dbname"]
        )
        if server_log is None:
            yield Site(
                _shared_server(application).url, superuser=superuser, application=application, **laid_out
            )
            return
        server = Server.start(application, server_log)
        try:
            yield Site(server.url, superuser=superuser, application=application, **laid_out)
        finally:
            server.end()


def _environment(application: str) -> dict[str, str]:
    """What the site's processes know: the application's log-in, never the owner's."""
    kept = {
        key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "PYTEST_CURRENT_TEST")
    }
    return kept | {
        "DRIVE_APP_URL": application,
        "DRIVE_ROLE_PREFIX": PREFIX,
        "DRIVE_DEMONSTRATION": "true",
        "DJANGO_SETTINGS_MODULE": "drive.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
    }


def _lay_out(tester: str, program: str, given: tuple[str, ...]) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", program, *given],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=_environment(tester),
    )
    return dict(json.loads(done.stdout))


@dataclass(frozen=True, slots=True)
class Server:
    """The web server as a practice runs it, over one database."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    @classmethod
    def start(cls, application: str, log: Path) -> Server:
        """Started as the application's own log-in, and ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with log.open("w") as words:
            process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", "drive.config.wsgi:application", "--bind", f"127.0.0.1:{port}",
                 "--workers", "1", "--threads", "4", "--log-level", "warning"],
                cwd=ROOT, env=_environment(application), stdout=words, stderr=words,
            )  # fmt: skip
        server = cls(process, f"http://127.0.0.1:{port}", log)
        server.wait_until_ready()
        return server

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"the web server did not start: {self.log.read_text()[-2000:]}")
            try:
                with urllib.request.urlopen(f"{self.url}/health/", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError(f"the web server did not answer: {self.log.read_text()[-2000:]}")

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def _shared_server(application: str) -> Server:
    """The server of this process, started when first wanted. Its connections to the site before ended with that database,
    and it opens new ones."""
    if not _shared:
        _shared.append(
            Server.start(application, Path(tempfile.mkdtemp(prefix="drive-walks-")) / "server.log")
        )
    _shared[0].wait_until_ready()
    return _shared[0]


def end_shared_server() -> None:
    """Called once, when the last walk is over."""
    while _shared:
        server = _shared.pop()
        server.end()
        shutil.rmtree(server.log.parent)


_shared: list[Server] = []


def today() -> datetime.date:
    """Today where the practice is."""
    from drive.access.models import local_today

    return local_today()
