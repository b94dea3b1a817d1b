"""What allocating asks: what waits, who could take it and what they hold, and whose case or record is open already.

Runs in the allocation scope, which reads neither a case nor a client's record: numbers and keys come from the narrow
functions of policies.sql.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from drive.access.models import Membership, Service, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Side
from drive.casework.closing_facts import setting
from drive.people.profiles import fold
from drive.referrals import queries as referral_queries
from drive.referrals.models import PartyRole, Referral, ReferralParty
from drive.referrals.queries import ReferralRow

from .models import Allocation
from .rules import CASE_HOLDERS, RECORD_HOLDERS, LoadLimits, may_allocate

PAGE = 40


@dataclass(frozen=True, slots=True)
class Waiting:
    """A referral that waits for workers. `since` is the day of its acceptance, or of the referral where no panel sits."""

    row: ReferralRow
    since: datetime.date
    days: int


@dataclass(frozen=True, slots=True)
class WaitingList:
    rows: list[Waiting]
    more: bool
    """Whether more wait than are shown; those shown have waited longest."""


def waiting(site_id: UUID) -> WaitingList:
    """What is accepted, or at a site without a panel undecided, and not allocated: the longest waiting first."""
    outcome = referral_queries.newest_outcome()
    wanted = Q(newest="accept")
    if referral_queries.straight_from_marac(site_id):
        wanted |= Q(newest=None)
    found = list(
        Referral.objects.annotate(newest=outcome)
        .filter(wanted & ~Exists(Allocation.objects.filter(referral=OuterRef("pk"))))
        .order_by("referred_on", "id")
        .values_list("pk", flat=True)[: PAGE + 1]
    )
    today = local_today()
    rows = []
    for row in referral_queries.rows_of(found[:PAGE]):
        since = row.decision.decided_on if row.decision else row.referral.referred_on
        rows.append(Waiting(row, since, (today - since).days))
    return WaitingList(sorted(rows, key=lambda each: each.since), len(found) > PAGE)


@dataclass(frozen=True, slots=True)
class Worker:
    """Somebody who could take a case or a record, and how many they hold open today."""

    membership: Membership
    held: int
    prompt: str
    """What C-13 says to a load like this; empty below its limits."""

    @property
    def where(self) -> str:
        role = Role(self.membership.role)
        return f"{role.entry.label}, {self.membership.organisation.name}"


SHOWN = 12
"""Workers of a side that are offered at once; the others are found by name."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Some of a side's workers, by name, and how many more there are."""

    offered: list[Worker]
    others: int


def offered(side: Side, site_id: UUID, *, words: str = "", chosen: str = "") -> Workers:
    """Those with the lowest loads or, with `words`, those whose name has every one of them; whoever is `chosen` is always
    among them. The statements are as many as for `workers`, and the list no longer than `SHOWN` and one.
    """
    everybody = workers(side, site_id)
    wanted = fold(words).split()
    found = [each for each in everybody if all(word in fold(each.membership.name) for word in wanted)]
    found = sorted(found, key=lambda each: each.held)[:SHOWN]
    found += [each for each in everybody if str(each.membership.pk) == chosen and each not in found]
    return Workers(
        sorted(found, key=lambda each: (each.membership.name, str(each.membership.pk))),
        len(everybody) - len(found),
    )


def workers(side: Side, site_id: UUID) -> list[Worker]:
    """Everybody of a side at the site who may hold its records today, with their load, by name."""
    limits = load_limits(site_id)
    held = _held(side, site_id)
    today = local_today()
    wanted = CASE_HOLDERS if side is Side.SERVICE_USER else RECORD_HOLDERS
    found = Membership.objects.filter(
        side=side, site_id=site_id, role__in=wanted, starts_on__lte=today, ends_on__gt=today
    )
    return [
        Worker(each, held.get(each.pk, 0), limits.words(held.get(each.pk, 0)))
        for each in found.select_related("organisation").order_by("name", "id")
    ]


def load_limits(site_id: UUID) -> LoadLimits:
    """The site's C-13, or the handbook's default of 20 and 25."""
    found = setting(site_id, "C-13", local_today())
    return LoadLimits(int(found["warning"]), int(found["alert"])) if found else LoadLimits()


def _held(side: Side, site_id: UUID) -> dict[UUID, int]:
    services = list(Service.objects.filter(site_id=site_id, side=side).values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "select h.membership, h.held from unnest(%s::uuid[]) s (id), lateral access.held_by_service(s.id) h",
            [services],
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A case or record that an earlier referral of the same person opened, and that is open today. Offered, never
    taken for the same by itself. `code` is empty where it is another service's business."""

    key: UUID
    service_id: UUID
    holder: Membership
    code: str


@dataclass(frozen=True, slots=True)
class OpenAlready:
    case: StillOpen | None
    record: StillOpen | None
    linked: bool
    """Whether that case and that record belong together already."""


def open_already(row: ReferralRow) -> OpenAlready:
    """What earlier allocations at the site opened for the two people of a referral, as far as it is open still."""
    earlier = {party.role: _allocated_before(party) for party in (row.service_user, row.victim_survivor)}
    cases = {made.su_case_id for made in earlier[PartyRole.SERVICE_USER]}
    records = {made.vs_record_id for made in earlier[PartyRole.VICTIM_SURVIVOR]}
    if not cases and not records:
        return OpenAlready(None, None, linked=False)
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, id, service_id, holder, code from access.still_open(%s, %s)",
            [list(cases), list(records)],
        )
        found = cursor.fetchall()
    holders = Membership.objects.select_related("organisation").in_bulk(
        [holder for _, _, _, holder, _ in found]
    )
    opened = {
        kind: StillOpen(key, service, holders[holder], code)
        for kind, key, service, holder, code in found
        if holder in holders
    }
    case, record = opened.get("case"), opened.get("record")
    pairs = {(made.su_case_id, made.vs_record_id) for rows in earlier.values() for made in rows}
    return OpenAlready(case, record, bool(case and record and (case.key, record.key) in pairs))


def _allocated_before(party: ReferralParty) -> list[Allocation]:
    same = ReferralParty.objects.filter(role=party.role, match_key=party.match_key).exclude(pk=party.pk)
    return list(Allocation.objects.filter(referral_id__in=same.values("referral_id")).order_by("recorded_at"))


def why_not(row: ReferralRow) -> str:
    """What stands in the way of allocating a referral now, in words; empty when nothing does."""
    try:
        may_allocate(
            latest_outcome=row.decision.outcome if row.decision else None,
            allocated=row.allocated,
            straight_from_marac=referral_queries.straight_from_marac(row.referral.site_id),
        )
    except Refusal as refusal:
        return str(refusal)
    return ""


def allocation_of(referral_id: UUID) -> Allocation | None:
    """How the referral was allocated, if it was."""
    return (
        Allocation.objects.filter(referral_id=referral_id)
        .select_related("su_holder", "vs_holder", "recorded_by")
        .first()
    )
