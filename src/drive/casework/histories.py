"""The six dated facts of a case in words, with what is old drawn as old (P-01, S-42)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from drive.components.dates import local_date, plain_date, short_date
from drive.instruments.codelists import code_list

from .desk import DeskCase
from .models import CaseHistory, StateEntry
from .queries import CaseStates
from .rules import HISTORY_LISTS, NO_ORDER, label_of

STALE_DAYS = {CaseHistory.WHEREABOUTS: 28, CaseHistory.ENGAGEMENT: 42}
"""After so many days without a fresh word the fact is drawn as old: the joint review's own limits (C-15,
S-42).
"""


@dataclass(frozen=True, slots=True)
class ShownFact:
    """One fact: `value` is "" where nobody knows, and `unknown` says why; `dated` since when or as of when;
    `stale` why it is old, or "".
    """

    label: str
    value: str
    unknown: str
    dated: str
    stale: str
    definition: str
    change_url: str


def facts_of(case_id: UUID, states: CaseStates, today: datetime.date) -> list[ShownFact]:
    """Status, contact, engagement, approach, whereabouts, legal position, in that order."""
    return [_fact(case_id, CaseHistory(history), states, today) for history in CaseHistory.values]


def _fact(case_id: UUID, history: CaseHistory, states: CaseStates, today: datetime.date) -> ShownFact:
    change = reverse("case_state", args=[case_id, history.value])
    entry = states.by_history.get(history)
    if entry is None:
        return ShownFact(history.label, "", "Never recorded", "", "", "", change)
    if entry.value == "unknown":
        stale = _stale(history, entry, today)
        return ShownFact(history.label, "", "Not known", _dated(history, entry), stale, "", change)
    if history is CaseHistory.LEGAL and states.orders:
        first, *rest = states.orders
        others = "; ".join(_order(order) for order in rest)
        return ShownFact(history.label, _order(first), "", others, "", "", change)
    list_id = HISTORY_LISTS[history]
    value = label_of(list_id, entry.value)
    if history is CaseHistory.WHEREABOUTS and entry.detail:
        value = f"{value}, {entry.detail}"
    held = code_list(list_id)
    definition = held.entry(entry.value).definition if entry.value in held else ""
    if history is CaseHistory.LEGAL and entry.value != NO_ORDER:
        value = f"{value}, ended"
    return ShownFact(
        history.label, value, "", _dated(history, entry), _stale(history, entry, today), definition, change
    )


@dataclass(frozen=True, slots=True)
class OldInformation:
    """What of one case is past its limit, for a list of the manager and of the worker (S-42)."""

    case: DeskCase
    what: str


def old_information(cases: Iterable[DeskCase], today: datetime.date) -> list[OldInformation]:
    """Cases whose facts are past their limits, in the order given, with which facts and since when."""
    found = []
    for one in cases:
        old = [
            f"{CaseHistory(history).label} {_stale(CaseHistory(history), entry, today)}"
            for history in STALE_DAYS
            if (entry := one.states.by_history.get(history)) and _stale(CaseHistory(history), entry, today)
        ]
        if old:
            found.append(OldInformation(one, ". ".join(old)))
    return found


def _order(entry: StateEntry) -> str:
    ends = f" to {plain_date(entry.until)}" if entry.until else ""
    return f"{label_of('K-37', entry.value)}{ends}"


def _dated(history: CaseHistory, entry: StateEntry) -> str:
    if history is CaseHistory.WHEREABOUTS:
        return f"as of {short_date(entry.recorded_at)}"
    if entry.until:
        return f"since {short_date(entry.since)}, looked at again {short_date(entry.until)}"
    return f"since {short_date(entry.since)}"


def _stale(history: CaseHistory, entry: StateEntry, today: datetime.date) -> str:
    limit = STALE_DAYS.get(history)
    said = local_date(entry.recorded_at)
    if limit and (today - said).days > limit:
        return f"as of {short_date(said)}, past its limit"
    if entry.until and history is not CaseHistory.LEGAL and entry.until < today:
        return f"was to be looked at again {short_date(entry.until)}"
    return ""
