"""Propensity of engagement with the IDVA: M-PROPENSITY. Comparing the engaged is not intention-to-treat."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from drive_evaluation.measures.tally import is_known, make
from drive_evaluation.results import Comparison, Effect, Result, Test, percent
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.logistic import fit_logistic
from drive_evaluation.study import Study


def engagement_propensity(study: Study, sample: Sample) -> list[Result]:
    """Odds of an intake form by arm and by what is known of every index link, in one logistic model.

    The summary gives the share engaged by arm; each predictor has its odds ratio with profile interval. Predictors
    known for fewer than half of the links are left out and named.
    """
    study.table("advocacy")
    frame = sample.frame
    engaged = frame["intake_form"].astype(float)
    columns: dict[str, pd.Series] = {"arm_drive": (frame["arm"] == "drive").astype(float)}
    left_out = []
    candidates = {
        "age_per_10_years": frame["age"] / 10,
        "woman": _share(frame["gender"], "woman"),
        "partner": _share(frame["relationship"], "partner"),
        "children_present": _share(frame["children_present"], "yes"),
    }
    for name, column in candidates.items():
        if column.notna().mean() >= 0.5 and column.nunique() > 1:
            columns[name] = column
        else:
            left_out.append(name)
    for site in sorted(frame["site"].dropna().unique())[1:]:
        columns[f"site_{site}"] = (frame["site"] == site).astype(float)
    x = np.column_stack([column.to_numpy(dtype=float) for column in columns.values()])
    fit = fit_logistic(engaged.to_numpy(), x, list(columns))
    values: dict[str, object] = {
        arm: {
            "n": int((frame["arm"] == arm).sum()),
            "engaged": int(engaged[frame["arm"] == arm].sum()),
            "percent": percent(float(engaged[frame["arm"] == arm].sum()), int((frame["arm"] == arm).sum())),
        }
        for arm in ("drive", "control")
    }
    values["left_out"] = left_out
    notes = ("not_intention_to_treat", *fit.notes)
    results = [make("M-PROPENSITY", sample, {}, values, n=fit.n, notes=notes)]
    for item in fit.coefficients:
        limits = [math.exp(limit) if limit is not None else None for limit in (item.ci_low, item.ci_high)]
        comparison = Comparison(
            test=Test(fit.method, item.estimate / item.se, None, item.p, None, {"p_holm": item.p_holm}),
            effect=Effect("odds_ratio", math.exp(item.estimate), limits[0], limits[1], fit.interval),
            n_used=fit.n,
            method="T7",
        )
        results.append(
            make("M-PROPENSITY", sample, {"predictor": item.name}, {}, n=fit.n, comparison=comparison)
        )
    return results


def _share(values: pd.Series, code: str) -> pd.Series:
    return (values == code).astype(float).where(is_known(values))
