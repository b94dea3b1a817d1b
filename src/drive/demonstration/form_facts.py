"""Answered forms on both sides, with what nobody asked and nobody knows left as it is (R-04), and the flags that rises set off."""

from __future__ import annotations

import datetime
from functools import cache

from drive.advocacy.models import Assessment as ClientAssessment
from drive.casework.models import Assessment, ReviewFlag, ReviewFlagAnswer
from drive.instruments.answers import Mode, RefusedAnswers, ValidatedAnswers, validate
from drive.instruments.definitions import Definition
from drive.instruments.library import instrument
from drive.instruments.scoring import compare

from .advocacy_facts import ClientFacts
from .courses import Course
from .diary import DAY, later
from .scribe import Case, Link, Scribe

type Answers = dict[str, dict[str, object]]

LEVELS = ("none", "standard", "moderate", "high")
NEED_LEVELS = ("none", "low", "medium", "high")
POINTS = (("m3", 91), ("m6", 183), ("m9", 274))
MISSING_WITHOUT_CONTACT = 0.4
"""How much of the needs form nobody knows while the service user himself has not been seen; after that a quarter of it."""


@cache
def _definition(name: str) -> Definition:
    return instrument(name)


class FormFacts:
    """Writes the forms of one case, and of its clients."""

    def __init__(self, scribe: Scribe, course: Course, case: Case, share: float) -> None:
        self.scribe, self.course, self.case, self.share = scribe, course, case, share
        self.rng, self.diary = scribe.rng, scribe.diary
        self.before: dict[tuple[str, str], Answers] = {}

    def write(self, spoke_on: list[datetime.date]) -> bool:
        """The case manager's forms at each point that has come. Whether a form of the exit set is missing."""
        course, rng = self.course, self.rng
        if course.research_on is None or rng.random() > self.share:
            return True
        self._research(later(course.research_on, 5, 9, rng))
        seen = spoke_on[0] if spoke_on else None
        end = course.closed_on or self.diary.today
        intake = later(course.research_on, 6, 12, rng)
        self._round("intake", intake, seen, dash=True)
        for point, days in POINTS:
            day = later(intake, days - 4, days + 6, rng)
            if day < end - DAY * 14 and rng.random() < 0.94:
                self._round(point, day, seen)
        middle = later(intake, 150, 165, rng)
        if middle < end - DAY * 14 and rng.random() < 0.94:
            for link in self.case.links:
                self._submit("drive_dash", "mid", middle, self._dash(link, "mid"), link)
        last = course.closed_on or (course.pre_closure_on if course.scene == "close" else None)
        if last is None or course.reason == "not_progressed" or (rng.random() < 0.2 and not course.scene):
            return True
        day = max(intake, last - DAY * 5)
        self._round("exit", day, seen, dash=True)
        for link in self.case.links:
            change = rng.choice(
                (
                    "reduced_greatly",
                    "reduced_slightly",
                    "reduced_slightly",
                    "no_change",
                    "unknown",
                    "increased_slightly",
                )
            )
            self._submit(
                "risk_change", "exit", day, {"target": {"value": "victim"}, "change": {"value": change}}, link
            )
        return False

    def _round(
        self, point: str, day: datetime.date, seen: datetime.date | None, *, dash: bool = False
    ) -> None:
        known = seen is not None and seen <= day
        for link in self.case.links:
            self._submit("severity_of_abuse_grid", point, day, self._grid(link, point), link)
            if dash:
                self._submit("drive_dash", point, day, self._dash(link, point), link)
        self._submit("needs", point, day, self._needs(point, known=known), None)

    def _grid(self, link: Link, point: str) -> Answers:
        """Levels that mostly fall from one form to the next; some stay unknown, some get worse."""
        rng, before = self.rng, self.before.get(("severity_of_abuse_grid", link.id))
        answers: Answers = {"sources": {"value": ["police", "idva"]}, "look_back": {"value": "last_3_months"}}
        if point == "intake":
            answers["basis"] = {"value": "Police log and the IDVA. Opinion: worse at weekends."}
        for kind, usual in (("physical", 2.0), ("sexual", 0.9), ("hs", 1.9), ("jcc", 2.4)):
            then = str(before[kind]["value"]) if before else "unknown"
            if then in LEVELS:
                step = rng.choices((-1, 0, 1), weights=(52, 44, 4))[0]
                level = LEVELS[max(0, min(3, LEVELS.index(then) + step))]
            else:
                level = (
                    "unknown"
                    if rng.random() < (0.4 if kind == "sexual" else 0.14)
                    else LEVELS[max(0, min(3, round(rng.gauss(usual, 0.8))))]
                )
            answers[kind] = {"value": level}
            if level == "unknown" and rng.random() < 0.3:
                answers[f"{kind}_used"] = {"value": "yes"}
        return answers

    def _dash(self, link: Link, point: str) -> Answers:
        rng, answers = self.rng, dict[str, dict[str, object]]()
        before = self.before.get(("drive_dash", link.id))
        for number in range(1, 21):
            item = f"q{number:02d}"
            if before and rng.random() < 0.75:
                answers[item] = before[item]
            else:
                weights = (46, 26, 4, 24) if point == "intake" else (24, 48, 4, 24)
                answers[item] = {"value": rng.choices(("yes", "no", "na", "nk"), weights=weights)[0]}
        return answers

    def _needs(self, point: str, *, known: bool) -> Answers:
        rng, answers = self.rng, dict[str, dict[str, object]]()
        before = self.before.get(("needs", ""))
        for item in _definition("needs").items:
            if item.id == "children_families":
                continue  # this area or the three separate ones, never both
            if rng.random() < MISSING_WITHOUT_CONTACT * (0.6 if known else 1.1):
                answers[item.id] = {"missing": rng.choice(("unknown", "unknown", "not_asked"))}
                continue
            then = str(before[item.id].get("value", "")) if before else ""
            if then in NEED_LEVELS:
                level = NEED_LEVELS[max(0, NEED_LEVELS.index(then) - rng.choice((0, 0, 1)))]
            else:
                level = rng.choices(NEED_LEVELS, weights=(38, 20, 24, 18))[0]
            answers[item.id] = {"value": level}
        return answers

    def _research(self, day: datetime.date) -> None:
        answers: Answers = {}
        for item in _definition("background_research").items:
            drawn = self.rng.choices(
                ("found", "nothing_found", "unknown", "not_asked"), weights=(50, 20, 16, 14)
            )[0]
            answers[item.id] = {"missing": drawn} if drawn in ("unknown", "not_asked") else {"value": drawn}
        self._submit("background_research", "intake", day, answers, None)

    def _submit(self, name: str, point: str, day: datetime.date, answers: Answers, link: Link | None) -> None:
        if day >= self.diary.today:
            return
        definition, key = _definition(name), (name, link.id if link else "")
        at = self.diary.on(day, 16, self.rng.randrange(60))
        form = self.scribe.on_case(
            self.case, Assessment, f"assessment:{name}", at, fields=sorted(answers), instrument=name, instrument_version=definition.version, point=point, as_of=day,
            linked_person_id=link.linked_person_id if link else None, answers=answers,
        )  # fmt: skip
        before = self.before.get(key)
        self.before[key] = answers
        if not _may_have_risen(before, answers):
            return
        comparison = compare(read(definition, before) if before else None, read(definition, answers))
        if not comparison.rises:
            return
        rises = [
            {"item": c.id, "label": c.label, "before": c.before, "after": c.after} for c in comparison.rises
        ]
        flag = self.scribe.on_case(
            self.case,
            ReviewFlag,
            "review_flag",
            at,
            fields=[c.id for c in comparison.rises],
            assessment_id=form,
            rises=rises,
            more_is_known=comparison.fewer_missing,
        )
        answered = later(day, 2, 9, self.rng)
        if answered < self.diary.today - DAY * 12 and self.rng.random() < 0.85:
            self.scribe.on_case(
                self.case, ReviewFlagAnswer, "review_flag", self.diary.at(answered, self.rng), fields=["words"], flag_id=flag,
                words="Gone through together; plan holds, police told of the change.",
            )  # fmt: skip

    def of_client(self, facts: ClientFacts) -> None:
        """The IDVA's intake and exit forms."""
        reached, rng = facts.reached_on, self.rng
        if reached is None or (rng.random() > 0.7 * self.share and not self.course.scene):
            return
        day = later(reached, 3, 20, rng)
        if day < min(facts.until, self.diary.today):
            self._client_form(facts, "idva_intake_form", "intake", day, self._intake(facts, day))
        if facts.exited_on and facts.exited_on > day and rng.random() < 0.7:
            self._client_form(facts, "idva_exit_form", "exit", facts.exited_on, self._exit(facts.exited_on))

    def _client_form(
        self, facts: ClientFacts, name: str, point: str, day: datetime.date, answers: Answers
    ) -> None:
        self.scribe.on_record(
            facts.record, ClientAssessment, "client_assessment", self.diary.on(day, 16, self.rng.randrange(60)), instrument=name,
            instrument_version=_definition(name).version, point=point, as_of=day, answers=answers, amends_id=None, amend_reason="",
            fields=["amend_reason", "amends", "answers", "as_of", "instrument", "instrument_version", "point"],
        )  # fmt: skip

    def _abuse(self, shift: float) -> Answers:
        answers: Answers = {"look_back": {"value": "last_3_months"}}
        for kind, usual in (("physical", 1.9), ("sexual", 0.8), ("hs", 1.9), ("jcc", 2.4)):
            unknown = self.rng.random() < 0.12
            answers[kind] = {
                "value": "unknown"
                if unknown
                else LEVELS[max(0, min(3, round(self.rng.gauss(usual - shift, 0.8))))]
            }
        return answers

    def _intake(self, facts: ClientFacts, day: datetime.date) -> Answers:
        rng, person = self.rng, facts.record.person
        answers: Answers = {
            "intake_date": {"value": day.isoformat()}, "gender": {"value": person.gender},
            "ethnicity": {"missing": person.ethnic_group} if person.ethnic_group in ("unknown", "not_asked") else {"value": person.ethnic_group},
            "sexual_orientation": {"missing": person.orientation} if person.orientation in ("unknown", "not_asked") else {"value": person.orientation},
            "relationship": {"value": facts.client.relationship}, "living_together": {"value": rng.choice(("no", "no", "yes"))},
            "risk_level": {"value": rng.choice(("high", "high", "medium", "standard", "unknown"))},
        }  # fmt: skip
        children = rng.choice((0, 0, 1, 2, 3))
        answers["children_present"] = {"value": "yes" if children else "no"}
        if children:
            answers["children_count"] = {"value": children}
        for need in ("mental_health", "alcohol", "drugs", "employment", "finance", "disability"):
            answers[f"need_{need}"] = (
                {"missing": "not_asked"}
                if rng.random() < 0.15
                else {"value": rng.choice(("yes", "no", "no"))}
            )
        answers |= self._abuse(0)
        for item, most in (
            ("leave_attempts_12m", 3),
            ("ae_visits_12m", 2),
            ("police_calls_12m", 9),
            ("specialist_support_12m", 2),
            ("gp_visits_12m", 8),
        ):
            answers[item] = (
                {"missing": "not_asked"} if rng.random() < 0.2 else {"value": rng.randint(0, most)}
            )
        return answers

    def _exit(self, day: datetime.date) -> Answers:
        rng = self.rng
        change = rng.choice(("significant", "moderate", "moderate", "limited", "unknown"))
        return {
            "exit_date": {"value": day.isoformat()}, "exit_reason": {"value": rng.choice(("completed", "completed", "disengaged", "moved_away"))}, **self._abuse(1.1),
            "risk_change": {"value": change},
            "sustainability": {"value": rng.choice(("long", "medium", "short", "unknown"))} if change in ("significant", "moderate") else {"missing": "not_applicable"},
            "safer": {"value": rng.choice(("much", "slightly", "slightly", "no_change", "not_asked"))}, "contacts_n": {"value": rng.randint(4, 60)},
            "supports_n": {"value": rng.randint(0, 6)}, "questionnaire": {"value": rng.choice(("completed", "offered_declined"))},
        }  # fmt: skip


def read(definition: Definition, answers: Answers) -> ValidatedAnswers:
    """The answers as a submission. Raises `ValueError` where they would have been refused."""
    found = validate(definition, answers, mode=Mode.SUBMIT)
    if isinstance(found, RefusedAnswers):
        raise ValueError(f"{definition.id}: {'; '.join(problem.text for problem in found.problems)}")
    return found


_ORDER = {code: rank for rank, code in enumerate(("none", "low", "standard", "medium", "moderate", "high"))}


def _may_have_risen(before: Answers | None, after: Answers) -> bool:
    """Whether it is worth comparing in full: a level went up, more risks are ticked, or an answer says worse by itself."""
    if str(after.get("change", {}).get("value", "")).startswith("increased"):
        return True
    if before is None:
        return False
    if "q01" in after:
        return _ticked(after) > _ticked(before)
    return any(
        _ORDER.get(str(given.get("value")), -1) > _ORDER.get(str(before.get(item, {}).get("value")), 99)
        for item, given in after.items()
    )


def _ticked(answers: Answers) -> int:
    return sum(given.get("value") == "yes" for given in answers.values())
