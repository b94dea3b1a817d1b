"""The IDVA's side: reaching the client, what she or he knows and wants, sealed values, check-ins, circumstances, the end."""

from __future__ import annotations

import datetime

from drive.access.roles import Role
from drive.access.sealing import lookup_digest, seal
from drive.advocacy.models import (
    CheckIn,
    CheckInPlan,
    Child,
    ChildrenKnown,
    ClientContact,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    LivingWith,
    OtherAtRisk,
    RecordExit,
    SafeContactRule,
    SafetyMeasure,
    SealedValue,
    SupportMobilised,
    UpdatePreference,
    Wish,
)
from drive.people.channels import DIGEST_PURPOSE, folded_channel

from . import words
from .bridge_facts import BridgeFacts
from .casework_facts import Change
from .courses import ClientCourse, Course
from .density import Density
from .diary import DAY, later, working
from .keys import dashed, draw_key
from .scribe import Link, Scribe

REACHED = frozenset({"engaged", "sporadic", "monitoring", "via_agency", "needs_time"})
"""K-21 states in which somebody has spoken with the client."""


class ClientFacts:
    """Writes one client's record."""

    def __init__(
        self,
        scribe: Scribe,
        course: Course,
        client: ClientCourse,
        link: Link,
        bridge: BridgeFacts,
        density: Density,
    ) -> None:
        self.scribe, self.course, self.client, self.link, self.bridge, self.density = (
            scribe,
            course,
            client,
            link,
            bridge,
            density,
        )
        self.record, self.rng, self.diary = link.record, scribe.rng, scribe.diary
        assert course.allocated_on  # only what was allocated has a record
        self.opened: datetime.date = course.allocated_on
        self.reached_on = self._reached()
        self.exited_on = self._exit_day()
        self.until = self.exited_on or self.diary.today

    def _reached(self) -> datetime.date | None:
        if self.client.engagement == "trying":
            return None
        day = later(self.opened, 2, 21, self.rng)
        return day if day < self.diary.today else None

    def _exit_day(self) -> datetime.date | None:
        if self.client.exit_days_ago is not None:
            return self.diary.ago(self.client.exit_days_ago)
        if self.course.scene:
            return None
        if self.reached_on is None:
            # Nobody could be reached: the work ends some months after the case does, or after half a year of trying.
            day = later(self.course.closed_on or self.opened + DAY * 150, 20, 60, self.rng)
            return day if day < self.diary.today else None
        leaves = self.rng.random() < (0.6 if self.course.closed_on else 0.05)
        around = self.course.closed_on or self.reached_on + DAY * 60
        day = later(around, -30, 80, self.rng)
        return day if leaves and self.reached_on + DAY * 30 < day < self.diary.today else None

    def write(self) -> list[Change]:
        """Everything on the record; what of it ends a joint decision."""
        changes = self._reaching()
        self._contacts()
        if self.reached_on:
            self._knowing_and_wanting(self.reached_on)
            changes += self._sealed(self.reached_on)
            self._check_ins(self.reached_on)
            self._around(self.reached_on)
        if self.exited_on:
            changes.append(self._exit(self.exited_on))
        return changes

    def _engagement(self, value: str, since: datetime.date, hour: int = 12) -> Change:
        at = self.diary.on(since, hour, self.rng.randrange(60))
        channel = self.rng.choice(("phone", "phone", "text", "face_to_face")) if value in REACHED else ""
        self.scribe.on_record(
            self.record, EngagementEntry, "client_engagement", at, value=value, since=since, channel=channel,
            reason=self.rng.choice(("", "", "Work and children leave little time.", "Wants to see first whether it helps.")),
            seen_by=self.rng.choice(("", "", "Health visitor", "Children’s centre", "Housing officer")),
        )  # fmt: skip
        return Change(at, "client_engagement", "vs", self.record.holder, self.link.id)

    def _reaching(self) -> list[Change]:
        first = later(self.opened, 1, 2, self.rng)
        if first >= self.diary.today:
            return []
        changes = [self._engagement("trying", first, 13)]
        if self.reached_on is None:
            return changes
        settled = self.client.engagement
        moved = later(self.reached_on, 45, 140, self.rng)
        if settled in ("declined", "disengaged") or (
            self.rng.random() < 0.15 and moved < self.until and not self.course.scene
        ):
            changes.append(
                self._engagement(
                    "engaged" if settled != "engaged" else "needs_time", max(self.reached_on, first + DAY), 14
                )
            )
            if moved < self.until:
                changes.append(self._engagement(settled, moved))
        else:
            changes.append(self._engagement(settled, max(self.reached_on, first + DAY), 14))
        return changes

    def _contact(self, day: datetime.date, outcome: str, *, channel: str = "") -> str:
        rng = self.rng
        at = self.diary.on(day, rng.randint(9, 15), rng.randrange(60))
        return self.scribe.on_record(
            self.record, ClientContact, "client_contact", at + datetime.timedelta(minutes=20), happened_at=at,
            channel=channel or rng.choice(("phone", "phone", "phone", "text", "face_to_face")), outcome=outcome,
            started_by=rng.choice(("worker", "worker", "worker", "client")) if outcome == "spoke" else "worker",
            content=rng.choice(words.CLIENT_NOTES) if outcome == "spoke" else "",
        )  # fmt: skip

    def _contacts(self) -> None:
        day, least, most = later(self.opened, 1, 2, self.rng), *self.density.client_contact_days
        while day < min(self.until, self.diary.today):
            spoke = self.reached_on is not None and day >= self.reached_on and self.rng.random() < 0.7
            self._contact(day, "spoke" if spoke else self.rng.choice(("no_reply", "no_reply", "missed")))
            if self.reached_on is None and (day - self.opened).days > 60:
                return
            day = later(day, least, most, self.rng)
        if self.reached_on:
            self._contact(self.reached_on, "spoke")

    def _knowing_and_wanting(self, reached: datetime.date) -> None:
        rng, diary, client = self.rng, self.diary, self.client
        day = later(reached, 0, 18, rng)
        if day < diary.today and client.informed != "not_considered":
            told = client.informed in ("full", "part")
            review = max(day + DAY * 30, diary.today + DAY * rng.randint(-4, 30)) if not told else None
            self.scribe.on_record(
                self.record, InformedEntry, "client_informed", diary.on(day, 15), state=client.informed, decided_on=day,
                told=words.TOLD if told else "", told_by=rng.choice(("idva", "idva", "agency")) if told else "nobody",
                reason=rng.choice(("leak_fear", "settled", "contact_uncertain", "disrupt_only", "own_wish")) if client.informed == "withheld" else "", reason_detail="",
                reviewer_id=self.course.place.first(Role.IDVA_MANAGER).id if client.informed == "withheld" else None, review_on=review,
            )  # fmt: skip
        wanted = later(reached, 0, 25, rng)
        if wanted >= diary.today:
            return
        if rng.random() < 0.6:
            self.scribe.on_record(
                self.record, UpdatePreference, "client_preference", diary.on(wanted, 15, 10), value=rng.choice(("full", "headlines", "headlines", "emergencies", "none")), said_on=wanted, words="",
            )  # fmt: skip
        if rng.random() < 0.6:
            self.scribe.on_record(
                self.record,
                Wish,
                "client_wish",
                diary.on(wanted, 15, 20),
                words=rng.choice(words.WISHES),
                said_on=wanted,
            )
        if rng.random() < 0.8 or self.course.scene:
            self._safe_contact(wanted)

    def _safe_contact(self, day: datetime.date) -> None:
        rng = self.rng
        for version in (1, 2) if rng.random() < 0.15 else (1,):
            agreed = day + DAY * 60 * (version - 1)
            if agreed >= self.diary.today:
                return
            self.scribe.on_record(
                self.record, SafeContactRule, "safe_contact", self.diary.on(agreed, 15, 30), version=version, channels=rng.choice((["phone"], ["phone", "text"], ["text", "face_to_face"])),
                when_safe=rng.choice(("Weekdays 9.30 to 14.30", "Mondays and Thursdays at lunch", "After 10, never on Fridays")), how=rng.choice(("", "Ring twice, then text", "Say that it is the library")),
                voicemail=False, if_someone_else="Ask for the book that was ordered", withheld_number=True, code_word_set=rng.random() < 0.3, agreed_on=agreed,
                review_on=max(agreed + DAY * 90, self.diary.today + DAY * rng.randint(-6, 80)),
            )  # fmt: skip

    def seal_value(
        self, kind: str, value: str, at: datetime.datetime, *, withheld: bool = False, label: str = ""
    ) -> None:
        """One value, sealed for its row, with the digest by which equal channels are told (S-06, S-14)."""
        key = dashed(draw_key(self.rng))
        lookup = (
            "" if kind == "code_word" else lookup_digest(folded_channel(kind, value), purpose=DIGEST_PURPOSE)
        )
        self.scribe.on_record(
            self.record, SealedValue, "sealed_value", at, fields=[kind], id=key, kind=kind, ciphertext=seal(value.encode(), bound_to=f"advocacy_sealedvalue:{key}:{kind}"),
            lookup=lookup, withheld=withheld, label=label,
        )  # fmt: skip

    def _sealed(self, reached: datetime.date) -> list[Change]:
        rng, at = self.rng, self.diary.on(reached, 16, self.rng.randrange(60))
        self.seal_value("phone", words.phone(rng), at, label="Own mobile")
        if not self.density.circumstances:
            return []
        if rng.random() < 0.3:
            self.seal_value(
                "school",
                f"{rng.choice(('Teapot', 'Windmill', 'Acorn'))} Primary, {self.course.place.name}",
                at,
                label="Younger child",
            )
        if rng.random() < 0.25:
            self.seal_value("code_word", rng.choice(("marmalade", "periwinkle", "tambourine")), at)
        moved = later(reached, 30, 200, rng)
        if moved < self.until and rng.random() < 0.08 and not self.course.scene:
            moved_at = self.diary.on(moved, 14, rng.randrange(60))
            refuge = rng.random() < 0.4
            self.seal_value(
                "refuge" if refuge else "address",
                words.address(rng, self.record.person, "Elsewhere"),
                moved_at,
                withheld=refuge,
            )
            return [Change(moved_at, "client_residence", "vs", self.record.holder, self.link.id)]
        return []

    def _check_ins(self, reached: datetime.date) -> None:
        rng, diary = self.rng, self.diary
        if self.client.engagement not in ("engaged", "sporadic", "monitoring") or (
            rng.random() < 0.25 and self.client.engagement != "monitoring"
        ):
            return
        interval = rng.choice(self.density.check_in_days)
        agreed = later(reached, 5, 15, rng)
        if agreed >= min(self.until, diary.today):
            return
        due = working(agreed + DAY * interval)
        self._plan(diary.on(agreed, 16, 50), interval, due, why="Agreed with the client")
        behind = rng.random() < 0.1
        while due < min(self.until, diary.today - DAY * (9 if behind else 1)):
            done = later(due, 0, 3, rng)
            if done >= min(self.until, diary.today):
                break
            due = self._check_in(done, due, interval)
        if self.exited_on:
            self._plan(diary.on(self.exited_on, 16), interval, None, why="Stopped with the end of support")

    def _plan(self, at: datetime.datetime, interval: int, due: datetime.date | None, why: str = "") -> None:
        self.scribe.on_record(
            self.record, CheckInPlan, "check_in_plan", at, interval_days=interval, due_on=due, safe_time="Weekday mornings", questions="Anything new; how the week was; what is coming", why=why,
        )  # fmt: skip

    def _check_in(self, done: datetime.date, due: datetime.date, interval: int) -> datetime.date:
        """One check-in with its contact, the next plan, and the summary that crosses (R-71, V-11). When the next is due."""
        rng, diary = self.rng, self.diary
        outcome = rng.choices(
            ("unchanged", "lower", "higher", "cannot_tell", "no_reply", "declined_talk"),
            weights=(46, 18, 10, 6, 16, 4),
        )[0]
        contact = self._contact(
            done, {"no_reply": "no_reply", "declined_talk": "declined"}.get(outcome, "spoke"), channel="phone"
        )
        at = diary.on(done, 16, rng.randrange(50))
        summary = "" if outcome in ("no_reply", "declined_talk") else rng.choice(words.SUMMARIES)
        self.scribe.on_record(
            self.record, CheckIn, "check_in", at, contact_id=contact, done_at=at, was_due_on=due, outcome=outcome,
            feels_safer=rng.choice(("much", "slightly", "slightly", "no_change", "not_asked")) if summary else "not_asked", summary=summary, note="",
        )  # fmt: skip
        if summary:
            recent = (diary.today - done).days < 4
            self.bridge.tell(
                self.link,
                "check_in_summary",
                "vs",
                at + datetime.timedelta(minutes=2),
                summary,
                unread=recent,
                urgency="soon" if outcome == "higher" else "routine",
            )
        following = working(done + DAY * interval)
        self._plan(at + datetime.timedelta(minutes=1), interval, following)
        return following

    def _around(self, reached: datetime.date) -> None:
        rng, diary, note = self.rng, self.diary, self.scribe.on_record
        day = later(reached, 1, 20, rng)
        if day >= diary.today:
            return
        at = diary.on(day, 14, rng.randrange(60))
        living = (
            "yes"
            if self.client.relationship == "partner" and rng.random() < 0.7
            else rng.choice(("no", "no", "at_times", "unknown"))
        )
        note(self.record, LivingWith, "living_with", at, answer=living, as_of=day)
        if not self.density.circumstances:
            return
        children = rng.choices((0, 1, 2, 3), weights=(38, 28, 24, 10))[0]
        note(
            self.record,
            ChildrenKnown,
            "children_known",
            at,
            answer="listed" if children else rng.choice(("none", "none", "unknown", "not_asked")),
            as_of=day,
        )
        for _ in range(children):
            age = rng.randint(1, 16)
            note(
                self.record, Child, "child", at, thread=draw_key(rng), version=1, given_names=rng.choice(("Bramble", "Clover", "Fern", "Linnet", "Rowan", "Sorrel", "Teal", "Wilf")), born_on=None,
                age_band="0_4" if age < 5 else "5_9" if age < 10 else "10_15" if age < 16 else "16_17", lives_with_client=rng.choice(("yes", "yes", "yes", "no")), carer="",
                sees_service_user=rng.choice(("no", "yes", "supervised", "unknown")), status=rng.choice(("none", "early_help", "in_need", "protection_plan", "not_asked")),
                risk=rng.choice(("none", "standard", "moderate", "high", "unknown")), therapeutic_work=rng.choice(("no", "yes", "not_asked")),
            )  # fmt: skip
        if rng.random() < 0.15:
            note(
                self.record,
                OtherAtRisk,
                "other_at_risk",
                at,
                who="Her mother",
                why="He rings her at night.",
                as_of=day,
            )
        for measure in rng.sample(
            ("camera_at_door", "flag_on_address", "alarm", "lock_change", "hospital_marker"),
            rng.randint(0, 2),
        ):
            thread = draw_key(rng)
            note(
                self.record,
                SafetyMeasure,
                "safety_measure",
                at,
                thread=thread,
                version=1,
                measure=measure,
                state="asked",
                since=day,
                provider="Council",
                detail="",
            )
            fitted = later(day, 7, 21, rng)
            if fitted < diary.today:
                note(
                    self.record,
                    SafetyMeasure,
                    "safety_measure",
                    diary.on(fitted, 12),
                    thread=thread,
                    version=2,
                    measure=measure,
                    state="in_place",
                    since=fitted,
                    provider="Council",
                    detail="",
                )
        if self.exited_on is None and rng.random() < 0.14:
            on = diary.today + DAY * rng.randint(2, 40)
            note(
                self.record, CourtDate, "court_date", at, thread=draw_key(rng), version=1, on=on - DAY * max(0, on.weekday() - 4), at=datetime.time(10), what=rng.choice(("Family court", "Trial", "Order hearing")),
                goes_along=rng.choice(("", self.record.holder.name)), cancelled=False,
            )  # fmt: skip
        for _ in range(rng.randint(0, 2)):
            arranged = later(day, 3, 60, rng)
            if arranged < self.until:
                note(
                    self.record,
                    SupportMobilised,
                    "support",
                    diary.on(arranged, 13),
                    what=rng.choice(("Counselling", "Legal advice", "Emergency fund", "New school place")),
                    provider="",
                    arranged_on=arranged,
                )

    def _exit(self, day: datetime.date) -> Change:
        """The end of the IDVA's work, which nothing but her own service decides (R-72, V-18)."""
        at = self.diary.on(day, 16, 5)
        self.scribe.on_record(
            self.record, RecordExit, "record_exit", at, exited_on=day, reason=self.rng.choice(("completed", "completed", "disengaged", "moved_away", "case_transferred")) if self.reached_on else "disengaged", detail="", check_ins_continue=False,
        )  # fmt: skip
        self.scribe.on_record(
            self.record, EngagementEntry, "client_engagement", at, value="exited", since=day
        )
        return Change(at, "client_engagement", "vs", self.record.holder, self.link.id)
