"""Samples: named, versioned definitions of who is counted, and the subgroups that restrict them.

A sample id is ``<spec>.<name>``, for example ``y2.su_closed``. The frame of a sample has one row per unit and
carries what subgroups and measures need: ids, ``arm``, ``site`` and, for cases, the reference day ``ref_day``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from drive_evaluation import case_rules
from drive_evaluation.errors import NotComputableError
from drive_evaluation.instruments import dash_scores
from drive_evaluation.study import Study, look_up

Builder = Callable[[Study, str], pd.DataFrame]


@dataclass(frozen=True)
class SampleDefinition:
    """A named definition: its unit, the rule in words, and the version that changes with the rule."""

    name: str
    unit: str
    rule: str
    build: Builder
    by_period: bool = False
    version: str = "1"


@dataclass(frozen=True)
class Sample:
    """The units of one population after its subgroup."""

    definition: SampleDefinition
    population: str
    frame: pd.DataFrame
    period: str = "all"
    restrictions: Mapping[str, str] = field(default_factory=dict)

    @property
    def subgroup(self) -> str:
        """``all``, or the restrictions joined by ``&`` in alphabetical order of the field."""
        parts = dict(self.restrictions)
        if self.definition.by_period and self.period != "all":
            parts["period"] = self.period
        return "&".join(f"{name}={parts[name]}" for name in sorted(parts)) or "all"

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.frame)

    def where(self, study: Study, restrictions: Mapping[str, str]) -> Sample:
        """The sample restricted to rows with the given subgroup values, before anything is computed."""
        frame = self.frame
        for name, value in restrictions.items():
            frame = frame[subgroup_values(study, frame, name) == value]
        return replace(
            self, frame=frame.reset_index(drop=True), restrictions={**self.restrictions, **restrictions}
        )


def sample(study: Study, name: str, period: str = "all") -> Sample:
    """Build a sample by name, for one period where its definition has periods."""
    definition = SAMPLES[name]
    frame = definition.build(study, period).reset_index(drop=True)
    return Sample(definition, f"{study.spec}.{name}", frame, period)


def _yes_no(mask: pd.Series) -> pd.Series:
    return pd.Series(np.where(mask, "yes", "no"), index=mask.index)


def subgroup_values(study: Study, frame: pd.DataFrame, name: str) -> pd.Series:
    """The value of a subgroup field for every row of a sample frame; missing where it is not known."""
    if name in ("arm", "site"):
        if name not in frame.columns:
            raise NotComputableError(f"the {name} of these units is not in the package")
        return frame[name]
    if name == "contact":
        return _yes_no(case_rules.contacted(study, frame))
    if name == "bcw":
        return _yes_no(case_rules.behaviour_change(study, frame))
    if name == "engaged":
        return _yes_no(case_rules.engaged(study, frame))
    if name == "reason_changed":
        reasons = case_rules.no_contact_reasons(study, frame).set_index("case_id")["changed"]
        return look_up(frame["case_id"], reasons)
    if name == "children":
        return frame["children_involved"]
    if name == "child_protection":
        return child_protection(study, frame)
    if name == "serial":
        return serial(study, frame)
    if name.startswith("high_need"):
        raise NotComputableError("high_need is a subgroup of M-ENGAGE-BY, which names the need itself")
    raise NotComputableError(f"{name!r} is not a subgroup field")


def child_protection(study: Study, frame: pd.DataFrame) -> pd.Series:
    """yes where a linked child has a protection plan, no where every status is known and none has, else missing."""
    children = study.table("children")
    known = children[children["cp_status"].notna() & (children["cp_status"] != "unknown")]
    plan = known[known["cp_status"] == "protection_plan"]["perpetrator_id"]
    answer: pd.Series = pd.Series(np.nan, index=frame.index, dtype=object)
    answer[frame["perpetrator_id"].isin(known["perpetrator_id"])] = "no"
    answer[frame["perpetrator_id"].isin(plan)] = "yes"
    return answer


def victims_per_perpetrator(study: Study) -> pd.Series:
    """Number of distinct linked victims/survivors by perpetrator."""
    return study.table("victims").groupby("perpetrator_id")["victim_id"].nunique()


def serial(study: Study, frame: pd.DataFrame, definition: str | None = None) -> pd.Series:
    """yes/no by ``serial_definition``: two or more linked victims, or practitioner evidence."""
    if (definition or study.settings.serial_definition) == "evidence":
        return frame["serial_evidence"].where(frame["serial_evidence"].isin(["yes", "no"]))
    number = look_up(frame["perpetrator_id"], victims_per_perpetrator(study)).fillna(0)
    return _yes_no(number >= 2)


# -- builders ---------------------------------------------------------------------------------------------


def _cut(days: pd.Series, last: object) -> pd.Series:
    if last is None:
        return pd.Series(True, index=days.index)
    return pd.Series(np.asarray(days <= pd.Timestamp(str(last))), index=days.index)


def _cohort(study: Study, period: str) -> pd.DataFrame:
    return study.randomised


def _cohort_links(study: Study, period: str) -> pd.DataFrame:
    """One row per member of the cohort, with its index link where one is recorded."""
    links = study.index_links.drop(
        columns=["arm", "site", "eligibility", "allocation_method"], errors="ignore"
    )
    people = study.randomised[["perpetrator_id", "arm", "site"]]
    frame = people.merge(links, on="perpetrator_id", how="left")
    for form in ("intake_form", "exit_form"):
        if form in frame.columns:
            frame[form] = frame[form] == True  # noqa: E712 - a missing link has no form
    return frame


def _assessed(study: Study, period: str) -> pd.DataFrame:
    return study.perpetrators


def closed_drive_cases(study: Study) -> pd.DataFrame:
    """Drive cases closed in time for the study, by the rule of its specification."""
    cases, settings = study.cases, study.settings
    chosen = (
        (cases["arm"] == "drive")
        & (cases["end_type"] == "closed")
        & cases["closed_date"].notna()
        & _cut(cases["closed_date"], settings.su_closed_by)
    )
    if settings.spec != "y1" and "consent_share" in cases.columns:
        chosen &= (cases["consent_share"] != "no") & (cases["baseline_data"] == "provided")
        chosen &= cases["start_date"].notna() & _cut(cases["start_date"], settings.su_start_by)
    frame = cases[chosen].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame.reset_index(drop=True)


def _su_closed(study: Study, period: str) -> pd.DataFrame:
    return closed_drive_cases(study)


def intake_record_cases(study: Study) -> pd.Series:
    """Case ids with at least one intake record of needs, abuse, statutory involvement or Drive DASH.

    Abuse counts where the case manager is the informant: the advocate's form is not a record of the case.
    """
    found = []
    for name in ("needs", "statutory_involvement", "drive_dash"):
        if study.has(name):
            rows = study.table(name)
            found.append(rows.loc[rows["timepoint"] == "intake", "case_id"])
    if study.has("abuse"):
        rows = study.table("abuse")
        people = rows.loc[
            (rows["timepoint"] == "intake") & (rows["informant"] == "case_manager"), "perpetrator_id"
        ]
        cases = study.cases
        found.append(cases.loc[cases["perpetrator_id"].isin(people), "case_id"])
    if not found:
        raise NotComputableError("no table with intake records is in the package")
    together: pd.Series[Any] = pd.concat(found).drop_duplicates()
    return together


def _su_intake_info(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[frame["case_id"].isin(intake_record_cases(study))]


def known_need_cases(study: Study, timepoint: str = "intake") -> pd.Series:
    """Case ids with at least one need of known level at the time point."""
    needs = study.table("needs")
    known = needs[(needs["timepoint"] == timepoint) & (needs["level"] != "unknown")]
    return known["case_id"].drop_duplicates()


def _su_needs_known(study: Study, period: str) -> pd.DataFrame:
    frame = _su_intake_info(study, period)
    return frame[frame["case_id"].isin(known_need_cases(study))]


def _su_contacted(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[case_rules.contacted(study, frame)]


def _su_ge11m(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    return frame[case_rules.case_month(frame["start_date"], frame["closed_date"]) >= 11]


def _su_dash_complete(study: Study, period: str) -> pd.DataFrame:
    frame = closed_drive_cases(study)
    scores = dash_scores(study)
    valid = scores[scores["valid"]].groupby("case_id")["timepoint"].agg(set)
    complete = valid[valid.map(lambda points: {"intake", "mid", "exit"} <= points)]
    return frame[frame["case_id"].isin(complete.index)]


def _of_closed(study: Study, period: str) -> pd.DataFrame:
    """The index link of each closed case; a case without one keeps its row with the link missing."""
    cases = closed_drive_cases(study)
    links = study.index_links.drop(
        columns=["arm", "site", "eligibility", "allocation_method"], errors="ignore"
    )
    frame = cases[["case_id", "perpetrator_id", "arm", "site", "ref_day"]].merge(
        links, on="perpetrator_id", how="left"
    )
    for form in ("intake_form", "exit_form"):
        if form in frame.columns:
            frame[form] = frame[form] == True  # noqa: E712 - a missing link has no form
    return frame


def _vs_baseline(study: Study, period: str) -> pd.DataFrame:
    study.table("advocacy")
    frame = _cohort_links(study, period)
    return frame[frame["intake_form"]]


def started_late(study: Study, links: pd.DataFrame) -> pd.Series:
    """True where support began after the cut date of the arm; no date is not late."""
    late = pd.Series(False, index=links.index)
    for arm, last in study.settings.vs_start_by.items():
        late |= (links["arm"] == arm) & (links["intake_date"] > pd.Timestamp(last))
    return late


def _vs_paired(study: Study, period: str) -> pd.DataFrame:
    frame = _vs_baseline(study, period)
    return frame[~started_late(study, frame) & frame["exit_form"]]


def judgements(study: Study, scale: str) -> pd.DataFrame:
    """One exit judgement per link on an IDVA scale: the latest; the victim's own before one for children.

    A judgement without a victim belongs to the index link.
    """
    risk = study.table("risk_change")
    rows = risk[(risk["scale"] == scale) & (risk["timepoint"] == "exit") & (risk["rater"] == "idva")].copy()
    index = study.index_links.set_index("perpetrator_id")["victim_id"]
    rows["victim_id"] = rows["victim_id"].where(
        rows["victim_id"].notna(), look_up(rows["perpetrator_id"], index)
    )
    rows["children_only"] = rows["target"] == "children"
    rows = rows.sort_values(
        ["perpetrator_id", "victim_id", "children_only", "date"],
        ascending=[True, True, True, False],
        kind="stable",
        na_position="last",
    ).drop_duplicates(["perpetrator_id", "victim_id"])
    people = study.perpetrators[["perpetrator_id", "arm", "site"]]
    return rows[["perpetrator_id", "victim_id", "code"]].merge(people, on="perpetrator_id", how="left")


def _judged(scale: str) -> Builder:
    return lambda study, period: judgements(study, scale)


def _police(study: Study, period: str) -> pd.DataFrame:
    linkage = study.table("police_linkage")
    people = study.perpetrators[["perpetrator_id", "arm", "site"]]
    return linkage[linkage["traced"] == "yes"].merge(people, on="perpetrator_id", how="left")


def _actions(study: Study, version: str | None, category: str | None) -> pd.DataFrame:
    cases = closed_drive_cases(study)
    rows = study.table("actions").merge(
        cases[["case_id", "arm", "site", "start_date", "closed_date"]], on="case_id", how="inner"
    )
    if version:
        rows = rows[rows["recording_version"] == version]
    if category:
        rows = rows[rows["category"] == category]
    return rows


def _action_builder(version: str | None, category: str | None = None) -> Builder:
    return lambda study, period: _actions(study, version, category)


def _notes_sample(study: Study, period: str) -> pd.DataFrame:
    noted = study.table("note_codes")["case_id"]
    cases = study.cases
    return cases[cases["case_id"].isin(noted)]


def accepted_in(study: Study, period: str, *, with_removed: bool = False) -> pd.DataFrame:
    """Cases accepted in the period; removed ones only on request. ``ref_day`` is the last day of the period."""
    first, last = study.days(period)
    cases = study.cases
    chosen = (cases["accepted_date"] >= first) & (cases["accepted_date"] <= last)
    if not with_removed:
        chosen &= ~(cases["removed_date"] <= last)
    frame = cases[chosen].copy()
    frame["ref_day"] = last
    return frame


def _accepted(study: Study, period: str) -> pd.DataFrame:
    return accepted_in(study, period)


def open_at(study: Study, day: pd.Timestamp) -> pd.DataFrame:
    """Cases accepted by the day, not closed, not removed and not transferred by it."""
    cases = study.cases
    transferred = (cases["end_type"] == "transferred") & cases["closed_date"].isna()
    chosen = (
        (cases["accepted_date"] <= day)
        & ~(cases["closed_date"] <= day)
        & ~(cases["removed_date"] <= day)
        & ~transferred
    )
    frame = cases[chosen].copy()
    frame["ref_day"] = day
    return frame


def _open(study: Study, period: str) -> pd.DataFrame:
    return open_at(study, study.days(period)[1])


def _open_direct(study: Study, period: str) -> pd.DataFrame:
    frame = _open(study, period)
    return frame[case_rules.contacted(study, frame)]


def _open_nondirect(study: Study, period: str) -> pd.DataFrame:
    frame = _open(study, period)
    return frame[~case_rules.contacted(study, frame)]


def closed_in(study: Study, period: str) -> pd.DataFrame:
    """Cases closed in the ordinary way in the period; ``ref_day`` is the closing day."""
    first, last = study.days(period)
    cases = study.cases
    chosen = (
        (cases["end_type"] == "closed") & (cases["closed_date"] >= first) & (cases["closed_date"] <= last)
    )
    frame = cases[chosen].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame


def _closed_direct(study: Study, period: str) -> pd.DataFrame:
    frame = closed_in(study, period)
    return frame[case_rules.contacted(study, frame)]


def _closed_nondirect(study: Study, period: str) -> pd.DataFrame:
    frame = closed_in(study, period)
    return frame[~case_rules.contacted(study, frame)]


def _links_of(cases_of: Builder) -> Builder:
    def build(study: Study, period: str) -> pd.DataFrame:
        cases = cases_of(study, period)
        return study.links[study.links["perpetrator_id"].isin(cases["perpetrator_id"])]

    return build


def _interventions(study: Study, period: str) -> pd.DataFrame:
    first, last = study.days(period)
    actions = study.table("actions")
    chosen = (actions["category"] == "multi_agency") & (actions["date"] >= first) & (actions["date"] <= last)
    return actions[chosen].merge(study.cases[["case_id", "site", "arm"]], on="case_id", how="left")


def actions_in(study: Study, period: str) -> pd.DataFrame:
    """All actions dated in the period, of any case."""
    first, last = study.days(period)
    actions = study.table("actions")
    chosen = (actions["date"] >= first) & (actions["date"] <= last)
    return actions[chosen].merge(study.cases[["case_id", "site", "arm"]], on="case_id", how="left")


def _dip_sample(study: Study, period: str) -> pd.DataFrame:
    people = study.table("footprint")["perpetrator_id"].drop_duplicates()
    return study.perpetrators[study.perpetrators["perpetrator_id"].isin(people)]


def _panel(study: Study, period: str) -> pd.DataFrame:
    items = study.table("panel_items").copy()
    items["site"] = study._labelled(items["site_id"])
    if period == "all":
        return items
    first, last = study.days(period)
    return items[(items["meeting_date"] >= first) & (items["meeting_date"] <= last)]


def referred_in(study: Study, period: str) -> pd.DataFrame:
    """Perpetrators assessed in the period, or all of them for ``all`` without periods."""
    first, last = study.days(period)
    people = study.perpetrators
    return people[(people["assessed_date"] >= first) & (people["assessed_date"] <= last)]


def _register(study: Study, period: str) -> pd.DataFrame:
    return study.table("evaluation_register")


def _reference(study: Study, period: str) -> pd.DataFrame:
    return pd.DataFrame({"reference": []})


def _closed_any(study: Study, period: str) -> pd.DataFrame:
    cases = study.cases
    frame = cases[
        (cases["end_type"] == "closed") & (cases["arm"] == "drive") & cases["closed_date"].notna()
    ].copy()
    frame["ref_day"] = frame["closed_date"]
    return frame


_DEFINITIONS = (
    SampleDefinition("cohort", "perpetrator", "eligible and allocated by randomisation", _cohort),
    SampleDefinition("randomised", "perpetrator", "eligible and allocated by randomisation", _cohort),
    SampleDefinition(
        "cohort_vs", "link", "index link of each member of the randomised cohort", _cohort_links
    ),
    SampleDefinition("flow_perp", "perpetrator", "everybody assessed for eligibility", _assessed),
    SampleDefinition("flow_vs", "link", "index link of each perpetrator assessed", _assessed),
    SampleDefinition(
        "su_closed",
        "case",
        "Drive cases closed by the closing cut; outside Year 1 also consent to share not refused, baseline record "
        "provided and started by the start cut",
        _su_closed,
    ),
    SampleDefinition(
        "su_intake_info",
        "case",
        "closed cases with an intake record of needs, abuse, statutory involvement or Drive DASH",
        _su_intake_info,
    ),
    SampleDefinition(
        "su_needs_known",
        "case",
        "of the cases with intake information, at least one need of known level at intake",
        _su_needs_known,
    ),
    SampleDefinition(
        "su_contacted", "case", "closed cases with direct contact by the closing day", _su_contacted
    ),
    SampleDefinition("su_ge11m", "case", "closed cases whose closing case month is 11 or later", _su_ge11m),
    SampleDefinition(
        "su_dash_complete",
        "case",
        "closed cases with a valid Drive DASH score at intake, mid and exit",
        _su_dash_complete,
    ),
    SampleDefinition("vs_of_closed", "link", "index link of each closed case", _of_closed),
    SampleDefinition(
        "vs_baseline", "link", "index links of randomised perpetrators with an IDVA intake form", _vs_baseline
    ),
    SampleDefinition(
        "vs_paired",
        "link",
        "baseline links with support begun by the start cut of the arm and a complete exit form",
        _vs_paired,
    ),
    SampleDefinition(
        "vs_exit_risk", "link", "any link with an exit judgement of change in risk", _judged("idva_change")
    ),
    SampleDefinition(
        "vs_exit_sustain",
        "link",
        "any link with an exit judgement of how long the reduction lasts",
        _judged("idva_sustain"),
    ),
    SampleDefinition(
        "vs_exit_safer", "link", "any link with an exit judgement of safety", _judged("idva_safer")
    ),
    SampleDefinition("police", "perpetrator", "people sent for police matching and traced", _police),
    SampleDefinition("actions_all", "action", "all actions of the closed cases", _action_builder(None)),
    SampleDefinition("actions_y1", "action", "of those, on the first option list", _action_builder("y1")),
    SampleDefinition("actions", "action", "of those, on the second option list", _action_builder("y2")),
    SampleDefinition(
        "actions_multi",
        "action",
        "multi-agency work on the second list",
        _action_builder("y2", "multi_agency"),
    ),
    SampleDefinition(
        "actions_background",
        "action",
        "background research on the second list",
        _action_builder("y2", "background_research"),
    ),
    SampleDefinition(
        "actions_update", "action", "case updates on the second list", _action_builder("y2", "case_update")
    ),
    SampleDefinition("notes_sample", "case", "cases whose notes were coded", _notes_sample),
    SampleDefinition(
        "accepted",
        "case",
        "accepted in the period and not removed by its last day",
        _accepted,
        by_period=True,
    ),
    SampleDefinition("open", "case", "open at the last day of the period", _open, by_period=True),
    SampleDefinition(
        "open_direct", "case", "open cases with direct contact by then", _open_direct, by_period=True
    ),
    SampleDefinition(
        "open_nondirect", "case", "open cases without direct contact by then", _open_nondirect, by_period=True
    ),
    SampleDefinition("closed", "case", "closed in the period", closed_in, by_period=True),
    SampleDefinition(
        "closed_direct", "case", "closed in the period, with direct contact", _closed_direct, by_period=True
    ),
    SampleDefinition(
        "closed_nondirect",
        "case",
        "closed in the period, without direct contact",
        _closed_nondirect,
        by_period=True,
    ),
    SampleDefinition(
        "vs_closed", "link", "all links of cases closed in the period", _links_of(closed_in), by_period=True
    ),
    SampleDefinition(
        "vs_closed_direct",
        "link",
        "all links of closed contacted cases",
        _links_of(_closed_direct),
        by_period=True,
    ),
    SampleDefinition(
        "vs_closed_nondirect",
        "link",
        "all links of closed cases without contact",
        _links_of(_closed_nondirect),
        by_period=True,
    ),
    SampleDefinition(
        "interventions",
        "action",
        "multi-agency actions dated in the period, any case",
        _interventions,
        by_period=True,
    ),
    SampleDefinition(
        "actions_period", "action", "all actions dated in the period, any case", actions_in, by_period=True
    ),
    SampleDefinition(
        "referred", "perpetrator", "perpetrators assessed in the period", referred_in, by_period=True
    ),
    SampleDefinition("dip_sample", "perpetrator", "perpetrators in the dip sample", _dip_sample),
    SampleDefinition("panel", "panel item", "items heard at the panel", _panel, by_period=True),
    SampleDefinition("register", "fieldwork entry", "entries of the fieldwork register", _register),
    SampleDefinition("reference", "reference value", "values read, never computed", _reference),
    SampleDefinition("su_completed", "case", "all Drive cases closed by the data cut", _closed_any),
)

SAMPLES: Mapping[str, SampleDefinition] = {definition.name: definition for definition in _DEFINITIONS}
"""Sample name → definition."""
