"""Contact and engagement: M-CONTACT-*, M-AGE-CONTACT, M-ENGAGE, M-ENGAGE-BY, M-BCW-RATE, M-BCW-SESSIONS."""

from __future__ import annotations

import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.measures.needs import GRADED, need_levels
from drive_evaluation.measures.reference import expected_contact
from drive_evaluation.measures.tally import is_known, make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.samples import sample as build_sample
from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.statistics.ranks import compare_ranks, mean_ranks
from drive_evaluation.statistics.tables import compare_proportions
from drive_evaluation.study import Study
from drive_evaluation.subgroups import child_protection


def contact_rate(study: Study, sample: Sample) -> list[Result]:
    """M-CONTACT-RATE (K11): direct contact by the reference day; no record is not contacted.

    Of open cases with the band that ``targets`` expect, ``expected_low`` to ``expected_high`` in percent.
    """
    made = case_rules.contacted(study, sample.frame)
    notes = case_rules.contact_notes(study)
    counts = {"yes": int(made.sum()), "no": int((~made).sum())}
    band: dict[str, float] = {}
    if sample.definition.by_period:
        day = study.days(sample.period)[1]
        band = expected_contact(study, day, sample.restrictions.get("site"))
    return [
        make(
            "M-CONTACT-RATE",
            sample,
            {"contacted": answer},
            {"count": count, "percent": percent(count, sample.size), **(band if answer == "yes" else {})},
            notes=notes,
        )
        for answer, count in counts.items()
    ]


def _until(study: Study, sample: Sample) -> pd.DataFrame:
    """Case and the day up to which its contacts and sessions count, as ``ref_day``."""
    return sample.frame[["case_id"]].assign(ref_day=case_rules.reference_days(study, sample.frame))


def contacts_per_case(study: Study, sample: Sample) -> list[Result]:
    """M-CONTACT-DIST: number of contacts made per contacted case, up to the closing day."""
    rows = study.table("contacts")
    rows = rows[rows["outcome"] == "made"].merge(_until(study, sample), on="case_id")
    rows = rows[rows["ref_day"].isna() | (rows["date"] <= rows["ref_day"])]
    number = rows.groupby("case_id").size().reindex(pd.Index(sample.frame["case_id"])).dropna()
    described = describe(number.to_numpy(dtype=float))
    histogram = {str(int(k)): int(v) for k, v in number.value_counts().sort_index().items()}  # type: ignore[call-overload]  # counts by number
    return [make("M-CONTACT-DIST", sample, {}, {**described, "histogram": histogram}, n=described["n"])]


def reasons_for_no_contact(study: Study, sample: Sample) -> list[Result]:
    """M-CONTACT-REASON: reasons on the review forms of cases never contacted, unchanged and changed apart."""
    frame = sample.frame[~case_rules.contacted(study, sample.frame)].reset_index(drop=True)
    reasons = case_rules.no_contact_reasons(study, frame)
    lacking = len(frame) - len(reasons)
    same, changed = reasons[reasons["changed"] == "no"], reasons[reasons["changed"] == "yes"]
    results = []
    for reason in case_rules.NO_CONTACT_REASONS:
        count = int((same["reason"] == reason).sum())
        results.append(
            make(
                "M-CONTACT-REASON",
                sample,
                {"reason": reason},
                {"count": count, "percent": percent(count, len(same))},
                n=len(same),
                size=len(same) + lacking,
                subgroup="contact=no&reason_changed=no",
            )
        )
    final = {reason: int((changed["reason"] == reason).sum()) for reason in case_rules.NO_CONTACT_REASONS}
    for subgroup, rows, values in (
        (
            "contact=no&reason_changed=no",
            same,
            {"count": len(same), "percent": percent(len(same), len(reasons))},
        ),
        (
            "contact=no&reason_changed=yes",
            changed,
            {"count": len(changed), "percent": percent(len(changed), len(reasons)), "final": final},
        ),
    ):
        results.append(
            make(
                "M-CONTACT-REASON",
                sample,
                {},
                values,
                n=len(rows),
                size=len(rows) + lacking,
                subgroup=subgroup,
            )
        )
    return results


def age_by_contact(study: Study, sample: Sample) -> list[Result]:
    """M-AGE-CONTACT: age at intake, contacted against not; medians if the shapes are alike, mean ranks otherwise."""
    person = "perpetrator" if sample.definition.unit == "case" else "victim"
    study.table("perpetrators" if person == "perpetrator" else "victims")
    made = case_rules.contacted(study, sample.frame)
    age = sample.frame["age"]
    first, second = (age[group].dropna().to_numpy(dtype=float) for group in (made, ~made))
    ranks = mean_ranks(first, second)
    values = {
        name: {key: described[key] for key in ("n", "mean", "median")} | {"mean_rank": rank}
        for name, described, rank in (
            ("contacted", describe(first), ranks[0]),
            ("not_contacted", describe(second), ranks[1]),
        )
    }
    comparison = compare_ranks(first, second, shape_alpha=study.settings.shape_alpha)
    return [
        make(
            "M-AGE-CONTACT",
            sample,
            {"person": person},
            values,
            n=len(first) + len(second),
            comparison=comparison,
            notes=case_rules.contact_notes(study),
        )
    ]


def engagement(study: Study, sample: Sample) -> list[Result]:
    """M-ENGAGE (K13): level of the episode covering the snapshot day, missing in the base, and the change in counts."""
    counts, known = _engagement_counts(study, sample)
    results = [
        make(
            "M-ENGAGE",
            sample,
            {"level": level},
            {
                "count": count,
                "percent": percent(count, sample.size),
                "percent_known": None if level == "unknown" else percent(count, known),
            },
            n=known,
            notes=("base_includes_missing",),
        )
        for level, count in counts.items()
    ]
    for other in earlier_periods(study, sample):
        before, _ = _engagement_counts(study, build_sample(study, sample.definition.name, other))
        results += [
            make(
                "M-ENGAGE",
                sample,
                {"level": level, "compare": f"period={other}"},
                {"difference": count - before[level]},
                n=known,
            )
            for level, count in counts.items()
        ]
    return results


def _engagement_counts(study: Study, sample: Sample) -> tuple[dict[str, int], int]:
    level = case_rules.covering(study.table("engagement"), sample.frame, "level").fillna("unknown")
    counts = {code: int((level == code).sum()) for code in CODE_LISTS["engagement"]}
    counts["any"] = counts["full"] + counts["partial"]
    return counts, int((level != "unknown").sum())


def earlier_periods(study: Study, sample: Sample) -> list[str]:
    """Periods that ended before the period of the sample began; none for ``all`` or a restricted sample."""
    if sample.period == "all" or sample.restrictions:
        return []
    first = study.days(sample.period)[0]
    return [name for name in study.settings.periods if name != "all" and study.days(name)[1] < first]


def engagement_by_group(study: Study, sample: Sample) -> list[Result]:
    """M-ENGAGE-BY: share engaged among cases with a characteristic, the reverse share, and the others as comparison."""
    frame = sample.frame
    engaged = case_rules.engaged(study, frame)
    characteristics: dict[str, tuple[pd.Series, pd.Series]] = {}
    if "children_involved" in frame.columns:
        answer = frame["children_involved"]
        characteristics["children=yes"] = (answer == "yes", is_known(answer))
    if study.has("children"):
        plan = child_protection(study, frame)
        characteristics["child_protection=yes"] = (plan == "yes", plan.notna())
    if study.has("needs"):
        levels = need_levels(study, frame, "intake")
        for need in levels.columns:
            characteristics[f"high_need={need}"] = (levels[need] == "high", levels[need].isin(GRADED))
    results = []
    for subgroup, (has, known) in characteristics.items():
        table = [
            [int((engaged & group).sum()), int((~engaged & group).sum())] for group in (has, known & ~has)
        ]
        n = sum(table[0])
        values = {
            "engaged": table[0][0],
            "n": n,
            "percent_engaged": percent(table[0][0], n),
            "percent_of_engaged": percent(table[0][0], table[0][0] + table[1][0]),
            "others": {
                "engaged": table[1][0],
                "n": sum(table[1]),
                "percent_engaged": percent(table[1][0], sum(table[1])),
            },
            "characteristic_unknown": int((~known).sum()),
        }
        results.append(
            make(
                "M-ENGAGE-BY",
                sample,
                {},
                values,
                n=n,
                size=n,
                subgroup=subgroup,
                comparison=compare_proportions(table),
            )
        )
    return results


def behaviour_change_rate(study: Study, sample: Sample) -> list[Result]:
    """M-BCW-RATE (K16): behaviour change work, of all cases and of the contacted ones: the base is always named."""
    delivered = case_rules.behaviour_change(study, sample.frame)
    made = case_rules.contacted(study, sample.frame)
    count = int(delivered.sum())
    values = {
        "count": count,
        "percent": percent(count, sample.size),
        "contacted": int(made.sum()),
        "percent_of_contacted": percent(int((delivered & made).sum()), int(made.sum())),
    }
    return [make("M-BCW-RATE", sample, {}, values, notes=case_rules.contact_notes(study))]


def behaviour_change_sessions(study: Study, sample: Sample) -> list[Result]:
    """M-BCW-SESSIONS: attended sessions by the day, per case with sessions and per open case."""
    rows = case_rules.behaviour_change_sessions(study).merge(_until(study, sample), on="case_id")
    rows = rows[rows["ref_day"].isna() | (rows["date"] <= rows["ref_day"])]
    per_case = rows.groupby("case_id").size()
    values = {
        "sessions": len(rows),
        "cases": len(per_case),
        "mean": float(per_case.mean()) if len(per_case) else None,
        "median": float(per_case.median()) if len(per_case) else None,
        "mean_per_open_case": len(rows) / sample.size if sample.size else None,
    }
    return [make("M-BCW-SESSIONS", sample, {}, values)]
