"""What crosses between the two sides, reckoned slowly from all rows: the client's summary for the case manager (S-03), the
Drive summary for the IDVA (W-09), and who has written a view while it is sealed (S-15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from drive.access.models import CaseAssignment, ClientAssignment, Membership
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.advocacy.models import CheckInPlan, ClientContact, EngagementEntry
from drive.casework.models import Action, ServiceUserProfile, StateEntry
from drive.safety.models import CaseLink, ContactQuestion, ContactView

from .oracle import Eyes, Row, World

CLIENT_SUMMARY = (
    "select link_id::text, engagement, engaged_since::text, extract(epoch from last_contact_at)::bigint, next_check_in_on::text,"
    " idva from safety.client_summary(%s)"
)
CASE_SUMMARY = (
    "select link_id::text, service_user, status, status_since::text, contact, contact_since::text, whereabouts,"
    " whereabouts_since::text, approach, last_disrupt_on::text, case_manager from safety.case_summary(%s)"
)
VIEWS_WRITTEN = "select side, written_by::text from safety.views_written(%s)"

BRIDGING = (Scope.SU_WORKER, Scope.SU_MANAGER, Scope.VS_WORKER, Scope.VS_MANAGER)


def crossing(world: World, member: Membership, scope: Scope) -> Iterator[dict[str, Any]]:
    """What this reader asks in this scope about every case, record and question, and what the answer must be. It goes by
    what they may read in any scope of their role: the bridge asks who they are, not in which of them they work just now."""
    if scope not in BRIDGING:
        return
    eyes = [Eyes(world, member, each) for each in Role(member.role).entry.scopes if each in BRIDGING]
    who = {"member": str(member.pk), "scope": scope.value}
    links = world.all(CaseLink)
    if scope in (Scope.SU_WORKER, Scope.SU_MANAGER):
        for key in {link.su_case_id for link in links}:
            told = any(each.case(key) for each in eyes) and not world.past_its_time(world.by_key[key])
            answer = [
                _of_client(world, link)
                for link in links
                if link.su_case_id == key and told and not _followed(world, link)
            ]
            yield who | {"question": CLIENT_SUMMARY, "key": str(key), "answer": answer}
    else:
        for key in {link.vs_record_id for link in links}:
            told = any(each.client(key) for each in eyes) and not world.past_its_time(world.by_key[key])
            answer = [_of_case(world, link) for link in links if link.vs_record_id == key and told]
            yield who | {"question": CASE_SUMMARY, "key": str(key), "answer": answer}
    for question in world.all(ContactQuestion):
        reads = any(each.case(question.su_case_id) or each.client(question.vs_record_id) for each in eyes)
        views = [view for view in world.all(ContactView) if view.question_id == question.pk and reads]
        yield who | {
            "question": VIEWS_WRITTEN,
            "key": str(question.pk),
            "answer": [[view.side, str(view.recorded_by_id)] for view in views],
        }


def _followed(world: World, link: CaseLink) -> bool:
    """Whether another link of the same client to the same case goes on from this one (ADR 24)."""
    return any(
        other.thread == link.first_of_thread and other.number > link.number for other in world.all(CaseLink)
    )


def _newest(rows: list[Row], *by: str) -> Row | None:
    return max(rows, key=lambda row: tuple(getattr(row, name) for name in by), default=None)


def _told(value: Any) -> str | None:
    return None if value is None else str(value)


def _holder(world: World, assignments: list[Row]) -> str | None:
    live = [a for a in assignments if a.kind == "holder" and world.holds(a)]
    newest = _newest(live, "starts_on")
    return world.by_key[newest.membership_id].name if newest else None


def _of_client(world: World, link: CaseLink) -> list[Any]:
    record = link.vs_record_id
    engagement = _newest(
        [e for e in world.all(EngagementEntry) if e.record_id == record], "since", "recorded_at"
    )
    met = [c for c in world.all(ClientContact) if c.record_id == record and c.in_person]
    spoke = _newest([c for c in met if c.outcome in ("spoke", "agreed_next")], "happened_at")
    plan = _newest([p for p in world.all(CheckInPlan) if p.record_id == record], "recorded_at")
    return [
        str(link.pk),
        engagement and engagement.value,
        _told(engagement and engagement.since),
        spoke and round(spoke.happened_at.timestamp()),
        _told(plan and plan.due_on),
        _holder(world, [a for a in world.all(ClientAssignment) if a.record_id == record]),
    ]


def _of_case(world: World, link: CaseLink) -> list[Any]:
    case = link.su_case_id
    details = _newest([p for p in world.all(ServiceUserProfile) if p.case_id == case], "version")
    steps = [s for s in world.all(StateEntry) if s.case_id == case]
    now = {
        history: _newest([s for s in steps if s.history == history], "since", "recorded_at")
        for history in ("status", "contact", "whereabouts", "approach")
    }
    disrupted = _newest(
        [a for a in world.all(Action) if a.case_id == case and a.sub_type in ("disrupt", "both")], "done_on"
    )
    said: list[Any] = [
        str(link.pk),
        f"{details.given_names} {details.family_name}".strip() if details else None,
    ]
    for history in ("status", "contact", "whereabouts"):
        step = now[history]
        said += [step and step.value, _told(step and step.since)]
    approach = now["approach"]
    said += [approach and approach.value, _told(disrupted and disrupted.done_on)]
    return [*said, _holder(world, [a for a in world.all(CaseAssignment) if a.case_id == case])]
