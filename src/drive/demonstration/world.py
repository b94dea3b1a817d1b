"""The demonstration world: three sites, everybody who works there, and two years of work with invented people.

One seed gives one world, counted back from the moment it is made for. It comes in chunks that know nothing of each
other, so that a world of any size needs the memory of one chunk.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from . import told
from .action_facts import ActionFacts
from .advocacy_facts import ClientFacts
from .bridge_facts import BridgeFacts
from .casework_facts import CaseFacts
from .contact_facts import ContactFacts
from .courses import ENDED, Course, Stage, draw_course
from .density import FULL, SPARSE, Density
from .diary import DAY, Diary, working
from .form_facts import FormFacts
from .meeting_facts import plan_meeting
from .referring import Arrivals
from .review_facts import hold_reviews
from .scribe import Case, Scribe
from .sheets import Sheets
from .staff import Place, lay_out, place_of
from .voice import plain, voice_for

SERVICE_USERS = 250
"""How many service users the world has when nobody says otherwise."""
TOLD_IN_FULL = 1200
"""Up to so many service users everything is told; a larger world keeps what pages and figures rest on."""
CHUNK = 250
PEOPLE_PER_SERVICE_USER = 2.1
"""Service user and victims/survivors together, about."""
SHARE_WORKED = 0.73
"""About how many of those referred are allocated, for the number of workers."""


@dataclass(slots=True)
class World:
    """`people`: about how many service users and victims/survivors together; none: the world of the tour."""

    seed: int
    now: datetime.datetime
    hashed_password: str
    people: int | None = None
    places: list[Place] = field(default_factory=list)

    @property
    def service_users(self) -> int:
        return (
            SERVICE_USERS
            if self.people is None
            else max(len(told.SCENES), round(self.people / PEOPLE_PER_SERVICE_USER))
        )

    @property
    def density(self) -> Density:
        return FULL if self.service_users <= TOLD_IN_FULL else SPARSE

    def chunks(self) -> Iterator[tuple[int, Sheets]]:
        """(service users so far, sheets of the last chunk). Sites and staff come first."""
        diary = Diary(self.now)
        sheets = Sheets()
        open_cases = round(self.service_users * SHARE_WORKED) if self.density is SPARSE else 0
        self.places = lay_out(
            sheets, self._dice("staff"), diary, hashed_password=self.hashed_password, cases=open_cases
        )
        yield 0, sheets
        for first in range(0, self.service_users, CHUNK):
            last = min(first + CHUNK, self.service_users)
            yield last, self._chunk(first, last, diary)

    def _dice(self, name: str) -> Random:
        return Random(f"{self.seed} {name}")  # an invented world, not a secret

    def _chunk(self, first: int, last: int, diary: Diary) -> Sheets:
        rng = self._dice(str(first))
        scribe = Scribe(Sheets(), rng, diary)
        scenes = told.courses(self.places[0], rng, diary) if first == 0 else []
        cases = dict[str, Case]()
        for course in scenes:
            case = write_course(scribe, course, self.density)
            if case is not None:
                cases[course.scene] = case
        scribe.voice = plain
        if scenes:
            told.around(scribe, self.places[0], cases)
        courses = list(scenes)
        for number in range(first + len(scenes), last):
            courses.append(draw_course(number, place_of(self.places, number), rng, diary))
            write_course(scribe, courses[-1], self.density)
        if scenes:
            scribe.voice = plain
            plan_meeting(scribe, self.places[0], courses)
        return scribe.sheets


def write_course(scribe: Scribe, course: Course, density: Density) -> Case | None:
    """Everything that is written about one service user, on both sides and between them; the case, if there is one."""
    scribe.voice = voice_for(course.person.gender, {client.person.gender for client in course.clients})
    case = Arrivals(scribe).write(course)
    if case is None:
        return None
    facts, bridge = CaseFacts(scribe, course, case, density), BridgeFacts(scribe, course, case)
    facts.status()
    changes = facts.whereabouts_and_orders() + facts.strategy()
    clients = [
        ClientFacts(scribe, course, client, link, bridge, density)
        for client, link in zip(course.clients, case.links, strict=True)
    ]
    for client in clients:
        changes += client.write()
    changes.sort(key=lambda change: change.at)
    spoke_on = ContactFacts(scribe, course, case, bridge, density).write(bridge.decide(changes))
    facts.contact_status(spoke_on[0] if spoke_on else None)
    facts.engagement(spoke_on)
    facts.profile()
    facts.research()
    ActionFacts(scribe, course, case, density).write(spoke_on)
    forms = FormFacts(scribe, course, case, density.forms)
    exit_missing = forms.write(spoke_on)
    for client in clients:
        forms.of_client(client)
    bridge.items(density.item_days)
    hold_reviews(scribe, course, case, density.reviews)
    facts.sharing(spoke_on)
    if course.closed_on:
        told_on = scribe.diary.on(course.closed_on, 16)
        details = facts.close(exit_missing=exit_missing)
        for link in case.links:
            bridge.tell(
                link, "closure", "su", told_on, "Drive closed. Closed is not safe.", urgency="soon", details=details,
                purpose="So that the client hears of it from you, and you can plan for what comes after.",
                unread=(scribe.diary.today - course.closed_on).days < 6,
            )  # fmt: skip
    _looks(scribe, course, case, density.looks)
    return case


def _looks(scribe: Scribe, course: Course, case: Case, most: int) -> None:
    """Who opened the pages in the last weeks, for the page that says who looked."""
    if course.stage in ENDED or course.stage is Stage.ALLOCATED or course.allocated_on is None:
        return
    for _ in range(scribe.rng.randint(0, most)):
        day = working(scribe.diary.today - DAY * scribe.rng.randint(1, 40))
        if day > course.allocated_on:
            scribe.event(
                "looked",
                by=case.holder,
                at=scribe.diary.at(day, scribe.rng),
                kind="su_case",
                record_id=case.id,
                service_id=case.service_id,
                assignment_id=case.assignment_id,
            )
            for link in case.links:
                record = link.record
                scribe.event(
                    "looked", by=record.holder, at=scribe.diary.at(day, scribe.rng), kind="vs_record", record_id=record.id, service_id=record.service_id,
                    assignment_id=record.assignment_id,
                )  # fmt: skip
