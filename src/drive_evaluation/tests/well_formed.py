"""Whether a file of results keeps part B2 of the contract: fields, types, names, identities, numbers."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drive_evaluation.definitions import MEASURES
from drive_evaluation.samples import SAMPLES

FIELDS = (
    "measure",
    "exhibit",
    "population",
    "subgroup",
    "dimensions",
    "n",
    "n_missing",
    "values",
    "test",
    "other_tests",
    "effect",
    "other_effects",
    "posthoc",
    "notes",
)
TESTS = {
    *("t_welch", "t_pooled", "levene", "mann_whitney", "mcnemar_exact", "mcnemar_asymptotic"),
    *("mcnemar_corrected", "chi_square", "chi_square_corrected", "fisher_exact", "mantel_haenszel"),
    *("breslow_day", "friedman", "rm_anova", "shapiro_wilk", "wilcoxon", "logit_wald", "logit_firth"),
}
BRANCHES = {
    *("welch", "pooled", "exact", "asymptotic", "assumptions_met", "assumptions_violated", "not_supported"),
    None,
}
EFFECTS = {
    *("difference_in_means", "hedges_g", "difference_of_proportions", "odds_ratio"),
    *("odds_ratio_control_vs_drive", "odds_ratio_mantel_haenszel_control_vs_drive", "risk_ratio"),
    *("cramers_v", "kendalls_w", "partial_eta_squared", "rank_biserial"),
}
"""Names of tests, branches and effects: the lists of extract B2, and no other."""
SUBGROUP_FIELDS = {
    *("arm", "site", "period", "contact", "bcw", "engaged", "reason_changed", "children"),
    *("child_protection", "age_quartile", "lca_class", "serial", "high_need"),
}
CHANGES = re.compile(r"change|reduction|difference")
"""Percentages that may lie outside 0 to 100."""


def read_strictly(file: Path) -> list[dict[str, Any]]:
    """The results of a file; NaN and infinity are not JSON and raise ValueError."""

    def refuse(word: str) -> float:
        raise ValueError(f"{word} is not a number of the result format")

    documents = json.loads(file.read_text(encoding="utf-8"), parse_constant=refuse)
    assert isinstance(documents, list)
    return documents


def breaches(documents: list[dict[str, Any]]) -> Iterator[str]:
    """What a list of results gets wrong, one line a breach."""
    seen = set()
    for document in documents:
        name = "|".join(str(document.get(key)) for key in ("measure", "population", "subgroup", "dimensions"))
        if name in seen:
            yield f"{name}: twice"
        seen.add(name)
        yield from (f"{name}: {line}" for line in _one(document))


def _one(document: dict[str, Any]) -> Iterator[str]:
    if tuple(document) != FIELDS:
        yield f"fields {tuple(document)}"
    if document["measure"] not in MEASURES:
        yield "unknown measure"
    if (
        "read_not_computed" not in document["notes"]
        and document["population"].split(".", 1)[1] not in SAMPLES
    ):
        yield "unknown population"
    parts = document["subgroup"].split("&")
    names = [part.split("=")[0] for part in parts]
    if document["subgroup"] != "all" and (names != sorted(names) or not set(names) <= SUBGROUP_FIELDS):
        yield "subgroup"
    if any(not isinstance(value, str) for value in document["dimensions"].values()):
        yield "dimensions are text"
    for count in ("n", "n_missing"):
        if type(document[count]) is not int or document[count] < 0:
            yield f"{count} is {document[count]!r}"
    if document["test"]:
        yield from _test(document["test"])
        if document["test"]["p"] is None and document["test"]["branch"] != "not_supported":
            yield "a primary test without p"
    for test in document["other_tests"]:
        yield from _test(test)
    for effect in (document["effect"], *document["other_effects"]):
        if effect and (
            not {"name", "value", "ci_low", "ci_high"} <= set(effect) or effect["name"] not in EFFECTS
        ):
            yield f"effect {effect}"
        if effect and effect["ci_low"] is not None and effect["ci_high"] is not None:
            low, high = effect["ci_low"], effect["ci_high"]
            if not low <= high or (
                effect["value"] is not None and not low - 1e-9 <= effect["value"] <= high + 1e-9
            ):
                yield f"interval {effect}"
    for pair in document["posthoc"]:
        if set(pair) != {"pair", "statistic", "p_raw", "p_adjusted", "significant"}:
            yield f"posthoc {pair}"
    yield from _values(document["values"], "values", document)


def _test(test: dict[str, Any]) -> Iterator[str]:
    if not {"name", "statistic", "df", "p", "branch"} <= set(test) or test["name"] not in TESTS:
        yield f"test {test}"
    if test["branch"] not in BRANCHES:
        yield f"branch of {test}"
    if test["p"] is not None and not 0 <= test["p"] <= 1:
        yield f"p of {test}"


def _values(value: Any, path: str, document: dict[str, Any]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _values(item, f"{path}.{key}", document)
    elif isinstance(value, float) and not math.isfinite(value):
        yield f"{path} is {value}"
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        word = path.rsplit(".", 1)[1]
        computed = "read_not_computed" not in document["notes"]
        if (
            computed
            and word.startswith("percent")
            and not CHANGES.search(path)
            and not -1e-9 <= value <= 100 + 1e-9
        ):
            yield f"{path} is {value}"
        if word in ("count", "known", "used", "n", "forms") and value < 0:
            yield f"{path} is {value}"
