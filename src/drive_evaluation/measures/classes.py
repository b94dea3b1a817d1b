"""Latent classes of needs: M-LCA and M-LCA-ABUSE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation.measures.abuse import TYPES, ratings
from drive_evaluation.measures.needs import collected_needs, need_levels, presence, require_items
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.samples import sample as build_sample
from drive_evaluation.statistics.latent_classes import LatentClasses, bootstrap_ratio, fit_classes
from drive_evaluation.study import Study, look_up

FAMILY = ("parenting", "family", "children")
HARDSHIP = ("alcohol", "housing", "employment")


def label_classes(probabilities: Sequence[Sequence[float]], items: Sequence[str]) -> list[str]:
    """Names by profile, proposals for a person to confirm; a name used twice gets a number."""
    labels: list[str] = []
    for profile in probabilities:
        p = dict(zip(items, profile, strict=True))
        family = [p[name] for name in FAMILY if name in p]
        hardship = [p[name] for name in HARDSHIP if name in p]
        if all(value <= 0.3 for value in profile):
            label = "no_or_low_needs"
        elif sum(value > 0.5 for value in profile) > len(profile) / 2:
            label = "multiple_needs"
        elif family and np.mean(family) >= (np.mean(hardship) if hardship else 0):
            label = "family_children_parenting"
        else:
            label = "alcohol_housing_unemployment"
        number = sum(existing == label or existing.startswith(f"{label}_") for existing in labels)
        labels.append(f"{label}_{number + 1}" if number else label)
    return labels


@dataclass(frozen=True)
class ClassSearch:
    """Fits by number of classes, the number selected, and the solution shown with its labels and cases."""

    items: tuple[str, ...]
    fits: dict[int, LatentClasses]
    selected: int
    shown: LatentClasses
    labels: tuple[str, ...]
    cases: pd.Series
    data: np.ndarray


def search_classes(study: Study) -> ClassSearch:
    """Fit 1 to ``lca_max_classes`` classes to the needs at intake of the cases with intake information."""
    if "classes" in study.cache:
        found: ClassSearch = study.cache["classes"]
        return found
    settings = study.settings
    frame = build_sample(study, "su_intake_info").frame
    items = [need for need in collected_needs(study) if need in settings.lca_items]
    require_items(items, "the latent class analysis")
    wide = presence(need_levels(study, frame, "intake"))[items]
    varying = [item for item in items if wide[item].nunique() > 1]
    require_items(varying, "the latent class analysis")
    data = wide[varying].to_numpy(dtype=float)
    used = np.isfinite(data).any(axis=1)
    fits: dict[int, LatentClasses] = {}
    for classes in range(1, settings.lca_max_classes + 1):
        study.progress(f"latent classes: {classes} of {settings.lca_max_classes}")
        fit = fit_classes(
            data,
            classes,
            seed=settings.seed,
            starts=settings.lca_starts,
            missing_as_category=settings.lca_missing == "category",
        )
        assert fit is not None
        fits[classes] = fit
    # One class always is: its chances are shares.
    identified = {k: fit for k, fit in fits.items() if fit.identified or k == 1}
    large_enough = [k for k, fit in identified.items() if min(fit.sizes) >= settings.lca_min_class]
    selected = min(large_enough, key=lambda k: fits[k].bic)
    shown = fits[max(k for k in identified if k <= max(settings.lca_classes_shown, 1))]
    labels = tuple(label_classes(shown.probabilities, varying))
    search = ClassSearch(
        tuple(varying), fits, selected, shown, labels, frame.loc[used, "case_id"].reset_index(drop=True), data
    )
    study.cache["classes"] = search
    return search


def _notes(study: Study, fit: LatentClasses) -> tuple[str, ...]:
    notes = []
    if not fit.trusted:
        notes.append("best_optimum_not_found_again")
    if not fit.identified:
        notes.append("classes_not_identified")
    if not fit.identified or fit.n < fit.parameters or min(fit.sizes) < study.settings.lca_min_class:
        notes.append("not_supported")
    return tuple(notes)


def latent_classes(study: Study, sample: Sample) -> list[Result]:
    """M-LCA: fit by number of classes, selection by BIC, and sizes and profiles of the solution shown.

    Shown are ``lca_classes_shown`` classes, or as many as the items and the cases can tell apart.
    """
    search = search_classes(study)
    measure, results = "M-LCA", []
    for number, fit in search.fits.items():
        values: dict[str, Any] = {
            "classes": number,
            "log_likelihood": fit.log_likelihood,
            "parameters": fit.parameters,
            "bic": fit.bic,
            "aic": fit.aic,
            "adjusted_bic": fit.adjusted_bic,
            "entropy": fit.entropy if fit.identified else None,
            "smallest_class": min(fit.sizes) if fit.identified else None,
            "starts": fit.starts,
            "best_found": fit.best_found,
        }
        if study.blrt and number > 1 and study.settings.lca_missing == "fiml":
            ratio = bootstrap_ratio(
                search.data,
                search.fits[number - 1],
                fit,
                seed=study.settings.seed,
                starts=study.settings.lca_starts,
                progress=study.progress,
            )
            values["blrt"] = {"statistic": ratio.statistic, "p": ratio.p, "draws": ratio.draws}
        results.append(
            make(measure, sample, {"classes": str(number)}, values, n=fit.n, notes=_notes(study, fit))
        )
    chosen, shown = search.fits[search.selected], search.shown
    overview: dict[str, Any] = {
        "classes": shown.classes,
        "selected_by_bic": search.selected,
        "log_likelihood": shown.log_likelihood,
        "bic": shown.bic,
        "entropy": shown.entropy,
        "order_by_size": list(search.labels),
        "items": list(search.items),
    }
    notes = _notes(study, shown)
    if chosen.classes != shown.classes:
        notes += ("selected_differs_from_shown",)
    if shown.classes < min(study.settings.lca_classes_shown, max(search.fits)):
        notes += ("fewer_classes_shown",)
    results.append(make(measure, sample, {}, overview, n=shown.n, notes=(*notes, "labels_are_proposals")))
    modal = shown.modal
    for k, label in enumerate(search.labels):
        size = int((modal == k).sum())
        values = {
            "share": shown.sizes[k],
            "percent": 100 * shown.sizes[k],
            "modal_count": size,
            "modal_percent": percent(size, shown.n),
        }
        results.append(make(measure, sample, {"class": label}, values, n=shown.n))
        for j, item in enumerate(search.items):
            results.append(
                make(
                    measure,
                    sample,
                    {"class": label, "need": item},
                    {"probability": shown.probabilities[k][j]},
                    n=shown.n,
                )
            )
    return results


def abuse_by_class(study: Study, sample: Sample) -> list[Result]:
    """M-LCA-ABUSE: use of each type by class, by modal assignment and weighted by membership; no test."""
    search = search_classes(study)
    position = pd.Series(range(len(search.cases)), index=search.cases)
    place = look_up(sample.frame["case_id"], position)
    in_model = place.notna().to_numpy()
    rows = place[in_model].astype(int).to_numpy()
    modal, weights = search.shown.modal, search.shown.posterior
    results = []
    for timepoint in ("intake", "exit"):
        rated = ratings(study, sample, "case_manager", timepoint)
        for kind in TYPES:
            answer = rated[("used", kind)][in_model]
            known, used = answer.notna().to_numpy(), (answer == "yes").to_numpy()
            for k, label in enumerate(search.labels):
                own = modal[rows] == k
                n, count = int((own & known).sum()), int((own & used).sum())
                weight = weights[rows, k]
                values = {
                    "known": n,
                    "used": count,
                    "percent": percent(count, n),
                    "percent_weighted": percent(float(weight[used].sum()), float(weight[known].sum())),
                }
                dimensions = {
                    "abuse_type": kind,
                    "timepoint": timepoint,
                    "class": label,
                    "informant": "case_manager",
                }
                results.append(make("M-LCA-ABUSE", sample, dimensions, values, n=n, size=int(own.sum())))
    return results
