"""Exhibits of the reports: which results make a figure with its table, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from drive_evaluation.charts import MAIN, Document, Exhibit, at
from drive_evaluation.presentation import label, percent_text, rounded

ARMS = ("arm=drive", "arm=control")
PERIODS = ("period=*",)
SITES = ("site=*",)


def reduction_text(document: Document) -> str:
    """A percent reduction of M-SOAG as it is printed: a dash for a rise from nothing, the word where there was nothing."""
    value = at(document, "percent_reduction")
    if value is not None:
        return percent_text(value, 0)
    if at(document, "undefined"):
        return "–"
    return "none" if at(document, "intake") == 0 == at(document, "exit") else "redacted"


def change_text(document: Document) -> str:
    """A percent change of M-ABUSE-SEV-CHANGE; a rise from nothing has none."""
    value = at(document, "percent_change")
    return "–" if value is None else percent_text(value, 0)


def _median(arm: str) -> tuple[str, Callable[[Document], str]]:
    def cell(document: Document) -> str:
        value = at(document, f"{arm}.median")
        return "–" if value is None else rounded(value)

    return f"{label(arm)} median", cell


CHANGE = ("Change", change_text)
BEFORE_AND_AFTER = (("Intake", "percent_intake"), ("Exit", "percent_exit"))


def _idva_abuse(exhibits: list[Exhibit]) -> None:
    for kind in ("physical", "sexual", "hs", "jcc"):
        exhibits.append(
            Exhibit(
                f"abuse-idva-{kind}", f"{label(kind)} abuse, IDVA, by arm and time", "M-ABUSE-USE", "vs_paired",
                "timepoint", "percent", "subgroup", (("abuse_type", kind), ("informant", "idva")), ARMS, "columns",
            )
        )  # fmt: skip
    for arm in ("drive", "control"):
        exhibits.append(
            Exhibit(
                f"severity-idva-{arm}", f"Severity at intake and exit, IDVA, {label(arm)}", "M-ABUSE-SEV-CHANGE", "vs_paired",
                "abuse_type&severity", "percent_exit", None, (("informant", "idva"),), (f"arm={arm}",),
                columns=BEFORE_AND_AFTER, beside=(CHANGE,),
            )
        )  # fmt: skip


def pilot_exhibits() -> tuple[Exhibit, ...]:
    """Exhibits that Year 1 and Year 2 share."""
    cases = (("informant", "case_manager"),)
    found = [
        Exhibit("flow-perpetrators", "Flow of perpetrators", "M-FLOW-PERP", "flow_perp", "node", "count", shape="flow", unit="people"),
        Exhibit("forms-by-arm", "Victims/survivors with IDVA forms, by arm", "M-LINKAGE", "cohort_vs", "form", "percent_of_arm", "subgroup", (), ARMS, "columns"),
        Exhibit("relationship", "Relationship to the index victim/survivor", "M-PROFILE-PERP", "su_closed", "category", "percent", None, (("variable", "relationship"),)),
        Exhibit("abuse-case-manager", "Abuse used, case manager", "M-ABUSE-USE", "su_closed", "abuse_type", "percent", "timepoint", cases, shape="columns"),
        Exhibit("severity-change", "Change in number at each level, case manager", "M-ABUSE-SEV-CHANGE", "su_closed", "abuse_type", "percent_change", "severity", cases, shape="columns"),
        Exhibit("severity-levels", "Severity at intake and exit, case manager", "M-ABUSE-SEV-CHANGE", "su_closed", "abuse_type&severity", "percent_exit", None, cases, columns=BEFORE_AND_AFTER, beside=(CHANGE,)),
        Exhibit("risk-case-manager", "Change in risk, case manager", "M-RISK-CM", "su_closed", "category", MAIN, leave_out=("reduced", "increased")),
        Exhibit("risk-idva", "Change in risk, IDVA, by arm", "M-RISK-IDVA", "vs_exit_risk", "category", MAIN, "subgroup", (), ARMS, "columns", leave_out=("reduced",)),
        Exhibit("risk-sustain", "How long the reduction will last, by arm", "M-RISK-SUSTAIN", "vs_exit_sustain", "category", "percent", "subgroup", (), ARMS, "columns"),
    ]  # fmt: skip
    _idva_abuse(found)
    return tuple(found)


LISTS = (("First option list", "actions_y1"), ("Second option list", "actions"))
"""The two lists of kinds of work; their categories are never pooled, so each has a bar of its own."""
YEAR1 = (
    *pilot_exhibits(),
    Exhibit("needs", "Needs at intake, of cases with the need known", "M-NEEDS-PREV", "su_closed", "need", "percent_known", None, (("timepoint", "intake"),)),
    Exhibit("risk-by-contact", "Change in risk, case manager, by direct contact", "M-RISK-CM", "su_closed", "category", MAIN, "subgroup", (), ("contact=yes", "contact=no"), "columns", leave_out=("reduced", "increased")),
    Exhibit("severity-change-idva", "Change in number at each level, IDVA, Drive", "M-ABUSE-SEV-CHANGE", "vs_paired", "abuse_type", "percent_change", "severity", (("informant", "idva"),), ("arm=drive",), "columns"),
    Exhibit("severity-change-idva-control", "Change in number at each level, IDVA, control", "M-ABUSE-SEV-CHANGE", "vs_paired", "abuse_type", "percent_change", "severity", (("informant", "idva"),), ("arm=control",), "columns"),
    Exhibit("risk-safer", "Safer than at intake, by arm", "M-RISK-SAFER", "vs_exit_safer", "category", "percent", "subgroup", (), ARMS, "columns", leave_out=("safer",)),
    Exhibit("needs-count", "Number of needs", "M-NEEDS-COUNT", "su_closed", "needs_n", "percent", shape="columns", leave_out=("1+", "2+", "3+")),
    Exhibit("references", "Coded references by kind of work", "M-REFS", "notes_sample", "code", "percent_of_references"),
)  # fmt: skip
YEAR2 = (
    *pilot_exhibits(),
    *(
        Exhibit(f"needs-{point}", f"Needs at {point}, of all cases with intake information", "M-NEEDS-PREV", "su_intake_info", "need", "percent", None, (("timepoint", point),), columns=(("Need present", "percent"), ("Missing", "percent_missing")))
        for point in ("intake", "exit")
    ),
    Exhibit("flow-victims", "Flow of victims/survivors", "M-FLOW-VS", "flow_vs", "node", "count", "subgroup", (), ARMS, "columns", unit="people"),
    Exhibit("needs-count", "Number of needs", "M-NEEDS-COUNT", "su_needs_known", "needs_n", "percent", shape="columns", leave_out=("1+", "2+", "3+")),
    Exhibit("classes", "Needs by latent class", "M-LCA", "su_intake_info", "need", "probability", "class", shape="lines", unit="probability"),
    Exhibit("classes-abuse-intake", "Abuse at intake by latent class", "M-LCA-ABUSE", "su_closed", "abuse_type", "percent", "class", (("timepoint", "intake"), ("informant", "case_manager")), shape="columns"),
    Exhibit("classes-abuse-exit", "Abuse at exit by latent class", "M-LCA-ABUSE", "su_closed", "abuse_type", "percent", "class", (("timepoint", "exit"), ("informant", "case_manager")), shape="columns"),
    Exhibit("dash", "Drive DASH score", "M-DASH-SCORE", "su_closed", "timepoint", "mean", shape="lines", unit="mean score"),
    Exhibit("dash-missing", "Not applicable or not known per form", "M-DASH-MISS", "su_closed", "timepoint", "mean_na_nk", shape="lines", unit="mean answers"),
    Exhibit("months", "Actions and closures by case month", "M-ACT-MONTH", "actions_all", "month", "counts", shape="dual", unit="actions", second="closing", second_unit="cases closing"),
    Exhibit("purpose-and-agency", "Multi-agency work by purpose and agency", "M-ACT-AGENCY", "actions_multi", "agency", "percent", "subcategory", shape="nested", leave_out=("probation",)),
    Exhibit("research", "Agencies in background research", "M-ACT-AGENCY", "actions_background", "agency", "percent", leave_out=("probation",)),
    Exhibit("updates", "Agencies in case updates", "M-ACT-AGENCY", "actions_update", "agency", "percent", leave_out=("probation",)),
    Exhibit("direct", "Direct and indirect work, by option list", "M-ACT-DIRECT", "actions", "population", "percent", "mode", shape="stacked", order_by=("direct", "indirect"), samples=LISTS),
    Exhibit("direct-work", "Kinds of direct work", "M-ACT-COMP", "actions", "category", "percent", None, (("mode", "direct"),)),
    Exhibit("indirect-work", "Kinds of indirect work", "M-ACT-COMP", "actions", "category", "percent", None, (("mode", "indirect"),)),
    Exhibit("contacts-per-case", "Contacts made per contacted case", "M-CONTACT-DIST", "su_contacted", "contacts", "histogram", shape="histogram", unit="cases"),
    Exhibit("idva-contacts", "IDVA contacts by area and arm", "M-IDVA-CONTACTS", "vs_paired", "subgroup", "drive.mean", None, (), SITES, "columns", unit="mean contacts", columns=(("Drive", "drive.mean"), ("Control", "control.mean")), beside=(_median("drive"), _median("control"))),
    Exhibit("reach", "Cases in which an agency was reached", "M-ACT-REACH", "su_closed", "agency_group", "percent"),
    Exhibit("purpose", "Multi-agency work by purpose", "M-ACT-MULTI", "actions", "subcategory", "percent"),
    Exhibit("agencies", "Agencies in multi-agency work", "M-ACT-AGENCY", "actions_multi", "agency", "percent"),
    Exhibit("police-dva", "Criminal share of domestic incidents", "M-POLICE-PROP", "police", "period", "mean_proportion", "subgroup", (("flag", "dva"),), ARMS, "lines", unit="mean share"),
    Exhibit("police-other", "Criminal share of other incidents", "M-POLICE-PROP", "police", "period", "mean_proportion", "subgroup", (("flag", "non_dva"),), ARMS, "lines", unit="mean share"),
    Exhibit("high-needs", "High needs by engagement", "M-NEEDS-HIGH-ENG", "su_closed", "need", "percent", "subgroup", (), ("engaged=yes", "engaged=no")),
)  # fmt: skip
_CROYDON = (
    Exhibit("people", "People worked with", "M-THROUGHPUT", "accepted", "person", "count", "subgroup", (), ("all", *PERIODS), "columns", unit="people"),
    Exhibit("needs-levels", "Needs by level", "M-NEEDS-PREV", "accepted", "need", "percent", "level", shape="stacked", leave_out=("unknown",), order_by=("low", "medium", "high")),
    Exhibit("contact", "Open cases with direct contact", "M-CONTACT-RATE", "open", "contacted", "percent", "subgroup", (), PERIODS, "columns", comparators=True),
    Exhibit("engagement", "Engagement of open contacted cases", "M-ENGAGE", "open_direct", "level", "percent", "subgroup", (), PERIODS, "columns", leave_out=("any",), comparators=True),
    Exhibit("purpose", "Interventions by purpose", "M-ACT-MULTI", "interventions", "subcategory", "percent", "subgroup", (), PERIODS, "columns"),
    Exhibit("agencies", "Interventions by agency", "M-ACT-AGENCY", "interventions", "agency", "percent", "subgroup", (), PERIODS),
    Exhibit("reasons", "Reasons for closure", "M-CLOSE-REASON", "closed", "reason", "percent", "subgroup", (), PERIODS),
    Exhibit("footprint", "Agencies that knew the perpetrator before", "M-FOOTPRINT", "dip_sample", "agency", "percent"),
)  # fmt: skip
_GRIDS = (
    ("closed", "all closed cases", "vs_closed"),
    ("direct", "closed cases with direct contact", "vs_closed_direct"),
    ("nondirect", "closed cases without direct contact", "vs_closed_nondirect"),
)


def grid_exhibits(subgroups: Sequence[str]) -> tuple[Exhibit, ...]:
    """Figures 2 to 4 of Croydon for each period: links at each level at intake and exit, the percentages in the table.

    File names carry the number of the period, because a period may be called anything.
    """
    return tuple(
        Exhibit(
            f"grid-{name}-{number}", f"Severity of abuse, {text}, {subgroup.split('=', 1)[-1]}", "M-SOAG", sample,
            "abuse_type&severity", "exit", None, (), (subgroup,), unit="links",
            columns=(("Intake", "intake"), ("Exit", "exit")), beside=(("Reduction", reduction_text),),
        )
        for number, subgroup in enumerate(subgroups, start=1)
        for name, text, sample in _GRIDS
    )  # fmt: skip


def exhibits_of(report: str, documents: Sequence[Document]) -> tuple[Exhibit, ...]:
    """The exhibits of ``year1``, ``year2`` or ``croydon``; periods are those that the results are about."""
    if report != "croydon":
        return _PILOT[report]
    every = dict.fromkeys(d["subgroup"] for d in documents if d["measure"] == "M-SOAG")
    periods = [name for name in every if name.startswith("period=") and "&" not in name]
    return (*_CROYDON, *grid_exhibits(periods or ["all"]))


_PILOT: Mapping[str, tuple[Exhibit, ...]] = {"year1": YEAR1, "year2": YEAR2}
