"""Stopping a type of abuse and needs: M-ABUSE-LOGIT, crude and with age and site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from drive_evaluation.measures.abuse import TYPES, ratings
from drive_evaluation.measures.abuse_models import coefficient_comparison, unsupported
from drive_evaluation.measures.needs import need_levels, presence
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Comparison, Result, Test, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.logistic import LogisticFit, fit_logistic, holm_adjusted
from drive_evaluation.study import Study

FALLBACK = "fallback=M-LCA-ABUSE"
AGE_AND_SITE = "age_and_site"
ALL_NEEDS = "all_needs"
ALL_AND_COVARIATES = "all_needs_age_and_site"


def stopping_by_need(study: Study, sample: Sample) -> list[Result]:
    """M-ABUSE-LOGIT: stopped a type among those using it at intake, by each need, then by all needs together.

    The primary model of a need holds the need alone. ``other_tests`` and ``other_effects`` hold the same need in three more,
    told apart by ``adjust``: with age and site, with all needs, with all needs, age and site. What is unknown or not
    recorded leaves the case out of the models that use it. p is Holm-adjusted across the needs of the type, in each model by
    itself. A model that cannot be fitted is there with the branch ``not_supported`` and its reason; where the primary one
    cannot, the note names the fallback, M-LCA-ABUSE.
    """
    before = ratings(study, sample, "case_manager", "intake")
    after = ratings(study, sample, "case_manager", "exit")
    needs = presence(need_levels(study, sample.frame, "intake"))
    results = []
    for kind in TYPES:
        chosen = (before[("used", kind)] == "yes") & after[("used", kind)].notna()
        stopped = (after[("used", kind)][chosen] == "no").astype(float)
        results.extend(
            _of_type(sample, kind, stopped, needs[chosen], covariates(sample.frame[chosen], stopped))
        )
    return results


@dataclass(frozen=True)
class Covariates:
    """Age in decades and site as columns, NaN where not known, and what a reader must know about them."""

    columns: pd.DataFrame
    names: tuple[str, ...]
    notes: tuple[str, ...]


def covariates(frame: pd.DataFrame, stopped: pd.Series) -> Covariates:
    """What the models are adjusted for; the largest site is the one that others are compared with.

    Notes: ``age_left_out`` and ``site_left_out`` where nobody's is known or all have the same; ``site_separated`` where at
    some site everybody stopped or nobody did, so that a model with sites has no largest likelihood and Firth's is
    taken (T7).
    """
    columns: dict[str, pd.Series] = {}
    names, notes = [], []
    age = frame["age"] if "age" in frame.columns else pd.Series(np.nan, index=frame.index)
    if age.nunique() > 1:
        columns["age_per_10_years"] = age.astype(float) / 10
        names.append("age")
    else:
        notes.append("age_left_out")
    site = frame["site"]
    sizes = site.value_counts()
    if len(sizes) > 1:
        largest = min(sizes.index, key=lambda name: (-int(sizes[name]), str(name)))
        for name in sorted(set(sizes.index) - {largest}):
            columns[f"site_{name}"] = (site == name).astype(float).where(site.notna())
        names.append("site")
        shares = stopped.groupby(site).mean()
        if shares.isin([0.0, 1.0]).any():
            notes.append("site_separated")
    else:
        notes.append("site_left_out")
    return Covariates(pd.DataFrame(columns, index=frame.index), tuple(names), tuple(notes))


def _of_type(
    sample: Sample, kind: str, stopped: pd.Series, needs: pd.DataFrame, beside: Covariates
) -> list[Result]:
    alone = {need: _fit(stopped, needs[[need]], [need]) for need in needs.columns}
    joint = _fit(stopped, needs, list(needs.columns))
    models: dict[str, Mapping[str, LogisticFit]] = {ALL_NEEDS: dict.fromkeys(needs.columns, joint)}
    if beside.names:
        single = {need: _fit(stopped, needs[[need]].join(beside.columns), [need]) for need in needs.columns}
        together = _fit(stopped, needs.join(beside.columns), list(needs.columns))
        models = {AGE_AND_SITE: single, **models, ALL_AND_COVARIATES: dict.fromkeys(needs.columns, together)}
    primary = _comparisons(alone)
    others = {adjust: _comparisons(fits, adjust) for adjust, fits in models.items()}
    count = int(stopped.sum())
    values = {
        "stopped": count,
        "percent": percent(count, len(stopped)),
        "needs": list(needs.columns),
        "covariates": list(beside.names),
    }
    notes = (*joint.notes, *(() if joint.supported else (FALLBACK,)), *beside.notes)
    summary = Comparison(test=unsupported(joint), notes=notes, n_used=joint.n, method="T7")
    results = [
        make("M-ABUSE-LOGIT", sample, {"abuse_type": kind}, values, n=len(stopped), comparison=summary)
    ]
    for need in needs.columns:
        comparison = primary[need]
        if not alone[need].supported:
            comparison = replace(comparison, notes=(*comparison.notes, FALLBACK))
        variants = [found[need] for found in others.values()]
        comparison = replace(
            comparison,
            other_tests=tuple(variant.test for variant in variants if variant.test),
            other_effects=tuple(variant.effect for variant in variants if variant.effect),
        )
        with_need, without = needs[need] == 1, needs[need] == 0
        values = {
            "with_need": int(with_need.sum()),
            "without_need": int(without.sum()),
            "stopped_with_need": int(stopped[with_need].sum()),
            "stopped_without_need": int(stopped[without].sum()),
        }
        dimensions = {"abuse_type": kind, "need": need}
        size = int((with_need | without).sum())
        results.append(make("M-ABUSE-LOGIT", sample, dimensions, values, n=size, comparison=comparison))
    return results


def _fit(stopped: pd.Series, predictors: pd.DataFrame, of_interest: list[str]) -> LogisticFit:
    x = predictors.to_numpy(dtype=float)
    return fit_logistic(stopped.to_numpy(), x, list(predictors.columns), profile_of=of_interest)


def _comparisons(fits: Mapping[str, LogisticFit], adjust: str | None = None) -> dict[str, Comparison]:
    """Need → its test and odds ratio in its model; a model with ``adjust`` that says nothing of it says why."""
    p = {need: item.p for need, fit in fits.items() for item in fit.coefficients if item.name == need}
    holm = dict(zip(p, holm_adjusted(list(p.values())), strict=True))
    found = {}
    for need, fit in fits.items():
        comparison = coefficient_comparison(fit, need, "odds_ratio", holm.get(need), adjust=adjust)
        if adjust is not None and comparison.effect is None:
            reason = "no_variation" if fit.supported else fit.notes[-1]
            said = {"adjust": adjust, "reason": reason, "n": [fit.n]}
            comparison = replace(comparison, test=Test("logit_wald", None, None, None, "not_supported", said))
        found[need] = comparison
    return found
