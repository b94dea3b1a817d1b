"""The case manager's desk (W-01): what waits, on whom, since when, and what may be done meanwhile. No
totals, no rank.

What comes from the bridge (stop concerns, decisions lapsing, unread items) the page asks of `drive.safety`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from drive.access.drafts import my_drafts
from drive.access.models import Draft
from drive.access.scopes import Scope
from drive.access.stepping import Actor

from . import rules, transitions
from .assessed import Due, forms_due, open_flags
from .models import Action, CaseHistory, ResearchNote, ReviewFlag, ServiceUserProfile, StateEntry, SuCase
from .queries import CaseStates, current_states, held_case_ids

AHEAD = datetime.timedelta(days=14)
MOST = 30
"""Cases that a manager's desk looks at; a worker's own are fewer. The rest stands in the list of cases."""
WAITING = ("asked", "chased", "part")


@dataclass(frozen=True, slots=True)
class DeskCase:
    case: SuCase
    name: str
    states: CaseStates


@dataclass(frozen=True, slots=True)
class WaitingFor:
    """An enquiry without a full answer."""

    case: DeskCase
    note: ResearchNote
    since: datetime.date
    chased: bool


@dataclass(frozen=True, slots=True)
class DueState:
    """An order, release, licence or hold that ends or is looked at again soon."""

    case: DeskCase
    entry: StateEntry


@dataclass(frozen=True, slots=True)
class Desk:
    cases: dict[UUID, DeskCase]
    flags: list[ReviewFlag]
    waiting: list[WaitingFor]
    forms: list[Due]
    states: list[DueState]
    no_disrupt: list[DeskCase]
    past_end: list[DeskCase]
    drafts: list[Draft] = field(default_factory=list)


def desk(actor: Actor, scope: Scope, today: datetime.date) -> Desk:
    """The desk of a worker, over cases held; of a manager, over the service's open cases.

    The same number of statements however many cases.
    """
    cases = _open_cases(actor, scope)
    ids = list(cases)
    worked = set(
        Action.objects.filter(case_id__in=ids, sub_type__in=("disrupt", "both"))
        .values_list("case_id", flat=True)
        .distinct()
    )
    return Desk(
        cases=cases,
        flags=open_flags(ids),
        waiting=_waiting(cases),
        forms=forms_due([one.case for one in cases.values()], today),
        states=_due_states(cases, today),
        no_disrupt=sorted(
            (one for one in cases.values() if one.case.pk not in worked),
            key=lambda one: one.case.allocated_on,
        ),
        past_end=[
            one
            for one in cases.values()
            if rules.month_number(one.case.starts_on, today) > rules.PLANNED_END_MONTHS
            and one.states.value(CaseHistory.STATUS) != transitions.STEP_DOWN
        ],
        drafts=my_drafts(actor),
    )


def _open_cases(actor: Actor, scope: Scope) -> dict[UUID, DeskCase]:
    """A worker's own cases; a manager's service, the longest open first. Ended cases are left out."""
    found = SuCase.objects.order_by("starts_on", "id")
    if scope is Scope.SU_WORKER:
        found = found.filter(pk__in=held_case_ids(actor))
    else:
        ended = StateEntry.objects.filter(history=CaseHistory.STATUS, value__in=sorted(transitions.ENDED))
        # A first sieve by the database; what was taken up again after ending is on the list of cases.
        found = found.exclude(pk__in=ended.values("case_id"))[:MOST]
    return {case_id: one for case_id, one in _drawn(found).items() if not one.states.ended}


def with_others(cases: dict[UUID, DeskCase], asked: Iterable[UUID]) -> dict[UUID, DeskCase]:
    """The cases of a desk, and those that something else on it speaks of: taken up again after ending, or beyond `MOST`."""
    missing = set(asked) - set(cases)
    return cases | _drawn(SuCase.objects.filter(pk__in=missing)) if missing else cases


def _drawn(found: Iterable[SuCase]) -> dict[UUID, DeskCase]:
    cases = {case.pk: case for case in found}
    states = current_states(list(cases))
    names: dict[UUID, str] = {}
    for profile in ServiceUserProfile.objects.filter(case_id__in=list(cases)).order_by("version"):
        names[profile.case_id] = profile.full_name or "Name unknown"
    return {
        case_id: DeskCase(case, names.get(case_id, "Name unknown"), states[case_id])
        for case_id, case in cases.items()
    }


def _waiting(cases: dict[UUID, DeskCase]) -> list[WaitingFor]:
    newest: dict[UUID, ResearchNote] = {}
    began: dict[UUID, datetime.date] = {}
    notes = ResearchNote.objects.filter(case_id__in=list(cases)).order_by("noted_on", "recorded_at")
    for note in notes:
        began.setdefault(note.enquiry_id, note.noted_on)
        newest[note.enquiry_id] = note
    waiting = [
        WaitingFor(cases[note.case_id], note, began[note.enquiry_id], note.status == "chased")
        for note in newest.values()
        if note.status in WAITING
    ]
    return sorted(waiting, key=lambda one: one.since)


def _due_states(cases: dict[UUID, DeskCase], today: datetime.date) -> list[DueState]:
    due = [
        DueState(one, entry)
        for one in cases.values()
        for entry in [
            *one.states.orders,
            *(e for h, e in one.states.by_history.items() if h != CaseHistory.LEGAL),
        ]
        if entry.until is not None and entry.until <= today + AHEAD
    ]
    return sorted(due, key=lambda one: (one.entry.until or datetime.date.max, one.case.name))
