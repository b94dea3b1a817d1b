"""Linking the record of a client who comes back to the Drive case of her earlier one."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.advocacy.commands import say_why_linked_again
from drive.audit.record import Act, record_event
from drive.components.dates import long_date

from ..models import CaseLink
from ..position import stand_in_line
from ..queries.again import cases_to_link_again
from .items import send_risk_item


@transaction.atomic
def link_again(*, by: Actor, record_id: UUID, earlier_link_id: UUID, reason: str) -> CaseLink:
    """Link the record of a client who came back to the case of an earlier one; the new link goes on from it (ADR 24).

    Acts in the IDVA manager's scope, and its policy asks again what the refusals here say. The case manager is told by
    one item in fixed words; `reason` stays with her record. Raises `CaseLink.DoesNotExist` for a link out of sight, and
    `Refusal` without a reason, for a closed record, an earlier link of somebody else, a case that has ended and a link
    that another goes on from already.
    """
    if not reason.strip():
        raise Refusal("Say why the two are linked again.", rule="S-03", field="reason")
    earlier = CaseLink.objects.get(pk=earlier_link_id)
    stand_in_line(earlier.su_case_id)
    if earlier.pk not in {one.link_id for one in cases_to_link_again(record_id)}:
        raise Refusal(
            "This Drive case cannot be linked here.",
            why="It has ended, it is linked already, or it is not of an earlier record of this client.",
            rule="P-53",
        )
    link = CaseLink(
        su_case_id=earlier.su_case_id, su_service_id=earlier.su_service_id, vs_record_id=record_id,
        vs_service_id=earlier.vs_service_id, site_id=earlier.site_id, is_index=earlier.is_index,
        thread=earlier.first_of_thread, number=earlier.number + 1, recorded_by_id=by.membership_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:  # by a colleague, from another record of the client, at the same moment
        raise Refusal("This Drive case was linked meanwhile.", rule="S-48") from error
    say_why_linked_again(by=by, record_id=record_id, link_id=link.pk, reason=reason.strip())
    record_event(
        Act.WROTE,
        by=by,
        kind="case_link",
        record_id=link.pk,
        service_id=link.vs_service_id,
        fields=["linked"],
    )
    send_risk_item(
        by=by,
        link_id=link.pk,
        kind="engagement_change",
        purpose="The client’s safety: decide together again what contact rests on, and who hears how the client is.",
        text=f"IDVA support has begun again on {long_date(local_today())}. What was agreed before is to be decided anew.",
        urgency="soon",
        work_out="He would have to be told. Nothing is to change for him because of it.",
        by_hand=False,
    )
    return link
