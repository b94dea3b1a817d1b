"""The tests' own PostgreSQL: started once a run, one database a worker, gone at the end. Loaded with `-p` (pyproject).

Tests log in as `<prefix>_tester`, which may step into every scope like the application and also into `seed`, so that a
test can lay out its world inside the transaction that is rolled back after it. Tests marked `real_login` use the
application's own role.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drive.config.embedded_server import EmbeddedServer

PREFIX = "drivetest"
TEMPLATE = "drivetest_template"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))


def _fingerprint() -> str:
    """Digest of everything that a prepared server depends on."""
    source = Path(__file__).resolve().parent.parent / "src" / "drive"
    digest = hashlib.sha256(Path(__file__).read_bytes())
    files = [*source.glob("*/migrations/*.py"), *source.glob("*/policies.sql"), *source.glob("access/*.py")]
    for path in sorted([*files, *source.glob("config/*.py")]):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _start() -> None:
    """In the first process: server, roles, one migrated database as a template for all.

    A prepared server is kept beside the temporary files under the digest of what made it, so that a second run copies
    it instead of migrating again.
    """
    from drive.config.data_folder import DataFolder
    from drive.config.embedded_server import EmbeddedServer

    kept = Path(tempfile.gettempdir()) / f"drive-tests-prepared-{_fingerprint()}"
    folder = Path(tempfile.mkdtemp(prefix="drive-tests-"))
    folder.chmod(0o711)
    server = EmbeddedServer(DataFolder(folder), fast=True)

    def end() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    prepared = kept.exists()
    if prepared:
        subprocess.run(
            ["cp", "-a", f"{kept}/.", str(folder)], check=True
        )  # keeps owners, as PostgreSQL insists
    server.start()
    secrets = server.folder
    os.environ.update(
        DRIVE_DATA=str(folder),
        DRIVE_TEST_SUPERUSER=server.superuser_url,
        DRIVE_ROLE_PREFIX=PREFIX,
        DATABASE_URL=server.url(TEMPLATE, f"{PREFIX}_owner", secrets.secret("owner_password")),
        DRIVE_APP_URL=server.url(TEMPLATE, f"{PREFIX}_app", secrets.secret("app_password")),
    )
    if not prepared:
        _prepare(server)
        server.stop()
        _keep(folder, kept)
        server.start()


def _prepare(server: EmbeddedServer) -> None:
    import psycopg

    from drive.access.scopes import Scope
    from drive.config.preparation import make_database

    make_database(server, database=TEMPLATE, prefix=PREFIX)
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "drive", "prepare"],
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parent.parent / "src")},
    )
    with psycopg.connect(server.superuser_url, autocommit=True) as connection:
        connection.execute(f"create role {PREFIX}_tester login noinherit password 'tester'")  # type: ignore[arg-type]  # names of this program alone
        for name in [*[s.value for s in Scope], "seed"]:
            connection.execute(f"grant {PREFIX}_{name} to {PREFIX}_tester with inherit false, set true")  # type: ignore[arg-type]  # names of this program alone


def _keep(folder: Path, kept: Path) -> None:
    """Keep a copy of the stopped server, whole or not at all; older ones go."""
    for old in kept.parent.glob("drive-tests-prepared-*"):
        if time.time() - old.stat().st_mtime > 6 * 3600:
            shutil.rmtree(old, ignore_errors=True)
    unfinished = kept.with_name(f"{kept.name}.{os.getpid()}")
    subprocess.run(["cp", "-a", str(folder), str(unfinished)], check=True)
    try:
        unfinished.rename(kept)
    except OSError:  # somebody else was quicker
        shutil.rmtree(unfinished, ignore_errors=True)


def _own_database() -> None:
    """In every process: a database of its own, copied from the template."""
    import psycopg
    from psycopg.conninfo import make_conninfo

    superuser = os.environ["DRIVE_TEST_SUPERUSER"]
    database = f"drivetest_{WORKER}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(1)")  # a template is copied by one at a time
        connection.execute(f"create database {database} template {TEMPLATE} owner {PREFIX}_owner")  # type: ignore[arg-type]  # names of this program alone
        connection.execute(f"revoke all on database {database} from public")  # type: ignore[arg-type]  # names of this program alone
        connection.execute(f"grant connect on database {database} to {PREFIX}_app, {PREFIX}_tester")  # type: ignore[arg-type]  # names of this program alone
        connection.execute("select pg_advisory_unlock(1)")
    os.environ["DRIVE_REAL_APP_URL"] = make_conninfo(os.environ["DRIVE_APP_URL"], dbname=database)
    os.environ["DATABASE_URL"] = make_conninfo(os.environ["DATABASE_URL"], dbname=database)
    os.environ["DRIVE_APP_URL"] = make_conninfo(
        os.environ["DRIVE_APP_URL"], dbname=database, user=f"{PREFIX}_tester", password="tester"
    )
    os.environ["DRIVE_TEST_SUPERUSER_HERE"] = make_conninfo(superuser, dbname=database)


if "DRIVE_TEST_SUPERUSER" not in os.environ:
    _start()
    _ADMIN_APP_URL = os.environ["DRIVE_APP_URL"]
    os.environ["DRIVE_TEST_APP_URL"] = os.environ["DRIVE_APP_URL"]
    os.environ["DRIVE_TEST_OWNER_URL"] = os.environ["DATABASE_URL"]
else:
    os.environ["DRIVE_APP_URL"] = os.environ["DRIVE_TEST_APP_URL"]
    os.environ["DATABASE_URL"] = os.environ["DRIVE_TEST_OWNER_URL"]
_own_database()
