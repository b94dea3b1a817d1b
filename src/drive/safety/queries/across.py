"""What one side may know of the other: summaries made from an allow-list in SQL (S-03, W-09)."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from drive.access.models import local_today
from drive.casework.models import LinkedPerson
from drive.components.dates import local_date

from ..ringing import Worker, in_order
from ..rules import is_old
from .asking import ask
from .finding import with_links_that_go_on


def workers_across(own: Iterable[UUID]) -> dict[UUID, list[Worker]]:
    """Who works the other end of each link of these cases or records today, by link, whoever is rung first at the head
    (A-25, C-12). Empty for what the reader may not see.
    """
    found = defaultdict[UUID, list[Worker]](list)
    patterns: dict[UUID, str] = {}
    for row in ask("select * from safety.workers_across(%s)", list(own)):
        found[row["link_id"]].append(Worker(row["name"], row["way"], row["phone"]))
        patterns[row["link_id"]] = row["pattern"] or ""
    return {link: in_order(workers, patterns[link]) for link, workers in found.items()}


@dataclass(frozen=True, slots=True)
class ClientSummary:
    """All that the case manager's side learns of a client's record (S-03); name and tie are as referred."""

    link_id: UUID
    name: str
    relationship: str
    engagement: str
    engaged_since: datetime.date | None
    last_contact_at: datetime.datetime | None
    next_check_in_on: datetime.date | None
    idva: str
    """Who holds the client's record."""
    workers: list[Worker]
    """Whom to ring, first at the head: named contacts, cover, holder, by what the site agreed (C-12)."""

    @property
    def engagement_is_old(self) -> bool:
        """Whether it was said so long ago that it no longer tells how things are (S-42)."""
        return is_old("engagement", self.engaged_since, local_today())

    @property
    def contact_is_old(self) -> bool:
        """Whether the client was last heard of so long ago that nothing rests on it."""
        last = self.last_contact_at
        return is_old("client_contact", local_date(last) if last else None, local_today())

    @property
    def initials(self) -> str:
        return "".join(f"{part[0]}." for part in self.name.split())


def client_summaries(case_id: UUID) -> list[ClientSummary]:
    """One for each client linked to the case, in the order of linking. Empty for a case that the reader
    may not see.

    `engagement` is a K-21 code or empty; `relationship` a K-06 or K-01 code; an absent name is empty.
    """
    linked = list(LinkedPerson.objects.filter(case_id=case_id, link_id__isnull=False))
    with_links_that_go_on(linked)
    people = {person.link_id: person for person in linked}
    found = []
    workers = workers_across([case_id])
    for row in ask("select * from safety.client_summary(%s)", case_id):
        person = people.get(row["link_id"])
        found.append(
            ClientSummary(
                name=person.name_as_referred if person else "",
                relationship=person.relationship if person else "",
                workers=workers.get(row["link_id"], []),
                **row | {"engagement": row["engagement"] or "", "idva": row["idva"] or ""},
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """All that the IDVA's side learns of a Drive case (W-09). Codes: K-16, K-17, K-58, K-15; empty where
    unknown.
    """

    link_id: UUID
    service_user: str
    status: str
    status_since: datetime.date | None
    contact: str
    contact_since: datetime.date | None
    whereabouts: str
    whereabouts_since: datetime.date | None
    approach: str
    last_disrupt_on: datetime.date | None
    case_manager: str
    workers: list[Worker]
    """Whom to ring: who covers today, who holds the case."""

    @property
    def whereabouts_is_old(self) -> bool:
        """Whether where he is was last said past its limit (S-42)."""
        return is_old("whereabouts", self.whereabouts_since, local_today())


def case_summaries(record_id: UUID) -> list[CaseSummary]:
    """One for each Drive case linked to the client's record. Empty for a record that the reader may not
    see.
    """
    codes = ("service_user", "status", "contact", "whereabouts", "approach", "case_manager")
    workers = workers_across([record_id])
    return [
        CaseSummary(
            workers=workers.get(row["link_id"], []), **row | {code: row[code] or "" for code in codes}
        )
        for row in ask("select * from safety.case_summary(%s)", record_id)
    ]
