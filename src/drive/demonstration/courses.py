"""What becomes of each service user: when referred, what was decided, how far the work has come, how it ended.

Rates are plausible and nobody's: they follow no site. What is drawn here is written down by the other files.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from .diary import DAY, Diary, later, working
from .names import Person, draw
from .staff import Place


class Stage(StrEnum):
    """How far somebody has come today."""

    REFERRED = "referred"
    BROUGHT_BACK = "brought_back"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    ALLOCATED = "allocated"
    RESEARCH = "background_research"
    STRATEGY = "strategy_in_preparation"
    WORKING = "working"
    ON_HOLD = "on_hold"
    PRE_CLOSURE = "pre_closure"
    CLOSED = "closed"
    NOT_PROGRESSED = "not_progressed"
    STEP_DOWN = "step_down"


BEFORE_WORK = frozenset({Stage.REFERRED, Stage.BROUGHT_BACK, Stage.REJECTED, Stage.ACCEPTED})
ENDED = frozenset({Stage.CLOSED, Stage.NOT_PROGRESSED, Stage.STEP_DOWN})

_STAGES = {
    Stage.REFERRED: 10, Stage.BROUGHT_BACK: 4, Stage.REJECTED: 9, Stage.ACCEPTED: 4, Stage.ALLOCATED: 4, Stage.RESEARCH: 7,
    Stage.STRATEGY: 6, Stage.WORKING: 20, Stage.ON_HOLD: 4, Stage.PRE_CLOSURE: 3, Stage.CLOSED: 23, Stage.NOT_PROGRESSED: 2,
    Stage.STEP_DOWN: 4,
}  # fmt: skip
_SINCE = {
    Stage.REFERRED: (1, 35), Stage.BROUGHT_BACK: (25, 80), Stage.REJECTED: (20, 720), Stage.ACCEPTED: (12, 45),
    Stage.ALLOCATED: (1, 6), Stage.RESEARCH: (8, 35), Stage.STRATEGY: (30, 70), Stage.WORKING: (75, 340),
    Stage.ON_HOLD: (90, 300), Stage.PRE_CLOSURE: (140, 370), Stage.CLOSED: (150, 700), Stage.NOT_PROGRESSED: (60, 600),
    Stage.STEP_DOWN: (330, 480),
}  # fmt: skip
"""Days ago of the referral for those before work, of the allocation for the others."""

CLOSING_REASONS = (
    ("disengaged",) * 22 + ("goals_met",) * 20 + ("actions_complete",) * 18 + ("limited_scope",) * 14 + ("risk_too_high",) * 5
    + ("custody",) * 9 + ("moved",) * 6 + ("transferred",) * 3 + ("died",) + ("other",) * 2
)  # fmt: skip
REJECTIONS = (
    "worker_risk", "no_safe_lever", "elevated_by_police_probation", "behaviour_work_unsafe", "too_little_information",
    "too_little_information", "out_of_area", "managed_elsewhere", "managed_elsewhere", "unsuitable",
)  # fmt: skip
RELATIONSHIPS = (
    ("ex_partner",) * 48
    + ("partner",) * 22
    + ("intermittent",) * 14
    + ("family_adult",) * 14
    + ("other",) * 2
)
APPROACHES = (
    ("direct",) * 52
    + ("support_disrupt",) * 12
    + ("disrupt_only",) * 18
    + ("indirect_only",) * 16
    + ("monitor",) * 2
)
DIRECT = frozenset({"direct", "support_disrupt"})
"""Approaches under which the service user himself is contacted, once both sides agree."""


@dataclass(slots=True)
class ClientCourse:
    """One victim/survivor of a case: who she or he is, and how the IDVA's work with her or him goes."""

    person: Person
    relationship: str
    engagement: str = "engaged"
    """K-21 as it stands now, or stood before the exit."""
    informed: str = "full"
    idva: int | None = None
    """Whose turn it is among the site's IDVAs; none: by the case's number."""
    exit_days_ago: int | None = None


@dataclass(slots=True)
class Course:
    """One service user from the referral on. Dates are days of work; absent ones have not come."""

    number: int
    place: Place
    stage: Stage
    person: Person
    clients: list[ClientCourse]
    referred_on: datetime.date
    source: str = "marac"
    decided_on: datetime.date | None = None
    brought_back: int = 0
    allocated_on: datetime.date | None = None
    approach: str = "direct"
    research_on: datetime.date | None = None
    strategy_on: datetime.date | None = None
    working_on: datetime.date | None = None
    direct_from: datetime.date | None = None
    direct_until: datetime.date | None = None
    pre_closure_on: datetime.date | None = None
    closed_on: datetime.date | None = None
    reason: str = ""
    holder: int | None = None
    """Whose turn it is among the site's case managers; none: by the number."""
    scene: str = ""
    """Which hand-told situation this is; see `told`."""
    referral: str = ""
    """The key of the first referral, once it is written."""


def draw_course(number: int, place: Place, rng: Random, diary: Diary) -> Course:
    """Somebody's course, by the dice."""
    stage = rng.choices(list(_STAGES), weights=list(_STAGES.values()))[0]
    if not place.panel and stage in (Stage.BROUGHT_BACK, Stage.ACCEPTED):
        stage = Stage.REFERRED  # straight from MARAC: nobody decides before it is given to workers (C-01)
    return lay_days(start(number, place, stage, rng, diary), rng, diary, since=rng.randint(*_SINCE[stage]))


def start(number: int, place: Place, stage: Stage, rng: Random, diary: Diary) -> Course:
    """Who it is and who else is concerned; the days are laid afterwards (`lay_days`)."""
    gender = "woman" if rng.random() < 0.06 else "man"
    person = draw(rng, diary.today, gender=gender, youngest=17 if rng.random() < 0.02 else 19)
    count = rng.choices((1, 2, 3), weights=(86, 12, 2))[0]
    clients = []
    for _ in range(count):
        relationship = rng.choice(RELATIONSHIPS)
        other = (
            "man"
            if (gender == "woman") != (rng.random() < 0.05) and relationship != "family_adult"
            else "woman"
        )
        oldest, youngest = (78, 45) if relationship == "family_adult" else (60, 17)
        clients.append(
            ClientCourse(draw(rng, diary.today, gender=other, youngest=youngest, oldest=oldest), relationship)
        )
    for one in clients:
        one.engagement = rng.choices(
            (
                "engaged",
                "sporadic",
                "monitoring",
                "needs_time",
                "declined",
                "via_agency",
                "trying",
                "disengaged",
            ),
            weights=(40, 14, 9, 5, 8, 7, 12, 5),
        )[0]
        one.informed = rng.choices(
            ("full", "part", "deferred", "withheld", "not_considered"), weights=(52, 16, 14, 8, 10)
        )[0]
    return Course(
        number=number, place=place, stage=stage, person=person, clients=clients, referred_on=diary.today,
        source="marac" if rng.random() < 0.78 or place.panel is False else rng.choice(("police", "panel", "other")),
        approach=rng.choice(APPROACHES),
    )  # fmt: skip


def lay_days(course: Course, rng: Random, diary: Diary, *, since: int) -> Course:
    """Give a course its days: the referral `since` days ago for those before work, else the allocation."""
    stage = course.stage
    if stage in BEFORE_WORK:
        course.referred_on = diary.ago(since)
        if stage is Stage.BROUGHT_BACK:
            course.brought_back = rng.choice((1, 1, 2))
        if stage in (Stage.REJECTED, Stage.ACCEPTED):
            course.brought_back = rng.choice((0, 0, 0, 1))
            course.decided_on = min(
                later(course.referred_on, 7, 11 + 14 * course.brought_back, rng), diary.ago(1)
            )
        return course
    course.allocated_on = allocated = diary.ago(since)
    course.brought_back = rng.choice((0, 0, 0, 0, 1, 2))
    course.decided_on = working(allocated - DAY * rng.randint(1, 12))
    course.referred_on = working(course.decided_on - DAY * (rng.randint(6, 20) + 14 * course.brought_back))
    if stage is Stage.ALLOCATED:
        return course
    course.research_on = later(allocated, 1, 4, rng)
    if stage is Stage.RESEARCH:
        return course
    if stage is Stage.NOT_PROGRESSED:
        course.closed_on = later(course.research_on, 10, 40, rng)
        course.reason = "not_progressed"
        return course
    course.strategy_on = later(course.research_on, 10, 22, rng)
    if stage is Stage.STRATEGY:
        return course
    course.working_on = later(course.strategy_on, 5, 14, rng)
    if course.approach in DIRECT:
        course.direct_from = later(course.working_on, 4, 20, rng)
    if stage in (Stage.CLOSED, Stage.STEP_DOWN):
        longest = min(since - 12, 380)
        course.closed_on = later(allocated, min(127, longest - 10), longest, rng)
        if stage is Stage.CLOSED:
            course.reason = rng.choice(CLOSING_REASONS)
        else:
            course.reason = rng.choice(("goals_met", "actions_complete"))
        if course.reason not in ("died", "transferred"):
            course.pre_closure_on = course.closed_on - DAY * rng.choice((14, 21, 28))
        if course.reason in ("goals_met", "died") and course.approach not in DIRECT:
            course.reason = "actions_complete"
            course.pre_closure_on = course.closed_on - DAY * 14
    elif stage is Stage.PRE_CLOSURE:
        course.pre_closure_on = diary.ago(rng.randint(3, 20))
    course.direct_until = course.pre_closure_on or course.closed_on
    return course
