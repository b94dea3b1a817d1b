"""What pages ask about cases.

Everything comes already filtered by the row policies of the scope that asks.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from drive.access.models import AssignmentKind, CaseAssignment, Membership, local_today
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.people.profiles import fold
from drive.people.summaries import (
    FullSummary,
    RestrictedSummary,
    UnknownSummary,
    restricted_summaries,
    summary_of,
)

from . import rules, transitions
from .closing_facts import case_length, initials
from .models import (
    Action,
    Assessment,
    CaseHistory,
    Closure,
    ContactStrategy,
    LinkedPerson,
    ResearchNote,
    ServiceUserProfile,
    SharingConsent,
    StateEntry,
    SuCase,
)

PAGE = 40
"""Cases on one page of a list."""


@dataclass(frozen=True, slots=True)
class CaseStates:
    """The entry that holds in each history of one case. Absent is unknown, never a default."""

    by_history: dict[str, StateEntry]
    orders: list[StateEntry] = field(default_factory=list)
    """Orders and conditions in force today, soonest to end first; empty where there is none or nobody has
    looked.
    """

    def value(self, history: str) -> str:
        """The code that holds, or "" where nothing was ever recorded."""
        entry = self.by_history.get(history)
        return entry.value if entry else ""

    @property
    def ended(self) -> bool:
        return self.value(CaseHistory.STATUS) in transitions.ENDED


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """The head of a case: who, which month, what holds in each of the six histories, who is linked."""

    case: SuCase
    profile: ServiceUserProfile
    states: CaseStates
    linked: list[LinkedPerson]
    holder: CaseAssignment | None
    month: int
    planned_months: int

    @property
    def name(self) -> str:
        return self.profile.full_name or "Name unknown"

    @property
    def person(self) -> FullSummary | UnknownSummary:
        """Who it is, for the head of a page."""
        return summary_of(self.case.pk, self.case.code, self.profile.full_name, self.profile.known_as)

    @property
    def short_name(self) -> str:
        """What questions about him use: the first given name, else the whole."""
        return (self.profile.given_names.split() or [self.name])[0]

    @property
    def past_planned_end(self) -> bool:
        return not self.states.ended and self.month > self.planned_months


def case_of(case_id: UUID) -> SuCase:
    """The case; `SuCase.DoesNotExist` when the scope cannot see it."""
    return SuCase.objects.get(pk=case_id)


def case_summary(case_id: UUID) -> CaseSummary:
    """The head of one case in six statements. `SuCase.DoesNotExist` when the scope cannot see it."""
    case = case_of(case_id)
    profile = ServiceUserProfile.objects.filter(case=case).order_by("-version").first()
    return CaseSummary(
        case=case,
        profile=profile or ServiceUserProfile(case=case, version=0),
        states=current_states([case_id])[case_id],
        linked=list(LinkedPerson.objects.filter(case=case).order_by("-is_index", "recorded_at", "id")),
        holder=holders([case_id]).get(case_id),
        month=rules.month_number(case.starts_on, local_today()),
        planned_months=case_length(case)[1],
    )


def current_states(case_ids: Collection[UUID]) -> dict[UUID, CaseStates]:
    """What holds today in each history of each case: the newest by `since`, then by `recorded_at`.

    One statement.
    """
    newest: dict[UUID, dict[str, StateEntry]] = {case_id: {} for case_id in case_ids}
    legal: dict[UUID, list[StateEntry]] = {case_id: [] for case_id in case_ids}
    entries = StateEntry.objects.filter(case_id__in=case_ids).order_by(
        "case_id", "history", "value", "-since", "-recorded_at"
    )
    for entry in entries.distinct("case_id", "history", "value"):
        held = newest[entry.case_id].get(entry.history)
        if held is None or (entry.since, entry.recorded_at) > (held.since, held.recorded_at):
            newest[entry.case_id][entry.history] = entry
        if entry.history == CaseHistory.LEGAL:
            legal[entry.case_id].append(entry)
    return {
        case_id: CaseStates(by_history=found, orders=_orders_in_force(legal[case_id], local_today()))
        for case_id, found in newest.items()
    }


def _orders_in_force(entries: Iterable[StateEntry], today: datetime.date) -> list[StateEntry]:
    """Of the newest entry of each order, those not past. "No order" ends every order recorded before it."""
    found = list(entries)
    cleared = max(((e.since, e.recorded_at) for e in found if e.value == rules.NO_ORDER), default=None)
    live = [
        e
        for e in found
        if e.value not in (rules.NO_ORDER, "unknown")
        and (e.until is None or e.until >= today)
        and (cleared is None or (e.since, e.recorded_at) > cleared)
    ]
    return sorted(live, key=lambda e: (e.until or datetime.date.max, e.value))


def holders(case_ids: Collection[UUID]) -> dict[UUID, CaseAssignment]:
    """The assignment of each case's present holder, with the membership. One statement."""
    today = local_today()
    live = CaseAssignment.objects.filter(
        case_id__in=case_ids, kind=AssignmentKind.HOLDER, starts_on__lte=today, ends_on__gt=today
    ).select_related("membership")
    return {assignment.case_id: assignment for assignment in live.order_by("starts_on", "id")}


def own_assignment(actor: Actor, case_id: UUID) -> CaseAssignment | None:
    """Through which assignment the actor reads the case today, if through one."""
    today = local_today()
    return (
        CaseAssignment.objects.filter(
            membership_id=actor.membership_id, case_id=case_id, starts_on__lte=today, ends_on__gt=today
        )
        .order_by("starts_on")
        .first()
    )


@dataclass(frozen=True, slots=True)
class HolderCaseload:
    """How much one holder has today: numbers only. Shown by name, never by size (no rank)."""

    membership_id: UUID
    open_cases: int
    on_hold: int
    direct: int
    allocated_lately: int
    """Allocated within the last 28 days: new cases weigh more than old ones."""


def caseload_counts(service_id: UUID) -> dict[UUID, HolderCaseload]:
    """Open cases of each holder at a service, by membership; holders without an open case are absent.

    Answers the allocation scope for a service of its own site and the manager's scope for their own
    service; every
    other scope gets nothing. The counting is `access.caseload_counts`, since allocation cannot read a case.
    """
    with connection.cursor() as cursor:
        cursor.execute("select * from access.caseload_counts(%s)", [service_id])
        rows = [HolderCaseload(*row) for row in cursor.fetchall()]
    return {row.membership_id: row for row in rows}


@dataclass(frozen=True, slots=True)
class ListedCase:
    """One case in a list. Linked people stand by initials alone (S-03)."""

    case: SuCase
    person: FullSummary | UnknownSummary
    states: CaseStates
    linked: list[str]
    holder: Membership | None


@dataclass(frozen=True, slots=True)
class CaseList:
    cases: list[ListedCase]
    older: UUID | None
    """The case after which the next page begins, if there is one."""
    restricted: list[RestrictedSummary] = field(default_factory=list)
    """What the worker is assigned to and may not see, on the first page of their own list alone (S-34)."""


SHOWN = ("open", "ended", "all")


def list_cases(actor: Actor, *, shown: str = "open", after: UUID | None = None) -> CaseList:
    """Cases by name: a worker's own, or a manager's service. `after` is the last case of the page before.

    A page takes the same number of statements whatever it holds. `SuCase.DoesNotExist` when `after` cannot
    be seen.
    """
    profiles = _newest_profiles(actor)
    if shown != "all":
        profiles = profiles.alias(status=_status_of("case_id"))
        ended = Q(status__in=sorted(transitions.ENDED))
        profiles = profiles.filter(ended if shown == "ended" else ~ended)
    if after is not None:
        last = ServiceUserProfile.objects.filter(case_id=after).order_by("-version").first()
        if last is None:
            raise SuCase.DoesNotExist
        profiles = profiles.filter(
            Q(folded_name__gt=last.folded_name) | Q(folded_name=last.folded_name, case_id__gt=after)
        )
    listed = _page_of(profiles)
    if after is None and actor.scope is Scope.SU_WORKER:
        return replace(listed, restricted=restricted_summaries())
    return listed


def find_cases(actor: Actor, words: str) -> CaseList:
    """Cases whose name, alias or code has every word of `words`, open or not. At most one page; no second."""
    profiles = _newest_profiles(actor)
    for word in fold(words).split():
        # After the row policy's own index condition: a search reads the names of one service or of the
        # cases held.
        profiles = profiles.filter(Q(folded_name__contains=word) | Q(case__code=word.upper()))
    return _page_of(profiles)


def _newest_profiles(actor: Actor) -> QuerySet[ServiceUserProfile]:
    newer = ServiceUserProfile.objects.filter(case_id=OuterRef("case_id"), version__gt=OuterRef("version"))
    profiles = ServiceUserProfile.objects.filter(~Exists(newer)).select_related("case")
    if actor.scope is Scope.SU_WORKER:
        profiles = profiles.filter(case_id__in=held_case_ids(actor))
    return profiles.order_by("folded_name", "case_id")


def held_case_ids(actor: Actor) -> list[UUID]:
    """Cases that the actor's own membership holds or covers today."""
    today = local_today()
    return list(
        CaseAssignment.objects.filter(
            membership_id=actor.membership_id, starts_on__lte=today, ends_on__gt=today
        ).values_list("case_id", flat=True)
    )


def _status_of(case_column: str) -> Subquery:
    newest = StateEntry.objects.filter(case_id=OuterRef(case_column), history=CaseHistory.STATUS)
    return Subquery(newest.order_by("-since", "-recorded_at").values("value")[:1])


def _page_of(profiles: QuerySet[ServiceUserProfile]) -> CaseList:
    found = list(profiles[: PAGE + 1])
    shown = found[:PAGE]
    ids = [profile.case_id for profile in shown]
    states, held = current_states(ids), holders(ids)
    linked: dict[UUID, list[str]] = {case_id: [] for case_id in ids}
    for person in LinkedPerson.objects.filter(case_id__in=ids).order_by("-is_index", "recorded_at", "id"):
        linked[person.case_id].append(initials(person.name_as_referred))
    return CaseList(
        cases=[
            ListedCase(
                case=profile.case,
                person=summary_of(profile.case_id, profile.case.code, profile.full_name, profile.known_as),
                states=states[profile.case_id],
                linked=linked[profile.case_id],
                holder=held[profile.case_id].membership if profile.case_id in held else None,
            )
            for profile in shown
        ],
        older=shown[-1].case_id if len(found) > PAGE else None,
    )


def strategies(case_id: UUID) -> list[ContactStrategy]:
    """Every version of the contact strategy, the newest first."""
    return list(
        ContactStrategy.objects.filter(case_id=case_id).select_related("recorded_by").order_by("-version")
    )


def profile(case_id: UUID) -> ServiceUserProfile:
    """The service user's details in force. Raises `DoesNotExist` where the case is out of sight."""
    found = (
        ServiceUserProfile.objects.filter(case_id=case_id)
        .select_related("recorded_by")
        .order_by("-version")
        .first()
    )
    if found is None:
        raise ServiceUserProfile.DoesNotExist
    return found


def steps(case_id: UUID, history: str) -> QuerySet[StateEntry]:
    """Every step of one history of a case, with who wrote it."""
    return StateEntry.objects.filter(case_id=case_id, history=history).select_related("recorded_by")


def closures(case_id: UUID) -> list[Closure]:
    """How the case ended, the latest first; more than one where it was opened again."""
    return list(Closure.objects.filter(case_id=case_id).select_related("recorded_by").order_by("-closed_on"))


def sharing(case_id: UUID) -> list[SharingConsent]:
    """What was said about passing coded data to evaluators, the answer in force first (P-20)."""
    return list(
        SharingConsent.objects.filter(case_id=case_id)
        .select_related("recorded_by")
        .order_by("-said_on", "-recorded_at")
    )


def action_of(case_id: UUID, asked: str) -> Action | None:
    """The action whose key was asked for, if it is one of this case's."""
    key = _key(asked)
    return Action.objects.filter(case_id=case_id, pk=key).first() if key else None


def first_of_enquiry(case_id: UUID, asked: str) -> ResearchNote:
    """The first row of an enquiry of this case. Raises `DoesNotExist`."""
    key = _key(asked)
    found = (
        ResearchNote.objects.filter(case_id=case_id, enquiry_id=key).order_by("recorded_at").first()
        if key
        else None
    )
    if found is None:
        raise ResearchNote.DoesNotExist
    return found


def assessment_of(case_id: UUID, instrument: str, asked: str) -> Assessment:
    """One submitted form of this case and instrument. Raises `DoesNotExist`."""
    key = _key(asked)
    if key is None:
        raise Assessment.DoesNotExist
    return Assessment.objects.get(pk=key, case_id=case_id, instrument=instrument)


def _key(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None
