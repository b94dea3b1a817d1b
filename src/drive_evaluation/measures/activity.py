"""Activity: M-ACT-DIRECT, -COMP, -MONTH, -SITE, -MULTI, -AGENCY, -REACH, M-REFS. The unit is one action."""

from __future__ import annotations

import pandas as pd

from drive_evaluation.case_rules import case_month
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.measures.tally import make
from drive_evaluation.results import Result, percent
from drive_evaluation.samples import SAMPLES, Sample
from drive_evaluation.study import Study


def direct_and_indirect(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-DIRECT: share of actions by mode; option lists are never pooled by the caller."""
    mode = sample.frame["mode"]
    return [
        make("M-ACT-DIRECT", sample, {"mode": code}, _shares(mode == code, sample.size))
        for code in CODE_LISTS["mode"]
    ]


def _shares(mask: pd.Series, base: int) -> dict[str, float | int | None]:
    count = int(mask.sum())
    return {"count": count, "percent": percent(count, base)}


def composition(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-COMP: within a mode, the share of each category; ``service_users`` counts cases with any action."""
    frame = sample.frame
    people = int(frame["case_id"].nunique())
    results = []
    for mode in CODE_LISTS["mode"]:
        own = frame[frame["mode"] == mode]
        for category in CODE_LISTS["category"]:
            count = int((own["category"] == category).sum())
            values = {
                "count": count,
                "percent": percent(count, len(own)),
                "service_users": people,
                "service_users_with": int(own.loc[own["category"] == category, "case_id"].nunique()),
            }
            results.append(
                make(
                    "M-ACT-COMP",
                    sample,
                    {"mode": mode, "category": category},
                    values,
                    n=len(own),
                    size=len(own),
                )
            )
    return results


def by_month(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-MONTH: actions by case month, the three busiest months, and actions per case still open in the month."""
    frame = sample.frame
    month = case_month(frame["start_date"], frame["date"])
    counted = month[month >= 1].astype(int)
    counts = counted.value_counts().sort_index()
    top = sorted(counts.index, key=lambda m: (-counts[m], m))[:3]
    cases = SAMPLES["su_closed"].build(study, "all")
    if "site" in sample.restrictions:
        cases = cases[cases["site"] == sample.restrictions["site"]]
    closing = case_month(cases["start_date"], cases["closed_date"])
    values = {
        "counts": {str(m): int(counts[m]) for m in counts.index},
        "top_months": [int(m) for m in top],
        "rate": {str(m): _rate(int(counts[m]), int((closing >= m).sum())) for m in counts.index},
        "closing": {str(int(m)): int(k) for m, k in closing.dropna().value_counts().sort_index().items()},  # type: ignore[call-overload]  # counts by number
        "before_start": int((month < 1).sum()),
    }
    return [make("M-ACT-MONTH", sample, {}, values, n=len(counted))]


def _rate(count: int, still_open: int) -> float | None:
    return count / still_open if still_open else None


def by_site(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-SITE: share of all actions by site of the case, with actions per case because sites differ in size."""
    frame = sample.frame
    cases = SAMPLES["su_closed"].build(study, "all")
    sites = sorted(set(cases["site"].dropna()) | set(frame["site"].dropna()))
    known = int(frame["site"].notna().sum())
    results = []
    for site in sites:
        count, number = int((frame["site"] == site).sum()), int((cases["site"] == site).sum())
        values = {
            "count": count,
            "percent": percent(count, known),
            "cases": number,
            "actions_per_case": _rate(count, number),
        }
        results.append(make("M-ACT-SITE", sample, {"site": str(site)}, values, n=known))
    return results


def by_purpose(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-MULTI (K14): multi-agency actions by purpose, of all multi-agency actions; no purpose is its own row."""
    frame = sample.frame[sample.frame["category"] == "multi_agency"]
    base = len(frame)
    known = int(frame["subcategory"].notna().sum())
    results = [
        make(
            "M-ACT-MULTI",
            sample,
            {},
            {"count": base, "cases": int(frame["case_id"].nunique())},
            n=known,
            size=base,
        )
    ]
    for code in (*CODE_LISTS["subcategory"], "missing"):
        mask = frame["subcategory"].isna() if code == "missing" else frame["subcategory"] == code
        results.append(
            make("M-ACT-MULTI", sample, {"subcategory": code}, _shares(mask, base), n=known, size=base)
        )
    return results


def by_agency(study: Study, sample: Sample, *, purposes: bool = False) -> list[Result]:
    """M-ACT-AGENCY (K15): primary agency, of actions with an agency recorded.

    Leaf codes stand beside their roll-up; ``probation`` is the roll-up, so the leaf without a service recorded is
    ``probation_unspecified``. With ``named_agencies`` all other agencies fold into ``other``. ``service_users`` counts
    the cases with any action of the population, the N printed with these figures; ``service_users_with`` those with
    an action of this agency.
    """
    frame = sample.frame
    people = int(frame["case_id"].nunique())
    named = study.settings.named_agencies
    agency = frame["agency"]
    rollups = dict(study.settings.agency_rollups)
    codes: list[tuple[str, tuple[str, ...]]]
    if named is None:
        codes = [
            (f"{code}_unspecified" if code in rollups else code, (code,)) for code in CODE_LISTS["agency"]
        ]
    else:
        # A roll-up that is named itself takes its parts with it, so that nobody counts as named and as other.
        apart = {*named, *(part for code in named for part in rollups.get(code, ()))}
        others = tuple(code for code in CODE_LISTS["agency"] if code not in apart or code == "other")
        codes = [(code, (code,)) for code in named if code not in rollups and code != "other"]
        codes.append(("other", others))
    codes += list(rollups.items())
    known = agency.notna()
    base = int(known.sum())
    results = []
    for name, parts in codes:
        mask = agency.isin(parts)
        values = _shares(mask, base) | {
            "service_users": people,
            "service_users_with": int(frame.loc[mask, "case_id"].nunique()),
        }
        results.append(make("M-ACT-AGENCY", sample, {"agency": name}, values, n=base))
        if not purposes:
            continue
        for purpose in CODE_LISTS["subcategory"]:
            own = known & (frame["subcategory"] == purpose)
            count = int((mask & own).sum())
            values = {
                "count": count,
                "percent": percent(count, base),
                "percent_of_subcategory": percent(count, int(own.sum())),
                "percent_of_agency": percent(count, int(mask.sum())),
                "service_users": people,
                "service_users_with": int(frame.loc[mask & own, "case_id"].nunique()),
            }
            results.append(
                make("M-ACT-AGENCY", sample, {"agency": name, "subcategory": purpose}, values, n=base)
            )
    return results


def agencies_reached(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-REACH: cases with at least one action whose primary agency is in the group; not a share of actions."""
    settings = study.settings
    actions = study.table("actions")
    actions = actions[actions["case_id"].isin(sample.frame["case_id"])]
    probation = settings.agency_rollups.get("probation", ("probation_crc", "probation_nps", "probation"))
    groups = {
        "police": ("police",),
        "probation": probation,
        "prison": ("prison",),
        "courts": ("courts",),
        "ccj": settings.ccj_agencies,
        "cyps": settings.cyps_agencies,
        "statutory": (*settings.ccj_agencies, *settings.cyps_agencies),
    }
    return [
        make(
            "M-ACT-REACH",
            sample,
            {"agency_group": name},
            _shares(
                sample.frame["case_id"].isin(actions.loc[actions["agency"].isin(codes), "case_id"]),
                sample.size,
            ),
        )
        for name, codes in groups.items()
    ]


def by_kind(study: Study, sample: Sample) -> list[Result]:
    """M-ACT-KIND: all actions of a period by mode and category, whatever the option list; for returns."""
    frame = sample.frame
    results = [
        make(
            "M-ACT-KIND",
            sample,
            {},
            {"count": len(frame), "cases": int(frame["case_id"].nunique())},
        )
    ]
    for mode in CODE_LISTS["mode"]:
        results.append(make("M-ACT-KIND", sample, {"mode": mode}, _shares(frame["mode"] == mode, len(frame))))
    for category in CODE_LISTS["category"]:
        results.append(
            make(
                "M-ACT-KIND",
                sample,
                {"category": category},
                _shares(frame["category"] == category, len(frame)),
            )
        )
    return results


def coded_references(study: Study, sample: Sample) -> list[Result]:
    """M-REFS: coded references in case notes by code, mode and agency; a reference is not an action.

    ``percent_of_multi_agency`` is the share of a code among references to multi-agency work: those under the code
    ``multi_agency`` where the frame of codes has one, otherwise those that name a partner agency. Which base ran is in
    the notes of the result.
    """
    notes = study.table("note_codes")
    rows = notes[notes["case_id"].isin(sample.frame["case_id"])]
    total, all_sites = float(rows["references_n"].sum()), notes.groupby("mode")["references_n"].sum()
    own_code = bool((notes["code"] == "multi_agency").any())
    joint = rows["code"] == "multi_agency" if own_code else rows["agency"].notna()
    joint_total = float(rows.loc[joint, "references_n"].sum())
    results = []

    joint_note = f"multi_agency_base={'code' if own_code else 'names_an_agency'}"

    def add(
        dimensions: dict[str, str], part: pd.DataFrame, notes: tuple[str, ...] = (), **more: float | None
    ) -> None:
        references = int(part["references_n"].sum())
        present = part[part["references_n"] > 0]
        values = {
            "references": references,
            "cases": int(present["case_id"].nunique()),
            "percent_of_references": percent(references, total),
            **more,
        }
        results.append(make("M-REFS", sample, dimensions, values, notes=notes))

    for code in sorted(notes["code"].dropna().unique()):
        part = rows[rows["code"] == code]
        own = part if own_code else part[part["agency"].notna()]
        add(
            {"code": code},
            part,
            (joint_note,),
            percent_of_multi_agency=percent(float(own["references_n"].sum()), joint_total),
        )
    for mode in CODE_LISTS["mode"]:
        part = rows[rows["mode"] == mode]
        references = float(part["references_n"].sum())
        add(
            {"mode": mode},
            part,
            percent_of_mode=percent(references, references),
            percent_of_mode_all_sites=percent(references, float(all_sites.get(mode, 0))),
        )
        for code in sorted(notes["code"].dropna().unique()):
            inner = part[part["code"] == code]
            share = percent(float(inner["references_n"].sum()), references)
            add({"mode": mode, "code": code}, inner, percent_of_mode=share)
    for agency in CODE_LISTS["agency"]:
        part = rows[rows["agency"] == agency]
        if len(part):
            add({"agency": agency}, part)
    return results
