"""Joining a case and a client's record, and what every row about one link carries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from ..models import CaseLink


@transaction.atomic
def link_case_and_record(
    *,
    by: Actor,
    link_id: UUID,
    su_case_id: UUID,
    su_service_id: UUID,
    vs_record_id: UUID,
    vs_service_id: UUID,
    site_id: UUID,
    is_index: bool,
) -> CaseLink:
    """Say that a case and a client's record belong together. Acts in the allocation scope."""
    link = CaseLink(
        pk=link_id,
        su_case_id=su_case_id,
        su_service_id=su_service_id,
        vs_record_id=vs_record_id,
        vs_service_id=vs_service_id,
        site_id=site_id,
        is_index=is_index,
        recorded_by_id=by.membership_id,
    )
    link.save(force_insert=True)
    record_event(
        Act.WROTE, by=by, kind="case_link", record_id=link.pk, service_id=su_service_id, fields=["linked"]
    )
    return link


def on_link(link: CaseLink, by: Actor) -> dict[str, Any]:
    """The columns of a bridge row that say which link, which side wrote and who."""
    return {
        "link": link,
        "side": by.side.value,
        "su_case_id": link.su_case_id,
        "su_service_id": link.su_service_id,
        "vs_record_id": link.vs_record_id,
        "vs_service_id": link.vs_service_id,
        "recorded_by_id": by.membership_id,
    }


def wrote(by: Actor, kind: str, link: CaseLink, *fields: str) -> None:
    """The audit event of a row about one link."""
    record_event(Act.WROTE, by=by, kind=kind, record_id=link.pk, fields=fields)
