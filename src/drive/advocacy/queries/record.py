"""One client's record, as its page shows it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.utils import timezone

from drive.access.models import OPEN, WORKING, AssignmentKind, ClientAssignment, local_today
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.instruments.codelists import code_list
from drive.people.summaries import FullSummary, UnknownSummary, summary_of

from ..models import (
    Assessment,
    CheckIn,
    CheckInPlan,
    Child,
    ChildrenKnown,
    ClientContact,
    ClientProfile,
    CourtDate,
    EngagementEntry,
    InformedEntry,
    LivingWith,
    OtherAtRisk,
    RecordExit,
    SafeContactRule,
    SafetyMeasure,
    SafetyPlan,
    SealedEnd,
    SealedKind,
    SealedValue,
    SealOpening,
    SupportMobilised,
    UpdatePreference,
    VsRecord,
    Wish,
)
from ..rules import Picture, contradictions, may_hear_of_drive
from .newest import newest, newest_of_threads

LATELY = 8
"""Events shown on the overview."""

HIDDEN_KINDS = frozenset({SealedKind.CODE_WORD, SealedKind.PHONE, SealedKind.EMAIL})
"""Kinds of which the safe-contact box speaks, not the seal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose record it is and how the reader comes to read it: what every page of the record shows."""

    record: VsRecord
    profile: ClientProfile | None
    reading: str
    closed_on: datetime.date | None
    handover: str
    writes: bool
    """Whether the reader writes here: holds, covers, works jointly or manages. Others read (A-25, S-35)."""

    @property
    def name(self) -> str:
        return (self.profile.full_name if self.profile else "") or self.record.code

    @property
    def person(self) -> FullSummary | UnknownSummary:
        """Who it is, for the head of a page."""
        known = self.profile
        return summary_of(
            self.record.pk,
            self.record.code,
            known.full_name if known else "",
            known.known_as if known else [],
        )


@dataclass(frozen=True, slots=True)
class Seal:
    """One sealed value without its content: its row was read without it."""

    id: UUID
    kind: str
    kind_label: str
    label: str
    withheld: bool
    ended_on: datetime.date | None

    @property
    def words(self) -> str:
        return f"{self.kind_label}, {self.label}" if self.label else self.kind_label


@dataclass(frozen=True, slots=True)
class Seals:
    """What is sealed on the record, who opened it, and what is withheld from this reader."""

    values: list[Seal]
    history: list[SealOpening]
    history_words: str
    withheld_from_you: list[str]
    may_open: bool

    def of(self, *kinds: str) -> list[Seal]:
        """Values of these kinds that still hold."""
        return [value for value in self.values if value.kind in kinds and value.ended_on is None]

    @property
    def places(self) -> list[Seal]:
        return [v for v in self.values if v.kind not in HIDDEN_KINDS and v.ended_on is None]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, for the timeline."""

    on: datetime.date
    kind: str
    what: str
    under: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The overview of one client's record (05b)."""

    who: Identity
    safe_contact: SafeContactRule | None
    seals: Seals
    engagement: EngagementEntry | None
    plan: CheckInPlan | None
    last_check_in: CheckIn | None
    informed: InformedEntry | None
    may_hear_of_drive: bool
    preference: UpdatePreference | None
    safety_view: tuple[str, datetime.date] | None
    living_with: LivingWith | None
    wish: Wish | None
    lately: list[Event]
    safety_plan: SafetyPlan | None
    needs: tuple[str, datetime.date] | None
    measures: list[SafetyMeasure]
    courts: list[CourtDate]
    children: list[Child]
    children_known: ChildrenKnown | None
    others: list[OtherAtRisk]
    supports: list[SupportMobilised]
    assessments: list[Assessment]
    last_contact: datetime.date | None
    attempts: int
    prompts: list[str]

    @property
    def overdue(self) -> bool:
        return bool(self.plan and self.plan.due_on and self.plan.due_on < local_today())


def identity(actor: Actor, record_id: UUID) -> Identity:
    """Whose record it is. Raises `VsRecord.DoesNotExist` for what the scope does not show."""
    record = VsRecord.objects.get(pk=record_id)
    closed = RecordExit.objects.filter(record=record).first()
    mine = _own_assignment(actor, record_id)
    reading, handover = _reading(actor, mine)
    return Identity(
        record, newest(ClientProfile, record_id), reading, closed.exited_on if closed else None, handover,
        actor.scope is Scope.VS_MANAGER or (mine is not None and mine.kind in WORKING),
    )  # fmt: skip


def _own_assignment(actor: Actor, record_id: UUID) -> ClientAssignment | None:
    """How the reader works the record today; what lets them write before what only lets them read (A-25)."""
    today = local_today()
    mine = ClientAssignment.objects.filter(
        record_id=record_id, membership_id=actor.membership_id, starts_on__lte=today, ends_on__gt=today
    ).order_by("starts_on")
    return min(mine, key=lambda one: one.kind not in WORKING, default=None)


def _reading(actor: Actor, mine: ClientAssignment | None) -> tuple[str, str]:
    """In which capacity, since when; and what the one before wrote down at handover (S-46)."""
    if mine is None or actor.scope is Scope.VS_MANAGER:
        return f"You read as: {actor.role_label}", ""
    kind = AssignmentKind(mine.kind).label.lower()
    words = f"You read as: {actor.role_label}, {kind} since {mine.starts_on.day} {mine.starts_on:%B}"
    if mine.ends_on != OPEN:
        last = mine.ends_on - datetime.timedelta(days=1)
        words = f"You read as: {actor.role_label}, {kind} until {last.day} {last:%B}"
    return words, mine.handover


def seals(actor: Actor, record_id: UUID) -> Seals:
    """What is sealed on a record, without any content. Empty in the manager's scope, which opens nothing
    (S-06).
    """
    history = list(
        SealOpening.objects.filter(record_id=record_id)
        .select_related("recorded_by")
        .order_by("-recorded_at")[:50]
    )
    if actor.scope is not Scope.VS_WORKER:
        return Seals([], history, _opened_words(actor, history), [], False)
    ended = dict(SealedEnd.objects.filter(record_id=record_id).values_list("value_id", "ended_on"))
    values = [
        Seal(
            row.pk,
            row.kind,
            SealedKind(row.kind).label,
            row.label,
            row.withheld,
            ended.get(row.pk, row.ended_on),
        )
        for row in SealedValue.objects.filter(record_id=record_id)
        .defer("ciphertext", "lookup")
        .order_by("kind", "recorded_at")
    ]
    with connection.cursor() as cursor:
        cursor.execute("select access.withheld_kinds(%s)", [record_id])
        (kinds,) = cursor.fetchone()
    mine = {value.kind for value in values if value.withheld}
    hidden = [SealedKind(kind).label for kind in kinds if kind not in mine]
    at_work = _own_assignment(actor, record_id)
    may_open = at_work is not None and at_work.kind in WORKING
    return Seals(values, history, _opened_words(actor, history), hidden, may_open)


def _opened_words(actor: Actor, history: list[SealOpening]) -> str:
    """Who opened something, in one or two sentences: "Nobody but you has opened them. You last did on 3
    November, for a lock change."
    """
    if not history:
        return "Nobody has opened them."
    others = [entry for entry in history if entry.recorded_by_id != actor.membership_id]
    mine = next((entry for entry in history if entry.recorded_by_id == actor.membership_id), None)
    if others:
        last = others[0]
        first = f"{last.recorded_by.name} last opened one on {_day(last.recorded_at)}: {last.reason}."
    else:
        first = "Nobody but you has opened them."
    return first + (f" You last did on {_day(mine.recorded_at)}: {mine.reason}." if mine else "")


def _day(moment: datetime.datetime) -> str:
    local = timezone.localdate(moment)
    return f"{local.day} {local:%B}"


def overview(actor: Actor, record_id: UUID) -> Overview:
    """Everything the overview shows. Raises `VsRecord.DoesNotExist` for what the scope does not show."""
    who = identity(actor, record_id)
    engagement = newest(EngagementEntry, record_id)
    plan = newest(CheckInPlan, record_id)
    informed = newest(InformedEntry, record_id)
    rule = newest(SafeContactRule, record_id)
    contacts = list(ClientContact.objects.filter(record_id=record_id).order_by("-happened_at")[:40])
    check_ins = list(CheckIn.objects.filter(record_id=record_id).order_by("-done_at")[:LATELY])
    measures = newest_of_threads(SafetyMeasure, record_id)
    reached = next((c.happened_at for c in contacts if c.reached), None)
    last_contact = timezone.localdate(reached) if reached else None
    attempts = sum(not c.reached for c in contacts)
    picture = Picture(
        engagement=engagement.value if engagement else "",
        engaged_since=engagement.since if engagement else None,
        last_contact=last_contact,
        attempts=attempts,
        check_in_due=plan.due_on if plan else None,
        informed=informed.state if informed else "",
        informed_review_on=informed.review_on if informed else None,
        safe_contact_review_on=rule.review_on if rule else None,
        closed_on=who.closed_on,
    )
    assessments = list(
        Assessment.objects.filter(record_id=record_id, amended_by__isnull=True)
        .select_related("recorded_by")
        .order_by("-as_of", "-recorded_at")[:20]
    )
    supports = list(SupportMobilised.objects.filter(record_id=record_id).order_by("-arranged_on")[:20])
    return Overview(
        who=who,
        safe_contact=rule,
        seals=seals(actor, record_id),
        engagement=engagement,
        plan=plan,
        last_check_in=check_ins[0] if check_ins else None,
        informed=informed,
        may_hear_of_drive=may_hear_of_drive(picture.informed),
        preference=newest(UpdatePreference, record_id),
        safety_view=_safety_view(check_ins, assessments),
        living_with=newest(LivingWith, record_id),
        wish=newest(Wish, record_id),
        lately=_lately(record_id, contacts, check_ins, measures)[:LATELY],
        safety_plan=newest(SafetyPlan, record_id),
        needs=_needs(assessments),
        measures=sorted(measures, key=lambda row: row.since, reverse=True),
        courts=sorted(
            (
                row
                for row in newest_of_threads(CourtDate, record_id)
                if not row.cancelled and row.on >= local_today()
            ),
            key=lambda row: row.on,
        ),
        children=newest_of_threads(Child, record_id),
        children_known=newest(ChildrenKnown, record_id),
        others=list(OtherAtRisk.objects.filter(record_id=record_id).order_by("-as_of")[:20]),
        supports=supports,
        assessments=assessments,
        last_contact=last_contact,
        attempts=attempts,
        prompts=contradictions(picture, local_today()),
    )


def _safety_view(check_ins: list[CheckIn], assessments: list[Assessment]) -> tuple[str, datetime.date] | None:
    """How safe the client feels (K-33), the newest answer of a check-in or an exit form; none if never
    asked.
    """
    found = [
        (timezone.localdate(one.done_at), one.feels_safer)
        for one in check_ins
        if one.feels_safer != "not_asked"
    ]
    for form in assessments:
        if form.instrument == "idva_exit_form":
            answers = form.validated
            safer = answers.known("safer") if answers else None
            if isinstance(safer, str):
                found.append((form.as_of, safer))
    if not found:
        return None
    on, code = max(found)
    return code_list("K-33").label(code), on


def _needs(assessments: list[Assessment]) -> tuple[str, datetime.date] | None:
    """The needs that the newest intake form names (R-70), with how many nobody knows; none without a readable form."""
    form = next((one for one in assessments if one.instrument == "idva_intake_form"), None)
    answers = form.validated if form else None
    if form is None or answers is None:
        return None
    asked = [item for item in answers.definition.items if item.id.startswith("need_")]
    named = [item.label for item in asked if answers.known(item.id) == "yes"]
    open_ones = sum(answers.known(item.id) is None for item in asked)
    words = ", ".join(named) if named else "None named"
    return words + (f". {open_ones} of {len(asked)} unknown" if open_ones else ""), form.as_of


def _lately(
    record_id: UUID, contacts: list[ClientContact], check_ins: list[CheckIn], measures: list[SafetyMeasure]
) -> list[Event]:
    """What happened, newest first. A check-in's own contact is not said twice."""
    asked = {check_in.contact_id for check_in in check_ins}
    found = [
        (
            contact.happened_at,
            Event(
                timezone.localdate(contact.happened_at),
                code_list("K-18").label(contact.channel),
                contact.content or f"{code_list('K-19').label(contact.outcome)}.",
                ". ".join(
                    part
                    for part in (
                        code_list("K-19").label(contact.outcome) if contact.content else "",
                        f"Through {contact.via}" if contact.via else "",
                    )
                    if part
                ),
            ),
        )
        for contact in contacts
        if contact.pk not in asked
    ]
    found += [
        (
            check_in.done_at,
            Event(
                timezone.localdate(check_in.done_at),
                "Check-in",
                f"{code_list('K-50').label(check_in.outcome)}. {check_in.note}".strip(),
                f"Case manager told: {check_in.summary}",
            ),
        )
        for check_in in check_ins
    ]
    states = dict(SafetyMeasure._meta.get_field("state").choices or [])
    found += [
        (
            row.recorded_at,
            Event(
                row.since,
                "Safety measure",
                f"{code_list('K-48').label(row.measure)}: {states[row.state]}.",
                row.provider,
            ),
        )
        for row in measures
    ]
    found += [
        (
            entry.recorded_at,
            Event(
                entry.since, "Engagement", f"{code_list('K-21').label(entry.value)}. {entry.reason}".strip()
            ),
        )
        for entry in EngagementEntry.objects.filter(record_id=record_id).order_by("-since", "-recorded_at")[
            :LATELY
        ]
    ]
    return [event for _at, event in sorted(found, key=lambda pair: (pair[1].on, pair[0]), reverse=True)]
