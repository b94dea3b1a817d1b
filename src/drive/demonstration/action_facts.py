"""What was done with the service user, and far more often with and through others (P-30 to P-32)."""

from __future__ import annotations

import datetime
from typing import Any

from drive.casework.models import Action

from . import words
from .courses import Course, Stage
from .density import Density
from .diary import DAY, working
from .scribe import Case, Scribe


class ActionFacts:
    """Writes the actions of one case."""

    def __init__(self, scribe: Scribe, course: Course, case: Case, density: Density) -> None:
        self.scribe, self.course, self.case, self.density = scribe, course, case, density
        self.rng, self.diary = scribe.rng, scribe.diary
        self.until = course.closed_on or self.diary.today - DAY

    def write(self, spoke_on: list[datetime.date]) -> None:
        """What was done with and through others, about every so many days (`Density`), and with him where he was seen (P-30 to P-32)."""
        course, rng = self.course, self.rng
        assert course.allocated_on  # only what was allocated has a case
        day = course.allocated_on + DAY * rng.randint(1, 4)
        seen = set(spoke_on)
        first = spoke_on[0] if spoke_on else None
        end = min(self.until, self.diary.today - DAY)
        while day < end:
            day = working(day)
            direct = first is not None and day >= first and rng.random() < 0.3
            kind = (
                rng.choice(("direct_support", "behaviour_change", "contact"))
                if direct
                else rng.choices(_INDIRECT, weights=_WEIGHTS)[0]
            )
            if day >= course.allocated_on:
                self._action(kind, day, course)
            day += DAY * max(1, round(rng.expovariate(1 / self.density.action_days)))
        for day in sorted(seen)[::3]:
            self._action("behaviour_change", day, course)
        if course.closed_on and course.stage is Stage.STEP_DOWN:
            self._action(
                "direct_support",
                min(course.closed_on + DAY * 9, self.diary.today - DAY),
                course,
                step_down=True,
            )

    def _action(self, kind: str, day: datetime.date, course: Course, *, step_down: bool = False) -> None:
        rng = self.rng
        values: dict[str, Any] = {}
        if kind == "multi_agency":
            sub = rng.choices(("disrupt", "support", "both"), weights=(46, 38, 16))[0]
            if course.approach == "disrupt_only" and sub == "support":
                sub = "disrupt"
            text = rng.choice(
                words.MULTI_DISRUPT
                if sub == "disrupt"
                else words.MULTI_SUPPORT
                if sub == "support"
                else words.MULTI_BOTH
            )
            values["sub_type"] = sub
            if sub != "support":
                values["disrupt_areas"] = [rng.choice(_DISRUPT_AREAS)]
                values["tool"] = rng.choice(_TOOLS)
            if sub != "disrupt":
                values["support_areas"] = [rng.choice(_SUPPORT_AREAS)]
        else:
            text = rng.choice(_TEXTS[kind])
            if kind == "direct_support":
                values["support_areas"] = [rng.choice(_SUPPORT_AREAS)]
        if kind not in ("direct_support", "behaviour_change", "contact", "contact_safety_planning"):
            values["agency"] = rng.choices(_AGENCIES, weights=_AGENCY_WEIGHTS)[0]
            if kind == "multi_agency" and rng.random() < 0.2:
                values["other_agencies"] = [
                    code for code in ("police", "housing") if code != values["agency"]
                ][:1]
        recorded = min(day + DAY * rng.choice((0, 0, 0, 0, 1, 2)), self.diary.today - DAY)
        self.scribe.on_case(
            self.case, Action, "action", self.diary.at(recorded, rng), done_on=day, kind=kind,
            mode="direct" if kind in _HE_IS_THERE else "indirect", done=text,
            beneficiaries=rng.choice(_FOR), only_because_of_drive=rng.choice(("", "yes", "yes", "no", "unknown")),
            unmet_need_agency=rng.choice(("", "", "", "", "", "housing", "mental_health")),
            visibility="will_see" if kind in _HE_IS_THERE else rng.choice(("hidden", "hidden", "hidden", "could_guess", "will_see" if values.get("support_areas") else "hidden", "")),
            raises_risk=rng.choices(("no", "yes", "unsure", ""), weights=(80, 8, 6, 6))[0], rests_on=rng.choice(words.FACTS),
            outcome=rng.choice(words.OUTCOMES), minutes=rng.choice((None, 10, 15, 20, 30, 45, 60)), step_down=step_down, **values,
        )  # fmt: skip


_HE_IS_THERE = frozenset({"behaviour_change", "direct_support", "contact"})
_INDIRECT = (
    "multi_agency",
    "case_update",
    "background_research",
    "institutional_advocacy",
    "child_safeguarding",
    "family_work",
    "contact_safety_planning",
    "joint_direct",
)
_WEIGHTS = (40, 27, 12, 6, 8, 1, 4, 2)
_TEXTS = {
    "case_update": words.UPDATES, "background_research": words.RESEARCH, "institutional_advocacy": words.ADVOCACY, "child_safeguarding": words.SAFEGUARDING,
    "family_work": words.FAMILY, "contact_safety_planning": words.PLANNING, "joint_direct": words.DIRECT_SUPPORT, "direct_support": words.DIRECT_SUPPORT,
    "behaviour_change": words.BEHAVIOUR, "contact": words.CONTACT_WORK,
}  # fmt: skip
_AGENCIES = (
    "police",
    "idva",
    "childrens_services",
    "probation",
    "housing",
    "substance",
    "mental_health",
    "health",
    "marac",
    "prison",
    "courts",
    "benefits_employment",
    "school",
    "third_sector",
)
_AGENCY_WEIGHTS = (30, 18, 14, 14, 8, 4, 4, 3, 3, 3, 2, 2, 1, 2)
_TOOLS = (
    "address_vehicle_or_hospital_marker",
    "intelligence_log",
    "licence_condition",
    "raise_police_profile",
    "breach_by_third_party_report",
    "orders",
    "prison_mail_hold",
    "cp_referral_drive_in_plan",
    "court_letter",
    "share_address",
)
_DISRUPT_AREAS = tuple(f"dis_{n:02d}" for n in range(1, 10))
_SUPPORT_AREAS = tuple(f"sup_{n:02d}" for n in range(1, 12))
_FOR = (
    ["victim_survivor"],
    ["victim_survivor"],
    ["victim_survivor", "child"],
    ["service_user"],
    ["service_user", "victim_survivor"],
    ["child"],
)
