"""Contact with the service user: booked where it was agreed, held or missed, with the session that it was."""

from __future__ import annotations

import datetime
from typing import Any

from drive.casework.models import Contact, Session
from drive.components.dates import LONDON
from drive.safety.models import Booking, BookingState, IncidentCharge, IncidentClosing, PracticeIncident
from drive.safety.rules import INCIDENT_DAYS

from . import words
from .bridge_facts import BridgeFacts, Stretch
from .courses import Course
from .density import Density
from .diary import DAY, later
from .scribe import Case, Scribe

NOT_TRIED = frozenset({"cancelled_us", "cancelled_safety"})


class ContactFacts:
    """Writes the contact of one case."""

    def __init__(
        self, scribe: Scribe, course: Course, case: Case, bridge: BridgeFacts, density: Density
    ) -> None:
        self.scribe, self.course, self.case, self.bridge, self.density = scribe, course, case, bridge, density
        self.rng, self.diary = scribe.rng, scribe.diary
        self.spoke_on: list[datetime.date] = []

    def write(self, stretches: list[Stretch]) -> list[datetime.date]:
        """Contact in every stretch, and what is planned ahead; the days on which both spoke."""
        for stretch in stretches:
            self._within(stretch)
            if stretch.end > self.diary.now or stretch.stopped_by:
                self._ahead(stretch)
        if stretches and self.rng.random() < 0.05:
            self._without_decision(stretches)
        if stretches and self.rng.random() < 0.3:
            day = later(stretches[0].start.date(), 1, 20, self.rng)
            if day < self.diary.today:
                self._contact(
                    day,
                    "spoke",
                    "phone",
                    started_by="su",
                    place="remote",
                    note="He rang, about a letter from the council.",
                )
        return sorted(set(self.spoke_on))

    def _within(self, stretch: Stretch) -> None:
        rng = self.rng
        least, most = self.density.contact_days
        day = later(stretch.start.date(), 2, 4, rng)
        while day < min(stretch.end.date(), self.diary.today):
            if day > stretch.start.date():
                outcome = rng.choices(
                    ("spoke", "agreed_next", "no_reply", "missed", "declined", "cancelled_us", "cancelled_safety"), weights=(56, 8, 14, 14, 3, 3, 2)
                )[0]  # fmt: skip
                meeting = rng.random() < 0.68
                place = rng.choice(("office", "probation_office")) if meeting else "remote"
                channel = "face_to_face" if meeting else rng.choice(("phone", "phone", "text"))
                if rng.random() < self.density.booked:
                    self._booked(stretch, day, place, channel, done=outcome not in NOT_TRIED)
                contact = self._contact(day, outcome, channel, place=place, decision_id=stretch.decision_id)
                if meeting and outcome == "spoke":
                    self._session(day, place, contact)
            day = later(day, least, most, rng)

    def _contact(self, day: datetime.date, outcome: str, channel: str, **more: Any) -> str:
        rng = self.rng
        if outcome in ("spoke", "agreed_next"):
            self.spoke_on.append(day)
        values: dict[str, Any] = {
            "started_by": "us",
            "note": rng.choice(words.CONTACT_NOTES.get(outcome, ("",))),
        }
        return self.scribe.on_case(
            self.case, Contact, "contact", self.diary.on(day, 17, rng.randrange(60)), happened_on=day,
            happened_at=datetime.time(rng.randint(9, 16), rng.choice((0, 15, 30))) if rng.random() < 0.8 else None, outcome=outcome, channel=channel, **(values | more),
        )  # fmt: skip

    def _session(self, day: datetime.date, place: str, contact: str) -> None:
        rng = self.rng
        hour, minutes = rng.randint(9, 15), rng.choice((40, 45, 50, 55))
        self.scribe.on_case(
            self.case, Session, "session", self.diary.on(day, 18, rng.randrange(60)), held_on=day, starts_at=datetime.time(hour), ends_at=datetime.time(hour, minutes), minutes=minutes,
            kind=rng.choice(("behaviour_change", "behaviour_change", "support")), place=place, quality=rng.choice(("open", "mixed", "mixed", "guarded", "seeming")),
            techniques=rng.sample(_TECHNIQUES, 2), levers=rng.sample(("good_parent", "health_help", "practical_need", "child_contact"), 1), note=rng.choice(words.NOTES),
            manipulation=rng.choice(words.MANIPULATION), settled=rng.choice(("yes", "yes", "yes", "no", "unknown", "")),
            planned_with_idva=rng.choice(("", "Topics of the day, the evening before")), check_in_asked=rng.random() < 0.25, contact_id=contact,
        )  # fmt: skip

    def _booked(self, stretch: Stretch, day: datetime.date, place: str, channel: str, *, done: bool) -> None:
        """The booking that a contact was, made a day or more before, inside the same stretch."""
        made = max(
            stretch.start + datetime.timedelta(minutes=20),
            self.diary.on(day - DAY * self.rng.randint(1, 6), 9, 30),
        )
        starts = self.diary.on(day, 14)
        if made >= starts or starts >= stretch.end:
            return
        booking = self._booking(made, starts, place, channel)
        end: dict[str, Any] = (
            {"state": "done"} if done else {"state": "cancelled", "told": "That the worker is ill."}
        )
        self.scribe.on_case(
            self.case,
            BookingState,
            "booking",
            self.diary.on(day, 17, 30),
            fields=[end["state"]],
            booking_id=booking,
            **end,
        )

    def _booking(self, made: datetime.datetime, starts: datetime.datetime, place: str, channel: str) -> str:
        booking = self.scribe.on_case(
            self.case, Booking, "", made, silent=True, kind="meeting" if channel == "face_to_face" else "message" if channel == "text" else "call", channel=channel, starts_at=starts,
            place=place, with_whom=self.rng.choice(("", "His probation officer")), reason_given="Support offered to everybody on supervision",
        )  # fmt: skip
        self.scribe.on_case(
            self.case, BookingState, "booking", made, fields=["planned"], booking_id=booking, state="planned"
        )
        return booking

    def _ahead(self, stretch: Stretch) -> None:
        """One or two bookings still to come, under a decision that covers their day; suspended where somebody said stop."""
        rng, diary = self.rng, self.diary
        scene = self.course.scene in ("booking", "stop")
        for number in range(2 if scene else rng.choice((0, 1, 1, 2))):
            day = diary.today + DAY * (2 + 7 * number + rng.randint(0, 2))
            if day.weekday() > 4:
                day += DAY * (7 - day.weekday())
            made = max(
                stretch.start + datetime.timedelta(minutes=20),
                diary.now - DAY - datetime.timedelta(minutes=rng.randrange(400)),
            )
            if day > stretch.ends_on or made >= min(stretch.end, diary.now):
                return
            place, channel = rng.choice(
                (("office", "face_to_face"), ("probation_office", "face_to_face"), ("remote", "phone"))
            )
            starts = datetime.datetime.combine(day, datetime.time(rng.randint(10, 15)), tzinfo=LONDON)
            booking = self._booking(made, starts, place, channel)
            if stretch.stopped_by:
                self.scribe.on_case(
                    self.case,
                    BookingState,
                    "",
                    stretch.end,
                    silent=True,
                    booking_id=booking,
                    state="suspended",
                    concern_id=stretch.stopped_by,
                )

    def _without_decision(self, stretches: list[Stretch]) -> None:
        """Contact that a worker began before it was agreed: written down, and a practice incident (S-43, S-41)."""
        day = later(stretches[0].start.date() - DAY * 12, 0, 4, self.rng)
        if (
            self.course.working_on is None
            or day <= self.course.working_on
            or day >= stretches[0].start.date()
        ):
            return
        contact = self._contact(
            day, "no_reply", "phone", place="remote", note="Rang the number on file before the answer was in."
        )
        at = self.diary.on(day, 17, 59)
        what = "Contact with the Drive service user was tried without a joint contact decision in force."
        incident = self.scribe.on_case(
            self.case,
            PracticeIncident,
            "practice_incident",
            at,
            kind="contact_without_decision",
            happened_on=day,
            what=what,
            contact_id=contact,
        )
        for link in self.case.links:
            self.bridge.tell(
                link,
                "incident",
                "su",
                at,
                what,
                urgency="soon",
                purpose="The client’s safety after contact that was not decided together.",
            )
        closed = later(day, 10, 30, self.rng)
        if closed < self.diary.today and self.rng.random() < 0.6:
            self.scribe.on_case(
                self.case, IncidentCharge, "practice_incident", at + DAY, incident_id=incident,
                responsible_id=self.case.holder.id, due_on=day + DAY * INCIDENT_DAYS,
            )  # fmt: skip
            self.scribe.on_case(
                self.case, IncidentClosing, "practice_incident", self.diary.at(closed, self.rng), incident_id=incident,
                learnt="The number was dialled from an old list.", changed="procedure", procedure="Numbers are rung from the case page alone.",
            )  # fmt: skip


_TECHNIQUES = (
    "psycho_education", "self_talk", "triggers_and_time_out", "childs_view", "trauma_timeline", "fatherhood_and_masculinity", "life_story", "parenting",
    "motivational_interviewing", "behaviour_inventory", "impulse_control",
)  # fmt: skip
