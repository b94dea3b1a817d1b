"""What may happen now, and what may not, and why not (S-21)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.instruments.codelists import code_list

from ..models import OutcomeProposal
from ..position import contact_refusal, positions
from ..rules import refusal_words
from .stops import live_stops


@dataclass(frozen=True, slots=True)
class Closed:
    """Something that may not be planned now: what, why, and the link on which it can be settled, if one."""

    what: str
    why: str
    link_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WhatMayHappen:
    """S-21: what is open, before what is not. `places` are K-57 codes that every decision in force covers."""

    contact_open: bool
    places: list[str]
    until: datetime.date | None
    closed: list[Closed]


def what_may_happen_now(case_id: UUID) -> WhatMayHappen:
    """Whether direct contact may be planned now, where, until when, and what closes it on which link.

    Indirect work, sharing, safeguarding and recording what has happened are always open and not listed here.
    """
    refusal = contact_refusal(case_id)
    links = positions(case_id)
    decided = OutcomeProposal.objects.in_bulk(
        [decision for _, where, decision in links if where == "in_force"]
    )
    closed: list[Closed] = []
    places: set[str] | None = None
    until: datetime.date | None = None
    for link_id, where, decision in links:
        if where != "in_force":
            what, opens = refusal_words(where)
            closed.append(Closed("Any direct contact", f"{what} {opens}".strip(), link_id))
            continue
        settled = decided[decision]
        places = set(settled.places) if places is None else places & set(settled.places)
        until = min(until, settled.ends_on) if until else settled.ends_on
    if refusal == "unlinked":
        closed.append(Closed("Any direct contact", " ".join(refusal_words("unlinked"))))
    for stop in live_stops(case_id=case_id):
        if stop.concern.scope not in ("all", "contact") and not stop.overridden:
            closed.append(Closed(stop.scope.capitalize(), "A stop concern is live.", stop.concern.link_id))
            if stop.concern.scope == "place" and places:
                places.discard(stop.concern.place)
    ordered = [code.code for code in code_list("K-57").codes if code.code in (places or set())]
    return WhatMayHappen(not refusal, ordered if not refusal else [], until if not refusal else None, closed)
