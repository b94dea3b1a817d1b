"""Which settings touch which result, so that they are printed with it (part 11 of the measures)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drive_evaluation.settings import Settings

CONTACT = ("contact_rule", "reference_day")
CHANGES = ("percent_change_zero_zero", "zero_to_positive")
MEANS = ("levene_center", "levene_alpha")
POLICE = ("police_denominator", "police_zero_zero", "police_during", "police_months", "police_control_dates")
MATCHING = ("match_variables", "match_ratio", "match_replacement", "match_caliper", "seed")
CLASSES = (
    "lca_items",
    "lca_missing",
    "lca_max_classes",
    "lca_starts",
    "lca_min_class",
    "lca_classes_shown",
    "seed",
)

BY_MEASURE: Mapping[str, tuple[str, ...]] = {
    "M-FLOW-PERP": ("su_start_by", "su_closed_by", "police_closed_by"),
    "M-FLOW-VS": ("vs_start_by",),
    "M-COMPLETE": ("first_recorded",),
    "M-PROFILE-PERP": ("missing_in_base", "index_rule"),
    "M-PROFILE-VS": ("missing_in_base",),
    "M-MULTIVICTIM": ("serial_definition",),
    "M-DISPROP": ("removed_people_kept",),
    "M-NEEDS-PREV": ("missing_in_base",),
    "M-NEEDS-COUNT": ("needs_counted", "missing_in_base"),
    "M-NEEDS-COMBO": ("needs_counted",),
    "M-NEEDS-OFFENCE": ("needs_counted",),
    "M-NEEDS-BY-CONTACT": ("needs_counted", *CONTACT),
    "M-NEEDS-HIGH-ENG": ("engaged_rule",),
    "M-LCA": CLASSES,
    "M-LCA-ABUSE": (*CLASSES, "victims"),
    "M-ABUSE-USE": ("victims",),
    "M-ABUSE-MCNEMAR": ("victims",),
    "M-ABUSE-SEV-TRANS": ("victims",),
    "M-ABUSE-SEV-CHANGE": ("victims", *CHANGES),
    "M-SOAG": CHANGES[1:],
    "M-ABUSE-OR": ("or_primary",),
    "M-ABUSE-LOGIT": ("victims",),
    "M-ABUSE-BY-AGE": ("victims",),
    "M-BCW-ABUSE": ("victims", "bcw_rule", "reference_day"),
    "M-DASH-SCORE": ("dash_items", "dash_exclude_at"),
    "M-DASH-MISS": ("dash_items", "dash_exclude_at", "dash_base"),
    "M-DASH-CHANGE": ("dash_items", "dash_exclude_at", "normality_alpha", "outlier_iqr", "posthoc"),
    "M-RISK-CM": ("dont_know_in_base",),
    "M-RISK-IDVA": ("dont_know_in_base",),
    "M-IDVA-SELF": MEANS,
    "M-IDVA-LENGTH": (*MEANS, "support_zero_days_valid"),
    "M-IDVA-CONTACTS": MEANS,
    "M-IDVA-SUPPORTS": MEANS,
    "M-CONTACT-RATE": CONTACT,
    "M-CONTACT-DIST": CONTACT,
    "M-CONTACT-REASON": CONTACT,
    "M-AGE-CONTACT": (*CONTACT, "shape_alpha"),
    "M-ENGAGE-BY": ("engaged_rule",),
    "M-BCW-RATE": ("bcw_rule", *CONTACT),
    "M-BCW-SESSIONS": ("reference_day",),
    "M-ACT-MONTH": ("case_month",),
    "M-ACT-AGENCY": ("agency_rollups", "named_agencies"),
    "M-ACT-REACH": ("ccj_agencies", "cyps_agencies"),
    "M-CLOSE-MONTH": ("case_month",),
    "M-STEPDOWN": ("case_month",),
    "M-CLOSE": ("closure_length_from",),
    "M-THROUGHPUT": ("removed_people_kept",),
    "M-OPEN": ("open_definition",),
    "M-CASELOAD": ("caseload_recommended",),
    "M-POLICE-MATCH": MATCHING,
    "M-POLICE-PROP": POLICE,
    "M-POLICE-CHANGE": ("police_months", "police_control_dates"),
    "M-MARAC-REAPPEAR": ("serial_definition",),
}
"""Measure → the settings that change its numbers."""

_CUTS = ("su_start_by", "su_closed_by")
BY_SAMPLE: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("su_closed", "su_intake_info", "su_needs_known", "vs_of_closed"), _CUTS),
    **dict.fromkeys(("actions_all", "actions_y1", "actions"), _CUTS),
    **dict.fromkeys(("actions_multi", "actions_background", "actions_update"), _CUTS),
    "su_contacted": (*_CUTS, *CONTACT),
    "su_ge11m": (*_CUTS, "case_month"),
    "su_dash_complete": (*_CUTS, "dash_items", "dash_exclude_at"),
    "vs_baseline": ("index_rule",),
    "vs_paired": ("vs_start_by", "index_rule"),
    **dict.fromkeys(("open_direct", "open_nondirect", "closed_direct", "closed_nondirect"), CONTACT),
    **dict.fromkeys(("vs_closed_direct", "vs_closed_nondirect"), CONTACT),
}
"""Sample → the settings that decide who is in it."""

BY_SUBGROUP: Mapping[str, tuple[str, ...]] = {
    "contact": CONTACT,
    "bcw": ("bcw_rule", "reference_day"),
    "engaged": ("engaged_rule",),
    "site": ("mask_sites",),
    "serial": ("serial_definition",),
}
"""Subgroup field → the settings that decide who is in it."""


def settings_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the settings that touched a result of the result format, in order of name."""
    fields = () if document["subgroup"] == "all" else document["subgroup"].split("&")
    names = [
        *BY_MEASURE.get(document["measure"], ()),
        *BY_SAMPLE.get(document["population"].split(".", 1)[-1], ()),
        *(name for field in fields for name in BY_SUBGROUP.get(field.split("=", 1)[0], ())),
    ]
    return tuple(sorted(set(names)))


def settings_text(settings: Settings, names: tuple[str, ...]) -> str:
    """``name=value`` of each setting, as it is printed."""
    return "; ".join(f"{name}={value_text(getattr(settings, name))}" for name in names)


def value_text(value: Any) -> str:
    """A setting as a reader sees it: lists with commas, dates as they are written, nothing as ``none``."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {value_text(item)}" for key, item in value.items()) or "none"
    if isinstance(value, (tuple, list)):
        return " ".join(map(str, value))
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
