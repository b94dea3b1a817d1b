"""The plan of each report: which measure is computed for which sample and which subgroups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product

from drive_evaluation.measures import (
    abuse,
    abuse_models,
    activity,
    advocacy,
    classes,
    contact,
    cost,
    flows,
    marac,
    needs,
    panel,
    police,
    profiles,
    propensity,
    reference,
    risk,
    stopping,
    throughput,
)
from drive_evaluation.results import Result
from drive_evaluation.samples import SAMPLES, Sample
from drive_evaluation.study import Study
from drive_evaluation.subgroups import subgroup_values

MeasureFunction = Callable[[Study, Sample], list[Result]]
Axes = tuple[str, ...]

ALL: tuple[Axes, ...] = ((),)
SITES: tuple[Axes, ...] = ((), ("site",))
ARMS: tuple[Axes, ...] = ((), ("arm",), ("arm", "site"))


@dataclass(frozen=True)
class Job:
    """One measure on one sample: ``by`` lists the subgroups, each a tuple of fields (empty: all units)."""

    measure: str
    compute: MeasureFunction
    sample: str
    by: tuple[Axes, ...] = ALL
    exhibit: str = ""


def _informant(function: Callable[..., list[Result]], who: str) -> MeasureFunction:
    return partial(function, informant=who)


def _abuse_jobs(cases: str, links: str, change_exhibit: str, idva_exhibit: str) -> tuple[Job, ...]:
    """Abuse by the case manager for cases, and by the IDVA for paired links, each arm apart."""
    own: tuple[Axes, ...] = ((), ("bcw",), ("site",))
    by_arm: tuple[Axes, ...] = (("arm",), ("arm", "site"))
    return (
        Job("M-ABUSE-USE", _informant(abuse.use, "case_manager"), cases, own, change_exhibit),
        Job("M-ABUSE-MCNEMAR", _informant(abuse.change_in_use, "case_manager"), cases, own, change_exhibit),
        Job(
            "M-ABUSE-SEV-TRANS",
            _informant(abuse.severity_transitions, "case_manager"),
            cases,
            own,
            change_exhibit,
        ),
        Job(
            "M-ABUSE-SEV-CHANGE",
            _informant(abuse.severity_change, "case_manager"),
            cases,
            own,
            change_exhibit,
        ),
        Job("M-ABUSE-USE", _informant(abuse.use, "idva"), links, by_arm, idva_exhibit),
        Job("M-ABUSE-MCNEMAR", _informant(abuse.change_in_use, "idva"), links, by_arm, idva_exhibit),
        Job("M-ABUSE-SEV-TRANS", _informant(abuse.severity_transitions, "idva"), links, by_arm, idva_exhibit),
        Job("M-ABUSE-SEV-CHANGE", _informant(abuse.severity_change, "idva"), links, by_arm, idva_exhibit),
        Job("M-ABUSE-DISCORD", abuse.informants_compared, links, (("arm",),), "Informants compared"),
        Job(
            "M-BCW-ABUSE", abuse_models.use_by_behaviour_change, cases, ((), ("contact",)), "Behaviour change"
        ),
    )


_ADVOCATE = (
    Job("M-RISK-IDVA", risk.risk_advocate, "vs_exit_risk", ((), ("arm",), ("arm", "site")), "Risk, IDVA"),
    Job("M-RISK-IDVA", risk.reduced_by_arm, "vs_exit_risk", ALL, "Risk, IDVA"),
    Job("M-RISK-SUSTAIN", risk.risk_sustained, "vs_exit_sustain", ((), ("arm",)), "Risk, IDVA"),
    Job("M-RISK-SAFER", risk.risk_safer, "vs_exit_safer", ((), ("arm",)), "Risk, IDVA"),
    Job("M-RISK-ITT", risk.retention_itt, "cohort_vs", ALL, "Intention to treat"),
    Job("M-PROPENSITY", propensity.engagement_propensity, "cohort_vs", ALL, "Intention to treat"),
    Job("M-IDVA-SELF", advocacy.help_seeking, "vs_paired", SITES, "IDVA work"),
    Job("M-IDVA-LENGTH", advocacy.length_of_support, "vs_paired", SITES, "IDVA work"),
    Job("M-IDVA-LENGTH", advocacy.support_until_exit, "vs_baseline", ALL, "IDVA work"),
    Job("M-IDVA-CONTACTS", advocacy.contacts, "vs_paired", SITES, "Figure 25"),
    Job("M-IDVA-SUPPORTS", advocacy.supports, "vs_paired", SITES, "IDVA work"),
    Job("M-ABUSE-OR", abuse_models.odds_at_exit, "vs_paired", ALL, "Victim/survivor outcomes"),
)

_ACTIVITY = (
    Job("M-ACT-MONTH", activity.by_month, "actions_all", SITES, "Figure 14"),
    Job("M-ACT-SITE", activity.by_site, "actions_all", ALL, "Actions by site"),
    Job("M-ACT-DIRECT", activity.direct_and_indirect, "actions_y1", SITES, "Figure 16"),
    Job("M-ACT-DIRECT", activity.direct_and_indirect, "actions", SITES, "Figure 16"),
    Job("M-ACT-COMP", activity.composition, "actions", ALL, "Figures 17, 19"),
    Job("M-ACT-MULTI", activity.by_purpose, "actions", SITES, "Figure 21"),
    Job("M-ACT-AGENCY", partial(activity.by_agency, purposes=True), "actions_multi", ALL, "Figures 21, 22"),
    Job("M-ACT-AGENCY", activity.by_agency, "actions_background", ALL, "Figure 15"),
    Job("M-ACT-AGENCY", activity.by_agency, "actions_update", ALL, "Figure 17"),
    Job("M-ACT-REACH", activity.agencies_reached, "su_closed", SITES, "Figure 20"),
)

_CASES = (
    Job(
        "M-RISK-CM", risk.risk_case_manager, "su_closed", ((), ("contact",), ("site",)), "Risk, case manager"
    ),
    Job("M-CONTACT-RATE", contact.contact_rate, "su_closed", SITES, "Contact"),
    Job("M-BCW-RATE", contact.behaviour_change_rate, "su_closed", SITES, "Behaviour change"),
    Job("M-AGE-CONTACT", contact.age_by_contact, "su_closed", ALL, "Contact"),
    Job("M-MULTIVICTIM", profiles.several_victims, "su_closed", SITES, "Profile"),
    Job("M-OFFENCE-HIST", profiles.offence_history, "su_closed", ALL, "Offences"),
    Job("M-COMPLETE", profiles.completeness, "su_closed", ((), ("contact",), ("site",)), "Completeness"),
    Job("M-STATUTORY", needs.statutory_involvement, "su_closed", SITES, "Statutory involvement"),
    Job("M-CLOSE-MONTH", throughput.month_of_closure, "su_closed", SITES, "Figure 14"),
    Job("M-STEPDOWN", throughput.step_down, "su_ge11m", ALL, "Length"),
    Job("M-CONTACT-DIST", contact.contacts_per_case, "su_contacted", ALL, "Figure 18"),
    Job("M-NEEDS-BY-CONTACT", needs.needs_by_contact, "su_closed", ALL, "Appendix 2 Table 2"),
)

_COMPARATORS = Job("M-CONTACT-RATE", reference.comparators, "reference", ALL, "Comparators")
"""Comparators of any measure, each under the id of the result it stands beside."""

YEAR1 = (
    Job("M-FLOW-PERP", flows.flow_perpetrators, "flow_perp", SITES, "Table 1 (groups)"),
    Job(
        "M-LINKAGE",
        flows.linkage,
        "cohort_vs",
        ((), ("arm",), ("arm", "site"), ("site",)),
        "Quantitative sample",
    ),
    Job("M-LINKAGE", flows.linkage, "vs_of_closed", ALL, "Quantitative sample"),
    Job(
        "M-PROFILE-PERP",
        profiles.profile_perpetrators,
        "cohort",
        (*ARMS, ("site",)),
        "Cohort table, Appendix 1",
    ),
    Job(
        "M-PROFILE-VS", profiles.profile_victims, "cohort_vs", (*ARMS, ("site",)), "Cohort table, Appendix 1"
    ),
    Job("M-PROFILE-PERP", profiles.profile_perpetrators, "su_closed", SITES, "Table 2, Appendix 2"),
    Job("M-PROFILE-VS", profiles.profile_victims, "vs_of_closed", SITES, "Table 2, Appendix 2"),
    Job("M-NEEDS-PREV", needs.prevalence, "su_closed", SITES, "Complex needs"),
    Job("M-NEEDS-COUNT", needs.number_of_needs, "su_closed", SITES, "Table 3"),
    Job("M-NEEDS-COMBO", needs.combinations_of_needs, "su_closed", ALL, "Table 3"),
    Job("M-NEEDS-OFFENCE", needs.needs_and_offences, "su_closed", ALL, "Needs and offences"),
    Job("M-CONTACT-REASON", contact.reasons_for_no_contact, "su_closed", ALL, "Contact"),
    Job("M-AGE-CONTACT", contact.age_by_contact, "vs_of_closed", ALL, "Footnote 5"),
    *_CASES,
    *_abuse_jobs("su_closed", "vs_paired", "Figures 1 to 3, Appendix 3", "Figures 4 to 6"),
    *_ADVOCATE,
    Job("M-REFS", activity.coded_references, "notes_sample", SITES, "Figures 8 to 10"),
    Job("M-REGISTER", profiles.register, "register", ALL, "Qualitative samples"),
    _COMPARATORS,
)

YEAR2 = (
    Job("M-FLOW-PERP", flows.flow_perpetrators, "flow_perp", SITES, "Appendix 1"),
    Job("M-FLOW-VS", flows.flow_victims, "flow_vs", ALL, "Appendix 1"),
    Job("M-LINKAGE", flows.linkage, "cohort_vs", ((), ("arm",)), "Sample"),
    Job("M-PROFILE-PERP", profiles.profile_perpetrators, "randomised", ((), ("arm",)), "Profile"),
    Job("M-PROFILE-PERP", profiles.profile_perpetrators, "su_closed", SITES, "Profile"),
    Job("M-PROFILE-VS", profiles.profile_victims, "vs_of_closed", ALL, "Profile"),
    Job("M-PROFILE-VS", profiles.profile_victims, "vs_baseline", ARMS, "Appendix 2"),
    Job("M-COMPLETE", profiles.completeness, "su_intake_info", ALL, "Needs"),
    Job("M-NEEDS-PREV", needs.prevalence, "su_intake_info", SITES, "Figure 2"),
    Job("M-NEEDS-COUNT", needs.number_of_needs, "su_needs_known", SITES, "Figure 3"),
    Job("M-NEEDS-CHANGE", needs.change_in_needs, "su_intake_info", ALL, "Needs"),
    Job("M-NEEDS-HIGH-ENG", needs.high_needs_by_engagement, "su_closed", ALL, "Appendix 3"),
    Job("M-ENGAGE-BY", contact.engagement_by_group, "su_closed", ALL, "Engagement"),
    *_CASES,
    *_abuse_jobs("su_closed", "vs_paired", "Figures 5, 6", "Figures 8, 9"),
    Job("M-ABUSE-USE", _informant(abuse.use, "case_manager"), "su_intake_info", ALL, "Figure 5"),
    Job("M-ABUSE-LOGIT", stopping.stopping_by_need, "su_closed", ALL, "Needs and behaviour"),
    Job("M-ABUSE-BY-AGE", abuse_models.change_by_age, "su_closed", ALL, "Age"),
    Job("M-BCW-ABUSE", abuse_models.use_by_behaviour_change, "su_contacted", ALL, "Behaviour change"),
    Job("M-DASH-SCORE", risk.dash_score, "su_closed", SITES, "Figure 12"),
    Job("M-DASH-MISS", risk.dash_missing, "su_closed", SITES, "Figure 12"),
    Job("M-DASH-CHANGE", risk.dash_change, "su_dash_complete", ALL, "Figure 12"),
    *_ADVOCATE,
    *_ACTIVITY,
    Job("M-LCA", classes.latent_classes, "su_intake_info", ALL, "Figure 4"),
    Job("M-LCA-ABUSE", classes.abuse_by_class, "su_closed", ALL, "Figures 7a, 7b"),
    Job("M-POLICE-MATCH", police.matched_controls, "vs_baseline", ALL, "Police"),
    Job("M-POLICE-PROP", police.proportion_criminal, "police", ((), ("arm",)), "Figures 23, 24"),
    Job("M-POLICE-CHANGE", police.change_in_incidents, "police", ((), ("arm",)), "Police"),
    Job("M-REGISTER", profiles.register, "register", ALL, "Table 2"),
    _COMPARATORS,
)

_PERIOD: tuple[Axes, ...] = ((), ("period",), ("period", "site"))

RETURN = (
    Job("M-REFERRED", panel.referrals, "referred", _PERIOD, "Referrals and decisions"),
    Job("M-THROUGHPUT", throughput.throughput, "accepted", _PERIOD, "Throughput"),
    Job("M-TARGET", throughput.share_of_target, "accepted", _PERIOD, "Throughput"),
    Job("M-OPEN", throughput.open_cases, "open", _PERIOD, "Open cases"),
    Job("M-CONTACT-RATE", contact.contact_rate, "open", _PERIOD, "Open cases"),
    Job("M-OPEN-STATUS", throughput.open_status, "open_nondirect", _PERIOD, "Open cases"),
    Job("M-ENGAGE", contact.engagement, "open_direct", _PERIOD, "Engagement"),
    Job("M-ACT-KIND", activity.by_kind, "actions_period", _PERIOD, "Actions"),
    Job("M-ACT-MULTI", activity.by_purpose, "interventions", _PERIOD, "Interventions"),
    Job("M-ACT-AGENCY", activity.by_agency, "interventions", _PERIOD, "Interventions"),
    Job("M-BCW-RATE", contact.behaviour_change_rate, "open", _PERIOD, "Behaviour change"),
    Job("M-BCW-SESSIONS", contact.behaviour_change_sessions, "open", _PERIOD, "Behaviour change"),
    Job("M-CLOSE", throughput.closures, "closed", _PERIOD, "Closures"),
    Job("M-CLOSE", throughput.closures, "closed_direct", _PERIOD, "Closures"),
    Job("M-CLOSE-REASON", throughput.closure_reasons, "closed", _PERIOD, "Closures"),
    Job("M-CLOSE-ENGAGE", throughput.engagement_at_closure, "closed_direct", _PERIOD, "Closures"),
    Job("M-SOAG", abuse.severity_grid, "vs_closed", _PERIOD, "Figure 2"),
    Job("M-SOAG", abuse.severity_grid, "vs_closed_direct", _PERIOD, "Figure 3"),
    Job("M-SOAG", abuse.severity_grid, "vs_closed_nondirect", _PERIOD, "Figure 4"),
    Job(
        "M-ABUSE-SEV-TRANS",
        _informant(abuse.severity_transitions, "case_manager"),
        "vs_closed",
        _PERIOD,
        "Figure 2",
    ),
    *(
        Job(
            "M-ABUSE-SEV-TRANS",
            _informant(abuse.severity_transitions, "case_manager"),
            sample,
            _PERIOD,
            figure,
        )
        for sample, figure in (("vs_closed_direct", "Figure 3"), ("vs_closed_nondirect", "Figure 4"))
    ),
    Job("M-CASELOAD", throughput.caseload, "open", _PERIOD, "Capacity"),
    Job("M-RECON", flows.reconciliation, "open", (("period",),), "Reconciliation"),
)
"""The measures of a performance return: referrals, decisions, caseload, work, closures and severity of abuse."""

CROYDON = (
    *RETURN,
    Job("M-MULTIVICTIM", profiles.several_victims, "accepted", _PERIOD, "Throughput"),
    Job("M-DISPROP", profiles.disproportionality, "accepted", _PERIOD, "Demographics"),
    Job("M-DISPROP", profiles.benchmark_values, "reference", ALL, "Demographics"),
    Job("M-PROFILE-PERP", profiles.profile_perpetrators, "accepted", _PERIOD, "Demographics"),
    Job("M-NEEDS-COUNT", needs.number_of_needs, "accepted", _PERIOD, "Needs"),
    Job("M-NEEDS-PREV", needs.prevalence, "accepted", _PERIOD, "Figure 1"),
    Job("M-COMPLETE", profiles.completeness, "accepted", _PERIOD, "Completeness"),
    Job("M-ACE", needs.adverse_experiences, "closed_direct", _PERIOD, "Needs"),
    Job("M-PANEL-LOAD", panel.panel_load, "panel", ((), ("period",)), "Panel"),
    Job("M-PANEL-ATTEND", panel.panel_attendance, "panel", ((), ("period",)), "Panel"),
    Job("M-MATCHLIST", panel.list_matches, "accepted", ((), ("period",)), "Lists"),
    Job("M-FOOTPRINT", panel.footprint, "dip_sample", ALL, "Appendix H"),
    Job("M-MARAC-REAPPEAR", marac.marac_return, "su_completed", ALL, "Cost context"),
    Job("M-COST-INPUT", cost.cost_inputs, "reference", ALL, "Cost context"),
    Job("M-COST-AVOIDED", cost.cost_avoided, "su_completed", ALL, "Cost context"),
    Job("M-REGISTER", profiles.register, "register", ALL, "Fieldwork"),
    _COMPARATORS,
)

PLANS: Mapping[str, tuple[Job, ...]] = {"year1": YEAR1, "year2": YEAR2, "croydon": CROYDON}
"""Report → its jobs, in the order of the report."""

ORDER_BY_SPEC: Mapping[str, tuple[str, ...]] = {
    "y1": ("year1", "year2", "croydon"),
    "y2": ("year2", "year1", "croydon"),
    "cr": ("croydon", "year2", "year1"),
}


def jobs_for(spec: str, report: str) -> list[tuple[Job, tuple[Axes, ...]]]:
    """Jobs with the subgroups left to do, so that no result is computed twice when several plans run."""
    reports = ORDER_BY_SPEC.get(spec, ("croydon", "year2", "year1")) if report == "all" else (report,)
    seen: set[tuple[str, str, str, Axes]] = set()
    plan = []
    for name in reports:
        for job in PLANS[name]:
            left = []
            for axes in job.by:
                key = (job.measure, _function_name(job.compute), job.sample, tuple(sorted(axes)))
                if key not in seen:
                    seen.add(key)
                    left.append(axes)
            if left:
                plan.append((job, tuple(left)))
    return plan


def _function_name(function: MeasureFunction) -> str:
    if isinstance(function, partial):
        return f"{function.func.__name__}:{sorted(function.keywords.items())}"
    return getattr(function, "__name__", repr(function))


def restrictions(study: Study, sample: Sample, axes: Axes) -> Iterator[dict[str, str]]:
    """Every combination of subgroup values that occurs on ``axes`` (the period is no restriction of rows)."""
    fields = [axis for axis in axes if axis != "period"]
    values = []
    for field in fields:
        if field == "arm":
            values.append(["drive", "control"])
        elif field in ("contact", "bcw", "engaged"):
            values.append(["yes", "no"])
        else:
            values.append(
                sorted(str(v) for v in subgroup_values(study, sample.frame, field).dropna().unique())
            )
    for combination in product(*values):
        yield dict(zip(fields, combination, strict=True))


def periods(study: Study, job: Job, axes: Axes) -> list[str]:
    """The periods an axis asks for; samples without periods have only ``all``."""
    if "period" not in axes:
        return ["all"]
    # All periods together are the subgroup ``all``; a period of that name would be counted twice.
    return [name for name in study.settings.periods if name != "all"] if SAMPLES[job.sample].by_period else []
