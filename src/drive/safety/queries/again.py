"""A client who came back: to which Drive cases of an earlier record the new one may be linked (ADR 24)."""

from __future__ import annotations

from uuid import UUID

from drive.advocacy.models import RecordExit, VsRecord

from ..models import CaseLink
from .across import CaseSummary, case_summaries
from .running import open_links


def cases_to_link_again(record_id: UUID) -> list[CaseSummary]:
    """Cases that go on, each by its link with an earlier, closed record of the same client at the same service.

    Empty for a record that is closed or out of sight. It is made of what the reader may read of the earlier records,
    so whoever is barred from one, or manages another service, is offered nothing. `link_id` is the earlier link's.
    """
    record = VsRecord.objects.filter(pk=record_id).first()
    closed = RecordExit.objects.values("record_id")
    if record is None or RecordExit.objects.filter(record=record).exists():
        return []
    earlier = VsRecord.objects.filter(
        person_key=record.person_key, service_id=record.service_id, pk__in=closed
    ).exclude(pk=record_id)
    here = CaseLink.objects.filter(vs_record_id=record_id).values("su_case_id")
    links = open_links().filter(vs_record_id__in=earlier.values("pk")).exclude(su_case_id__in=here)
    found = dict(links.values_list("pk", "vs_record_id"))
    return [
        summary
        for earlier_id in sorted(set(found.values()))
        for summary in case_summaries(earlier_id)
        if summary.link_id in found
    ]
