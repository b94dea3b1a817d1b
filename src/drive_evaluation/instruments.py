"""Scores of the instruments: Drive DASH forms (M-DASH-SCORE, M-DASH-MISS)."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.study import Study


def dash_scores(study: Study) -> pd.DataFrame:
    """One row per form: ``case_id``, ``timepoint``, ``score``, ``na_nk``, ``valid``.

    Score = number of ``yes``; not applicable and not known add nothing. A form with ``dash_exclude_at`` or more
    of them is not valid for scores.
    """
    if "dash_scores" in study.cache:
        found: pd.DataFrame = study.cache["dash_scores"]
        return found
    answers = study.table("drive_dash")
    marks = answers[["case_id", "timepoint"]].copy()
    marks["score"] = (answers["answer"] == "yes").astype(float)
    marks["na_nk"] = answers["answer"].isin(["na", "nk"]).astype(float)
    forms = marks.groupby(["case_id", "timepoint"], as_index=False, sort=True)[["score", "na_nk"]].sum()
    forms["valid"] = forms["na_nk"] < study.settings.dash_exclude_at
    study.cache["dash_scores"] = forms
    return forms
