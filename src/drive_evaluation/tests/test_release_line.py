"""Two releases about nearly the same people: the second does not tell who joined, nor what the first hid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drive_evaluation import cli
from drive_evaluation.disclosure import protect
from drive_evaluation.errors import PackageError, ReleaseRefusedError
from drive_evaluation.output import write_release
from drive_evaluation.package import Package, read_package, write_package
from drive_evaluation.release_line import EarlierRelease, Told, read_record, told_differences, write_record
from drive_evaluation.results import Result
from drive_evaluation.run import Outcome
from drive_evaluation.study import Study
from drive_evaluation.tests.small_package import frame


def reasons(counts: dict[str, int]) -> list[Result]:
    total = sum(counts.values())
    return [
        Result("M-CLOSE-REASON", "x.closed", "all", {"reason": code}, total, 0, {"count": count})
        for code, count in counts.items()
    ]


def shown(release: object, code: str) -> int | None:
    documents = release.documents
    found: int | None = next(d["values"]["count"] for d in documents if d["dimensions"] == {"reason": code})
    return found


def test_rounded_alone_a_difference_stays_open_and_both_are_shown() -> None:
    first = protect(reasons({"custody": 41, "moved": 60}), package="one")
    second = protect(
        reasons({"custody": 42, "moved": 60}), package="two", earlier=[EarlierRelease("one", first.told)]
    )
    assert (shown(first, "custody"), shown(second, "custody")) == (40, 40)


def test_a_count_known_exactly_before_and_after_is_not_shown_again() -> None:
    """Where sums have given both numbers away, one more person would be told; the new number goes."""
    results = reasons({"custody": 42, "moved": 60, "died": 30})
    key = (results[0].id, "values.count")
    exact = {key: Told(41, False, 41, 41)}
    now = {key: Told(42, False, 42, 42)}
    assert told_differences(now, [EarlierRelease("one", exact)], 7, 3) == [key]
    assert told_differences(now, [EarlierRelease("one", {key: Told(42, False, 42, 42)})], 7, 3) == []
    assert told_differences(now, [EarlierRelease("one", {key: Told(30, False, 30, 30)})], 7, 3) == []
    assert told_differences({key: Told(42, False, 40, 44)}, [EarlierRelease("one", exact)], 7, 3) == []


def test_what_a_release_of_the_same_package_hid_stays_hidden() -> None:
    results = reasons({"custody": 42, "moved": 60, "died": 30})
    key = (results[0].id, "values.count")
    earlier = EarlierRelease("one", {key: Told(42, True, 0, float("inf"))})
    assert shown(protect(results, package="one", earlier=[earlier]), "custody") is None
    assert shown(protect(results, package="another", earlier=[earlier]), "custody") == 40


def test_what_was_told_before_counts_in_the_attack_on_a_release_of_the_same_package() -> None:
    results = reasons({"custody": 3, "moved": 60, "died": 30})
    key = (results[0].id, "values.count")
    alone = protect(results, package="one")
    assert alone.told[key].hidden
    narrowed = EarlierRelease("one", {key: Told(3, True, 2, 5)})
    again = protect(results, package="one", earlier=[narrowed])
    assert (again.told[key].low, again.told[key].high) == (2, 5)


def test_the_record_is_read_back_as_it_was_written_and_its_absence_is_said(tmp_path: Path) -> None:
    told = protect(reasons({"custody": 3, "moved": 60}), package="one").told
    write_record(tmp_path, "one", told)
    assert read_record(tmp_path) == EarlierRelease("one", told)
    with pytest.raises(PackageError, match="no record of an earlier release"):
        read_record(tmp_path / "nowhere")


def test_a_release_names_no_site_whatever_the_package_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """M-SDC: masked site labels throughout; an unmasked study is refused, the command masks."""
    frames = {
        "sites": frame("sites", "site_id\nnorthtown"),
        "perpetrators": frame("perpetrators", "perpetrator_id arm site_id\nd1 drive northtown"),
    }
    evaluation = {"spec": "y1", "data_cut": "2017-04-30", "mask_sites": False}
    write_package(tmp_path / "package", frames, evaluation=evaluation, synthetic=True)
    package = read_package(tmp_path / "package")
    named = Study.from_package(package)
    with pytest.raises(ReleaseRefusedError, match="masked"):
        write_release(
            package, named, Outcome((), ()), tmp_path / "out", report="year1", approved_by=("Ada", "Bo")
        )
    given = {}

    def kept(package: Package, study: Study, outcome: Outcome, folder: Path, **rest: Any) -> dict[str, str]:
        given["results"] = [result.id for result in outcome.results]
        return {}

    monkeypatch.setattr(cli, "write_release", kept)
    people = ["--approved-by", "Ada Example", "--approved-by", "Bo Example"]
    assert (
        cli.main(["release", str(package.path), "--out", str(tmp_path / "out"), "--report", "year1", *people])
        == 0
    )
    assert any("site=area1" in name for name in given["results"])
    assert not any("northtown" in name for name in given["results"])
