"""Profiles, completeness, several victims, disproportionality: M-PROFILE-*, M-COMPLETE, M-MULTIVICTIM, M-DISPROP."""

from __future__ import annotations

import numpy as np
import pandas as pd

from drive_evaluation.case_samples import INTAKE_TABLES, accepted_in, intake_record_cases, known_need_cases
from drive_evaluation.contract import CODE_LISTS
from drive_evaluation.measures.tally import category_results, is_known, make, number_result
from drive_evaluation.results import READ, Result, percent
from drive_evaluation.samples import Sample
from drive_evaluation.settings import VICTIM_NEEDS
from drive_evaluation.study import WHITE, Study, look_up
from drive_evaluation.subgroups import serial, victims_per_perpetrator

PERPETRATOR_VARIABLES = (
    "gender",
    "ethnicity",
    "ethnicity_detail",
    "employment",
    "children_involved",
    "relationship",
)
VICTIM_VARIABLES = (
    "gender",
    "ethnicity",
    "ethnicity_detail",
    "sexual_orientation",
    "living_together",
    "children_present",
    "relationship",
)
_CODES = {
    "gender": CODE_LISTS["gender"],
    "ethnicity": CODE_LISTS["ethnicity"],
    "ethnicity_detail": (),
    "employment": CODE_LISTS["employment"],
    "children_involved": CODE_LISTS["yn"],
    "sexual_orientation": CODE_LISTS["sexual_orientation"],
    "living_together": CODE_LISTS["yn"],
    "children_present": CODE_LISTS["yn"],
    "relationship": CODE_LISTS["relationship"],
}
_ROLLUPS = {
    "ethnicity": {"white": WHITE},
    "relationship": {"partner_or_ex": ("partner", "ex_partner")},
}
BAME = tuple(code for code in CODE_LISTS["ethnicity"] if code not in (*WHITE, "unknown"))


def profile_perpetrators(study: Study, sample: Sample) -> list[Result]:
    """M-PROFILE-PERP: no test between arms, because allocation is random."""
    measure = "M-PROFILE-PERP"
    study.table("perpetrators")
    frame = sample.frame
    if study.has("victims"):
        relation = study.index_links.set_index("perpetrator_id")["relationship"]
        frame = frame.assign(relationship=look_up(frame["perpetrator_id"], relation))
    results = [number_result(measure, sample, {"variable": "age"}, frame["age"])]
    base = study.settings.missing_counts(measure, default=True)
    for variable in PERPETRATOR_VARIABLES:
        if variable in frame.columns:
            results += category_results(
                measure,
                sample,
                variable,
                frame[variable],
                _CODES[variable],
                missing_in_base=base,
                rollups=_ROLLUPS.get(variable),
            )
    return results


def profile_victims(study: Study, sample: Sample) -> list[Result]:
    """M-PROFILE-VS: one base rule for the whole table, by the setting of the report."""
    measure = "M-PROFILE-VS"
    frame = sample.frame
    results = [number_result(measure, sample, {"variable": "age"}, frame["age"])]
    base = study.settings.missing_counts(measure, default=False)
    for variable in VICTIM_VARIABLES:
        results += category_results(
            measure,
            sample,
            variable,
            frame[variable],
            _CODES[variable],
            missing_in_base=base,
            rollups=_ROLLUPS.get(variable),
        )
    if study.has("victim_needs"):
        number = complex_needs(study, frame)
        bands = number.map(
            lambda value: np.nan if pd.isna(value) else ("3+" if value >= 3 else f"{value:.0f}")
        )
        results += category_results(
            measure,
            sample,
            "complex_needs",
            bands.astype(object),
            ("0", "1", "2", "3+"),
            missing_in_base=base,
        )
    return results


def complex_needs(study: Study, links: pd.DataFrame) -> pd.Series:
    """Number of the six needs present at intake; missing where none of them is known for the link."""
    needs = study.table("victim_needs")
    rows = needs[
        (needs["timepoint"] == "intake") & needs["need"].isin(VICTIM_NEEDS) & is_known(needs["present"])
    ]
    present = (rows["present"] == "yes").groupby([rows["victim_id"], rows["perpetrator_id"]]).sum()
    index = pd.MultiIndex.from_frame(links[["victim_id", "perpetrator_id"]])
    return pd.Series(present.reindex(index).to_numpy(dtype=float), index=links.index)


def several_victims(study: Study, sample: Sample) -> list[Result]:
    """M-MULTIVICTIM: cases with two or more linked victims/survivors, with both definitions of serial beside it."""
    frame = sample.frame
    number = look_up(frame["perpetrator_id"], victims_per_perpetrator(study)).fillna(0)
    count = int((number >= 2).sum())
    values = {
        "count": count,
        "percent": percent(count, len(frame)),
        "linked_victims": int(number.sum()),
        "serial_linked": int((serial(study, frame, "linked") == "yes").sum()),
        "serial_linked_percent": percent(count, len(frame)),
    }
    if "serial_evidence" in frame.columns:
        evidence = frame["serial_evidence"]
        yes = int((evidence == "yes").sum())
        known = int(is_known(evidence).sum())
        values["serial_evidence"] = yes
        values["serial_evidence_percent_known"] = percent(yes, known)
    return [make("M-MULTIVICTIM", sample, {}, values)]


def disproportionality(study: Study, sample: Sample) -> list[Result]:
    """M-DISPROP (K6): share of an ethnic group among known, and its ratio to the benchmark where one is given."""
    study.table("perpetrators")
    frame = sample.frame
    results = []
    people = {"perpetrators": frame.drop_duplicates("perpetrator_id")["ethnicity"]}
    if study.has("victims"):
        # Removal takes the perpetrator out of the count, not the people linked to him (1.7).
        every = accepted_in(study, sample.period, with_removed=study.settings.removed_people_kept)
        if "site" in sample.restrictions:
            every = every[every["site"] == sample.restrictions["site"]]
        links = study.links[study.links["perpetrator_id"].isin(every["perpetrator_id"])]
        # One answer a person; of several links, whatever order they stand in, that of the first perpetrator by id.
        links = links.sort_values(["victim_id", "perpetrator_id"], kind="stable")
        people["victims"] = links.drop_duplicates("victim_id")["ethnicity"]
    groups = {"bame": BAME, "white": WHITE, **{code: (code,) for code in (*WHITE, *BAME)}}
    benchmarks = population_benchmarks(study)
    for person, ethnicity in people.items():
        known = int(is_known(ethnicity).sum())
        for group, codes in groups.items():
            count = int(ethnicity.isin(codes).sum())
            value = percent(count, known)
            benchmark = benchmarks.get(group)
            values = {
                "count": count,
                "percent": value,
                "benchmark": benchmark,
                "ratio": value / benchmark if value is not None and benchmark else None,
            }
            results.append(
                make(
                    "M-DISPROP",
                    sample,
                    {"person": person, "group": group},
                    values,
                    n=known,
                    size=len(ethnicity),
                )
            )
    return results


PROPORTIONS = ("share", "proportion", "fraction", "ratio", "probability")
"""Units in which a population share is a number from 0 to 1; in any other it is read as percent."""


def population_benchmarks(study: Study) -> dict[str, float]:
    """Group → population share in percent, the latest where several dates are given."""
    if not study.has("reference_values"):
        return {}
    rows = study.table("reference_values")
    rows = rows[rows["kind"] == "population_share"].sort_values("as_of", na_position="first", kind="stable")
    shares = {}
    for group, value, unit in zip(rows["category"], rows["value"], rows["unit"], strict=True):
        if isinstance(group, str):
            shares[group] = float(value) * (100 if str(unit).strip().lower() in PROPORTIONS else 1)
    return shares


def benchmark_values(study: Study, sample: Sample) -> list[Result]:
    """M-DISPROP of the reference: the population shares as read from the package."""
    study.table("reference_values")
    return [
        make("M-DISPROP", sample, {"group": group}, {"percent": value}, n=1, size=1, notes=(READ,))
        for group, value in population_benchmarks(study).items()
    ]


def offence_history(study: Study, sample: Sample) -> list[Result]:
    """M-OFFENCE-HIST: offences before Drive; missing stays in the base, the known-only share is beside it."""
    study.table("perpetrators")
    frame = sample.frame
    dva, other = frame["prior_dva_offence"], frame["prior_nondva_offence"]
    both_known = is_known(dva) & is_known(other)
    groups = {
        "dva_only": (dva == "yes") & (other != "yes"),
        "non_dva_only": (dva != "yes") & (other == "yes"),
        "both": (dva == "yes") & (other == "yes"),
        "none_or_unknown": (dva != "yes") & (other != "yes"),
        "any_dva": dva == "yes",
        "any_non_dva": other == "yes",
    }
    known = int(both_known.sum())
    return [
        make(
            "M-OFFENCE-HIST",
            sample,
            {"category": name},
            {
                "count": int(mask.sum()),
                "percent": percent(int(mask.sum()), len(frame)),
                "percent_known": percent(int((mask & both_known).sum()), known),
            },
            n=known,
            notes=("base_includes_missing",),
        )
        for name, mask in groups.items()
    ]


def completeness(study: Study, sample: Sample) -> list[Result]:
    """M-COMPLETE: per field, how many are known, recorded unknown, and not recorded at all.

    ``needs``: at least one need of known level at intake; ``intake_record``: any intake record. Of a whole sample also
    by ``worker``, the pseudonym of the case manager, where the package has it.
    """
    frame = sample.frame
    results = []
    workers: dict[str, pd.Series] = {}
    if sample.subgroup == "all" and "case_manager_id" in frame.columns:
        names = sorted(frame["case_manager_id"].dropna().unique())
        workers = {str(name): frame["case_manager_id"] == name for name in names}

    def add(name: str, known: pd.Series, unknown: pd.Series, timepoint: str | None = None) -> None:
        dimensions = {"field": name} if timepoint is None else {"field": name, "timepoint": timepoint}
        first = study.settings.first_recorded.get(name)
        notes = (f"recorded_from={first}",) if first else ()
        everyone = pd.Series(True, index=frame.index)
        for worker, own in {"": everyone, **workers}.items():
            found, said = int((known & own).sum()), int((unknown & ~known & own).sum())
            size = int(own.sum())
            values = {
                "known": found,
                "recorded_unknown": said,
                "no_record": size - found - said,
                "percent_known": percent(found, size),
                "percent_missing": percent(size - found, size),
            }
            place = {**dimensions, "worker": worker} if worker else dimensions
            results.append(make("M-COMPLETE", sample, place, values, n=found, size=size, notes=notes))

    nothing = pd.Series(False, index=frame.index)
    ids = frame["case_id"]
    for name in ("age", "gender", "ethnicity", "employment", "children_involved"):
        if name in frame.columns:
            add(name, is_known(frame[name]), frame[name].isin(["unknown"]))
    if any(study.has(name) for name in INTAKE_TABLES):
        add("intake_record", ids.isin(intake_record_cases(study)), nothing)
    if study.has("needs"):
        rows = study.table("needs")
        for timepoint in (None, "mid", "exit"):
            point = timepoint or "intake"
            recorded = ids.isin(rows.loc[rows["timepoint"] == point, "case_id"])
            add("needs", ids.isin(known_need_cases(study, point)), recorded, timepoint)
    if study.has("drive_dash"):
        forms = study.table("drive_dash")[["case_id", "timepoint"]].drop_duplicates()
        for timepoint in ("intake", "mid", "exit"):
            add(
                "drive_dash",
                ids.isin(forms.loc[forms["timepoint"] == timepoint, "case_id"]),
                nothing,
                timepoint,
            )
    if study.has("abuse") and "perpetrator_id" in frame.columns:
        rows = study.table("abuse")
        rows = rows[rows["informant"] == "case_manager"]
        for timepoint in ("intake", "mid", "exit"):
            own = rows[rows["timepoint"] == timepoint]
            known = frame["perpetrator_id"].isin(own.loc[own["used"] != "unknown", "perpetrator_id"])
            add("abuse", known, frame["perpetrator_id"].isin(own["perpetrator_id"]), timepoint)
    if study.has("aces"):
        rows = study.table("aces")
        answered = ids.isin(rows.loc[rows["answer"] != "unknown", "case_id"])
        add("aces", answered, ids.isin(rows["case_id"]))
    return results


def register(study: Study, sample: Sample) -> list[Result]:
    """M-REGISTER: interviews and people counted apart, by kind, role and year of report."""
    frame = sample.frame
    results = []
    for (kind, role), rows in frame.groupby(["kind", "role"], sort=True):
        values: dict[str, int] = {}
        for year, entries in rows.groupby("report_year", sort=True):
            digits = "".join(char for char in str(year) if char.isdigit())
            values[f"year{digits}" if digits else str(year)] = len(entries)
        values["total"] = len(rows)
        values["people"] = int(rows["person_ref"].nunique())
        values["without_person"] = int(rows["person_ref"].isna().sum())
        results.append(
            make(
                "M-REGISTER",
                sample,
                {"kind": str(kind), "role": str(role)},
                values,
            )
        )
    results.append(
        make("M-REGISTER", sample, {}, _register_summary(frame, nested=study.spec in ("y1", "y2")))
    )
    return results


PLURALS = {"interview": "interviews", "focus_group": "focus_groups", "case_study": "case_studies"}


def _register_summary(frame: pd.DataFrame, *, nested: bool) -> dict[str, object]:
    """Entries by kind and role (the pilot reports), or interviews by role and other kinds in total (later sites)."""
    counts = frame.groupby(["kind", "role"], sort=True).size()
    summary: dict[str, object] = {}
    for place, number in counts.items():
        kind, role = place if isinstance(place, tuple) else (place, "")
        name = PLURALS.get(str(kind), f"{kind}_cases" if kind == "dip_sample" else str(kind))
        if nested:
            group = summary.setdefault(name, {})
            assert isinstance(group, dict)
            group[str(role)] = int(number)
        elif kind == "interview":
            summary[f"{role}_interviews"] = int(number)
        else:
            summary[name] = int(number) + int(str(summary.get(name, 0)))
    return summary
