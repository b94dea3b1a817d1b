"""Joint reviews of the pairs who work on one case from both sides (R-73): regular for most, overdue for some."""

from __future__ import annotations

import datetime
from itertools import zip_longest

from drive.safety.models import JointReview, PairRhythm, ReviewAnswer
from drive.safety.rules import OTHERS_AT_RISK

from . import words
from .courses import Course, Stage
from .diary import DAY, later
from .scribe import Case, Link, Scribe

NEGLECTED = 0.12
"""How many pairs stopped meeting some while ago, so that agendas have something to say (S-24)."""


def hold_reviews(scribe: Scribe, course: Course, case: Case, most: int) -> None:
    """Write at most so many of the latest joint reviews of every link of the case, and how far-off pairs keep in touch."""
    assert course.allocated_on  # only what was allocated has a case
    end = scribe.diary.today
    if course.closed_on and course.stage is not Stage.STEP_DOWN:
        end = course.closed_on
    for link in case.links:
        days = _days(scribe, course.allocated_on, end)
        for day, after in list(zip_longest(days, days[1:]))[-most:]:
            _hold(scribe, link, day, after)
        if most > 1 and link.case.site_id != link.record.site_id and days:
            scribe.on_link(
                link, PairRhythm, "pair_rhythm", scribe.diary.on(days[0], 12), side="su", fields=("introduced_on", "every_days"),
                introduced_on=days[0], how="video", every_days=14, words="Thursdays at ten; the case manager rings.",
            )  # fmt: skip


def _days(scribe: Scribe, start: datetime.date, end: datetime.date) -> list[datetime.date]:
    """About every four weeks; the neglected stop two to five months before the end."""
    rng = scribe.rng
    if rng.random() < NEGLECTED:
        end -= DAY * rng.randint(60, 150)
    days, day = [], later(start, 14, 28, rng)
    while day < end:
        days.append(day)
        day = later(day, 24, 33, rng)
    return days


def _hold(scribe: Scribe, link: Link, day: datetime.date, after: datetime.date | None) -> None:
    rng, diary = scribe.rng, scribe.diary
    side, other = rng.choice((("su", "vs"), ("vs", "su")))
    at = diary.on(day, 14, rng.randrange(60))
    answered = diary.on(later(day, 1, 3, rng), 10, rng.randrange(60))
    review = scribe.on_link(
        link, JointReview, "joint_review", at, side=side, fields=("held_on", "outcome", "exit_plan", "actions", "next_on"),
        held_on=day, case_side_came="came", client_side_came=rng.choices(("came", "stand_in"), weights=(9, 1))[0],
        patterns=rng.choice(words.PATTERNS), unknowns=rng.choice(words.UNKNOWNS), if_we_do_not=rng.choice(words.IF_NOT),
        others_at_risk={key: rng.choice(words.OTHERS[:2]) if rng.random() < 0.2 else "unknown" for key, _ in OTHERS_AT_RISK},
        outcome=rng.choices(("continue", "light_touch", "ask_views"), weights=(8, 1, 1))[0], exit_plan="",
        actions=rng.choice(words.AGREED), next_on=after or day + DAY * 28,
    )  # fmt: skip
    if answered < diary.now - DAY:
        scribe.on_link(
            link, ReviewAnswer, "joint_review", answered, side=other, fields=("answer",),
            review_id=review, review_side=side, answer="agree", words="",
        )  # fmt: skip
