"""Needs of perpetrators: M-NEEDS-*, M-STATUTORY, M-ACE."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.case_rules import one_per_time_point
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.errors import NotComputableError
from drive_evaluation.measures.tally import is_known, make, share
from drive_evaluation.results import Comparison, Result, Test, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.logistic import holm_adjusted
from drive_evaluation.statistics.paired import compare_pairs
from drive_evaluation.statistics.tables import compare_proportions
from drive_evaluation.study import Study

PRESENT = ("low", "medium", "high", "present")
GRADED = ("none", "low", "medium", "high")
ALL_COMBINATIONS_UP_TO = 5


def need_levels(study: Study, frame: pd.DataFrame, timepoint: str) -> pd.DataFrame:
    """Level by case (rows of ``frame``) and need (columns of the package); missing where not recorded.

    Several records at one time point: the earliest dated counts at intake, the latest dated otherwise.
    """
    key = ("need_levels", timepoint)
    if key not in study.cache:
        rows = study.table("needs")
        rows = one_per_time_point(rows[rows["timepoint"] == timepoint], ["case_id", "need"], timepoint)
        study.cache[key] = rows.pivot(index="case_id", columns="need", values="level")
    wide: pd.DataFrame = study.cache[key].reindex(pd.Index(frame["case_id"]))
    return wide.reindex(columns=collected_needs(study)).set_index(frame.index)


def collected_needs(study: Study) -> list[str]:
    """Needs that occur in the package, in contract order: a need never asked is not collected, not absent."""
    found = set(study.table("needs")["need"].dropna().unique())
    return [need for need in CODE_LISTS["need"] if need in found]


def counted_needs(study: Study) -> list[str]:
    """Needs that enter counts and combinations (setting ``needs_counted``)."""
    found = collected_needs(study)
    chosen = study.settings.needs_counted
    return [need for need in found if chosen is None or need in chosen]


def presence(levels: pd.DataFrame) -> pd.DataFrame:
    """1 where the need is present at any level, 0 where assessed as none, missing otherwise."""
    present = levels.isin(PRESENT).astype(float)
    return present.where(levels.notna() & (levels != "unknown"))


def prevalence(
    study: Study, sample: Sample, *, timepoints: tuple[str, ...] = ("intake", "mid", "exit")
) -> list[Result]:
    """M-NEEDS-PREV: needs by area and time point, and by level at intake."""
    measure = "M-NEEDS-PREV"
    default = True
    base = study.settings.missing_counts(measure, default)
    notes = ("base_includes_missing",) if base else ()
    results = []
    recorded = set(study.table("needs")["timepoint"].dropna().unique())
    total = sample.size
    for timepoint in timepoints:
        if timepoint not in recorded and timepoint != "intake":
            continue
        levels = need_levels(study, sample.frame, timepoint)
        for need in levels.columns:
            column = levels[need]
            known = int(is_known(column).sum())
            tally = column.value_counts()
            count = int(column.isin(PRESENT).sum())
            entry = share(count, total, known, missing_in_base=base)
            entry["missing"] = total - known
            entry["percent_missing"] = percent(total - known, total)
            results.append(
                make(measure, sample, {"need": need, "timepoint": timepoint}, entry, n=known, notes=notes)
            )
            for level in (*CODE_LISTS["need_level"], "missing"):
                amount = total - known if level == "missing" else int(tally.get(level, 0))
                entry = share(amount, total, known, missing_in_base=base)
                if level in ("unknown", "missing"):
                    entry["percent_known"] = None
                    entry["percent"] = percent(amount, total) if base else None
                dimensions = {"need": need, "level": level}
                if timepoint != "intake":
                    dimensions["timepoint"] = timepoint
                results.append(make(measure, sample, dimensions, entry, n=known, notes=notes))
    return results


def needs_number(study: Study, frame: pd.DataFrame) -> pd.Series:
    """Number of counted needs present at intake; missing where none of them has a known level."""
    present = presence(need_levels(study, frame, "intake"))[counted_needs(study)]
    return present.sum(axis=1).where(present.notna().any(axis=1))


def number_of_needs(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-COUNT: a need not recorded for a case with other needs recorded counts as absent.

    Outside Year 1 and samples of known needs, cases without any record stay in the base.
    """
    measure = "M-NEEDS-COUNT"
    number = needs_number(study, sample.frame)
    known = int(number.notna().sum())
    in_base = study.settings.missing_counts(measure, default=study.spec not in ("y1",))
    base = sample.size if in_base else known
    results = []
    bands = {str(k): int((number == k).sum()) for k in range(5)}
    bands.update({f"{k}+": int((number >= k).sum()) for k in (1, 2, 3)})
    if in_base:
        bands["0"] += sample.size - known
    notes = ("base_includes_missing",) if in_base else ()
    for band, count in bands.items():
        values = {
            "count": count,
            "percent": percent(count, base),
            "percent_known": percent(count - (sample.size - known if in_base and band == "0" else 0), known),
        }
        results.append(make(measure, sample, {"needs_n": band}, values, n=known, notes=notes))
    described = number.dropna()
    summary = {
        "mean": float(described.mean()) if known else None,
        "median": float(described.median()) if known else None,
        "needs": counted_needs(study),
    }
    results.append(make(measure, sample, {}, summary, n=known))
    return results


def combinations_of_needs(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-COMBO: within cases with exactly k needs, the share of each combination."""
    needs = sorted(counted_needs(study))
    present = presence(need_levels(study, sample.frame, "intake"))[needs]
    known = int(present.notna().any(axis=1).sum())
    chosen = present == 1
    number = chosen.sum(axis=1)
    # Names join in alphabetical order because the columns are sorted.
    joined = pd.Series(
        ["+".join(np.asarray(needs)[row]) for row in chosen.to_numpy(dtype=bool)], index=present.index
    )
    tally = joined.value_counts()
    codes: set[str] = set(joined[number > 0].unique())
    if len(needs) <= ALL_COMBINATIONS_UP_TO:
        codes |= {"+".join(parts) for k in range(1, len(needs) + 1) for parts in combinations(needs, k)}
    results = []
    for code in sorted(codes, key=lambda item: (item.count("+"), item)):
        base = int((number == code.count("+") + 1).sum())
        count = int(tally.get(code, 0))
        values = {"count": count, "percent": percent(count, base), "denominator": base}
        results.append(make("M-NEEDS-COMBO", sample, {"combination": code}, values, n=known))
    return results


def change_in_needs(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-CHANGE: presence at intake against exit, McNemar per need."""
    before = presence(need_levels(study, sample.frame, "intake"))
    after = presence(need_levels(study, sample.frame, "exit"))
    results = []
    for need in before.columns:
        pair = before[need].notna() & after[need].notna()
        first, last = before[need][pair] == 1, after[need][pair] == 1
        comparison = compare_pairs(
            int((first & last).sum()),
            int((first & ~last).sum()),
            int((~first & last).sum()),
            int((~first & ~last).sum()),
        )
        n = int(pair.sum())
        values = {
            "intake": {"count": int(first.sum()), "percent": percent(int(first.sum()), n)},
            "exit": {"count": int(last.sum()), "percent": percent(int(last.sum()), n)},
            "discordant": {"stopped": int((first & ~last).sum()), "started": int((~first & last).sum())},
        }
        results.append(make("M-NEEDS-CHANGE", sample, {"need": need}, values, n=n, comparison=comparison))
    return results


def _known_only(comparison: Comparison) -> tuple[Test, ...]:
    if comparison.test is None:
        return ()
    tests = (comparison.test, *comparison.other_tests)
    return tuple(replace(test, extra={**test.extra, "base": "known"}) for test in tests)


def needs_by_contact(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-BY-CONTACT: present and missing by contact, all cases in the base, known-only tests beside it."""
    levels = need_levels(study, sample.frame, "intake")
    contact = case_rules.contacted(study, sample.frame)
    groups = {
        "all": pd.Series(True, index=contact.index),
        "contacted": contact,
        "not_contacted": ~contact,
    }
    results = []
    for need in counted_needs(study):
        known = is_known(levels[need])
        aspects = {"present": levels[need].isin(PRESENT), "missing": ~known}
        for aspect, mask in aspects.items():
            values: dict[str, object] = {}
            for name, group in groups.items():
                count, valid = int((mask & group).sum()), int((known & group).sum())
                entry = {"n": int(group.sum()), "count": count, "percent": percent(count, int(group.sum()))}
                if aspect == "present":
                    entry["known"] = valid
                    entry["percent_known"] = percent(count, valid)
                values[name] = entry
            comparison = compare_proportions(
                [[int((mask & g).sum()), int((~mask & g).sum())] for g in (contact, ~contact)]
            )
            if aspect == "present":
                only = compare_proportions(
                    [
                        [int((mask & g & known).sum()), int((~mask & g & known).sum())]
                        for g in (contact, ~contact)
                    ]
                )
                comparison = replace(comparison, other_tests=(*comparison.other_tests, *_known_only(only)))
            results.append(
                make(
                    "M-NEEDS-BY-CONTACT",
                    sample,
                    {"need": need, "aspect": aspect},
                    values,
                    n=int(known.sum()) if aspect == "present" else sample.size,
                    comparison=comparison,
                    notes=("base_includes_missing", *case_rules.contact_notes(study)),
                )
            )
    return results


def needs_and_offences(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-OFFENCE: any need against earlier offences; Fisher primary, known on both sides only."""
    study.table("perpetrators")
    number = needs_number(study, sample.frame)
    results = []
    for offence, column in (("dva", "prior_dva_offence"), ("non_dva", "prior_nondva_offence")):
        answer = sample.frame[column]
        pair = number.notna() & is_known(answer)
        need, offended = number[pair] > 0, answer[pair] == "yes"
        table = [
            [int((need & offended).sum()), int((need & ~offended).sum())],
            [int((~need & offended).sum()), int((~need & ~offended).sum())],
        ]
        values = {
            "need": {
                "n": sum(table[0]),
                "offence": table[0][0],
                "percent": percent(table[0][0], sum(table[0])),
            },
            "no_need": {
                "n": sum(table[1]),
                "offence": table[1][0],
                "percent": percent(table[1][0], sum(table[1])),
            },
        }
        results.append(
            make(
                "M-NEEDS-OFFENCE",
                sample,
                {"offence": offence},
                values,
                n=int(pair.sum()),
                comparison=compare_proportions(table, fisher_first=True),
            )
        )
    return results


def high_needs_by_engagement(study: Study, sample: Sample) -> list[Result]:
    """M-NEEDS-HIGH-ENG: P(high need | engaged or not), and the reverse share, which is a different question."""
    levels = need_levels(study, sample.frame, "intake")
    engaged = case_rules.engaged(study, sample.frame)
    comparisons: dict[str, Comparison] = {}
    results = []
    for need in levels.columns:
        graded, high = levels[need].isin(GRADED), levels[need] == "high"
        table = [[int((high & g).sum()), int((graded & ~high & g).sum())] for g in (engaged, ~engaged)]
        comparisons[need] = compare_proportions(table)
        high_total = int(high.sum())
        for label, group, row in (("yes", engaged, table[0]), ("no", ~engaged, table[1])):
            known = sum(row)
            values = {
                "count": row[0],
                "known": known,
                "percent": percent(row[0], known),
                "percent_of_high_need": percent(row[0], high_total),
            }
            subgroup = "&".join(sorted([f"engaged={label}", *_parts(sample)]))
            results.append(
                make(
                    "M-NEEDS-HIGH-ENG",
                    sample,
                    {"need": need},
                    values,
                    n=known,
                    size=int(group.sum()),
                    subgroup=subgroup,
                )
            )
    tested = [
        need for need, comparison in comparisons.items() if comparison.test and comparison.test.p is not None
    ]
    holm = dict(zip(tested, holm_adjusted([_p(comparisons[need]) for need in tested]), strict=True))
    for need, comparison in comparisons.items():
        graded = levels[need].isin(GRADED)
        high = levels[need] == "high"
        both: dict[str, object] = {
            "engaged": {"known": int((graded & engaged).sum()), "count": int((high & engaged).sum())},
            "not_engaged": {"known": int((graded & ~engaged).sum()), "count": int((high & ~engaged).sum())},
            "p_holm": holm.get(need),
        }
        results.append(
            make("M-NEEDS-HIGH-ENG", sample, {"need": need}, both, n=int(graded.sum()), comparison=comparison)
        )
    return results


def _p(comparison: Comparison) -> float:
    assert comparison.test is not None
    assert comparison.test.p is not None
    return comparison.test.p


def _parts(sample: Sample) -> list[str]:
    return [f"{name}={value}" for name, value in sample.restrictions.items()]


def statutory_involvement(study: Study, sample: Sample) -> list[Result]:
    """M-STATUTORY: any agency of the sector involved, among cases where it is known."""
    rows = study.table("statutory_involvement")
    results = []
    for sector in CODE_LISTS["sector"]:
        own = rows[(rows["sector"] == sector) & (rows["timepoint"] == "intake")]
        yes = sample.frame["case_id"].isin(own.loc[own["involved"] == "yes", "case_id"])
        known = yes | sample.frame["case_id"].isin(own.loc[own["involved"] == "no", "case_id"])
        required = sample.frame["case_id"].isin(own.loc[own["drive_in_requirement"] == "yes", "case_id"])
        n, count = int(known.sum()), int(yes.sum())
        values = {
            "known": n,
            "count": count,
            "percent": percent(count, n),
            "percent_known": percent(count, n),
            "drive_in_requirement": int(required.sum()),
        }
        results.append(make("M-STATUTORY", sample, {"sector": sector, "timepoint": "intake"}, values, n=n))
    return results


def adverse_experiences(study: Study, sample: Sample) -> list[Result]:
    """M-ACE (K9): at least one experience answered yes; absence of a record is not absence of the experience."""
    rows = study.table("aces")
    ids = sample.frame["case_id"]
    yes = ids.isin(rows.loc[rows["answer"] == "yes", "case_id"])
    known = ids.isin(rows.loc[rows["answer"] != "unknown", "case_id"])
    count = int(yes.sum())
    values = {
        "count": count,
        "percent": percent(count, sample.size),
        "percent_known": percent(count, int(known.sum())),
    }
    return [
        make("M-ACE", sample, {"aces": "1+"}, values, n=int(known.sum()), notes=("base_includes_missing",))
    ]


def require_items(items: list[str], what: str) -> None:
    """Raise NotComputableError where fewer than two needs were collected."""
    if len(items) < 2:
        raise NotComputableError(f"{what} needs at least two collected needs")
