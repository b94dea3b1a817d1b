"""Disclosure control: nothing small is shown, and nothing hidden can be worked out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from acro import utils as acro_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from drive_evaluation.disclosure import (
    Policy,
    _Cells,
    approve,
    exposed,
    half_up,
    midpoint_six,
    narrow,
    protect,
)
from drive_evaluation.errors import ReleaseRefusedError
from drive_evaluation.release_sums import visible_sums, whole_key
from drive_evaluation.results import Result
from drive_evaluation.run import Outcome
from drive_evaluation.statistics.odds import compare_odds


def table(counts: dict[str, int], subgroup: str = "all") -> list[Result]:
    total = sum(counts.values())
    return [
        Result(
            "M-CLOSE-REASON",
            "x.closed",
            subgroup,
            {"reason": code},
            total,
            0,
            {"count": count, "percent": 100 * count / total if total else None},
        )
        for code, count in counts.items()
    ]


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 60), min_size=2))
@settings(max_examples=150, deadline=None)
def test_no_small_count_is_shown_and_no_hidden_one_can_be_narrowed(counts: dict[str, int]) -> None:
    results = table(counts)
    policy = Policy()
    release = protect(results, policy)
    cells = _Cells(results, policy)
    shown = {}
    for result, document in zip(results, release.documents, strict=True):
        count = document["values"]["count"]
        shown[result.dimensions["reason"]] = count
        if count is None:
            cells.hidden.setdefault((result.id, "values.count"), "secondary")
        else:
            assert count % 5 == 0
            assert counts[result.dimensions["reason"]] > 7
        if document["n"] is None:
            cells.hidden.setdefault((result.id, "n"), "secondary")
    assert exposed(cells, visible_sums(results, cells.value)) == []
    hidden = [code for code, count in shown.items() if count is None]
    if len(hidden) == 1 and counts[hidden[0]] > 0:
        # A lone redacted part is only safe where its total is redacted too.
        assert all(document["n"] is None for document in release.documents)


@pytest.mark.parametrize("report", ["year1", "year2", "croydon"])
def test_a_whole_release_survives_the_attack_and_random_differences(
    report: str, outcomes: dict[str, Outcome]
) -> None:
    results = outcomes[report].results
    release = protect(results)
    text = json.dumps(release.documents)
    assert '"min": 1' not in text
    exact = {(r.id, "values.count"): r.values.get("count") for r in results}
    shown = {
        (r.id, "values.count"): d["values"].get("count")
        for r, d in zip(results, release.documents, strict=True)
        if isinstance(r.values.get("count"), int)
    }
    for key, count in shown.items():
        true = exact[key]
        assert isinstance(true, int)
        assert count is None or (true > 7 and count == half_up(true, 5))
    # Differences of random pairs of shown counts: never a number of people from one to seven that is exact.
    rng = np.random.default_rng(1)
    values = [count for count in shown.values() if count is not None]
    pairs = rng.choice(values, (10_000, 2))
    gaps = np.abs(pairs[:, 0] - pairs[:, 1])
    assert set(np.unique(gaps % 5)) <= {0}
    for redaction in release.redactions:
        assert redaction.reason
        assert not any(char.isdigit() for char in redaction.reason.replace("10", ""))


def test_the_attack_itself_works_a_lone_hidden_cell_is_found() -> None:
    total, left, right = ("t", "n"), ("a", "c"), ("b", "c")
    known = narrow({total: (20, 20), left: (17, 17), right: (0, 7)}, [(total, (left, right))])
    assert known[right] == (3, 3)


def test_acro_suppresses_no_cell_that_we_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """An independent checker with the same threshold: every cell it would suppress is redacted by us."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"reason": rng.choice(list("abcdef"), 150, p=[0.4, 0.25, 0.2, 0.1, 0.03, 0.02])})
    counts = {str(code): int(n) for code, n in frame["reason"].value_counts().items()}
    release = protect(table(counts))
    monkeypatch.setattr(acro_rules, "THRESHOLD", 8)
    for document in release.documents:
        code = document["dimensions"]["reason"]
        suppressed = bool(acro_rules.agg_threshold(frame.loc[frame["reason"] == code, "reason"]))
        assert not (suppressed and document["values"]["count"] is not None)


def test_a_test_on_small_groups_is_not_released(outcomes: dict[str, Outcome]) -> None:
    release = protect(outcomes["year1"].results)
    for document in release.documents:
        if document["test"] is not None and document["test"].get("n"):
            assert min(document["test"]["n"]) >= 10


def test_no_number_of_a_release_is_fine_enough_to_work_back_to_its_counts(
    outcomes: dict[str, Outcome],
) -> None:
    """A mean in full is a fraction over the number of people; a chi-square in full has one table."""
    release = protect(outcomes["year2"].results)

    def digits(value: object, path: str) -> None:
        if isinstance(value, dict):
            for name, item in value.items():
                digits(item, f"{path}.{name}")
        elif isinstance(value, list):
            for item in value:
                digits(item, path)
        elif isinstance(value, float) and not path.endswith(("bic", "aic", "log_likelihood")):
            assert float(f"{value:.3g}") == value, path

    tests = 0
    for document in release.documents:
        for part in ("test", "other_tests", "effect", "other_effects"):
            digits(document[part], f"{document['measure']}.{part}")
        for name in ("mean", "sd", "mean_na_nk", "mean_proportion"):
            digits(document["values"].get(name), f"{document['measure']}.{name}")
        if document["test"]:
            tests += 1
            assert all(size % 5 == 0 for size in document["test"].get("n", []))
    assert tests > 20


def test_a_test_of_shares_goes_with_a_hidden_cell_of_its_table() -> None:
    rows = [[12, 40], [3, 47]]
    result = Result(
        "M-ABUSE-OR",
        "x.vs_paired",
        "all",
        {"abuse_type": "physical"},
        102,
        0,
        {
            "control": {"count": 12, "n": 52, "percent": 100 * 12 / 52},
            "drive": {"count": 3, "n": 50, "percent": 6.0},
        },
        compare_odds([rows], stratified=False),
    )
    (document,) = protect([result]).documents
    assert document["values"]["drive"]["count"] is None
    assert document["test"] is document["effect"] is None
    assert document["other_tests"] == document["other_effects"] == []


def test_a_package_may_make_the_policy_stricter_never_looser() -> None:
    assert Policy.from_settings({"redact_up_to": 3}).redact_up_to == 7
    assert Policy.from_settings({"redact_up_to": 10, "round_to": 10}) == Policy(redact_up_to=10, round_to=10)


def test_a_release_needs_two_different_people() -> None:
    assert approve(["Ada Example", "Bo Example"]) == ("Ada Example", "Bo Example")
    for names in ([], ["Ada Example"], ["Ada Example", "ada example "]):
        with pytest.raises(ReleaseRefusedError):
            approve(names)


def profile(counts: dict[str, int], missing: int = 0) -> list[Result]:
    known = sum(counts.values())
    rows = {**counts, "white": counts["white_british"] + counts["white_other"], "missing": missing}
    return [
        Result("M-PROFILE-VS", "y2.vs_baseline", "all", {"variable": "ethnicity", "category": name}, known, missing, {"count": n})
        for name, n in rows.items()
    ]  # fmt: skip


def test_categories_add_up_although_a_roll_up_and_missing_stand_beside_them() -> None:
    results = profile({"white_british": 60, "white_other": 20, "black": 5}, missing=12)
    value = {
        (r.id, path): count
        for r in results
        for path, count in (("n", r.n), ("n_missing", r.n_missing), ("values.count", r.values["count"]))
    }
    value[whole_key(results[0])] = 97
    count = {r.dimensions["category"]: (r.id, "values.count") for r in results}
    found = visible_sums(results, value)
    leaves = (count["white_british"], count["white_other"], count["black"])
    assert ((results[0].id, "n"), leaves) in found
    assert (count["white"], leaves[:2]) in found
    assert (whole_key(results[0]), (*leaves, count["missing"])) in found


def test_a_lone_small_cell_gets_company_across_roll_ups_and_periods() -> None:
    released = protect(profile({"white_british": 60, "white_other": 20, "black": 5}))
    shown = {d["dimensions"]["category"]: d["values"]["count"] for d in released.documents}
    assert shown["black"] is None
    assert None in (shown["white_other"], shown["white_british"], released.documents[0]["n"])
    periods = [
        Result("M-CLOSE", "cr.closed", subgroup, {}, n, 0, {"count": n})
        for subgroup, n in (("all", 45), ("period=y1", 4), ("period=y2", 41))
    ]
    first = {d["subgroup"]: d["values"]["count"] for d in protect(periods).documents}
    assert first["period=y1"] is None
    assert None in (first["all"], first["period=y2"])


def test_survival_steps_go_to_midpoints_of_six_and_two_people_never_make_a_mean() -> None:
    assert [midpoint_six(k) for k in (0, 1, 6, 7, 12, 13)] == [0, 3, 3, 9, 9, 15]
    step = {"share_left": 0.5, "ci_low": 0.3, "ci_high": 0.7}
    curve = Result(
        "M-IDVA-LENGTH", "y2.vs_baseline", "all", {"curve": "kaplan_meier"}, 40, 0, {"after_30_days": step}
    )
    document = protect([curve]).documents[0]["values"]["after_30_days"]
    assert document == {"share_left": pytest.approx(1 - 21 / 39), "ci_low": None, "ci_high": None}
    heavy = {"n": 20, "mean": 10.0, "max": 95, "min": 0}
    light = {"n": 20, "mean": 10.0, "max": 30, "min": 0}
    for values, wanted in ((heavy, None), (light, 10.0)):
        result = Result("M-IDVA-CONTACTS", "y2.vs_paired", "all", {}, 20, 0, {"drive": values})
        assert protect([result]).documents[0]["values"]["drive"]["mean"] == wanted
