"""Subject access as the governance lead sees it."""

from __future__ import annotations

from uuid import UUID

from .models import SubjectRequest

PAGE = 100


def requests() -> list[SubjectRequest]:
    """Requests at the reader's site, newest first, at most `PAGE`."""
    return list(
        SubjectRequest.objects.select_related("bundle__release", "recorded_by").order_by(
            "-recorded_at", "id"
        )[:PAGE]
    )


def request(request_id: UUID) -> SubjectRequest:
    """One of them with its bundle. Raises `SubjectRequest.DoesNotExist`."""
    return SubjectRequest.objects.select_related("bundle__release__recorded_by", "bundle__recorded_by").get(
        pk=request_id
    )
