"""The bridge: joint decisions and what ends them, stop concerns, and what the two workers tell each other.

A decision runs from the second side's answer until its last day, the end of direct work or the first change that ends
it (S-19). Contact is laid into these stretches alone (`contact_facts`), so that the database, which asks again for each
booking, finds each one agreed.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from random import Random
from typing import Any

from drive.components.dates import LONDON
from drive.safety.models import (
    ContactQuestion,
    ContactView,
    DecisionLapse,
    ItemAcknowledgement,
    OutcomeAnswer,
    OutcomeProposal,
    RiskItem,
    StopAcknowledgement,
    StopAnswer,
    StopConcern,
    StopConcernReason,
)
from drive.safety.rules import OTHERS_AT_RISK, PERMITTING

from . import words
from .casework_facts import Change
from .courses import Course, Stage
from .diary import DAY, later
from .scribe import Case, Link, Scribe

HOUR = datetime.timedelta(hours=1)
IN_FORCE = frozenset({"booking", "stop", "two_clients"})
"""Situations told of a decision that holds today."""
PLACES = ["office", "probation_office", "remote"]


@dataclass(slots=True)
class Stretch:
    """A time in which contact with the service user is agreed on every link, from `start` to before `end`."""

    start: datetime.datetime
    end: datetime.datetime
    ends_on: datetime.date
    decision_id: str
    stopped_by: str = ""
    """The live stop concern that ends it, if one does."""


@dataclass(slots=True)
class _Decided:
    at: datetime.datetime
    ends_on: datetime.date
    outcome: str
    proposals: list[str] = field(default_factory=list)


class BridgeFacts:
    """Writes what crosses between the two sides of one case."""

    def __init__(self, scribe: Scribe, course: Course, case: Case) -> None:
        self.scribe, self.course, self.case = scribe, course, case
        self.rng: Random = scribe.rng
        self.diary = scribe.diary

    def decide(self, changes: list[Change]) -> list[Stretch]:
        """Ask, give views, settle and ask again, as long as direct work goes on; the stretches in which contact is agreed."""
        course, diary = self.course, self.diary
        if course.scene == "no_decision":
            return []
        if course.direct_from is None:
            if (
                course.stage is Stage.STRATEGY
                and course.strategy_on
                and (course.scene or self.rng.random() < 0.6)
            ):
                self._consult(later(course.strategy_on, 4, 9, self.rng))
            return []
        until = course.direct_until or (
            diary.today - DAY * 30 if course.stage is Stage.ON_HOLD else diary.today + DAY
        )
        last = diary.on(until, 9) if until <= diary.today else diary.now + DAY
        day, stretches = course.direct_from - DAY * 8, list[Stretch]()
        agreed = course.scene in IN_FORCE
        while day < min(until, diary.today):
            decided = self._consult(day, agreed=agreed)
            if decided is None:
                break
            if stretches:
                stretches[-1].end = min(stretches[-1].end, decided.at)  # the newest answer holds
            if decided.outcome not in PERMITTING:
                day = later(decided.at.date(), 14, 30, self.rng)
                continue
            ended = next(
                (c for c in changes if decided.at < c.at < min(last, diary.on(decided.ends_on, 23))), None
            )
            end = ended.at if ended else min(last, diary_end(decided.ends_on))
            stretches += self._stops(Stretch(decided.at, end, decided.ends_on, decided.proposals[0]))
            if ended is None:
                # Most pairs decide again in time; some find the decision past its end.
                day = decided.ends_on + DAY * (-14 if agreed else self.rng.choice((-7, -7, -7, -6, 2, 9)))
                continue
            self._lapse(ended)
            day = later(ended.at.date(), 1, 6, self.rng)
        return stretches

    def _consult(self, day: datetime.date, *, agreed: bool = False) -> _Decided | None:
        """One joint decision on every link. None where it has not come to an answer yet: the steps so far stand."""
        rng, diary, course = self.rng, self.diary, self.course
        asked = diary.on(day, 10, rng.randrange(60))
        if asked >= diary.now - DAY:
            return None
        outcome = rng.choices(
            ("go", "go_with_conditions", "light_touch", "wait", "not_now"), weights=(24, 44, 14, 12, 6)
        )[0]
        if agreed:
            outcome = "go_with_conditions"
        viewed = later(day, 1, 5, rng)
        proposed = later(viewed, 0, 2, rng)
        settled = later(proposed, 1, 3, rng)
        if course.scene == "one_view":
            viewed = diary.today + DAY
        answered = diary.on(settled, 13, rng.randrange(60))
        ends_on = settled + DAY * rng.choice((42, 56, 70, 84))
        if agreed and ends_on >= diary.today + DAY * 3:
            ends_on = max(ends_on, diary.today + DAY * 21)  # told to be in force today
        decided = _Decided(answered, ends_on, outcome)
        for link in self.case.links:
            question = self.scribe.on_link(
                link, ContactQuestion, "contact_question", asked, side="su", fields=("planned", "setting", "reason_given", "when_planned", "why_now"),
                planned=rng.choice(("First meeting, then weekly", "Weekly meetings", "Calls between meetings", "A letter, then a call")),
                setting=rng.choice(("Office, with a second worker", "Probation office, before supervision", "By phone")),
                reason_given="Support that is offered to everybody on supervision", when_planned="From next week, weekly, for two months",
                why_now=rng.choice(("The plan is ready.", "The last decision ends soon.", "His officer offers a way in now.")),
            )  # fmt: skip
            self._view(question, link, "su", asked + HOUR)
            if viewed >= diary.today:
                continue
            self._view(question, link, "vs", diary.on(viewed, 11, rng.randrange(60)))
            if proposed >= diary.today or settled >= diary.today:
                continue
            side, other = rng.choice((("su", "vs"), ("vs", "su")))
            proposal = self.scribe.on_link(
                link, OutcomeProposal, "contact_outcome", diary.on(proposed, 15, rng.randrange(60)), side=side, fields=("outcome", "conditions", "places", "ends_on", "dissent"),
                question_id=question, outcome=outcome, conditions="Never on the day of a handover; the IDVA hears the evening before." if outcome == "go_with_conditions" else "",
                leave_out=rng.choice(("", "The children’s school", "The court date")), told="That support is offered to him as to others.", tell_each_other="The evening before, and the morning after.",
                places=PLACES if outcome in PERMITTING else [], ends_on=ends_on,
            )  # fmt: skip
            self.scribe.on_link(
                link, OutcomeAnswer, "contact_outcome", answered, side=other, fields=("answer", "dissent"), proposal_id=proposal, proposal_side=side,
                answer="agree", dissent="Would rather have waited for the hearing." if rng.random() < 0.08 else "",
            )  # fmt: skip
            decided.proposals.append(proposal)
        return decided if settled < diary.today and course.scene != "one_view" else None

    def _view(self, question: str, link: Link, side: str, at: datetime.datetime) -> None:
        rng = self.rng
        others = {
            key: rng.choice(words.OTHERS[:2]) if rng.random() < 0.3 else "unknown"
            for key, _ in OTHERS_AT_RISK
        }
        voice: dict[str, Any] = {}
        if side == "vs":
            voice = rng.choice((
                {"voice": "told_directly", "voice_detail": "On the phone, this week"}, {"voice": "through_worker", "voice_detail": "Through the children’s centre"},
                {"voice": "not_reached", "voice_detail": "Three attempts, no answer"},
            ))  # fmt: skip
        self.scribe.on_link(
            link, ContactView, "contact_view", at, side=side, fields=("own_view", "others_at_risk", "would_choose", "use_rule"), question_id=question,
            own_view=rng.choice(("Contact can begin, slowly.", "The lever is there now and may not last.", "He is calmer while the officer is near.", "Any surprise would fall back on her.")),
            others_at_risk=others, if_we_act=rng.choice(("He may ask who spoke of him.", "unknown", "He may test the order.")), if_we_do_not=rng.choice(words.IF_NOT[:2]),
            would_choose=rng.choice(("go", "go_with_conditions", "go_with_conditions", "light_touch", "wait")), leave_out=rng.choice(("", "", "School and court")),
            work_out=rng.choice(words.INFERENCE), **voice,
        )  # fmt: skip

    def _lapse(self, change: Change) -> None:
        for link in self.case.links:
            if change.link_id in ("", link.id):
                self.scribe.on_link(
                    link,
                    DecisionLapse,
                    "decision_lapse",
                    change.at,
                    side=change.side,
                    by=change.by,
                    cause=change.cause,
                )

    def _stops(self, stretch: Stretch) -> list[Stretch]:
        """The stretch, cut where somebody said stop: one side of the cut each, the time until both have answered left out."""
        rng, diary = self.rng, self.diary
        live = self.course.scene == "stop" and stretch.end > diary.now
        days = (min(stretch.end, diary.now) - stretch.start).days
        if not live and (days < 30 or rng.random() > 0.06):
            return [stretch]
        link = rng.choice(self.case.links)
        raised = (
            diary.now - HOUR * 3
            if live
            else diary.on((stretch.start + DAY * rng.randint(10, days - 14)).date(), 16, 20)
        )
        side = rng.choice(("su", "vs")) if not live else "vs"
        concern = self.scribe.on_link(
            link,
            StopConcern,
            "stop_concern",
            raised,
            side=side,
            fields=("scope",),
            scope="contact" if live else rng.choice(("all", "contact")),
        )
        self.scribe.on_link(
            link, StopConcernReason, "stop_concern", raised + HOUR / 6, side=side, fields=("reason", "use_rule"), concern_id=concern,
            reason="She heard from a friend that he asked where the children swim.", use_rule="background",
        )  # fmt: skip
        if live:
            return [Stretch(stretch.start, raised, stretch.ends_on, stretch.decision_id, stopped_by=concern)]
        other = "vs" if side == "su" else "su"
        self.scribe.on_link(
            link,
            StopAcknowledgement,
            "stop_concern",
            raised + HOUR,
            side=other,
            fields=("acknowledged",),
            concern_id=concern,
        )
        answered = [diary.on(raised.date() + DAY * 2, 12), diary.on(raised.date() + DAY * 3, 12)]
        self.scribe.on_link(
            link, StopAnswer, "stop_concern", answered[0], side="su", fields=("response",), concern_id=concern, told="That the worker is away this week.",
            eyes="Neighbourhood police pass by the pool.", response="Next meeting at the probation office; children are not spoken of.",
        )  # fmt: skip
        self.scribe.on_link(
            link,
            StopAnswer,
            "stop_concern",
            answered[1],
            side="vs",
            fields=("response",),
            concern_id=concern,
            response="She swims on another day now, and agrees.",
        )
        return [
            Stretch(stretch.start, raised, stretch.ends_on, stretch.decision_id),
            Stretch(answered[1] + HOUR, stretch.end, stretch.ends_on, stretch.decision_id),
        ]

    def tell(
        self,
        link: Link,
        kind: str,
        side: str,
        at: datetime.datetime,
        text: str,
        *,
        urgency: str = "routine",
        unread: bool = False,
        details: dict[str, object] | None = None,
        purpose: str = "So that neither of us is surprised, and her plan fits.",
    ) -> None:
        """One item of risk information, acknowledged by the other side the next day unless it is still unread."""
        item = self.scribe.on_link(
            link, RiskItem, "risk_item", at, side=side, fields=("kind", "purpose", "text", "use_rule"), kind=kind, purpose=purpose, urgency=urgency, text=text,
            use_rule=self.rng.choice(("background", "background", "direct", "ask_first")) if kind != "closure" else "background",
            work_out="Nothing in it comes from the client." if kind in ("closure", "incident") else self.rng.choice(words.INFERENCE),
            sole_informant=kind == "risk_change" and side == "vs" and self.rng.random() < 0.5, details=details or {},
        )  # fmt: skip
        read = at + HOUR * self.rng.randint(2, 30)
        if not unread and read < self.diary.now:
            other = "vs" if side == "su" else "su"
            self.scribe.on_link(
                link,
                ItemAcknowledgement,
                "risk_item",
                read,
                side=other,
                fields=("acknowledged",),
                item_id=item,
                item_side=side,
            )

    def items(self, every: int) -> None:
        """What the two told each other, about every so many days of the case."""
        course, rng, diary = self.course, self.rng, self.diary
        assert course.allocated_on  # only what was allocated has a case
        day, end = course.allocated_on + DAY * rng.randint(5, 20), course.closed_on or diary.today
        while day < min(end, diary.today):
            kind, side, text = rng.choice(_ITEMS)
            at = diary.at(day, rng)
            recent = (diary.today - day).days < 5
            self.tell(
                rng.choice(self.case.links),
                kind,
                side,
                at,
                text,
                urgency=rng.choice(("routine", "soon", "soon", "urgent")),
                unread=(recent and rng.random() < 0.6) or rng.random() < 0.004,
            )
            day = later(day, every // 2, every * 2, rng)


def diary_end(ends_on: datetime.date) -> datetime.datetime:
    """The end of a decision's last day."""
    return datetime.datetime(ends_on.year, ends_on.month, ends_on.day, 20, tzinfo=LONDON)


_ITEMS = (
    ("whereabouts", "su", "He stays with his brother again, in the next street but one."), ("release", "su", "Release on Thursday at the earliest; licence conditions asked for."),
    ("session_ahead", "su", "Meeting on Wednesday at the probation office, one hour."), ("topics_planned", "su", "Next two meetings are about mornings and routines. Children are left out."),
    ("triggers", "vs", "Birthdays and the end of the month are hard times."), ("topic_pause", "vs", "Please leave the holiday out until after the hearing."),
    ("risk_change", "vs", "More messages at night since the hearing."), ("risk_change", "su", "He lost his job on Monday."), ("incident", "su", "Police called to his mother’s on Sunday; no arrest."),
    ("disrupt_notice", "su", "Housing will speak to him about the noise on Friday."), ("engagement_change", "vs", "She asked for a pause of a month; check-ins go on."),
)  # fmt: skip
