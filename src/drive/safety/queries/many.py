"""What a desk of the client's side asks of the bridge for many records at once, one statement each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ..models import CaseLink
from ..rules import BOOKING_KINDS, label
from .asking import ask
from .running import open_links


def records_of_running_cases() -> set[UUID]:
    """Client records in the reader's scope whose linked Drive case goes on, whether support has ended or not (P-49)."""
    return set(open_links().values_list("vs_record_id", flat=True))


def linked_records(record_ids: list[UUID]) -> set[UUID]:
    """Those of the records that belong to a Drive case."""
    return set(CaseLink.objects.filter(vs_record_id__in=record_ids).values_list("vs_record_id", flat=True))


def bookings_for_records(record_ids: list[UUID]) -> list[dict[str, Any]]:
    """What is planned with the service users of these records, soonest first: record_id, link_id,
    starts_at, kind, state, since and `kind_words`; never where, with whom or why (S-04).
    """
    found = ask(
        "select r.id as record_id, b.* from unnest(%s::uuid[]) r (id), lateral safety.bookings_for_record(r.id) b"
        " order by b.starts_at, b.link_id",
        record_ids,
    )
    for row in found:
        row["kind_words"] = label(BOOKING_KINDS, row["kind"])
    return found
