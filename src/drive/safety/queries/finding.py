"""One row that a page was asked for, under the record it belongs to. Absent and hidden raise alike (S-39)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from drive.advocacy.models import VsRecord
from drive.casework.models import LinkedPerson, SuCase

from ..models import (
    Booking,
    CaseLink,
    ContactQuestion,
    OutcomeProposal,
    PracticeIncident,
    RiskItem,
    StopConcern,
    StopConcernReason,
)
from .running import that_go_on


def link_of(link_id: UUID) -> CaseLink:
    """Raises `CaseLink.DoesNotExist`."""
    return CaseLink.objects.get(pk=link_id)


def links_of_case(case_id: UUID) -> list[CaseLink]:
    """One for each client of the case, in the order of linking; empty for a case that the reader may not see. Of a client
    who came back the last, which goes on from the former ones (ADR 24).
    """
    return list(that_go_on(CaseLink.objects.filter(su_case_id=case_id)).order_by("recorded_at", "id"))


def with_links_that_go_on(people: Iterable[LinkedPerson]) -> None:
    """Name, at people of one case as they were read, the link that goes on in place of the first of its thread: where pages
    lead, and what their dictionaries are kept by. The rows themselves keep the first.
    """
    people = list(people)
    links = that_go_on(CaseLink.objects.filter(thread__in=[one.link_id for one in people if one.link_id]))
    now = dict(links.values_list("thread", "pk"))
    for one in people:
        one.link_id = now.get(one.link_id, one.link_id)


def question_on(link_id: UUID, question_id: UUID) -> ContactQuestion:
    """Raises `ContactQuestion.DoesNotExist`."""
    return ContactQuestion.objects.get(pk=question_id, link_id=link_id)


def proposal_on(link_id: UUID, proposal_id: UUID) -> OutcomeProposal:
    """Raises `OutcomeProposal.DoesNotExist`."""
    return OutcomeProposal.objects.get(pk=proposal_id, link_id=link_id)


def concern_on(link_id: UUID, concern_id: UUID) -> StopConcern:
    """Raises `StopConcern.DoesNotExist`."""
    return StopConcern.objects.get(pk=concern_id, link_id=link_id)


def reasons_for(concern_id: UUID) -> list[StopConcernReason]:
    """Why, in the order of saying."""
    return list(StopConcernReason.objects.filter(concern_id=concern_id).order_by("recorded_at"))


def item_on(link_id: UUID, item_id: UUID) -> RiskItem:
    """Raises `RiskItem.DoesNotExist`."""
    return RiskItem.objects.get(pk=item_id, link_id=link_id)


def booking_of(case_id: UUID, booking_id: UUID) -> Booking:
    """Raises `Booking.DoesNotExist`."""
    return Booking.objects.get(pk=booking_id, case_id=case_id)


def incident_of(case_id: UUID, incident_id: UUID) -> PracticeIncident:
    """Raises `PracticeIncident.DoesNotExist`."""
    return PracticeIncident.objects.get(pk=incident_id, case_id=case_id)


def incident_on(link_id: UUID, incident_id: UUID) -> PracticeIncident:
    """Raises `PracticeIncident.DoesNotExist`."""
    return PracticeIncident.objects.get(pk=incident_id, link_id=link_id)


def case_seen(case_id: UUID) -> SuCase:
    """Raises `SuCase.DoesNotExist`."""
    return SuCase.objects.get(pk=case_id)


def record_seen(record_id: UUID) -> VsRecord:
    """Raises `VsRecord.DoesNotExist`."""
    return VsRecord.objects.get(pk=record_id)
