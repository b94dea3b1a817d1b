"""What the pages of both sides ask of the bridge. Rows come filtered by the database's own policies."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch

from drive.access.stepping import Actor
from drive.casework.models import LinkedPerson
from drive.instruments.codelists import code_list

from .models import (
    Booking,
    BookingState,
    CaseLink,
    ContactQuestion,
    ContactView,
    DecisionLapse,
    ItemAcknowledgement,
    OutcomeAnswer,
    OutcomeProposal,
    PracticeIncident,
    ReviewCall,
    RiskItem,
    StopAcknowledgement,
    StopAnswer,
    StopConcern,
)
from .naming import names_of
from .position import contact_refusal, latest_decision, position
from .rules import BOOKING_KINDS, BOOKING_STATES, STOP_SCOPES, label, refusal_words


def _rows(query: str, *arguments: object) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# Across the wall ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClientSummary:
    """All that the case manager's side learns of a client's record (S-03); name and tie are as referred."""

    link_id: UUID
    name: str
    relationship: str
    engagement: str
    engaged_since: datetime.date | None
    last_contact_at: datetime.datetime | None
    next_check_in_on: datetime.date | None
    idva: str

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in self.name.split())


def client_summaries(case_id: UUID) -> list[ClientSummary]:
    """One for each client linked to the case, in the order of linking. Empty for a case that the reader may not see.

    `engagement` is a K-21 code or empty; `relationship` a K-06 or K-01 code; an absent name is empty.
    """
    people = {p.link_id: p for p in LinkedPerson.objects.filter(case_id=case_id, link_id__isnull=False)}
    found = []
    for row in _rows("select * from safety.client_summary(%s)", case_id):
        person = people.get(row["link_id"])
        found.append(
            ClientSummary(
                name=person.name_as_referred if person else "",
                relationship=person.relationship if person else "",
                **row | {"engagement": row["engagement"] or "", "idva": row["idva"] or ""},
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """All that the IDVA's side learns of a Drive case (W-09). Codes: K-16, K-17, K-58, K-15; empty where unknown."""

    link_id: UUID
    service_user: str
    status: str
    status_since: datetime.date | None
    contact: str
    contact_since: datetime.date | None
    whereabouts: str
    whereabouts_since: datetime.date | None
    approach: str
    last_disrupt_on: datetime.date | None
    case_manager: str


def case_summaries(record_id: UUID) -> list[CaseSummary]:
    """One for each Drive case linked to the client's record. Empty for a record that the reader may not see."""
    codes = ("service_user", "status", "contact", "whereabouts", "approach", "case_manager")
    return [
        CaseSummary(**row | {code: row[code] or "" for code in codes})
        for row in _rows("select * from safety.case_summary(%s)", record_id)
    ]


# Links and decisions ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Written:
    """That a side has written its view; what it says opens when both have."""

    side: str
    at: datetime.datetime
    by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one link stands: the newest question, its views as far as the reader may read them, and the outcome."""

    link: CaseLink
    position: str
    question: ContactQuestion | None
    asked_by: str
    written: dict[str, Written]
    views: dict[str, ContactView]
    proposal: OutcomeProposal | None
    proposed_by: str
    answer: OutcomeAnswer | None
    answered_by: str
    settled: OutcomeProposal | None
    settled_answer: OutcomeAnswer | None
    lapse: DecisionLapse | None

    @property
    def words(self) -> str:
        """The position in one sentence."""
        return refusal_words(self.position)[0]

    @property
    def both_viewed(self) -> bool:
        return len(self.written) == 2

    @property
    def outcome(self) -> str:
        """The settled outcome in words, or empty."""
        return code_list("K-51").label(self.settled.outcome) if self.settled else ""

    def waits_for_answer_of(self, side: str) -> bool:
        """Whether the side has a proposal of the other side before it."""
        return self.proposal is not None and self.answer is None and self.proposal.side != side


def decision_for(link_id: UUID) -> Decision:
    """The joint contact decision of one link. Raises `CaseLink.DoesNotExist`."""
    link = CaseLink.objects.get(pk=link_id)
    question = ContactQuestion.objects.filter(link=link).order_by("-recorded_at").first()
    written = _written(question)
    views = {v.side: v for v in ContactView.objects.filter(question=question)} if question else {}
    proposals = (
        OutcomeProposal.objects.filter(question=question) if question else OutcomeProposal.objects.none()
    )
    proposal = proposals.order_by("-recorded_at").first()
    answer = OutcomeAnswer.objects.filter(proposal=proposal).first() if proposal else None
    settled_id = latest_decision(link.pk)
    settled = OutcomeProposal.objects.filter(pk=settled_id).first() if settled_id else None
    settled_answer = OutcomeAnswer.objects.filter(proposal=settled).first() if settled else None
    lapse = None
    if settled_answer:
        after = DecisionLapse.objects.filter(link=link, recorded_at__gte=settled_answer.recorded_at)
        lapse = after.order_by("recorded_at").first()
    names = names_of(row.recorded_by_id for row in (question, proposal, answer) if row is not None)
    return Decision(
        link=link,
        position=position(link.pk),
        question=question,
        asked_by=names[question.recorded_by_id] if question else "",
        written=written,
        views=views,
        proposal=proposal,
        proposed_by=names[proposal.recorded_by_id] if proposal else "",
        answer=answer,
        answered_by=names[answer.recorded_by_id] if answer else "",
        settled=settled,
        settled_answer=settled_answer,
        lapse=lapse,
    )


def _written(question: ContactQuestion | None) -> dict[str, Written]:
    if question is None:
        return {}
    rows = _rows("select * from safety.views_written(%s)", question.pk)
    names = names_of(row["written_by"] for row in rows)
    return {row["side"]: Written(row["side"], row["written_at"], names[row["written_by"]]) for row in rows}


@dataclass(frozen=True, slots=True)
class ViewAsked:
    """A question that waits for the reader's side, oldest first."""

    question: ContactQuestion
    link: CaseLink
    other_has_written: bool


def views_asked(actor: Actor, *, limit: int = 50) -> list[ViewAsked]:
    """The newest question of each link on which the actor's own side has not written, the longest waiting first."""
    side = actor.side.value
    newest: dict[UUID, ContactQuestion] = {}
    for question in ContactQuestion.objects.select_related("link").order_by("recorded_at"):
        newest[question.link_id] = question
    own = set(
        ContactView.objects.filter(side=side, question__in=newest.values()).values_list(
            "question_id", flat=True
        )
    )
    waiting = [question for question in newest.values() if question.pk not in own]
    waiting.sort(key=lambda question: question.recorded_at)
    return [ViewAsked(q, q.link, bool(_written(q))) for q in waiting[:limit]]


def outcomes_to_answer(actor: Actor) -> list[OutcomeProposal]:
    """Proposals of the other side that wait for the actor's side, the longest waiting first."""
    newest: dict[UUID, OutcomeProposal] = {}
    for proposal in OutcomeProposal.objects.select_related("link").order_by("recorded_at"):
        newest[proposal.link_id] = proposal
    answered = set(
        OutcomeAnswer.objects.filter(proposal__in=newest.values()).values_list("proposal_id", flat=True)
    )
    return [p for p in newest.values() if p.side != actor.side.value and p.pk not in answered]


# Stop concerns ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """One concern as both sides see it; the reason is on its own page, never in a banner."""

    concern: StopConcern
    raised_by: str
    acknowledged: list[tuple[str, datetime.datetime]]
    answers: dict[str, StopAnswer]
    suspended: int

    @property
    def live(self) -> bool:
        return len(self.answers) < 2

    @property
    def scope(self) -> str:
        """What it covers, in words: "all contact", "the place: Office"."""
        concern = self.concern
        if concern.scope == "place":
            return f"{code_list('K-57').label(concern.place)}"
        if concern.words:
            return f"{label(STOP_SCOPES, concern.scope).lower()}: {concern.words}"
        return label(STOP_SCOPES, concern.scope).lower()

    def waits_for(self, side: str) -> bool:
        return side not in self.answers


def live_stops(
    *, case_id: UUID | None = None, record_id: UUID | None = None, link_id: UUID | None = None
) -> list[Stop]:
    """Live concerns on one case, one record, one link, or (without any) on everything the reader may see; newest first."""
    concerns = StopConcern.objects.order_by("-recorded_at")
    if case_id:
        concerns = concerns.filter(su_case_id=case_id)
    if record_id:
        concerns = concerns.filter(vs_record_id=record_id)
    if link_id:
        concerns = concerns.filter(link_id=link_id)
    answered: dict[UUID, set[str]] = {}
    for concern_id, side in StopAnswer.objects.filter(concern__in=concerns).values_list("concern_id", "side"):
        answered.setdefault(concern_id, set()).add(side)
    return [_stop(one) for one in concerns if len(answered.get(one.pk, ())) < 2]


def stop_concern(concern_id: UUID) -> Stop:
    """One concern, live or not. Raises `StopConcern.DoesNotExist`."""
    return _stop(StopConcern.objects.get(pk=concern_id))


def _stop(concern: StopConcern) -> Stop:
    acknowledged = list(
        StopAcknowledgement.objects.filter(concern=concern)
        .order_by("recorded_at")
        .values_list("recorded_by_id", "recorded_at")
    )
    names = names_of([concern.recorded_by_id, *(one for one, _ in acknowledged)])
    (row,) = _rows("select safety.suspended_by(%s) as number", concern.pk)
    return Stop(
        concern=concern,
        raised_by=names[concern.recorded_by_id],
        acknowledged=[(names[one], at) for one, at in acknowledged],
        answers={a.side: a for a in StopAnswer.objects.filter(concern=concern)},
        suspended=row["number"],
    )


# Risk items, reviews, incidents -------------------------------------------------------------------------------------


def unread_items(actor: Actor, *, limit: int = 50) -> list[RiskItem]:
    """Items from the other side that nobody on the actor's side has acknowledged: urgent first, then the oldest."""
    side = actor.side.value
    items = RiskItem.objects.exclude(side=side).select_related("link")
    unread = items.exclude(pk__in=ItemAcknowledgement.objects.values("item_id")).order_by("recorded_at")
    order = {"urgent": 0, "soon": 1, "routine": 2}
    return sorted(unread, key=lambda item: order[item.urgency])[:limit]


def items_for(link_id: UUID, *, limit: int = 50) -> list[RiskItem]:
    """The newest items of one link, both directions; each with its acknowledgements."""
    seen = Prefetch("acknowledgements", ItemAcknowledgement.objects.order_by("recorded_at"), to_attr="seen")
    return list(
        RiskItem.objects.filter(link_id=link_id).prefetch_related(seen).order_by("-recorded_at")[:limit]
    )


def review_calls(link_id: UUID) -> list[ReviewCall]:
    """What calls for a joint review on one link, newest first."""
    return list(ReviewCall.objects.filter(link_id=link_id).order_by("-recorded_at"))


def open_incidents(case_id: UUID) -> list[PracticeIncident]:
    """Practice incidents of a case that have no learning yet (S-41), oldest first."""
    return list(
        PracticeIncident.objects.filter(case_id=case_id, closing__isnull=True).order_by("happened_on")
    )


# Planned contact ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BookingRow:
    """One booking as it stands. `lapsed`: planned, while no decision carries it any more; it is not cancelled (S-19)."""

    booking: Booking
    state: str
    lapsed: bool

    @property
    def words(self) -> str:
        return "Lapsed" if self.lapsed else label(BOOKING_STATES, self.state)

    @property
    def kind(self) -> str:
        return label(BOOKING_KINDS, self.booking.kind)

    @property
    def place(self) -> str:
        return code_list("K-57").label(self.booking.place)


def bookings_for(case_id: UUID, *, after: datetime.datetime | None = None) -> list[BookingRow]:
    """The case's bookings by time, cancelled ones left out; from `after` on if given."""
    bookings = Booking.objects.filter(case_id=case_id)
    if after:
        bookings = bookings.filter(starts_at__gte=after)
    states = Prefetch("states", BookingState.objects.order_by("-recorded_at"), to_attr="history")
    refused = bool(contact_refusal(case_id))
    rows = []
    for booking in bookings.prefetch_related(states).order_by("starts_at", "id"):
        state = booking.history[0].state if booking.history else "planned"
        if state != "cancelled":
            rows.append(BookingRow(booking, state, lapsed=state == "planned" and refused))
    return rows


def bookings_for_record(record_id: UUID) -> list[dict[str, Any]]:
    """For the IDVA: link_id, starts_at, kind, state, since; never where, with whom or why (S-04).

    A suspended booking reads "contact not agreed at present", whoever stopped it.
    """
    rows = _rows("select * from safety.bookings_for_record(%s)", record_id)
    for row in rows:
        row["kind_words"] = label(BOOKING_KINDS, row["kind"])
        row["words"] = (
            "Contact not agreed at present"
            if row["state"] == "suspended"
            else label(BOOKING_STATES, row["state"])
        )
    return rows


# What may happen now ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Closed:
    """Something that may not be planned now: what, why, and the link on which it can be settled, if one."""

    what: str
    why: str
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WhatMayHappen:
    """S-21: what is open, before what is not. `places` are K-57 codes that every decision in force covers."""

    contact_open: bool
    places: list[str]
    until: datetime.date | None
    closed: list[Closed]


def what_may_happen_now(case_id: UUID) -> WhatMayHappen:
    """Whether direct contact may be planned now, where, until when, and what closes it on which link.

    Indirect work, sharing, safeguarding and recording what has happened are always open and not listed here.
    """
    refusal = contact_refusal(case_id)
    links = list(CaseLink.objects.filter(su_case_id=case_id).order_by("recorded_at", "id"))
    closed: list[Closed] = []
    places: set[str] | None = None
    until: datetime.date | None = None
    for link in links:
        where = position(link.pk)
        if where != "in_force":
            what, opens = refusal_words(where)
            closed.append(Closed("Any direct contact", f"{what} {opens}".strip(), link.pk))
            continue
        settled_id = latest_decision(link.pk)
        settled = OutcomeProposal.objects.get(pk=settled_id)
        places = set(settled.places) if places is None else places & set(settled.places)
        until = min(until, settled.ends_on) if until else settled.ends_on
    if refusal == "unlinked":
        closed.append(Closed("Any direct contact", " ".join(refusal_words("unlinked"))))
    for stop in live_stops(case_id=case_id):
        if stop.concern.scope not in ("all", "contact"):
            closed.append(Closed(stop.scope.capitalize(), "A stop concern is live.", stop.concern.link_id))
            if stop.concern.scope == "place" and places:
                places.discard(stop.concern.place)
    ordered = [code.code for code in code_list("K-57").codes if code.code in (places or set())]
    return WhatMayHappen(not refusal, ordered if not refusal else [], until if not refusal else None, closed)
