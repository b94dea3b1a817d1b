"""`drive extract` and `drive release`: from a key to a package in its place, and one sentence where it cannot be."""

from __future__ import annotations

import datetime
import re
import stat
from pathlib import Path

import pytest

from drive.__main__ import main
from drive.access.models import local_today
from drive.extract.models import ReleaseFile
from drive_evaluation.package import read_package
from drive_evaluation.validation import validate
from tests.cast import Cast, seeding


def test_the_whole_way_on_the_console(cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = local_today() - datetime.timedelta(days=1)
    analyst, lead = ["--as", cast.analyst.user.email], ["--as", cast.governance_lead.user.email]
    key, out = tmp_path / "key", tmp_path / "package"
    assert main(["extract", "key", str(key)]) == 0
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert main(["extract", "key", str(key)]) == 1, "a key is never written over"

    ask = [
        "extract",
        "ask",
        "--study",
        "northmoor",
        "--first",
        str(day),
        "--last",
        str(day),
        "--recipient",
        "Nowhere",
        "--purpose",
        "A test",
    ]
    assert main([*ask, *lead]) == 1
    capsys.readouterr()
    assert main([*ask, *analyst]) == 0
    found = re.search(r"[0-9a-f-]{36}", capsys.readouterr().out)
    assert found
    release = found[0]
    write = ["extract", "write", release, "--key-file", str(key), "--out", str(out), *analyst]
    assert main(write) == 1
    assert "not released" in capsys.readouterr().err
    assert main(["release", release, *analyst]) == 1
    assert main(["release", release, *lead]) == 0
    capsys.readouterr()
    assert main(["extract", "list", *analyst]) == 0
    assert f"{release}  Extract for evaluators northmoor" in capsys.readouterr().out
    assert main(write) == 0
    assert validate(read_package(out)) == []
    with seeding():
        assert ReleaseFile.objects.get().fingerprint in capsys.readouterr().out
    assert main(write) == 1, "nothing is written over"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "package"], "nothing is left beside it"


def test_a_package_that_fails_leaves_nothing(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is full at the last table: no folder, no row, one sentence."""
    day = local_today() - datetime.timedelta(days=1)
    analyst, key = ["--as", cast.analyst.user.email], tmp_path / "key"
    main(["extract", "key", str(key)])
    main(
        [
            "extract",
            "ask",
            "--study",
            "northmoor",
            "--first",
            str(day),
            "--last",
            str(day),
            "--recipient",
            "x",
            "--purpose",
            "x",
            *analyst,
        ]
    )
    release = re.findall(r"[0-9a-f-]{36}", capsys.readouterr().out)[0]
    main(["release", release, "--as", cast.governance_lead.user.email])

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("drive_evaluation.writing.write_descriptor", full)
    assert (
        main(
            [
                "extract",
                "write",
                release,
                "--key-file",
                str(key),
                "--out",
                str(tmp_path / "package"),
                *analyst,
            ]
        )
        == 1
    )
    assert "No space left" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    with seeding():
        assert not ReleaseFile.objects.exists()
