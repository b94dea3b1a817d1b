"""What the pages of this side ask of the bridge: links, what crosses, the case's summary. Nothing else
crosses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone

from drive.access.stepping import Actor
from drive.components.dates import long_date
from drive.components.some import Some, together
from drive.instruments.codelists import code_list
from drive.safety import queries as safety
from drive.safety.commands import send_risk_item
from drive.safety.models import ContactQuestion, Escalation, JointReview, OutcomeProposal, RiskItem
from drive.safety.queries import CaseSummary, Stop
from drive.safety.queries.channels import KnownToHim, known_to_him
from drive.safety.queries.many import bookings_for_records, linked_records, records_of_running_cases
from drive.safety.rules import Waiting as ReviewWaiting

from ..forms import CheckInForm, CloseForm
from ..models import SealedKind, StartedBy

PURPOSE = "Monitoring check-in: the client's safety, and whether the plan of contact still holds"


def linked_cases(record_id: UUID) -> list[UUID]:
    """The links of a record to Drive cases, as far as this side may see them."""
    return [summary.link_id for summary in safety.case_summaries(record_id)]


def tell_check_in(by: Actor, links: list[UUID], form: CheckInForm) -> None:
    """Send the summary of a check-in to each linked case at once (V-11). A rise in risk is urgent."""
    given = form.cleaned_data
    for link_id in links:
        send_risk_item(
            by=by,
            link_id=link_id,
            kind="check_in_summary",
            purpose=PURPOSE,
            text=given["summary"],
            urgency="urgent" if given["outcome"] == "higher" else "soon",
            work_out=given["work_out"],
            use_rule=given["use_rule"],
        )


def bulletins(links: list[UUID]) -> list[safety.Bulletin]:
    """What the last check-ins told the case manager, and whether it was acknowledged (V-11)."""
    return safety.bulletins(links)


def open_cases_of(record_id: UUID) -> int:
    """How many linked Drive cases go on: Drive closes first, the client's own record after it where useful (P-49)."""
    ended = ("closed", "not_progressed", "rejected")
    return sum(case.status not in ended for case in safety.case_summaries(record_id))


def tell_exit(by: Actor, links: list[UUID], form: CloseForm) -> None:
    """Tell each linked case's worker that this service's support has ended, and whether check-ins go on; never why (S-03)."""
    given = form.cleaned_data
    goes_on = given["check_ins_continue"] == "yes"
    for link_id in links:
        send_risk_item(
            by=by,
            link_id=link_id,
            kind="engagement_change",
            purpose="The client’s safety: decide together again what contact rests on, and who hears how the client is.",
            text=f"IDVA support ended on {long_date(given['exited_on'])}. "
            + (
                "Short check-ins go on, as the client agreed; each still reaches you."
                if goes_on
                else "There are no check-ins from now on."
            ),
            urgency="soon",
            work_out="He would have to be told. Nothing is to change for him because of it.",
        )


def call_taken(record_id: UUID, asked: str) -> dict[str, Any]:
    """A contact as the case manager passed it on when the client rang (V-16), to be completed and saved by the reader.

    Raises `RiskItem.DoesNotExist` for anything that is no such call of this client.
    """
    try:
        item = safety.boundary_contact_of(record_id, UUID(asked))
    except ValueError as error:
        raise RiskItem.DoesNotExist from error
    rang = timezone.localtime(item.rang_at)
    return {
        "channel": "third_party",
        "started_by": StartedBy.CLIENT,
        "happened_on": rang.date(),
        "happened_at": rang.time(),
        "via": safety.names_of([item.recorded_by_id])[item.recorded_by_id],
        "content": item.text,
    }


SHOWN = 5
"""Items beside a client's record."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """One risk item, as a line of the record or the desk."""

    item: RiskItem
    record_id: UUID
    from_you: bool
    kind: str
    use_rule: str
    who: str
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """One linked Drive case: its summary, what is planned, where the shared page is."""

    summary: CaseSummary
    bookings: list[dict[str, Any]]
    reviewed: ReviewWaiting | None


@dataclass(frozen=True, slots=True)
class Across:
    """What a client's page shows of the bridge."""

    cases: list[LinkedCase]
    items: list[Crossing]
    stops: Some[Stop]
    his: list[str]
    """Kinds of sealed values that the service user has as well (S-44)."""

    @property
    def linked(self) -> bool:
        return bool(self.cases)

    @property
    def link_id(self) -> UUID | None:
        """Where the buttons of the page lead: the first link."""
        return self.cases[0].summary.link_id if self.cases else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that the bridge asks of the reader."""

    record_id: UUID
    question: ContactQuestion
    other_has_written: bool


@dataclass(frozen=True, slots=True)
class DeskAcross:
    """What an IDVA's desk shows of the bridge."""

    views: Some[Waiting]
    outcomes: Some[OutcomeProposal]
    stops: Some[Stop]
    late: Some[safety.Unread]
    unsettled: Some[Escalation]
    reviews: Some[JointReview]
    unreviewed: Some[ReviewWaiting]
    incidents: Some[safety.IncidentRow]
    differing: Some[safety.Differing]
    unread: Some[Crossing]
    drive: set[UUID]
    planned: list[dict[str, Any]]
    his: list[KnownToHim]

    @property
    def asked(self) -> str:
        """How many views and answers are asked of the reader."""
        return together(self.views, self.outcomes, self.reviews)

    @property
    def records(self) -> set[UUID]:
        """Every client whom something of this is about."""
        return {
            *(one["record_id"] for one in self.planned),
            *(one.record_id for one in self.his),
            *(one.record_id for one in self.views),
            *(one.record_id for one in self.unread),
            *(one.vs_record_id for one in self.outcomes),
            *(one.vs_record_id for one in self.reviews),
            *(one.vs_record_id for one in self.unreviewed),
            *(one.concern.vs_record_id for one in self.stops),
            *(one.escalation.vs_record_id for one in self.late),
            *(one.vs_record_id for one in self.unsettled),
            *(one.link.vs_record_id for one in self.differing),
            *(one.incident.vs_record_id for one in self.incidents if one.incident.vs_record_id),
        }


def _crossing(items: list[RiskItem], side: str) -> list[Crossing]:
    """Items with who sent them and whether the other side has read them."""
    names = safety.signed(item.recorded_by_id for item in items)
    return [
        Crossing(
            item,
            item.vs_record_id,
            item.side == side,
            code_list("K-60").label(item.kind),
            code_list("K-47").label(item.use_rule),
            names[item.recorded_by_id],
            bool(getattr(item, "seen", ())),  # prefetched by items_for; unread ones have none
        )
        for item in items
    ]


def across(actor: Actor, record_id: UUID) -> Across:
    """What the client's page shows of the bridge: summaries, plans, items and live stop concerns."""
    planned = safety.bookings_for_record(record_id)
    reviewed = safety.review_ages(actor, record_ids=[record_id]).get(record_id)
    cases = [
        LinkedCase(summary, [row for row in planned if row["link_id"] == summary.link_id], reviewed)
        for summary in safety.case_summaries(record_id)
    ]
    items = [item for case in cases for item in safety.items_for(case.summary.link_id, limit=SHOWN)]
    items.sort(key=lambda item: item.recorded_at, reverse=True)
    return Across(
        cases,
        _crossing(items[:SHOWN], actor.side.value),
        safety.live_stops(record_id=record_id),
        sorted({SealedKind(one.kind).label for one in known_to_him([record_id])}),
    )


def desk_across(actor: Actor, record_ids: list[UUID]) -> DeskAcross:
    """What waits for the reader on the bridge. Of a record whose own support has ended this part goes on as long as a Drive
    case does: `record_ids` are those that are open.
    """
    shown = sorted({*record_ids, *records_of_running_cases()})
    return _waiting(
        actor,
        drive=linked_records(record_ids),
        planned=[row for row in bookings_for_records(shown) if row["state"] == "planned"],
        his=known_to_him(shown),
    )


def service_across(actor: Actor) -> DeskAcross:
    """The same for a manager, whose service may have any number of clients: the bridge's own lists are bounded, and only
    clients on them are asked about. What is planned with service users is too long for a desk and left out.
    """
    return _waiting(actor, drive=set(), planned=[], his=[])


def _waiting(
    actor: Actor, *, drive: set[UUID], planned: list[dict[str, Any]], his: list[KnownToHim]
) -> DeskAcross:
    """What waits for the reader, whichever client it is about; each list is bounded by the bridge."""
    unread = safety.unread_items(actor)
    return DeskAcross(
        safety.views_asked(actor).each(
            lambda one: Waiting(one.link.vs_record_id, one.question, one.other_has_written)
        ),
        safety.outcomes_to_answer(actor),
        safety.stops_on_desk(actor),
        safety.escalations(actor),
        safety.bookings_unsettled(),
        safety.reviews_to_answer(actor),
        safety.unreviewed(actor),
        safety.incidents_waiting(actor),
        safety.differing(),
        Some(_crossing(unread.rows, actor.side.value), unread.more),
        drive,
        planned,
        his,
    )
