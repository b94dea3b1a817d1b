"""Advocacy dose: M-IDVA-SELF, -LENGTH, -CONTACTS, -SUPPORTS. Drive and control in one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.measures.tally import make, survival_values
from drive_evaluation.results import Effect, Result, Test
from drive_evaluation.samples import Sample
from drive_evaluation.statistics.descriptive import describe
from drive_evaluation.statistics.logistic import holm_adjusted
from drive_evaluation.statistics.means import compare_means
from drive_evaluation.statistics.survival import kaplan_meier, log_rank
from drive_evaluation.study import Study

HELP_SEEKING = (
    "leave_attempts_12m",
    "ae_visits_12m",
    "police_calls_12m",
    "specialist_support_12m",
    "gp_visits_12m",
)


def support_days(study: Study, links: pd.DataFrame) -> pd.Series:
    """Days from intake form to exit form; 0 days valid by setting, negative missing (validation reports it)."""
    days = (links["exit_date"] - links["intake_date"]).dt.days.astype(float)
    days = days.where(days >= 0)
    return days if study.settings.support_zero_days_valid else days.where(days > 0)


def compare_arms(
    study: Study,
    measure: str,
    sample: Sample,
    values: pd.Series,
    dimensions: Mapping[str, str],
    *,
    notes: Iterable[str] = (),
    extra: Mapping[str, Any] | None = None,
) -> Result:
    """Drive minus control by T1, with full descriptives of both arms and the direction of the means."""
    arm = sample.frame["arm"]
    drive = values[arm == "drive"].dropna().to_numpy(dtype=float)
    control = values[arm == "control"].dropna().to_numpy(dtype=float)
    comparison = compare_means(
        drive, control, levene_center=study.settings.levene_center, levene_alpha=study.settings.levene_alpha
    )
    described = {"drive": describe(drive), "control": describe(control)}
    means = (described["drive"]["mean"], described["control"]["mean"])
    direction = None
    if None not in means:
        direction = (
            "drive>control" if means[0] > means[1] else "control>drive" if means[1] > means[0] else "equal"
        )
    n = len(drive) + len(control)
    body = {**described, "direction": direction, **(extra or {})}
    return make(measure, sample, dimensions, body, n=n, comparison=comparison, notes=notes)


def help_seeking(study: Study, sample: Sample) -> list[Result]:
    """M-IDVA-SELF: five counts in the 12 months before support, uncorrected tests, Holm beside them."""
    results = [
        compare_arms(study, "M-IDVA-SELF", sample, sample.frame[item], {"item": item})
        for item in HELP_SEEKING
    ]
    tests = {i: result.comparison.test for i, result in enumerate(results)}
    known = {i: test.p for i, test in tests.items() if test is not None and test.p is not None}
    tested, adjusted = list(known), holm_adjusted(list(known.values()))
    for i, p in zip(tested, adjusted, strict=True):
        comparison = results[i].comparison
        assert comparison.test is not None
        holm = Test(
            comparison.test.name,
            comparison.test.statistic,
            comparison.test.df,
            p,
            comparison.test.branch,
            {"adjust": "holm"},
        )
        results[i] = replace(
            results[i], comparison=replace(comparison, other_tests=(*comparison.other_tests, holm))
        )
    return results


def length_of_support(study: Study, sample: Sample) -> list[Result]:
    """M-IDVA-LENGTH: days of support; planned support differs by arm, so a difference is expected by design."""
    days = support_days(study, sample.frame)
    extra = {"zero_days": int((days == 0).sum())}
    return [
        compare_arms(
            study, "M-IDVA-LENGTH", sample, days, {}, notes=("difference_expected_by_design",), extra=extra
        )
    ]


SUPPORT_DAYS = (30, 60, 90, 180, 270, 365)
"""Days of support at which the share still supported is read off the curve."""


def support_until_exit(study: Study, sample: Sample) -> list[Result]:
    """M-IDVA-LENGTH over all baseline links: time to the end of support, open episodes censored at the data cut.

    The paired sample holds ended episodes only, which shortens its mean; here nobody leaves for not having ended. One
    curve per arm, and the log-rank test between the arms among the values of both: the result format knows no such test.
    """
    frame = sample.frame
    ended = frame["exit_date"].notna()
    last = frame["exit_date"].where(ended, study.data_cut)
    days = (last - frame["intake_date"]).dt.days.astype(float)
    days = days.where(days >= 0)
    if not study.settings.support_zero_days_valid:
        days = days.where(days > 0)
    dimensions = {"curve": "kaplan_meier"}
    known = days.notna() & frame["arm"].isin(["drive", "control"])
    test = log_rank(days[known], ended[known], frame["arm"][known].astype(str))
    overall = kaplan_meier(days, ended)
    results = [
        make(
            "M-IDVA-LENGTH",
            sample,
            dimensions,
            {
                **survival_values(overall, SUPPORT_DAYS, "days"),
                "log_rank": None
                if test is None
                else {"statistic": test.statistic, "df": test.df, "p": test.p},
            },
            n=int(days.notna().sum()),
            notes=(
                *("difference_expected_by_design", "not_intention_to_treat"),
                *(() if test else ("not_supported",)),
            ),
        )
    ]
    for arm in ("drive", "control"):
        own = sample.where(study, {"arm": arm})
        rows = (frame["arm"] == arm).to_numpy()
        curve = kaplan_meier(days[rows], ended[rows])
        values = survival_values(curve, SUPPORT_DAYS, "days")
        results.append(make("M-IDVA-LENGTH", own, dimensions, values, n=int(days[rows].notna().sum())))
    return results


def contacts(study: Study, sample: Sample) -> list[Result]:
    """M-IDVA-CONTACTS: contacts recorded at exit, with contacts per 30 days of support beside them."""
    frame = sample.frame
    days = support_days(study, frame)
    rate = (30 * frame["contacts_n"] / days).where(days > 0)
    extra = {
        "per_30_days": {
            arm: describe(rate[frame["arm"] == arm].to_numpy(dtype=float)) for arm in ("drive", "control")
        }
    }
    return [compare_arms(study, "M-IDVA-CONTACTS", sample, frame["contacts_n"], {}, extra=extra)]


def supports(study: Study, sample: Sample) -> list[Result]:
    """M-IDVA-SUPPORTS: supports mobilised, with the site-adjusted difference where there are several sites."""
    frame = sample.frame
    result = compare_arms(study, "M-IDVA-SUPPORTS", sample, frame["supports_n"], {})
    adjusted = site_adjusted_difference(frame["supports_n"], frame["arm"], frame["site"])
    if adjusted is not None:
        comparison = replace(result.comparison, other_effects=(*result.comparison.other_effects, adjusted))
        result = replace(result, comparison=comparison)
    return [result]


def site_adjusted_difference(values: pd.Series, arm: pd.Series, site: pd.Series) -> Effect | None:
    """Difference of means, Drive minus control, from a linear model with a term for every site; None if singular."""
    from scipy import stats

    known = values.notna() & arm.isin(["drive", "control"]) & site.notna()
    names = sorted(site[known].unique())
    if len(names) < 2:
        return None
    columns = [(arm[known] == "drive").to_numpy(dtype=float)]
    columns += [(site[known] == name).to_numpy(dtype=float) for name in names]
    x, y = np.column_stack(columns), values[known].to_numpy(dtype=float)
    df = len(y) - x.shape[1]
    if df < 1 or np.linalg.matrix_rank(x) < x.shape[1]:
        return None
    beta, *_ = np.linalg.lstsq(x, y, rcond=None)
    residual = y - x @ beta
    se = float(np.sqrt(residual @ residual / df * np.linalg.inv(x.T @ x)[0, 0]))
    half = float(stats.t.ppf(0.975, df)) * se
    return Effect(
        "difference_in_means",
        float(beta[0]),
        float(beta[0]) - half,
        float(beta[0]) + half,
        "student_t",
        {"adjust": "site"},
    )
