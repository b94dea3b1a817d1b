"""What reporting asks of the extract beside its tables, and the releases of a site."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from .models import ReleaseFile, ReleaseKind, ReleaseOutcome, ReleaseRequest

MOST = 200
"""Releases that a list shows."""


@dataclass(frozen=True, slots=True)
class ClientCoverage:
    """How many open cases have a linked client who is in touch with an IDVA (S-38, R-95)."""

    open_cases: int
    with_link: int
    with_client_in_touch: int


IN_TOUCH = ("engaged", "sporadic", "monitoring", "via_agency", "no_news")
"""K-21 values under which a view or news from the client can be had."""


def client_coverage(on: datetime.date, service_id: UUID | None = None) -> ClientCoverage:
    """Open cases on a day, with any link, and with a client in touch on that day. Report scope.

    `service_id` keeps to its cases that the member is not barred from, as `Window` does.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            with open_case as (
              select c.id from casework_sucase c
               where coalesce(c.accepted_on, c.starts_on) <= %(day)s
                 and (%(service)s::uuid is null
                      or (c.service_id = %(service)s::uuid and c.id <> all ((select access.barred())::uuid[])))
                 and not exists (select from casework_closure x where x.case_id = c.id and x.closed_on <= %(day)s))
            select count(*), count(*) filter (where l.any_link), count(*) filter (where l.in_touch)
              from open_case c
              left join lateral (
                select true as any_link, bool_or(e.value = any(%(in_touch)s)) as in_touch
                  from safety_caselink k
                  left join lateral (select value from advocacy_engagemententry e
                                      where e.record_id = k.vs_record_id and e.since <= %(day)s
                                      order by e.since desc, e.recorded_at desc limit 1) e on true
                 where k.su_case_id = c.id having count(*) > 0) l on true
            """,
            {"day": on, "in_touch": list(IN_TOUCH), "service": service_id},
        )
        total, linked, in_touch = cursor.fetchone()
    return ClientCoverage(total, linked, in_touch)


def releases() -> list[ReleaseRequest]:
    """What was asked and decided at the site, the newest first: all of it for who asks, released returns for others."""
    return list(
        ReleaseRequest.objects.select_related("recorded_by", "answer__recorded_by").order_by(
            "-recorded_at", "-id"
        )[:MOST]
    )


def release(request_id: UUID) -> ReleaseRequest:
    """One of them. Raises `ReleaseRequest.DoesNotExist`."""
    return ReleaseRequest.objects.select_related("recorded_by", "answer__recorded_by").get(pk=request_id)


def released_returns() -> list[ReleaseRequest]:
    """Returns that may be read by whoever receives them, the newest first."""
    return list(
        ReleaseRequest.objects.filter(
            kind=ReleaseKind.RETURN, answer__outcome=ReleaseOutcome.RELEASED
        ).order_by("-last", "-first")[:MOST]
    )


def released_return(request_id: UUID) -> ReleaseRequest:
    """One of them. Raises `ReleaseRequest.DoesNotExist` for what is no return or was not released."""
    return ReleaseRequest.objects.select_related("answer").get(
        pk=request_id, kind=ReleaseKind.RETURN, answer__outcome=ReleaseOutcome.RELEASED
    )


def returns_asked_or_released() -> list[tuple[datetime.date, datetime.date]]:
    """First and last day of every return of the site that is released or may yet be: what a new one must not overlap."""
    return list(
        ReleaseRequest.objects.filter(kind=ReleaseKind.RETURN)
        .exclude(answer__outcome=ReleaseOutcome.REFUSED)
        .values_list("first", "last")
    )


def files_of(asked: ReleaseRequest) -> list[ReleaseFile]:
    """When it was written, the latest first."""
    return list(
        ReleaseFile.objects.filter(request=asked).select_related("recorded_by").order_by("-recorded_at")
    )
