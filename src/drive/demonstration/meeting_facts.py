"""The next meeting of the panel: what it puts before whom, as `drive.panels.commands` does it."""

from __future__ import annotations

from collections.abc import Sequence

from drive.access.roles import Role
from drive.panels import statement
from drive.panels.models import Acceptance, AgendaItem, Invitation, Meeting

from .courses import Course, Stage
from .diary import DAY
from .scribe import Scribe
from .staff import Place

MOST = 6
"""About as many as a panel hears in an hour (P-12)."""


def plan_meeting(scribe: Scribe, place: Place, courses: Sequence[Course]) -> None:
    """A meeting in some days at the panel's site: the longest waiting on its agenda, every agency's member invited. The first
    of them has accepted the statement, so that both the papers and the gate before them can be met."""
    waiting = sorted(
        (
            each
            for each in courses
            if each.place is place and each.stage in (Stage.REFERRED, Stage.BROUGHT_BACK)
        ),
        key=lambda each: (each.scene == "", each.referred_on),
    )
    by = place.first(Role.PANEL_COORDINATOR)
    planned_at = scribe.diary.on(scribe.diary.ago(2), 11, 20)
    held_on = scribe.diary.today + 5 * DAY
    written = {"recorded_at": planned_at, "recorded_by_id": by.id, "site_id": place.id}
    meeting = scribe.row(
        Meeting,
        held_on=held_on + DAY * (7 - held_on.weekday() if held_on.weekday() > 4 else 0),
        way="both",
        place=f"{place.name} Town Hall, the small chamber",
        **written,
    )
    scribe.event("wrote", by=by, at=planned_at, kind="panel_meeting", record_id=meeting, fields=["planned"])
    members = place.workers[Role.PANEL_MEMBER]
    for member in members:
        scribe.row(Invitation, meeting_id=meeting, member_id=member.id, state="invited", **written)
        scribe.event(
            "wrote", by=by, at=planned_at, kind="panel_meeting", record_id=meeting, fields=["invitation"], reason="invited"
        )  # fmt: skip
    for course in waiting[:MOST]:
        scribe.row(AgendaItem, meeting_id=meeting, referral_id=course.referral, state="listed", **written)
        scribe.event(
            "wrote", by=by, at=planned_at, kind="referral", record_id=course.referral, fields=["agenda"], reason="listed"
        )  # fmt: skip
    first, accepted_at = members[0], scribe.diary.on(scribe.diary.ago(1), 9, 5)
    scribe.row(
        Acceptance, meeting_id=meeting, site_id=place.id, recorded_at=accepted_at, recorded_by_id=first.id,
        statement=statement.VERSION,
    )  # fmt: skip
    scribe.event(
        "wrote", by=first, at=accepted_at, kind="panel_meeting", record_id=meeting, fields=["statement"],
        reason=statement.VERSION,
    )  # fmt: skip
