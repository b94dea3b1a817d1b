"""What crosses the bridge: one atomic function an act, row and audit event together.

Acts that need to know both a side and the bridge (closing a case and telling the IDVA, recording a contact and asking
whether a decision was in force) stand here and call the side's own command.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from .models import CaseLink


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
        pk=link_id, su_case_id=su_case_id, su_service_id=su_service_id, vs_record_id=vs_record_id,
        vs_service_id=vs_service_id, site_id=site_id, is_index=is_index, recorded_by_id=by.membership_id,
    )  # fmt: skip
    link.save(force_insert=True)
    record_event(Act.WROTE, by=by, kind="case_link", record_id=link.pk, service_id=su_service_id, fields=["linked"])
    return link
