"""Title and definition of every measure, in our words; printed in the methods section and in each table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """A measure: short title, definition with its base, method (T1 to T8), and the report section it comes from."""

    title: str
    definition: str
    method: str
    source: str


def _d(title: str, definition: str, method: str, source: str) -> Definition:
    return Definition(title, definition, method, source)


FLOW, PROFILE, NEEDS, ABUSE = "Flow", "Profiles", "Needs", "Abuse"
RISK, DOSE, WORK, OUTSIDE = "Risk", "Advocacy", "Work", "Police, MARAC, cost"

MEASURES: Mapping[str, Definition] = {
    "M-FLOW-PERP": _d(
        "Flow of perpetrators",
        "People at each step from assessment to analysis; every node is computed.",
        "T8",
        FLOW,
    ),
    "M-FLOW-VS": _d(
        "Flow of victims/survivors",
        "Index links at each step; late starters leave before disengagement is counted.",
        "T8",
        FLOW,
    ),
    "M-LINKAGE": _d(
        "Advocate forms by arm",
        "Index links with an intake form, an exit form, or neither, of the arm.",
        "T8",
        FLOW,
    ),
    "M-COMPLETE": _d(
        "Completeness",
        "Cases with the field known, recorded as unknown, or not recorded, of all cases.",
        "T8",
        FLOW,
    ),
    "M-REGISTER": _d("Fieldwork", "Entries and distinct people by kind and role.", "T8", FLOW),
    "M-RECON": _d(
        "Reconciliation", "Opening + accepted − closed − transferred − removed against closing.", "T8", FLOW
    ),
    "M-PROFILE-PERP": _d(
        "Perpetrator profile",
        "Share of all people in a category, missing shown; age among valid ages.",
        "T8",
        PROFILE,
    ),
    "M-PROFILE-VS": _d(
        "Victim/survivor profile",
        "Share in a category by one base rule for the whole table; age among valid ages.",
        "T8",
        PROFILE,
    ),
    "M-MULTIVICTIM": _d(
        "Several victims/survivors",
        "Cases with two or more linked victims/survivors, of all cases.",
        "T8",
        PROFILE,
    ),
    "M-DISPROP": _d(
        "Ethnic disproportionality",
        "Share of a group among known, and its ratio to the benchmark.",
        "T8",
        PROFILE,
    ),
    "M-OFFENCE-HIST": _d(
        "Earlier offences",
        "Cases by earlier domestic and other offences, missing in the base.",
        "T8",
        PROFILE,
    ),
    "M-NEEDS-PREV": _d(
        "Needs by area",
        "Cases with the need at any level at the time point; the base is known cases or all, as noted.",
        "T8",
        NEEDS,
    ),
    "M-NEEDS-COUNT": _d(
        "Number of needs", "Cases by the number of counted needs present at intake.", "T8", NEEDS
    ),
    "M-NEEDS-COMBO": _d(
        "Combinations of needs",
        "Within cases with exactly k needs, the share of each combination.",
        "T8",
        NEEDS,
    ),
    "M-NEEDS-CHANGE": _d(
        "Change in needs", "Need present at intake against exit, pairs known at both.", "T2", NEEDS
    ),
    "M-NEEDS-BY-CONTACT": _d(
        "Needs by contact",
        "Need present, and need not known, by direct contact; all cases in the base.",
        "T3",
        NEEDS,
    ),
    "M-NEEDS-OFFENCE": _d(
        "Needs and offences", "Any need against earlier offences, known on both.", "T3", NEEDS
    ),
    "M-NEEDS-HIGH-ENG": _d(
        "High needs by engagement",
        "High level of the need among engaged or not engaged cases whose level is known.",
        "T3",
        NEEDS,
    ),
    "M-STATUTORY": _d(
        "Statutory involvement",
        "Any agency of the sector involved at intake, among cases where known.",
        "T8",
        NEEDS,
    ),
    "M-ACE": _d(
        "Adverse childhood experiences",
        "At least one experience answered yes, of all cases; missing stays.",
        "T8",
        NEEDS,
    ),
    "M-LCA": _d(
        "Latent classes of needs",
        "Classes of needs present at intake by maximum likelihood, BIC selection.",
        "LCA",
        NEEDS,
    ),
    "M-LCA-ABUSE": _d("Abuse by class", "Use of a type by latent class, among use known.", "T8", ABUSE),
    "M-ABUSE-USE": _d("Use of abuse", "Used, among links with use known at that time point.", "T8", ABUSE),
    "M-ABUSE-MCNEMAR": _d("Change in use", "Use at intake against exit, pairs known at both.", "T2", ABUSE),
    "M-ABUSE-SEV-TRANS": _d(
        "Severity transitions", "Level at intake by level at exit, pairs with both known.", "T8", ABUSE
    ),
    "M-ABUSE-SEV-CHANGE": _d(
        "Change per level",
        "100 × (exit − intake)/intake on the margins of the transition table.",
        "T8",
        ABUSE,
    ),
    "M-SOAG": _d(
        "Severity of Abuse Grid", "100 × (intake − exit)/intake of links rated at the level.", "T8", ABUSE
    ),
    "M-ABUSE-OR": _d(
        "Odds of abuse at exit",
        "Odds in control over odds in Drive at exit, known only, paired links.",
        "T4",
        ABUSE,
    ),
    "M-ABUSE-LOGIT": _d(
        "Stopping by need",
        "Stopped a type, among those using it at intake with exit known; by each need, and with age, site and all needs.",
        "T7",
        ABUSE,
    ),
    "M-ABUSE-BY-AGE": _d(
        "Change by age", "Use at intake and exit by quartile of age, pairs known.", "T8", ABUSE
    ),
    "M-BCW-ABUSE": _d(
        "Behaviour change work and abuse",
        "Used at exit by behaviour change work, known only; self-selected.",
        "T3",
        ABUSE,
    ),
    "M-ABUSE-DISCORD": _d(
        "Two informants", "Agreement of case manager and IDVA on the same link and time point.", "T8", ABUSE
    ),
    "M-DASH-SCORE": _d("Drive DASH score", "Number of yes on valid forms; no prorating.", "T8", RISK),
    "M-DASH-MISS": _d(
        "Drive DASH missing answers",
        "Not applicable and not known per form, and forms excluded of all forms.",
        "T8",
        RISK,
    ),
    "M-DASH-CHANGE": _d(
        "Change of Drive DASH", "Scores of cases with valid forms at intake, mid and exit.", "T5", RISK
    ),
    "M-RISK-CM": _d(
        "Change in risk, case manager", "Exit judgements by code; with and without don't know.", "T8", RISK
    ),
    "M-RISK-IDVA": _d(
        "Change in risk, IDVA", "Exit judgements by code; with and without don't know.", "T8", RISK
    ),
    "M-RISK-SUSTAIN": _d(
        "Lasting reduction", "Exit judgements of how long a reduction will last.", "T8", RISK
    ),
    "M-RISK-SAFER": _d("Safer than at intake", "Exit judgements of safety.", "T8", RISK),
    "M-RISK-ITT": _d(
        "Intention-to-treat bounds",
        "All randomised links by arm; no judgement counts as not reduced. A bound, not an estimate.",
        "T3",
        RISK,
    ),
    "M-PROPENSITY": _d(
        "Propensity of engagement",
        "Intake form reached by arm and by what is known before, because those who engage are not a random part.",
        "T7",
        RISK,
    ),
    "M-IDVA-SELF": _d("Help-seeking", "Times in the 12 months before support, by item.", "T1", DOSE),
    "M-IDVA-LENGTH": _d("Length of support", "Days from intake form to exit form.", "T1", DOSE),
    "M-IDVA-CONTACTS": _d("IDVA contacts", "Contacts recorded at exit.", "T1", DOSE),
    "M-IDVA-SUPPORTS": _d("Supports mobilised", "Support interventions recorded at exit.", "T1", DOSE),
    "M-CONTACT-RATE": _d(
        "Direct contact", "Cases with two-way contact by the reference day, of all cases.", "T8", WORK
    ),
    "M-CONTACT-DIST": _d("Contacts per case", "Contacts made per contacted case.", "T8", WORK),
    "M-CONTACT-REASON": _d(
        "Reasons for no contact", "Reason on the review forms of cases never contacted.", "T8", WORK
    ),
    "M-AGE-CONTACT": _d("Age by contact", "Age at intake, contacted against not contacted.", "T6", WORK),
    "M-ENGAGE": _d(
        "Engagement", "Level of the episode covering the snapshot day, of open contacted cases.", "T8", WORK
    ),
    "M-ENGAGE-BY": _d("Engagement by group", "Engaged, among cases with the characteristic.", "T3", WORK),
    "M-BCW-RATE": _d(
        "Behaviour change work",
        "Cases with behaviour change work, of all cases and of contacted ones.",
        "T8",
        WORK,
    ),
    "M-BCW-SESSIONS": _d(
        "Behaviour change sessions", "Attended sessions per case with sessions and per case.", "T8", WORK
    ),
    "M-ACT-DIRECT": _d(
        "Direct and indirect work", "Actions by mode, of all actions of the option list.", "T8", WORK
    ),
    "M-ACT-COMP": _d("Composition of work", "Actions by category, of the actions of the mode.", "T8", WORK),
    "M-ACT-MONTH": _d("Actions by case month", "Actions by case month, and per case still open.", "T8", WORK),
    "M-ACT-SITE": _d("Actions by site", "Share of all actions, and actions per case.", "T8", WORK),
    "M-ACT-MULTI": _d(
        "Multi-agency work by purpose", "Multi-agency actions by purpose, of all of them.", "T8", WORK
    ),
    "M-ACT-AGENCY": _d("Agencies", "Primary agency, of actions with an agency recorded.", "T8", WORK),
    "M-ACT-REACH": _d(
        "Agencies reached", "Cases with an action with an agency of the group, of all cases.", "T8", WORK
    ),
    "M-ACT-KIND": _d("Actions of a period", "Actions dated in the period by mode and category.", "T8", WORK),
    "M-REFS": _d("References in notes", "Coded references and the cases they occur in.", "T8", WORK),
    "M-CLOSE-MONTH": _d("Month of closure", "Closing case month in bands.", "T8", WORK),
    "M-STEPDOWN": _d("Step-down", "Recorded step-down among cases closing in month 11 or later.", "T8", WORK),
    "M-CLOSE": _d(
        "Closures and length", "Cases closed, and days from the stated start to closing.", "T8", WORK
    ),
    "M-CLOSE-REASON": _d("Reason for closure", "Primary reason, not recorded in the base.", "T8", WORK),
    "M-CLOSE-ENGAGE": _d(
        "Engagement at closure", "Engagement at closure, not recorded in the base.", "T8", WORK
    ),
    "M-THROUGHPUT": _d("People worked with", "Distinct people of accepted cases.", "T8", WORK),
    "M-TARGET": _d("Share of target", "Perpetrators accepted against the target.", "T8", WORK),
    "M-OPEN": _d("Open cases", "Open at the last day of the period.", "T8", WORK),
    "M-OPEN-STATUS": _d(
        "Status without contact", "Status episode covering the day, open cases without contact.", "T8", WORK
    ),
    "M-CASELOAD": _d("Caseload", "Open cases per case manager at the day, and the peak.", "T8", WORK),
    "M-PANEL-LOAD": _d("Panel load", "Items, hours, reasons and outcomes.", "T8", WORK),
    "M-PANEL-ATTEND": _d("Panel attendance", "Attended of invited, by agency and named member.", "T8", WORK),
    "M-MATCHLIST": _d("External list", "Matches among people checked.", "T8", WORK),
    "M-FOOTPRINT": _d(
        "Known before", "Perpetrators known to an agency before, of the dip sample.", "T8", WORK
    ),
    "M-REFERRED": _d(
        "Referrals and decisions", "People assessed in the period by source and decision.", "T8", WORK
    ),
    "M-POLICE-MATCH": _d(
        "Matched controls",
        "Nearest control by Gower distance, with balance before and after.",
        "matching",
        OUTSIDE,
    ),
    "M-POLICE-PROP": _d(
        "Criminal share of incidents",
        "Unweighted mean over people of criminal/all incidents of the flag.",
        "T8",
        OUTSIDE,
    ),
    "M-POLICE-CHANGE": _d("Change in incidents", "Incidents after against before.", "T8", OUTSIDE),
    "M-MARAC-REAPPEAR": _d(
        "Return to MARAC",
        "Heard more than 6 and up to 12 months after closure, serial perpetrators.",
        "T8",
        OUTSIDE,
    ),
    "M-COST-INPUT": _d("Cost registry", "Costs as read, with exclusions.", "T8", OUTSIDE),
    "M-COST-AVOIDED": _d(
        "Cost model", "A model of this library, with its inputs varied one at a time.", "T8", OUTSIDE
    ),
}
"""Measure id → definition."""
