"""Immediate danger (S-31), and calling for a joint review."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.stepping import Actor
from drive.advocacy.models import VsRecord
from drive.audit.record import Act, record_event
from drive.casework.models import SuCase
from drive.people.facts import sent_before

from ..models import CaseEmergency, CaseLink, ClientEmergency, ReviewCall
from ..queries.finding import links_of_case
from .links import on_link, wrote


@transaction.atomic
def tell_emergency_from_case(
    *,
    by: Actor,
    case_id: UUID,
    recipient: str,
    told_at: datetime.datetime,
    danger: str,
    said: str,
    told_whom: str = "",
) -> CaseEmergency:
    """Write down that a statutory service was told now. Nothing ever refuses it; it calls for a joint
    review (S-31). The same words sent again are the same call.
    """
    case = SuCase.objects.get(pk=case_id)
    values: dict[str, Any] = {
        "case": case,
        "service_id": case.service_id,
        "recorded_by_id": by.membership_id,
        "recipient": recipient,
        "told_whom": told_whom,
        "told_at": told_at,
        "danger": danger,
        "said": said,
    }
    if again := sent_before(CaseEmergency, **values):
        return again
    told = CaseEmergency.objects.create(**values)
    record_event(
        Act.DISCLOSED,
        by=by,
        kind="su_case",
        record_id=case.pk,
        service_id=case.service_id,
        fields=[recipient],
    )
    call_for_review(by=by, cause="emergency", links=links_of_case(case.pk))
    return told


@transaction.atomic
def tell_emergency_from_record(
    *,
    by: Actor,
    record_id: UUID,
    recipient: str,
    told_at: datetime.datetime,
    danger: str,
    said: str,
    told_whom: str = "",
) -> ClientEmergency:
    """The same from the IDVA's side."""
    record = VsRecord.objects.get(pk=record_id)
    values: dict[str, Any] = {
        "record": record,
        "service_id": record.service_id,
        "recorded_by_id": by.membership_id,
        "recipient": recipient,
        "told_whom": told_whom,
        "told_at": told_at,
        "danger": danger,
        "said": said,
    }
    if again := sent_before(ClientEmergency, **values):
        return again
    told = ClientEmergency.objects.create(**values)
    record_event(
        Act.DISCLOSED,
        by=by,
        kind="vs_record",
        record_id=record.pk,
        service_id=record.service_id,
        fields=[recipient],
    )
    call_for_review(by=by, cause="emergency", links=list(CaseLink.objects.filter(vs_record_id=record.pk)))
    return told


def call_for_review(*, by: Actor, cause: str, links: list[CaseLink], words: str = "") -> None:
    """Put a joint review before both workers of each link."""
    for link in links:
        ReviewCall.objects.create(**on_link(link, by), cause=cause, words=words)
        wrote(by, "review_call", link, "cause")
