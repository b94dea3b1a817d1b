"""Samples: named, versioned definitions of who is counted, and the subgroups that restrict them.

A sample id is ``<spec>.<name>``, for example ``y2.su_closed``. The frame of a sample has one row per unit and
carries what subgroups and measures need: ids, ``arm``, ``site`` and, for cases, the reference day ``ref_day``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from drive_evaluation import case_samples, link_samples
from drive_evaluation.case_samples import Builder
from drive_evaluation.results import READ
from drive_evaluation.study import Study
from drive_evaluation.subgroups import subgroup_values


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


_DEFINITIONS = (
    SampleDefinition("cohort", "perpetrator", "eligible and allocated by randomisation", link_samples.cohort),
    SampleDefinition(
        "randomised", "perpetrator", "eligible and allocated by randomisation", link_samples.cohort
    ),
    SampleDefinition(
        "cohort_vs", "link", "index link of each member of the randomised cohort", link_samples.cohort_links
    ),
    SampleDefinition("flow_perp", "perpetrator", "everybody assessed for eligibility", link_samples.assessed),
    SampleDefinition("flow_vs", "link", "index link of each perpetrator assessed", link_samples.assessed),
    SampleDefinition(
        "su_closed",
        "case",
        "Drive cases closed by the closing cut; outside Year 1 also consent to share not refused, baseline record "
        "provided and started by the start cut",
        case_samples.su_closed,
    ),
    SampleDefinition(
        "su_intake_info",
        "case",
        "closed cases with an intake record of needs, abuse, statutory involvement or Drive DASH",
        case_samples.su_intake_info,
    ),
    SampleDefinition(
        "su_needs_known",
        "case",
        "of the cases with intake information, at least one need of known level at intake",
        case_samples.su_needs_known,
    ),
    SampleDefinition(
        "su_contacted",
        "case",
        "closed cases with direct contact by the closing day",
        case_samples.su_contacted,
    ),
    SampleDefinition(
        "su_ge11m", "case", "closed cases whose closing case month is 11 or later", case_samples.su_ge11m
    ),
    SampleDefinition(
        "su_dash_complete",
        "case",
        "closed cases with a valid Drive DASH score at intake, mid and exit",
        case_samples.su_dash_complete,
    ),
    SampleDefinition("vs_of_closed", "link", "index link of each closed case", link_samples.of_closed),
    SampleDefinition(
        "vs_baseline",
        "link",
        "index links of randomised perpetrators with an IDVA intake form",
        link_samples.vs_baseline,
    ),
    SampleDefinition(
        "vs_paired",
        "link",
        "baseline links with support begun by the start cut of the arm and a complete exit form",
        link_samples.vs_paired,
    ),
    SampleDefinition(
        "vs_exit_risk",
        "link",
        "any link with an exit judgement of change in risk",
        link_samples.judged("idva_change"),
    ),
    SampleDefinition(
        "vs_exit_sustain",
        "link",
        "any link with an exit judgement of how long the reduction lasts",
        link_samples.judged("idva_sustain"),
    ),
    SampleDefinition(
        "vs_exit_safer",
        "link",
        "any link with an exit judgement of safety",
        link_samples.judged("idva_safer"),
    ),
    SampleDefinition(
        "police", "perpetrator", "people sent for police matching and traced", link_samples.traced
    ),
    SampleDefinition(
        "actions_all", "action", "all actions of the closed cases", case_samples.action_builder(None)
    ),
    SampleDefinition(
        "actions_y1", "action", "of those, on the first option list", case_samples.action_builder("y1")
    ),
    SampleDefinition(
        "actions", "action", "of those, on the second option list", case_samples.action_builder("y2")
    ),
    SampleDefinition(
        "actions_multi",
        "action",
        "multi-agency work on the second list",
        case_samples.action_builder("y2", "multi_agency"),
    ),
    SampleDefinition(
        "actions_background",
        "action",
        "background research on the second list",
        case_samples.action_builder("y2", "background_research"),
    ),
    SampleDefinition(
        "actions_update",
        "action",
        "case updates on the second list",
        case_samples.action_builder("y2", "case_update"),
    ),
    SampleDefinition("notes_sample", "case", "cases whose notes were coded", case_samples.notes_sample),
    SampleDefinition(
        "accepted",
        "case",
        "accepted in the period (all together: from the first period on) and not removed by its last day",
        case_samples.accepted,
        by_period=True,
        version="2",
    ),
    SampleDefinition(
        "open", "case", "open at the last day of the period", case_samples.open_cases, by_period=True
    ),
    SampleDefinition(
        "open_direct",
        "case",
        "open cases with direct contact by then",
        case_samples.open_direct,
        by_period=True,
    ),
    SampleDefinition(
        "open_nondirect",
        "case",
        "open cases without direct contact by then",
        case_samples.open_nondirect,
        by_period=True,
    ),
    SampleDefinition("closed", "case", "closed in the period", case_samples.closed_in, by_period=True),
    SampleDefinition(
        "closed_direct",
        "case",
        "closed in the period, with direct contact",
        case_samples.closed_direct,
        by_period=True,
    ),
    SampleDefinition(
        "closed_nondirect",
        "case",
        "closed in the period, without direct contact",
        case_samples.closed_nondirect,
        by_period=True,
    ),
    SampleDefinition(
        "vs_closed",
        "link",
        "all links of cases closed in the period",
        link_samples.links_of(case_samples.closed_in),
        by_period=True,
    ),
    SampleDefinition(
        "vs_closed_direct",
        "link",
        "all links of closed contacted cases",
        link_samples.links_of(case_samples.closed_direct),
        by_period=True,
    ),
    SampleDefinition(
        "vs_closed_nondirect",
        "link",
        "all links of closed cases without contact",
        link_samples.links_of(case_samples.closed_nondirect),
        by_period=True,
    ),
    SampleDefinition(
        "interventions",
        "action",
        "multi-agency actions dated in the period, any case",
        case_samples.interventions,
        by_period=True,
    ),
    SampleDefinition(
        "actions_period",
        "action",
        "all actions dated in the period, any case",
        case_samples.actions_in,
        by_period=True,
    ),
    SampleDefinition(
        "referred",
        "perpetrator",
        "perpetrators assessed in the period",
        link_samples.referred_in,
        by_period=True,
    ),
    SampleDefinition("dip_sample", "perpetrator", "perpetrators in the dip sample", link_samples.dip_sample),
    SampleDefinition(
        "panel", "panel item", "items heard at the panel", link_samples.panel_items, by_period=True
    ),
    SampleDefinition(
        "register", "fieldwork entry", "entries of the fieldwork register", link_samples.register
    ),
    SampleDefinition("reference", "reference value", "values read, never computed", link_samples.reference),
    SampleDefinition(
        "su_completed", "case", "all Drive cases closed by the data cut", case_samples.completed
    ),
)


def definition_of(document: Mapping[str, Any]) -> SampleDefinition:
    """Who is counted in a result of the result format; values that were read have the definition of a reference."""
    return SAMPLES["reference" if READ in document["notes"] else document["population"].split(".", 1)[1]]


SAMPLES: Mapping[str, SampleDefinition] = {definition.name: definition for definition in _DEFINITIONS}
"""Sample name → definition."""
