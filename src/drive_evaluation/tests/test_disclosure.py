"""Disclosure control: nothing small is shown, and nothing hidden can be worked out."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from acro import utils as acro_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from drive_evaluation.disclosure import (
    Policy,
    Release,
    _Cells,
    approve,
    exposed,
    half_up,
    may_leave,
    midpoint_six,
    narrow,
    protect,
)
from drive_evaluation.errors import ReleaseRefusedError
from drive_evaluation.package import Package
from drive_evaluation.release_sums import REST, WHOLE, Key, table_totals, visible_sums, whole_key
from drive_evaluation.results import READ, Result
from drive_evaluation.run import Outcome
from drive_evaluation.statistics.odds import compare_odds


@pytest.fixture(scope="module")
def releases(outcomes: dict[str, Outcome]) -> dict[str, Release]:
    """Report → everything of it, released."""
    return {name: protect(outcome.results) for name, outcome in outcomes.items()}


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
def test_a_whole_release_shows_rounded_counts_and_coded_reasons(
    report: str, outcomes: dict[str, Outcome], releases: dict[str, Release]
) -> None:
    results, release = [r for r in outcomes[report].results if may_leave(r)], releases[report]
    text = json.dumps(release.documents)
    assert '"min": 1' not in text
    exact = {(r.id, "values.count"): r.values.get("count") for r in results}
    shown = {
        (r.id, "values.count"): d["values"].get("count")
        for r, d in zip(results, release.documents, strict=True)
        if isinstance(r.values.get("count"), int) and READ not in r.notes
    }
    counted = [result for result in results if READ not in result.notes]
    totals = table_totals(counted, _Cells(counted, Policy()).value)
    for key, count in shown.items():
        true = exact[key]
        assert isinstance(true, int)
        assert count is None or (true > 7 and count % 5 == 0)
        assert count is None or key in totals or count == half_up(true, 5)
    for redaction in release.redactions:
        assert redaction.reason
        assert not any(char.isdigit() for char in redaction.reason.replace("10", ""))


def test_the_attack_itself_works_a_lone_hidden_cell_is_found() -> None:
    total, left, right = ("t", "n"), ("a", "c"), ("b", "c")
    known = narrow({total: (20, 20), left: (17, 17), right: (0, 7)}, [(total, (left, right))])
    assert known[right] == (3, 3)


def nested_pairs(results: Sequence[Result]) -> list[tuple[Key, Key]]:
    """(larger, smaller) query: the same count of a subgroup and of one that holds it, or a count and its base."""
    found = []
    groups: dict[object, dict[str, Result]] = {}
    for result in results:
        key = (result.measure, result.population, tuple(sorted(result.dimensions.items())))
        groups.setdefault(key, {})[result.subgroup] = result
        if isinstance(result.values.get("count"), int) and result.values["count"] <= result.n:
            found.append(((result.id, "n"), (result.id, "values.count")))
    for rows in groups.values():
        for large, small in permutations(rows.values(), 2):
            fields = set() if large.subgroup == "all" else set(large.subgroup.split("&"))
            counts = [row.values.get("count") for row in (large, small)]
            both = isinstance(counts[0], int) and isinstance(counts[1], int)
            if both and fields < set(small.subgroup.split("&")) and counts[0] >= counts[1]:
                found.append(((large.id, "values.count"), (small.id, "values.count")))
    return found


@pytest.mark.parametrize("report", ["year1", "year2", "croydon"])
def test_random_pairs_of_queries_leave_three_candidates_for_every_hidden_cell(
    report: str, outcomes: dict[str, Outcome], releases: dict[str, Release]
) -> None:
    """M-SDC: an outsider who also subtracts one query from another still cannot tell who is behind a hidden cell."""
    results = [r for r in outcomes[report].results if READ not in r.notes and may_leave(r)]
    policy = Policy()
    cells = _Cells(results, policy)
    sums = visible_sums(results, cells.value)
    for redaction in releases[report].redactions:
        key = (redaction.result, redaction.path)
        if key in cells.value:
            cells.hidden.setdefault(key, redaction.reason)
    pairs = nested_pairs(results)
    chosen = np.random.default_rng(3).choice(len(pairs), min(400, len(pairs)), replace=False)
    known, rest = cells.bounds(), {}
    for place in chosen:
        large, small = pairs[place]
        left: Key = ("difference", str(place))
        # Whoever is in the one and not in the other; a difference of a few people is a hidden cell of its own.
        known[left] = (0, math.inf)
        rest[left] = cells.value[large] - cells.value[small]
        sums.append((large, (small, left)))
    told = narrow(known, sums)
    secret = [key for key in cells.hidden if key[1] not in (WHOLE, REST)]
    secret += [key for key, value in rest.items() if 0 < value <= policy.redact_up_to]
    assert len(secret) > 100
    open_ones = {key: told[key][1] - told[key][0] + 1 for key in secret}
    assert [key for key, number in open_ones.items() if number < policy.fewest_candidates] == []


def test_the_attack_by_pairs_finds_what_one_rounding_alone_leaves_open() -> None:
    """Twelve of all sites and eleven of one, printed in full, are one person at the others."""
    everyone, one, left = ("all", "c"), ("site", "c"), ("difference", "0")
    known = {everyone: (12, 12), one: (11, 11), left: (0, math.inf)}
    assert narrow(known, [(everyone, (one, left))])[left] == (1, 1)


@pytest.mark.parametrize("report", ["year1", "year2", "croydon"])
def test_totals_of_a_table_are_the_sums_of_its_rounded_cells(
    report: str, releases: dict[str, Release]
) -> None:
    documents = releases[report].documents
    tables: dict[object, list[dict[str, Any]]] = {}
    for document in documents:
        if document["measure"] in ("M-CLOSE-REASON", "M-PROFILE-PERP", "M-RISK-CM", "M-ABUSE-SEV-TRANS"):
            rest = {k: v for k, v in document["dimensions"].items() if k not in ("reason", "category")}
            if rest != document["dimensions"]:
                place = (document["measure"], document["population"], document["subgroup"], str(rest))
                tables.setdefault(place, []).append(document)
    checked = 0
    beside = {"missing", "unknown", "white", "partner_or_ex", "reduced", "increased"}
    for rows in tables.values():
        leaves = [row for row in rows if not beside & set(row["dimensions"].values())]
        shown = [row["values"]["count"] for row in leaves if row["values"]["count"] is not None]
        if not shown or rows[0]["n"] is None:
            continue
        bases = {row["n"] for row in rows}
        assert len(bases) == 1, "one table states one base"
        if len(shown) == len(leaves):
            assert bases == {sum(shown)}
        checked += 1
    assert checked > 3


def test_a_total_with_a_redacted_cell_is_rounded_itself_and_shares_are_of_all() -> None:
    released = protect(table({"a": 61, "b": 42, "c": 33, "d": 3, "e": 2})).documents
    shown = [document["values"]["count"] for document in released]
    assert shown == [60, 40, 35, None, None]
    assert {document["n"] for document in released} == {140}
    assert released[0]["values"]["percent"] == pytest.approx(100 * 60 / 140)
    whole = protect(table({"a": 62, "b": 42, "c": 32})).documents
    assert [document["n"] for document in whole] == [130, 130, 130]
    assert whole[0]["notes"] == []


def test_a_summary_hides_what_its_categories_hide() -> None:
    rows = profile({"white_british": 60, "white_other": 20, "black": 5})
    counts = {row.dimensions["category"]: row.values["count"] for row in rows}
    shares = {name: 100 * count / 85 for name, count in counts.items()}
    dimensions = {"variable": "ethnicity"}
    values = {"known": 85, "count": counts, "percent": shares}
    summary = Result("M-PROFILE-VS", "y2.vs_baseline", "all", dimensions, 85, 0, values)
    *categories, together = protect([*rows, summary]).documents
    for row in categories:
        code = row["dimensions"]["category"]
        assert together["values"]["count"][code] == row["values"]["count"]
        share = together["values"]["percent"][code]
        assert (share is None) == (row["values"]["count"] is None or together["n"] is None)
    assert together["values"]["percent"]["black"] is None


def two_way(package: Package, site: str, name: str, code: str) -> pd.DataFrame:
    """Rows of a table of the package with the site of each person and the code to be counted."""
    frame = package.tables[name]
    if site not in frame.columns:
        frame = frame.merge(package.tables["perpetrators"][["perpetrator_id", site]], on="perpetrator_id")
    return frame[[site, code]].dropna().set_axis(["site", "reason"], axis=1)


TWO_WAY = (
    ("year1", "site_id", "perpetrators", "employment"),
    ("year2", "site_id", "victims", "relationship"),
    ("year2", "arm", "victims", "ethnicity"),
    ("croydon", "end_type", "cases", "case_manager_id"),
    ("croydon", "gender", "perpetrators", "ethnicity"),
)


@pytest.mark.parametrize(("report", "rows", "name", "code"), TWO_WAY)
def test_acro_suppresses_no_cell_that_we_show(
    report: str,
    rows: str,
    name: str,
    code: str,
    packages: dict[str, Package],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An independent checker with the same threshold, over two-way tables of the cohorts: what it hides, we hide."""
    frame = two_way(packages[report], rows, name, code)
    cells = frame.groupby(["site", "reason"])["reason"]
    results = [
        row
        for site, part in frame.groupby("site")
        for row in table({str(k): int(n) for k, n in part["reason"].value_counts().items()}, f"site={site}")
    ]
    results += table({str(k): int(n) for k, n in frame["reason"].value_counts().items()})
    monkeypatch.setattr(acro_rules, "THRESHOLD", 8)
    shown = {
        (document["subgroup"].partition("=")[2], document["dimensions"]["reason"]): document["values"][
            "count"
        ]
        for document in protect(results).documents
    }
    suppressed = [
        (str(site), str(reason))
        for (site, reason), rule in cells.apply(acro_rules.agg_threshold).items()
        if rule
    ]
    assert suppressed
    assert [cell for cell in suppressed if shown[cell] is not None] == []


def test_a_test_on_small_groups_is_not_released(releases: dict[str, Release]) -> None:
    for document in releases["year1"].documents:
        if document["test"] is not None and document["test"].get("n"):
            assert min(document["test"]["n"]) >= 10


def test_no_number_of_a_release_is_fine_enough_to_work_back_to_its_counts(
    releases: dict[str, Release],
) -> None:
    """A mean in full is a fraction over the number of people; a chi-square in full has one table."""
    release = releases["year2"]

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
