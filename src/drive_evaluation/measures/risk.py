"""Risk: M-DASH-*, M-RISK-*."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.contract import RISK_SCALES
from drive_evaluation.instruments import dash_scores
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Comparison, Result, percent
from drive_evaluation.samples import SAMPLES, Sample
from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.statistics.repeated import compare_repeated, rank_means
from drive_evaluation.statistics.tables import compare_proportions
from drive_evaluation.study import Study, look_up

POINTS = ("intake", "mid", "exit")


def _forms(study: Study, sample: Sample, timepoint: str) -> pd.DataFrame:
    forms = dash_scores(study)
    return forms[(forms["timepoint"] == timepoint) & forms["case_id"].isin(sample.frame["case_id"])]


def dash_score(study: Study, sample: Sample) -> list[Result]:
    """M-DASH-SCORE: number of yes among the harmonised questions, valid forms only, no prorating."""
    results = []
    for timepoint in POINTS:
        forms = _forms(study, sample, timepoint)
        described = describe(forms.loc[forms["valid"], "score"].to_numpy())
        results.append(make("M-DASH-SCORE", sample, {"timepoint": timepoint}, described, n=described["n"]))
    return results


def dash_missing(study: Study, sample: Sample) -> list[Result]:
    """M-DASH-MISS: not applicable and not known per form before exclusion, and forms excluded."""
    results = []
    for timepoint in POINTS:
        forms = _forms(study, sample, timepoint)
        number, excluded = len(forms), int((~forms["valid"]).sum())
        base = number if study.settings.dash_base == "forms" else sample.size
        values = {
            "forms": number,
            "mean_na_nk": float(forms["na_nk"].mean()) if number else None,
            "excluded": excluded,
            "percent_excluded": percent(excluded, base),
            "valid": number - excluded,
        }
        results.append(make("M-DASH-MISS", sample, {"timepoint": timepoint}, values, n=number))
    return results


def dash_change(study: Study, sample: Sample) -> list[Result]:
    """M-DASH-CHANGE: three time points of complete cases; no control group, so no causal wording."""
    forms = dash_scores(study)
    forms = forms[forms["valid"] & forms["case_id"].isin(sample.frame["case_id"])]
    wide = (
        forms.pivot(index="case_id", columns="timepoint", values="score")
        .reindex(columns=list(POINTS))
        .dropna()
    )
    settings = study.settings
    comparison = compare_repeated(
        wide.to_numpy(dtype=float),
        POINTS,
        normality_alpha=settings.normality_alpha,
        outlier_iqr=settings.outlier_iqr,
        posthoc=settings.posthoc,
    )
    ranks = rank_means(wide.to_numpy(dtype=float)) if len(wide) else [None] * 3
    values = {
        "mean": {point: float(wide[point].mean()) if len(wide) else None for point in POINTS},
        "median": {point: float(wide[point].median()) if len(wide) else None for point in POINTS},
        "mean_rank": dict(zip(POINTS, ranks, strict=True)),
    }
    return [make("M-DASH-CHANGE", sample, {}, values, n=len(wide), comparison=comparison)]


def case_manager_judgements(study: Study, sample: Sample) -> pd.Series:
    """One exit judgement of the case manager per case: the latest of the whole case or of the index link.

    On one day the whole case goes first. A judgement of another link, or of children alone, counts only where there is
    no such judgement.
    """
    risk = study.table("risk_change")
    rows = risk[(risk["scale"] == "cm_change") & (risk["timepoint"] == "exit")].copy()
    index = sample.frame.drop_duplicates("perpetrator_id").set_index("perpetrator_id").get("index_victim")
    own = look_up(rows["perpetrator_id"], index) if index is not None else pd.Series(pd.NA, index=rows.index)
    rows["of_a_link"] = rows["victim_id"].notna()
    rows["of_another"] = rows["of_a_link"] & (rows["victim_id"] != own)
    rows["children_only"] = rows["target"] == "children"
    rows = rows.sort_values(
        ["perpetrator_id", "children_only", "of_another", "date", "of_a_link", "target"],
        ascending=[True, True, True, False, True, True],
        kind="stable",
        na_position="last",
    ).drop_duplicates("perpetrator_id")
    return look_up(sample.frame["perpetrator_id"], rows.set_index("perpetrator_id")["code"])


def risk_case_manager(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-CM: every code with ``percent`` of all judgements and ``percent_known`` without don't know."""
    codes = case_manager_judgements(study, sample)
    rollups: dict[str, tuple[str, ...]] = {
        "reduced": ("reduced_greatly", "reduced_slightly"),
        "increased": ("increased_slightly", "increased_greatly"),
    }
    return _distribution(study, "M-RISK-CM", sample, codes, "cm_change", rollups)


def risk_advocate(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-IDVA: change in risk judged by the IDVA at exit; roll-up reduced = significant + moderate."""
    rollups: dict[str, tuple[str, ...]] = {"reduced": ("significant", "moderate")}
    return _distribution(study, "M-RISK-IDVA", sample, sample.frame["code"], "idva_change", rollups)


def risk_sustained(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-SUSTAIN: how long the reduction will last, asked where risk fell."""
    return _distribution(study, "M-RISK-SUSTAIN", sample, sample.frame["code"], "idva_sustain", {})


def risk_safer(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-SAFER: safer than at intake."""
    rollups: dict[str, tuple[str, ...]] = {"safer": ("much", "slightly")}
    return _distribution(study, "M-RISK-SAFER", sample, sample.frame["code"], "idva_safer", rollups)


def _distribution(
    study: Study,
    measure: str,
    sample: Sample,
    codes: pd.Series,
    scale: str,
    rollups: dict[str, tuple[str, ...]],
) -> list[Result]:
    judged = codes.notna()
    known = judged & (codes != "unknown")
    # On the change scales don't know is missing; on the others it is an answer of the printed table.
    change_scale = scale in ("cm_change", "idva_change")
    base_known = int(known.sum()) if change_scale else int(judged.sum())
    total = int(judged.sum())
    notes = []
    if change_scale:
        main = "percent" if study.settings.dont_know_in_base else "percent_known"
        notes.append(f"main_percent={main}")
    results = []
    groups = {code: (code,) for code in RISK_SCALES[scale]} | rollups
    for name, parts in groups.items():
        count = int(codes.isin(parts).sum())
        values = {
            "count": count,
            "judgements": total,
            "known": base_known,
            "percent": percent(count, total),
            "percent_known": None if change_scale and name == "unknown" else percent(count, base_known),
        }
        results.append(make(measure, sample, {"category": name}, values, n=base_known, notes=notes))
    return results


def reduced_by_arm(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-IDVA by arm in one object: reduced yes or no among known, Drive against control."""
    frame = sample.frame
    known = frame["code"] != "unknown"
    reduced = frame["code"].isin(["significant", "moderate"])
    rows = [
        [
            int((reduced & known & (frame["arm"] == arm)).sum()),
            int((~reduced & known & (frame["arm"] == arm)).sum()),
        ]
        for arm in ("drive", "control")
    ]
    comparison: Comparison = compare_proportions(rows)
    values = {
        arm: {"n": sum(row), "count": row[0], "percent": percent(row[0], sum(row))}
        for arm, row in zip(("drive", "control"), rows, strict=True)
    }
    return [
        make(
            "M-RISK-IDVA",
            sample,
            {"compare": "arm"},
            values,
            n=int(known.sum()),
            comparison=comparison,
            notes=("not_intention_to_treat",),
        )
    ]


def retention_itt(study: Study, sample: Sample) -> list[Result]:
    """M-RISK-ITT: what intention-to-treat the data allow. Engagement with the IDVA happens after allocation.

    For every randomised link: intake form reached, and risk judged reduced at exit with no judgement counted as not
    reduced. The second is a worst-case bound, not an estimate of the effect.
    """
    from drive_evaluation.link_samples import judgements

    study.table("advocacy")
    everyone = SAMPLES["cohort_vs"].build(study, "all")
    judged = judgements(study, "idva_change")
    reduced = judged[judged["code"].isin(["significant", "moderate"])]
    index = pd.MultiIndex.from_frame(reduced[["perpetrator_id", "victim_id"]])
    good = pd.MultiIndex.from_frame(everyone[["perpetrator_id", "victim_id"]]).isin(index)
    outcomes = {
        "intake_form": everyone["intake_form"].astype(bool),
        "reduced_or_not": pd.Series(good, index=everyone.index),
    }
    results = []
    for name, hit in outcomes.items():
        rows = [
            [int((hit & (everyone["arm"] == arm)).sum()), int((~hit & (everyone["arm"] == arm)).sum())]
            for arm in ("drive", "control")
        ]
        values = {
            arm: {"n": sum(row), "count": row[0], "percent": percent(row[0], sum(row))}
            for arm, row in zip(("drive", "control"), rows, strict=True)
        }
        results.append(
            make(
                "M-RISK-ITT",
                sample,
                {"outcome": name},
                values,
                comparison=compare_proportions(rows),
                notes=("intention_to_treat", "no_judgement_counts_as_not_reduced"),
            )
        )
    return results
