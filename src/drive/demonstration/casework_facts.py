"""The case manager's side: the six histories, background research, the contact strategy, actions, closing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from drive.access.roles import Role
from drive.casework.models import (
    Closure,
    ContactStrategy,
    ResearchNote,
    ServiceUserProfile,
    SharingConsent,
    StateEntry,
)
from drive.casework.rules import add_months
from drive.casework.transitions import status_after_closing
from drive.people.profiles import NewProfile

from . import words
from .courses import DIRECT, Course, Stage
from .density import Density
from .diary import DAY, later, working
from .keys import draw_key
from .scribe import Case, Scribe
from .staff import Worker


@dataclass(frozen=True, slots=True)
class Change:
    """Something that ends a joint decision at once (S-19). `link_id` empty: on every link of the case."""

    at: datetime.datetime
    cause: str
    side: str
    by: Worker
    link_id: str = ""


class CaseFacts:
    """Writes what one case manager's side holds of one course, except contact and forms."""

    def __init__(self, scribe: Scribe, course: Course, case: Case, density: Density) -> None:
        self.scribe, self.course, self.case, self.density = scribe, course, case, density
        self.rng, self.diary = scribe.rng, scribe.diary
        self.until = course.closed_on or self.diary.today - DAY

    def state(
        self,
        history: str,
        value: str,
        since: datetime.date,
        *,
        by: Worker | None = None,
        hour: int = 11,
        **more: Any,
    ) -> datetime.datetime:
        """One step of one history, written on the day it speaks of. When."""
        at = self.diary.on(since, hour, self.rng.randrange(60))
        self.case.last_state[history] = self.scribe.on_case(
            self.case, StateEntry, "case_state", at, by=by, fields=[history], history=history, value=value, since=since,
            follows_id=self.case.last_state.get(history), **more,
        )  # fmt: skip
        return at

    def status(self) -> None:
        """The steps of the case's status up to the proposal of closing; closing itself is `close`."""
        course = self.course
        for value, day in (
            ("background_research", course.research_on), ("strategy_in_preparation", course.strategy_on), ("working", course.working_on),
        ):  # fmt: skip
            if day:
                self.state("status", value, day)
        if course.working_on and course.approach in DIRECT:
            self.state("approach", course.approach, course.working_on)
        if course.stage is Stage.ON_HOLD:
            reason = self.rng.choice([code for code in words.REASONS_HOLD if code != "custody"])
            self.state(
                "status", "on_hold", self.hold_day(), until=self.diary.today + DAY * self.rng.randint(2, 28), detail=reason,
                reason=words.REASONS_HOLD[reason], meanwhile=words.MEANWHILE, exit_plan=words.HOLD_PLAN, owner_id=self.case.holder.id,
            )  # fmt: skip
        if course.pre_closure_on:
            self.state(
                "status", "pre_closure", course.pre_closure_on, reason="Proposed to the IDVA and the panel."
            )

    def hold_day(self) -> datetime.date:
        """Since when a case that is on hold today has been; the same day whenever it is asked."""
        assert self.course.working_on  # a hold follows work
        return max(self.diary.ago(6 + self.course.number % 30), self.course.working_on)

    def whereabouts_and_orders(self) -> list[Change]:
        """Where he is and what binds him, and which of these changes end a joint decision."""
        course, rng = self.course, self.rng
        if course.research_on is None:
            return []
        changes = []
        known = later(course.research_on, 2, 9, rng)
        if known >= self.diary.today:
            return []
        where = "sentenced" if course.reason == "custody" else rng.choices(
            ("community", "licence", "remand", "sentenced", "recalled"), weights=(72, 13, 6, 7, 2)
        )[0]  # fmt: skip
        if course.approach in DIRECT and course.reason != "custody":
            where = rng.choices(("community", "licence"), weights=(8, 2))[0]
        self.state("whereabouts", where, known, detail=course.place.name if where == "community" else "")
        order = rng.choice(("none", "none", "nmo", "restraining", "bail", "community", "licence", "unknown"))
        ends = known + DAY * rng.randint(60, 500) if order not in ("none", "unknown") else None
        self.state("legal", order, known, until=ends, hour=12)
        changes += self._later_changes()
        if self.density.circumstances:
            self._said_again(where, known, changes)
        return changes

    def _later_changes(self) -> list[Change]:
        """A remand and a release, or an order made, in the middle of direct work."""
        course, rng, changes = self.course, self.rng, list[Change]()
        start = course.direct_from
        if start and (self.until - start).days > 60 and not course.scene:
            day = later(start, 30, (self.until - start).days - 10, rng)
            if rng.random() < 0.1:
                changes.append(self._change("custody", self.state("whereabouts", "remand", day, hour=14)))
                out = later(day, 14, 40, rng)
                if out < self.until:
                    changes.append(
                        self._change(
                            "custody",
                            self.state("whereabouts", "community", out, hour=14, detail=course.place.name),
                        )
                    )
            elif rng.random() < 0.18:
                at = self.state(
                    "legal", "nmo", day, until=day + DAY * 365, hour=15, reason="Made at the family court."
                )
                changes.append(self._change("order", at))
        return changes

    def _said_again(self, where: str, known: datetime.date, changes: list[Change]) -> None:
        """Whereabouts looked at again every two months or so, and found the same; nothing lapses by that."""
        if any(change.cause == "custody" for change in changes):
            return
        day = later(known, 45, 70, self.rng)
        while day < self.until:
            self.state(
                "whereabouts",
                where,
                day,
                detail=self.course.place.name if where == "community" else "",
                hour=9,
            )
            day = later(day, 45, 70, self.rng)

    def _change(self, cause: str, at: datetime.datetime) -> Change:
        return Change(at, cause, "su", self.case.holder)

    def contact_status(self, first_spoke: datetime.date | None) -> None:
        """Whether contact is planned, going on, held back with a reason and a review, or over."""
        course, rng = self.course, self.rng
        if first_spoke:
            self.state("contact", "in_contact", first_spoke, hour=16)
            if course.closed_on and first_spoke < course.closed_on:
                self.state("contact", "ceased", course.closed_on, hour=10, exit_plan=words.EXIT_PLAN)
            elif course.stage is Stage.PRE_CLOSURE and course.pre_closure_on:
                self.state("contact", "reduced", course.pre_closure_on, hour=16, exit_plan=words.EXIT_PLAN)
        elif course.working_on and course.approach not in DIRECT:
            value, reason = rng.choice(
                (
                    ("not_safe", "Contact would be laid at her door."),
                    ("no_route", "No lever is known yet."),
                    ("hold_justice", "Trial listed."),
                )
            )
            review = (
                course.working_on + DAY * 42
                if course.closed_on
                else self.diary.today + DAY * rng.randint(3, 42)
            )
            self.state("contact", value, course.working_on, hour=13, until=review, reason=reason)

    def engagement(self, spoke_on: list[datetime.date]) -> None:
        """How he takes part, from the first contact on."""
        if not spoke_on:
            return
        self.state("engagement", "partial", spoke_on[0], hour=17)
        if len(spoke_on) > 5:
            value = (
                "not"
                if self.course.reason == "disengaged"
                else self.rng.choice(
                    ("full", "full", "partial", "partial", "not" if self.course.closed_on else "full")
                )
            )
            if value != "partial":
                self.state("engagement", value, spoke_on[-2], hour=17)

    def profile(self) -> None:
        """What the case manager found out about him, as a second version."""
        if self.course.research_on is None or self.rng.random() < 0.3:
            return
        day = later(self.course.research_on, 3, 14, self.rng)
        if day >= self.diary.today:
            return
        person = self.case.person
        known = NewProfile(
            given_names=person.given_names, family_name=person.family_name, known_as=list(person.known_as), born_on=person.born_on,
            born_precision=person.born_precision, gender=person.gender, ethnic_group=person.ethnic_group, orientation=person.orientation,
            employment=person.employment, disability=person.disability, interpreter=person.interpreter, language=person.language,
        )  # fmt: skip
        self.scribe.on_case(
            self.case, ServiceUserProfile, "service_user_profile", self.diary.at(day, self.rng), fields=["disability", "employment", "orientation"],
            version=2, **known.fields(),
        )  # fmt: skip

    def research(self) -> None:
        """Questions to agencies and how they went on (P-23)."""
        if self.course.research_on is None:
            return
        rng = self.rng
        agencies = [
            "police",
            "probation",
            "housing",
            "childrens_services",
            "health",
            "substance",
            "mental_health",
            "prison",
        ]
        for agency in rng.sample(agencies, rng.randint(*self.density.enquiries)):
            topic = rng.choice(
                (
                    "background",
                    "perpetration",
                    "previous_partners",
                    "substances",
                    "mental_health",
                    "children",
                    "accommodation",
                    "attitudes",
                )
            )
            enquiry, day = draw_key(rng), later(self.course.research_on, 0, 9, rng)
            lately = (self.diary.today - day).days < 50
            end = rng.choices(
                ("received", "refused", "part", "chased", "asked"),
                weights=(62, 8, *((8, 12, 10) if lately else (0.6, 0.6, 0.3))),
            )[0]
            steps = (
                ["asked"]
                if end == "asked"
                else ["asked", "chased"]
                if end == "chased"
                else ["asked", end]
                if rng.random() < 0.7
                else ["asked", "chased", end]
            )
            for status in steps:
                if day >= self.diary.today:
                    break
                answered = status in ("received", "part")
                self.scribe.on_case(
                    self.case, ResearchNote, "research_note", self.diary.at(day, rng), enquiry_id=enquiry, topic=topic, agency=agency,
                    status=status, noted_on=day, refusal=rng.choice(("data_law_misunderstood", "consent_wanted", "threshold")) if status == "refused" else "",
                    verbal=rng.random() < 0.2, source=rng.choice(words.ANSWERERS) if answered else "", found=rng.choice(words.FOUND) if answered else "",
                )  # fmt: skip
                day = later(day, 6, 16, rng)

    def strategy(self) -> list[Change]:
        """Versions of the plan: a draft, the plan ready for views, sometimes a later one, which ends a decision."""
        course, rng = self.course, self.rng
        if course.strategy_on is None or (course.approach not in DIRECT and rng.random() < 0.6):
            return []
        case, diary = self.case, self.diary
        content: dict[str, Any] = {
            "sources": words.SOURCES, "client_view": "Wants to be told before anything happens.", "levers": rng.sample(["good_parent", "child_contact", "health_help", "practical_need", "rar_days_through_om"], 2),
            "entry_route": rng.choice(("joint_visit", "phone", "letter", "through_agency")), "place": rng.choice(("office", "probation_office", "police_station")),
            "hook": rng.choice(words.HOOKS), "cover_story": rng.choice(words.COVERS), "cover_reveals": rng.choice(words.REVEALS),
            "staff_safety": rng.choice(words.STAFF_SAFETY), "if_asked_about_her": words.IF_ASKED[0], "if_declined": rng.choice(words.IF_DECLINED),
            "others_at_risk": rng.choice(words.OTHERS), "risk_of_not_acting": rng.choice(words.IF_NOT),
        }  # fmt: skip
        start = course.strategy_on
        self._version(
            1, "draft", start, {"sources": words.SOURCES, "levers": content["levers"]}, None, case.holder
        )
        ready = later(start, 2, 5, rng)
        if ready >= diary.today or (
            course.stage is Stage.STRATEGY and not course.scene and rng.random() < 0.4
        ):
            return []
        self._version(2, "ready", ready, content, ready + DAY * 90, case.holder)
        agreed = later(ready, 1, 3, rng)
        if agreed < diary.today and rng.random() < 0.7 and not course.scene:
            self._version(
                3,
                "quality_agreed",
                agreed,
                content,
                ready + DAY * 90,
                course.place.first(Role.SERVICE_MANAGER),
            )
            if course.direct_from and (self.until - course.direct_from).days > 120 and rng.random() < 0.25:
                day = later(course.direct_from, 60, 110, rng)
                at = self._version(
                    4, "ready", day, content | {"place": "office"}, day + DAY * 90, case.holder
                )
                return [self._change("plan", at)]
        return []

    def _version(
        self,
        version: int,
        stage: str,
        day: datetime.date,
        content: dict[str, Any],
        review: datetime.date | None,
        by: Worker,
    ) -> datetime.datetime:
        at = self.diary.on(day, 15, version)
        self.scribe.on_case(
            self.case,
            ContactStrategy,
            "contact_strategy",
            at,
            by=by,
            version=version,
            stage=stage,
            review_on=review,
            **content,
        )
        return at

    def sharing(self, spoke_on: list[datetime.date]) -> None:
        """What he said of coded data for evaluators, at one of the first meetings; a few change their mind (P-20)."""
        if len(spoke_on) < 2 or self.rng.random() < 0.1:
            return
        answers = self.rng.choices((["yes"], ["no"], ["not_asked"], ["yes", "no"]), weights=(84, 8, 4, 4))[0]
        for answer, day in zip(answers, (spoke_on[1], spoke_on[-1]), strict=False):
            self.scribe.on_case(
                self.case,
                SharingConsent,
                "sharing_consent",
                self.diary.on(day, 17),
                answer=answer,
                said_on=day,
            )

    def close(self, *, exit_missing: bool) -> dict[str, object]:
        """The closing and the last status (P-47); what the IDVAs are told of it."""
        course, rng, case = self.course, self.rng, self.case
        assert course.closed_on  # asked for ended courses only
        at = self.diary.on(course.closed_on, 14, rng.randrange(60))
        eyes, owner = (
            rng.choice(words.EYES),
            rng.choice(("police", "probation", "childrens_services", "unknown")),
        )
        follow_up = (
            []
            if course.reason == "died"
            else [add_months(course.closed_on, months).isoformat() for months in (3, 6, 12)]
        )
        step_down = "A call each fortnight for three months." if course.stage is Stage.STEP_DOWN else ""
        self.scribe.on_case(
            case, Closure, "closure", at, status_before_id=case.last_state["status"], closed_on=course.closed_on, primary_reason=course.reason,
            contributing=rng.choice(([], [], ["limited_scope"], ["moved"])) if course.reason not in ("limited_scope", "moved") else [],
            engagement=rng.choice(("full", "partial")) if course.reason == "goals_met" else "ceased" if course.direct_from else "unknown",
            all_actions_done=True, escalation=["marac", "police"] if course.reason == "risk_too_high" else [],
            escalation_detail="Heard at MARAC the week before; police own the plan." if course.reason == "risk_too_high" else "",
            measures=words.MEASURES, eyes_on=eyes, risk_owner=owner, step_down=step_down, exit_plan=words.EXIT_PLAN,
            client_may_be_told=words.MAY_TELL, others_at_risk=rng.choice(words.OTHERS), risk_of_closing="He may test whether anybody still looks.",
            exit_missing_reason="He left before the last meeting; the forms rest on that." if exit_missing else "",
            agreed_idva=rng.choice(("yes", "yes", "yes", "no", "not_asked")), agreed_panel=rng.choice(("yes", "yes", "not_asked")), follow_up_on=follow_up,
        )  # fmt: skip
        self.state("status", status_after_closing(course.reason), course.closed_on, hour=15)
        if course.stage is Stage.STEP_DOWN:
            self.state(
                "status", "step_down", working(course.closed_on + DAY * 3), reason="Asked for it himself."
            )
        return {
            "closed_on": course.closed_on.isoformat(), "reason": course.reason, "eyes_on": eyes, "risk_owner": owner, "measures": words.MEASURES,
            "exit_plan": words.EXIT_PLAN, "step_down": step_down, "client_may_be_told": words.MAY_TELL, "follow_up_on": follow_up,
        }  # fmt: skip
