"""Settings of an evaluation: every choice that changes a number, with the default of its report.

A package names what differs in ``evaluation.params``; what it leaves out takes the default of its ``spec``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from drive_evaluation.errors import PackageError

SPEC_REPORT: Mapping[str, str] = {"y1": "year1", "y2": "year2", "cr": "croydon"}
"""Specification code of a package → the report it belongs to."""


def chosen_report(spec: str, report: str) -> str:
    """The report whose exhibits are drawn; ``all`` takes those of the specification."""
    return SPEC_REPORT.get(spec, "croydon") if report == "all" else report


PROBATION = ("probation_crc", "probation_nps", "probation")
PILOT_NEEDS = (
    "parenting",
    "family",
    "children",
    "social",
    "finance",
    "employment",
    "alcohol",
    "drugs",
    "other_addiction",
    "housing",
    "mental_health",
    "physical_health",
)
YEAR1_NEEDS = ("alcohol", "drugs", "housing", "mental_health")
VICTIM_NEEDS = ("mental_health", "alcohol", "drugs", "employment", "finance", "disability")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one evaluation. Field names are those of the contract; dates are ``datetime.date``."""

    spec: str
    data_cut: dt.date | None = None
    mask_sites: bool = True
    periods: Mapping[str, tuple[dt.date, dt.date]] = field(default_factory=dict)

    su_start_by: dt.date | None = None
    su_closed_by: dt.date | None = None
    police_closed_by: dt.date | None = None
    vs_start_by: Mapping[str, dt.date] = field(default_factory=dict)
    index_rule: str = "flag"
    case_month: str = "calendar"
    contact_rule: str = "contacts_made"
    bcw_rule: str = "session_or_action"
    engaged_rule: str = "ever_full_or_partial"
    dash_items: int = 20
    dash_exclude_at: int = 11
    levene_center: Literal["mean", "median", "trimmed"] = "mean"
    levene_alpha: float = 0.05
    posthoc: str = "mean_ranks"
    percent_change_zero_zero: str = "zero"
    police_denominator: str = "same_flag"
    police_zero_zero: str = "missing"
    police_during: str = "anchors"
    match_ratio: int = 1
    match_replacement: bool = False
    match_caliper: float | None = None
    seed: int = 1
    lca_missing: str = "fiml"
    lca_max_classes: int = 6
    lca_starts: int = 20
    ccj_agencies: tuple[str, ...] = ("police", *PROBATION, "prison", "courts")
    cyps_agencies: tuple[str, ...] = ("childrens_services",)
    named_agencies: tuple[str, ...] | None = None
    closure_length_from: str = "accepted_date"
    removed_people_kept: bool = True
    support_zero_days_valid: bool = True
    victims: str = "index"
    reference_day: str = "closing_or_snapshot"
    missing_in_base: Mapping[str, bool] = field(default_factory=dict)
    dont_know_in_base: bool = True
    zero_to_positive: str = "null"
    normality_alpha: float = 0.05
    outlier_iqr: float = 1.5
    shape_alpha: float = 0.05
    or_primary: str = "crude"
    dash_base: str = "forms"
    police_control_dates: str = "match"
    police_months: int = 6
    match_variables: tuple[str, ...] = (
        "risk_level",
        "age",
        "gender",
        "ethnicity",
        "relationship",
        "children_present",
        *(f"need_{need}" for need in VICTIM_NEEDS),
    )
    lca_items: tuple[str, ...] = PILOT_NEEDS
    lca_min_class: float = 0.05
    lca_classes_shown: int = 4
    needs_counted: tuple[str, ...] | None = None
    serial_definition: str = "linked"
    open_definition: str = "snapshot"
    agency_rollups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"probation": PROBATION})
    caseload_recommended: float = 25
    first_recorded: Mapping[str, dt.date] = field(default_factory=dict)
    sdc: Mapping[str, Any] = field(default_factory=dict)

    def missing_counts(self, measure: str, default: bool) -> bool:
        """Whether missing stays in the base of ``percent`` for ``measure``."""
        return bool(self.missing_in_base.get(measure, default))

    def day(self, name: str) -> dt.date | None:
        """A date setting by name."""
        value = getattr(self, name)
        return value if isinstance(value, dt.date) else None


def _defaults(spec: str) -> dict[str, Any]:
    if spec == "y1":
        return {
            "su_closed_by": dt.date(2017, 4, 30),
            "dont_know_in_base": False,
            "needs_counted": YEAR1_NEEDS,
            "caseload_recommended": 20,
            "missing_in_base": {
                "M-PROFILE-PERP": True,
                "M-PROFILE-VS": True,
                "M-NEEDS-PREV": False,
            },
        }
    if spec == "y2":
        return {
            "su_start_by": dt.date(2017, 6, 30),
            "su_closed_by": dt.date(2018, 4, 30),
            "police_closed_by": dt.date(2017, 12, 31),
            "vs_start_by": {"drive": dt.date(2017, 6, 30), "control": dt.date(2018, 1, 31)},
        }
    if spec == "cr":
        return {
            "named_agencies": ("childrens_services", "idva", "police", "prison", "probation_crc"),
            "periods": {
                "y1": (dt.date(2018, 7, 1), dt.date(2019, 5, 8)),
                "y2": (dt.date(2019, 5, 9), dt.date(2020, 3, 31)),
            },
        }
    return {}


def default_settings(spec: str, **changes: Any) -> Settings:
    """The settings of a specification code (``y1``, ``y2``, ``cr`` or a local code), with ``changes`` applied."""
    values = _defaults(spec)
    values.update(changes)
    return Settings(spec=spec, **values)


_DATES = ("su_start_by", "su_closed_by", "police_closed_by")
_TUPLES = ("ccj_agencies", "cyps_agencies", "named_agencies", "match_variables", "lca_items", "needs_counted")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "index_rule": ("flag",),
    "case_month": ("calendar",),
    "contact_rule": ("contacts_made", "direct_actions", "closure_form"),
    "bcw_rule": ("session_or_action", "session", "action"),
    "engaged_rule": ("ever_full_or_partial", "ever_full", "at_closure"),
    "levene_center": ("mean", "median", "trimmed"),
    "posthoc": ("mean_ranks", "wilcoxon"),
    "percent_change_zero_zero": ("zero", "null"),
    "police_denominator": ("same_flag", "all"),
    "police_zero_zero": ("missing", "zero"),
    "police_during": ("anchors", "first_months"),
    "lca_missing": ("fiml", "category"),
    "closure_length_from": ("accepted_date", "start_date", "allocation_date", "first_contact"),
    "victims": ("index", "all"),
    "zero_to_positive": ("null",),
    "or_primary": ("crude", "site"),
    "dash_base": ("forms", "cases"),
    "police_control_dates": ("match", "own"),
    "serial_definition": ("linked", "evidence"),
    "open_definition": ("snapshot", "active_during"),
}


REFERENCE_DAYS = (
    *("closing_or_snapshot", "closing day / snapshot day", "closing_day", "snapshot_day"),
    "data_cut",
)
"""Words of ``reference_day`` beside a date; the first four say the same."""


_NULLABLE = ("named_agencies", "needs_counted", "match_caliper")
"""Settings of which null is a choice of its own: all codes, no caliper."""
_MAPPINGS = ("vs_start_by", "first_recorded", "agency_rollups", "missing_in_base", "sdc")
_NULL_WORD = ("zero_to_positive", "percent_change_zero_zero")
"""Settings with the choice ``null``, which a writer may also put as JSON null."""
_SWITCHES = ("match_replacement", "removed_people_kept", "support_zero_days_valid", "dont_know_in_base")
_NUMBERS: Mapping[str, type] = {
    "dash_items": int,
    "dash_exclude_at": int,
    "match_ratio": int,
    "seed": int,
    "lca_max_classes": int,
    "lca_starts": int,
    "lca_classes_shown": int,
    "police_months": int,
    "levene_alpha": float,
    "match_caliper": float,
    "normality_alpha": float,
    "outlier_iqr": float,
    "shape_alpha": float,
    "lca_min_class": float,
    "caseload_recommended": float,
}


def _periods(value: Any) -> dict[str, tuple[dt.date, dt.date]]:
    if not isinstance(value, Mapping):
        raise PackageError(
            "datapackage.json: evaluation.periods must be an object of period id → [first, last]"
        )
    periods = {}
    for name, days in value.items():
        where = f"evaluation.periods.{name}"
        if isinstance(days, str) or not isinstance(days, Sequence) or len(days) != 2:
            raise PackageError(f"datapackage.json: {where} is {days!r}; write [first day, last day]")
        first, last = (_date(day, where) for day in days)
        if last < first:
            raise PackageError(f"datapackage.json: {where} ends on {last}, before it begins on {first}")
        periods[str(name)] = (first, last)
    return periods


def _number(value: Any, where: str, name: str) -> float | int | None:
    if name == "match_caliper" and value in (None, "none"):
        return None
    kind = _NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or kind(value) != value:
        raise PackageError(
            f"datapackage.json: {where} is {value!r}; write a {'whole ' if kind is int else ''}number"
        )
    return value


def _reference_day(value: Any, where: str) -> str:
    """The word or the date of ``reference_day``; all words for the default rule become one."""
    if value in REFERENCE_DAYS:
        return str(value) if value == "data_cut" else REFERENCE_DAYS[0]
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise PackageError(
            f"datapackage.json: {where} is {value!r}; write closing_or_snapshot, data_cut or a date as YYYY-MM-DD"
        ) from error


def _codes(value: Any, where: str) -> tuple[str, ...] | None:
    """A list of codes; null means the default rule of the setting."""
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise PackageError(f"datapackage.json: {where} is {value!r}; write a list of codes")
    return tuple(str(item) for item in value)


def _date(value: Any, where: str) -> dt.date:
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError as error:
        raise PackageError(f"datapackage.json: {where} is {value!r}; write a date as YYYY-MM-DD") from error


SETTING_NAMES = frozenset(item.name for item in fields(Settings)) - {
    "spec",
    "data_cut",
    "mask_sites",
    "periods",
}
"""Names that ``evaluation.params`` may use."""


def settings_from_descriptor(descriptor: Mapping[str, Any]) -> Settings:
    """Read ``evaluation`` of a ``datapackage.json``.

    Raises PackageError naming the property, its value and what would be accepted.
    """
    evaluation = descriptor.get("evaluation")
    if not isinstance(evaluation, Mapping) or not evaluation.get("spec"):
        raise PackageError("datapackage.json: evaluation.spec is missing; write y1, y2, cr or a local code")
    settings = default_settings(str(evaluation["spec"]))
    changes: dict[str, Any] = {}
    if evaluation.get("data_cut"):
        changes["data_cut"] = _date(evaluation["data_cut"], "evaluation.data_cut")
    if "mask_sites" in evaluation:
        changes["mask_sites"] = bool(evaluation["mask_sites"])
    if evaluation.get("periods"):
        changes["periods"] = _periods(evaluation["periods"])
    params = evaluation.get("params") or {}
    if not isinstance(params, Mapping):
        raise PackageError("datapackage.json: evaluation.params must be an object of setting → value")
    for name, value in params.items():
        where = f"evaluation.params.{name}"
        if name not in SETTING_NAMES:
            continue  # validation warns about it; a newer writer must not stop an older reader
        if name in _DATES:
            changes[name] = None if value is None else _date(value, where)
        elif value is None and name in _NULL_WORD:
            changes[name] = "null"
        elif value is None and name not in _NULLABLE:
            continue  # nothing stated: the default
        elif name in _MAPPINGS and not isinstance(value, Mapping):
            raise PackageError(f"datapackage.json: {where} is {value!r}; write an object")
        elif name in _TUPLES:
            changes[name] = _codes(value, where)
        elif name in _NUMBERS:
            changes[name] = _number(value, where, name)
        elif name in _SWITCHES:
            if not isinstance(value, bool):
                raise PackageError(f"datapackage.json: {where} is {value!r}; write true or false")
            changes[name] = value
        elif name in ("vs_start_by", "first_recorded"):
            changes[name] = {str(key): _date(day, where) for key, day in value.items()}
        elif name == "agency_rollups":
            changes[name] = {str(key): _codes(codes, where) or () for key, codes in value.items()}
        elif name == "missing_in_base":
            changes[name] = {**settings.missing_in_base, **value}
        elif name == "reference_day":
            changes[name] = _reference_day(value, where)
        elif name in _CHOICES and value not in _CHOICES[name]:
            raise PackageError(
                f"datapackage.json: {where} is {value!r}; choose one of {', '.join(_CHOICES[name])}"
            )
        else:
            changes[name] = value
    return replace(settings, **changes)
