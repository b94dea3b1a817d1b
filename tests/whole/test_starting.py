"""What a newcomer does: start, start again, stop, and what each sentence says when it cannot.

Real processes, a real data folder, one after the other, as on somebody's machine. The demonstration is left out where it
is not the question, so that the whole takes under a minute.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CLEAN = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("DRIVE_", "DJANGO_", "PYTEST_")) and name != "DATABASE_URL"
}
"""The environment without what the tests' own server has put there."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder whose path is short enough for a socket."""
    made = Path(tempfile.mkdtemp(prefix="drive-start-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def drive(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "drive", *arguments], cwd=ROOT, env=CLEAN | {"PYTHONPATH": "src"} | environment,
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@contextmanager
def serving(folder: Path, port: int, *more: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running `drive serve`, once it has said that it is ready; and what it had said by then."""
    running = subprocess.Popen(
        [sys.executable, "-m", "drive", "serve", "--port", str(port), "--data", str(folder), *more],
        cwd=ROOT, env=CLEAN | {"PYTHONPATH": "src"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert running.stdout
    said = list[str]()
    for line in running.stdout:
        said.append(line.strip())
        if line.startswith("Ready in"):
            break
    try:
        assert said[-1].startswith("Ready in"), said
        yield running, said
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGINT)
            running.wait(30)
        running.stdout.close()


def ours(folder: Path) -> list[str]:
    """Every process whose command line or environment names the data folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = process.joinpath("cmdline").read_bytes() + process.joinpath("environ").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in told and int(process.name) != os.getpid():
            found.append(process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def gone(folder: Path, within: int = 60) -> bool:
    """Whether nothing of ours is left: the clock of a run that crashed ends by itself, once it has begun."""
    until = time.monotonic() + within
    while ours(folder) and time.monotonic() < until:
        time.sleep(0.5)
    return ours(folder) == []


def healthy(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=10) as answer:
        return bool(answer.status == 200)


def test_start_stop_crash_and_start_again(folder: Path) -> None:
    port, other = free_port(), free_port()

    with serving(folder, port, "--empty") as (running, said):
        assert any(line.startswith("Bringing the database up to date") for line in said)
        assert healthy(port)
        # A second start says where the first one runs; another program's port is said in one sentence.
        second = drive("serve", "--empty", "--port", str(other), "--data", str(folder))
        assert second.returncode == 1
        assert f"Drive already runs from this data folder, at http://localhost:{port}/" in second.stdout
        assert second.stdout.count("\n") == 1
        elsewhere = folder.with_name(folder.name + "-elsewhere")
        taken = drive("serve", "--empty", "--port", str(port), "--data", str(elsewhere))
        shutil.rmtree(elsewhere, ignore_errors=True)
        assert (taken.returncode, taken.stdout) == (
            1,
            f"Port {port} is in use by another program or not allowed: choose another with --port.\n",
        )
        # Ctrl-C stops everything that it started.
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 0
    assert ours(folder) == []

    # A crash leaves processes and locks behind; the next start ends them, and has nothing to prepare.
    with serving(folder, port, "--empty") as (running, said):
        assert len(said) == 1, said
        running.kill()
        running.wait(30)
    assert ours(folder), "a crash leaves its web server behind"
    with serving(folder, port, "--empty"):
        assert healthy(port)
    assert gone(folder)

    # A database for real work is never made one for practice, nor given invented people.
    for command in (("serve", "--port", str(port)), ("demo", "--people", "30")):
        refused = drive(*command, "--data", str(folder))
        assert refused.returncode == 1, refused.stdout
        assert "real work" in refused.stdout, refused.stdout
    assert ours(folder) == []


def test_a_practice_world_by_the_command_and_never_twice() -> None:
    made = Path(tempfile.mkdtemp(prefix="drive-start-"))
    made.chmod(0o711)
    try:
        first = drive("demo", "--people", "60", "--data", str(made))
        assert first.returncode == 0, first.stdout + first.stderr
        assert re.search(r"\d+ people and \d+ actions: [\d,]+ rows", first.stdout), first.stdout
        assert "case.manager@practice.invalid" in first.stdout
        again = drive("demo", "--people", "60", "--data", str(made))
        assert again.returncode == 1
        assert "holds something already" in again.stdout
        assert ours(made) == []
    finally:
        shutil.rmtree(made, ignore_errors=True)


def test_an_old_python_is_one_sentence(tmp_path: Path) -> None:
    """A machine with Python 3.11 alone, and nothing that could fetch a newer one."""
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\ncase "$*" in *version_info*) exit 1;; esac\necho "Python 3.11.2"\n')
    old.chmod(0o755)
    for program in ("bash", "df", "awk", "cksum", "tr", "dirname", "env", "sed", "grep", "cat"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    copied = tmp_path / "site"
    (copied / "script").mkdir(parents=True)
    (copied / "requirements").mkdir()
    for name in ("script/server", "script/environment", "requirements/runtime.txt"):
        shutil.copy(ROOT / name, copied / name)
    said = subprocess.run(
        ["bash", str(copied / "script/server")], env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert said.returncode != 0
    assert "Drive needs Python 3.12 or newer" in said.stderr
    assert said.stderr.count("\n") == 1, said.stderr


def test_a_full_disk_is_one_sentence() -> None:
    """A disk of 24 MB: enough to begin on, too little for a database."""
    small = Path(tempfile.mkdtemp(prefix="drive-small-"))
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(small)], capture_output=True, check=False).returncode:  # fmt: skip
        small.rmdir()
        pytest.skip("only root may make a small disk to fill")
    try:
        small.chmod(0o711)
        said = drive("serve", "--empty", "--port", str(free_port()), "--data", str(small))
        assert said.returncode == 1
        assert said.stdout == (
            f"The database could not be made: the disk that holds {small} is full, and it needs at least 200 MB."
            " Free some space, or choose another place with --data.\n"
        )
        assert "Traceback" not in said.stdout + said.stderr
        assert ours(small) == []
    finally:
        for _ in range(20):
            if subprocess.run(["umount", str(small)], capture_output=True, check=False).returncode == 0:
                break
            time.sleep(0.5)
        small.rmdir()
