"""What pages and commands ask about referrals. Row policies decide whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, Subquery

from drive.people.matching import Born, Profile
from drive.people.names import PersonName
from drive.people.profiles import fold

from .lists.headings import Role
from .lists.results import KnownReferralPerson
from .models import ListSaved, PossibleMatch, Referral, ReferralDecision, ReferralList, ReferralParty

PAGE = 40


def identities() -> frozenset[str]:
    """The identities of every referral in sight, to know a repeat."""
    return frozenset(Referral.objects.values_list("identity", flat=True))


def _profile(party: ReferralParty) -> Profile:
    return Profile(
        PersonName(party.family_name or None, party.given_names or None, tuple(party.known_as)),
        Born.known(party.born_on, party.born_precision) if party.born_on else None,
        None,
        party.postcode or None,
    )


def known_people() -> Iterator[KnownReferralPerson]:
    """Everybody named on the referrals in sight, each with the others of the same referral."""
    together: dict[UUID, list[ReferralParty]] = defaultdict(list)
    for party in ReferralParty.objects.order_by("referral_id"):
        together[party.referral_id].append(party)
    for referral_id, parties in together.items():
        for party in parties:
            yield KnownReferralPerson(
                key=party.match_key,
                role=Role(party.role),
                profile=_profile(party),
                named_with=tuple(_profile(other) for other in parties if other is not party),
                reference=str(referral_id),
            )


def lock_site_lists(site_id: UUID) -> None:
    """One at a time saves lists or decides at a site, until the transaction ends. The key is a hash, never a name."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 7))", [str(site_id)])


def is_saved(list_id: UUID) -> bool:
    return ListSaved.objects.filter(referral_list_id=list_id).exists()


def referral_list(list_id: UUID) -> ReferralList:
    """Raises `ReferralList.DoesNotExist` when it is out of sight."""
    return ReferralList.objects.get(pk=list_id)


def recent_lists() -> list[ReferralList]:
    return list(ReferralList.objects.select_related("saved", "recorded_by").order_by("-recorded_at")[:PAGE])


def latest_outcome(referral_id: UUID) -> str | None:
    """The newest decision's outcome (K-10), or none."""
    return (
        ReferralDecision.objects.filter(referral_id=referral_id)
        .order_by("-recorded_at", "-id")
        .values_list("outcome", flat=True)
        .first()
    )


def is_allocated(referral_id: UUID) -> bool:
    """Whether it was given to workers. Asked of the database by name, since allocation stands above referrals."""
    with connection.cursor() as cursor:
        cursor.execute("select access.referral_is_allocated(%s)", [referral_id])
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """One referral in a list, with both people as referred and the newest decision."""

    referral: Referral
    service_user: ReferralParty
    victim_survivor: ReferralParty
    decision: ReferralDecision | None
    times_brought_back: int
    allocated: bool
    possible_matches: int


@dataclass(frozen=True, slots=True)
class ReferralPage:
    rows: list[ReferralRow]
    older: str = ""
    """The key of the next page, empty at the end."""


def _rows(referrals: list[Referral]) -> list[ReferralRow]:
    allocated = _allocated([r.pk for r in referrals])
    rows = []
    for referral in referrals:
        parties = {party.role: party for party in referral.parties.all()}
        decisions = sorted(referral.decisions.all(), key=lambda d: (d.recorded_at, d.pk))
        rows.append(
            ReferralRow(
                referral=referral,
                service_user=parties[Role.SERVICE_USER.value],
                victim_survivor=parties[Role.VICTIM_SURVIVOR.value],
                decision=decisions[-1] if decisions else None,
                times_brought_back=sum(d.outcome == "bring_back" for d in decisions),
                allocated=referral.pk in allocated,
                possible_matches=len(referral.possible_matches.all()) if _sees_matches() else 0,
            )
        )
    return rows


def _sees_matches() -> bool:
    """Only the referrals scope may read possible matches; the panel decides on the case, not on who is who."""
    with connection.cursor() as cursor:
        cursor.execute("select has_table_privilege(current_user, 'referrals_possiblematch', 'select')")
        return bool(cursor.fetchone()[0])


def _allocated(keys: list[UUID]) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("select r from unnest(%s::uuid[]) r where access.referral_is_allocated(r)", [keys])
        return {row[0] for row in cursor.fetchall()}


def _with_everything() -> list[str | Prefetch[str]]:
    found: list[str | Prefetch[str]] = [
        "parties",
        Prefetch("decisions", queryset=ReferralDecision.objects.select_related("recorded_by")),
    ]
    if _sees_matches():
        found.append("possible_matches")
    return found


def referrals(*, search: str = "", state: str = "", older_than: str = "") -> ReferralPage:
    """Referrals, newest first, a page at a time.

    `search` looks in folded names of both people; `state` is `undecided`, a K-10 outcome, or empty for all;
    `older_than` is the key that the page before gave.
    """
    found = Referral.objects.order_by("-referred_on", "-id")
    if search:
        named = ReferralParty.objects.filter(folded_name__contains=fold(search)).values("referral_id")
        found = found.filter(pk__in=named)
    if state:
        newest = ReferralDecision.objects.filter(referral=OuterRef("pk")).order_by("-recorded_at", "-id").values("outcome")[:1]
        found = found.annotate(newest=Subquery(newest))
        found = found.filter(newest=None) if state == "undecided" else found.filter(newest=state)
    if older_than:
        day, _, key = older_than.partition("_")
        found = found.filter(Q(referred_on__lt=day) | Q(referred_on=day, pk__lt=key))
    some = list(found.prefetch_related(*_with_everything())[: PAGE + 1])
    last = some[PAGE - 1] if len(some) > PAGE else None
    return ReferralPage(_rows(some[:PAGE]), f"{last.referred_on.isoformat()}_{last.pk}" if last else "")


def waiting_for_panel() -> list[ReferralRow]:
    """What the panel has before it: never decided first, then brought back, the longest waiting first."""
    newest = ReferralDecision.objects.filter(referral=OuterRef("pk")).order_by("-recorded_at", "-id").values("outcome")[:1]
    found = (
        Referral.objects.annotate(newest=Subquery(newest))
        .filter(Q(newest=None) | Q(newest="bring_back"))
        .order_by("referred_on", "id")
        .prefetch_related(*_with_everything())[:PAGE]
    )
    return [row for row in _rows(list(found)) if not row.allocated]


def referral(referral_id: UUID) -> ReferralRow:
    """Raises `Referral.DoesNotExist` when it is out of sight."""
    return _rows([Referral.objects.prefetch_related(*_with_everything()).get(pk=referral_id)])[0]


def decisions(referral_id: UUID) -> list[ReferralDecision]:
    """Every decision on a referral, newest first."""
    return list(
        ReferralDecision.objects.filter(referral_id=referral_id).select_related("recorded_by").order_by("-recorded_at", "-id")
    )


def possible_matches(referral_id: UUID) -> list[PossibleMatch]:
    """Earlier referrals whose service user may be this one's, with what was answered so far. Referrals scope."""
    return list(
        PossibleMatch.objects.filter(referral_id=referral_id)
        .select_related("earlier")
        .prefetch_related("earlier__parties", "answers__recorded_by")
        .order_by("-score", "id")
    )
