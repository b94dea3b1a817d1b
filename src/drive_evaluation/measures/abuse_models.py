"""Abuse by group: M-ABUSE-OR, M-ABUSE-BY-AGE, M-BCW-ABUSE."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.measures.abuse import TYPES, ratings
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Comparison, Effect, Result, Test, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.logistic import LogisticFit, fit_logistic
from drive_evaluation.statistics.odds import compare_odds
from drive_evaluation.statistics.tables import compare_proportions
from drive_evaluation.study import Study


def odds_at_exit(study: Study, sample: Sample) -> list[Result]:
    """M-ABUSE-OR: odds of abuse at exit, control against Drive, crude and pooled over sites; known only.

    Not adjusted for baseline; a model with intake abuse is in ``other_effects`` as sensitivity where it is supported.
    """
    frame = sample.frame
    rated = ratings(study, sample, "idva", "exit")
    before = ratings(study, sample, "idva", "intake")
    order = ("crude", "site") if study.settings.or_primary == "crude" else ("site", "crude")
    results = []
    for kind in TYPES:
        answer = rated[("used", kind)]
        known = answer.notna()
        used = answer == "yes"
        values = {}
        for arm in ("drive", "control"):
            group = known & (frame["arm"] == arm)
            count, n = int((used & group).sum()), int(group.sum())
            values[arm] = {"count": count, "n": n, "percent": percent(count, n)}
        for adjust in order:
            strata = frame["site"].fillna("?") if adjust == "site" else pd.Series("all", index=frame.index)
            tables = [
                [
                    [
                        int((used & own & (frame["arm"] == arm)).sum()),
                        int((~used & own & (frame["arm"] == arm)).sum()),
                    ]
                    for arm in ("control", "drive")
                ]
                for own in (known & (strata == stratum) for stratum in sorted(strata.unique()))
            ]
            comparison = compare_odds(tables, stratified=adjust == "site")
            dimensions = {"abuse_type": kind, "timepoint": "exit", "adjust": adjust, "informant": "idva"}
            results.append(
                make("M-ABUSE-OR", sample, dimensions, values, n=int(known.sum()), comparison=comparison)
            )
        results.append(_adjusted(sample, kind, used, known, before[("used", kind)]))
    return results


def _adjusted(sample: Sample, kind: str, used: pd.Series, known: pd.Series, before: pd.Series) -> Result:
    frame = sample.frame
    complete = known & before.notna()
    sites = sorted(frame["site"].dropna().unique())[1:]
    predictors = {"control": (frame["arm"] == "control"), "used_at_intake": before == "yes"}
    predictors.update({f"site_{site}": frame["site"] == site for site in sites})
    x = np.column_stack([column[complete].to_numpy(dtype=float) for column in predictors.values()])
    fit = fit_logistic(used[complete].to_numpy(dtype=float), x, list(predictors), profile_of=["control"])
    dimensions = {"abuse_type": kind, "timepoint": "exit", "adjust": "intake_and_site", "informant": "idva"}
    comparison = coefficient_comparison(fit, "control", "odds_ratio_control_vs_drive")
    return make("M-ABUSE-OR", sample, dimensions, {"events": fit.events}, n=fit.n, comparison=comparison)


def coefficient_comparison(
    fit: LogisticFit,
    name: str,
    effect_name: str,
    p_holm: float | None = None,
    *,
    adjust: str | None = None,
) -> Comparison:
    """Test and odds ratio of one coefficient; ``p_holm`` is that of the fit unless one is given.

    ``adjust`` says in ``extra`` what else was in the model.
    """
    adjusted = {} if adjust is None else {"adjust": adjust}
    for coefficient in fit.coefficients:
        if coefficient.name == name:
            low, high = coefficient.ci_low, coefficient.ci_high
            return Comparison(
                test=Test(
                    fit.method,
                    coefficient.estimate / coefficient.se,
                    None,
                    coefficient.p,
                    None,
                    {"p_holm": coefficient.p_holm if p_holm is None else p_holm, "n": [fit.n], **adjusted},
                ),
                effect=Effect(
                    effect_name,
                    math.exp(coefficient.estimate),
                    math.exp(low) if low is not None else None,
                    math.exp(high) if high is not None else None,
                    fit.interval,
                    adjusted,
                ),
                notes=fit.notes,
                n_used=fit.n,
                method="T7",
            )
    return Comparison(test=unsupported(fit), notes=fit.notes, n_used=fit.n, method="T7")


def unsupported(fit: LogisticFit) -> Test | None:
    """The branch of a model with too few events: named, without a statistic."""
    return Test("logit_wald", None, None, None, "not_supported") if "not_supported" in fit.notes else None


def age_bands(age: pd.Series) -> tuple[list[str], pd.Series]:
    """Quartile bands of whole years and the band of every person; no bands where ages hardly differ."""
    known = age.dropna()
    if known.nunique() < 4:
        return [], pd.Series(np.nan, index=age.index, dtype=object)
    edges = [math.floor(value) for value in np.quantile(known, [0.25, 0.5, 0.75])]
    if len(set(edges)) < 3:
        return [], pd.Series(np.nan, index=age.index, dtype=object)
    labels = [
        f"<={edges[0]}",
        f"{edges[0] + 1}-{edges[1]}",
        f"{edges[1] + 1}-{edges[2]}",
        f">={edges[2] + 1}",
    ]
    position = np.searchsorted(np.asarray(edges, dtype=float), age.to_numpy(dtype=float), side="left")
    band = pd.Series([labels[min(p, 3)] for p in position], index=age.index, dtype=object)
    return labels, band.where(age.notna())


def change_by_age(study: Study, sample: Sample) -> list[Result]:
    """M-ABUSE-BY-AGE: use at intake and exit by quartile of age, with the bands as subgroup."""
    study.table("perpetrators")
    labels, band = age_bands(sample.frame["age"])
    before = ratings(study, sample, "case_manager", "intake")
    after = ratings(study, sample, "case_manager", "exit")
    results = []
    for label in labels:
        rows = band == label
        for kind in TYPES:
            first, last = before[("used", kind)][rows], after[("used", kind)][rows]
            pair = first.notna() & last.notna()
            intake, exit_ = int((first[pair] == "yes").sum()), int((last[pair] == "yes").sum())
            n = int(pair.sum())
            values = {
                "intake": {"used": intake, "percent": percent(intake, n)},
                "exit": {"used": exit_, "percent": percent(exit_, n)},
                "percent_reduction": percent(intake - exit_, intake),
            }
            results.append(
                make(
                    "M-ABUSE-BY-AGE",
                    sample,
                    {"abuse_type": kind, "informant": "case_manager"},
                    values,
                    n=n,
                    size=int(rows.sum()),
                    subgroup="&".join(
                        sorted(
                            [f"age_quartile={label}", *(f"{k}={v}" for k, v in sample.restrictions.items())]
                        )
                    ),
                )
            )
    return results


def use_by_behaviour_change(study: Study, sample: Sample) -> list[Result]:
    """M-BCW-ABUSE: used at exit by behaviour change work; those who get this work differ beforehand."""
    delivered = case_rules.behaviour_change(study, sample.frame)
    after = ratings(study, sample, "case_manager", "exit")
    results = []
    for kind in TYPES:
        answer = after[("used", kind)]
        known, used = answer.notna(), answer == "yes"
        rows = {"bcw": known & delivered, "no_bcw": known & ~delivered}
        values = {
            name: {
                "n": int(group.sum()),
                "used": int((used & group).sum()),
                "percent": percent(int((used & group).sum()), int(group.sum())),
            }
            for name, group in rows.items()
        }
        table = [[int((used & group).sum()), int((~used & group).sum())] for group in rows.values()]
        results.append(
            make(
                "M-BCW-ABUSE",
                sample,
                {"abuse_type": kind, "timepoint": "exit"},
                values,
                n=int(known.sum()),
                comparison=compare_proportions(table),
                notes=("self_selected",),
            )
        )
    return results
