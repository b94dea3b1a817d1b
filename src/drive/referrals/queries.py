"""What pages and commands ask about referrals. Row policies decide whose."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, Prefetch, Q, Subquery
from django.utils.dateparse import parse_date, parse_datetime

from drive.access.models import local_today
from drive.casework.closing_facts import setting
from drive.people.matching import Born, Profile
from drive.people.names import PersonName
from drive.people.profiles import fold

from .lists.headings import Role
from .lists.results import KnownReferralPerson
from .models import (
    IdentityDecision,
    IdentityMatch,
    ListSaved,
    PossibleMatch,
    Referral,
    ReferralDecision,
    ReferralList,
    ReferralParty,
)

PAGE = 40


class UnknownPageError(ValueError):
    """The key of a page of a list that no list gave."""


def _page_key[Moment](text: str, read: Callable[[str], Moment | None]) -> tuple[Moment, UUID]:
    """The two parts of the key of a page: the day or moment, and the record at it."""
    moment, _, key = text.partition("_")
    try:
        found, pk = read(moment), UUID(key)
    except ValueError as error:
        raise UnknownPageError from error
    if found is None:
        raise UnknownPageError
    return found, pk


def identities() -> frozenset[str]:
    """The identities of every referral of the site, to know a repeat; those behind a bar too, as digests alone."""
    with connection.cursor() as cursor:
        cursor.execute("select access.referral_identities()")
        return frozenset(cursor.fetchone()[0])


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


def saved(kept: ReferralList) -> ListSaved | None:
    """When and by whom the lines of a list were saved, and how many had each outcome; None before that."""
    return ListSaved.objects.filter(referral_list=kept).select_related("recorded_by").first()


def same_file_before(kept: ReferralList) -> ReferralList | None:
    """The newest earlier upload of the very same file at the site, if there was one."""
    return (
        ReferralList.objects.filter(digest=kept.digest, recorded_at__lt=kept.recorded_at)
        .select_related("saved", "recorded_by")
        .order_by("-recorded_at")
        .first()
    )


def referral_list(list_id: UUID) -> ReferralList:
    """Raises `ReferralList.DoesNotExist` when it is out of sight."""
    return ReferralList.objects.select_related("recorded_by").get(pk=list_id)


def recent_lists() -> list[ReferralList]:
    return list(ReferralList.objects.select_related("saved", "recorded_by").order_by("-recorded_at")[:PAGE])


def newest_decision(referral_id: UUID) -> ReferralDecision | None:
    """The decision that holds, with who recorded it, or none."""
    return (
        ReferralDecision.objects.filter(referral_id=referral_id)
        .select_related("recorded_by")
        .order_by("-recorded_at", "-id")
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
    if not referrals:
        return []
    allocated = _allocated([r.pk for r in referrals])
    with_matches = _sees_matches()
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
                possible_matches=len(referral.possible_matches.all()) if with_matches else 0,
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
        found = found.annotate(newest=newest_outcome())
        found = found.filter(newest=None) if state == "undecided" else found.filter(newest=state)
    if older_than:
        day, pk = _page_key(older_than, parse_date)
        found = found.filter(Q(referred_on__lt=day) | Q(referred_on=day, pk__lt=pk))
    some = list(found.prefetch_related(*_with_everything())[: PAGE + 1])
    last = some[PAGE - 1] if len(some) > PAGE else None
    return ReferralPage(_rows(some[:PAGE]), f"{last.referred_on.isoformat()}_{last.pk}" if last else "")


def newest_outcome() -> Subquery:
    """For `annotate`: the outcome of a referral's newest decision (K-10), or none."""
    return Subquery(
        ReferralDecision.objects.filter(referral=OuterRef("pk"))
        .order_by("-recorded_at", "-id")
        .values("outcome")[:1]
    )


def rows_of(keys: list[UUID], *, most: int = PAGE) -> list[ReferralRow]:
    """These referrals, as far as they are in sight, the oldest first, at most so many."""
    found = (
        Referral.objects.filter(pk__in=keys)
        .order_by("referred_on", "id")
        .prefetch_related(*_with_everything())
    )
    return _rows(list(found[:most]))


def straight_from_marac(site_id: UUID) -> bool:
    """Whether the site takes cases straight from MARAC, without a panel's decision (C-01)."""
    return bool(setting(site_id, "C-01", local_today()) == "marac_only")


def before_panel() -> list[UUID]:
    """What the panel has before it: undecided, or to come back; not yet allocated. Panel scope."""
    with connection.cursor() as cursor:
        cursor.execute("select access.referrals_before_panel()")
        return list(cursor.fetchone()[0])


def decided_lately(since: datetime.date) -> list[UUID]:
    """Referrals with a decision since a day that ended their wait, the newest decision first, a page of them."""
    found = (
        ReferralDecision.objects.filter(decided_on__gte=since, outcome__in=("accept", "reject"))
        .order_by("-recorded_at", "-id")
        .values_list("referral_id", flat=True)[:PAGE]
    )
    return list(dict.fromkeys(found))


def referral(referral_id: UUID) -> ReferralRow:
    """Raises `Referral.DoesNotExist` when it is out of sight."""
    return _rows([Referral.objects.prefetch_related(*_with_everything()).get(pk=referral_id)])[0]


def decisions(referral_id: UUID) -> list[ReferralDecision]:
    """Every decision on a referral, newest first."""
    return list(
        ReferralDecision.objects.filter(referral_id=referral_id)
        .select_related("recorded_by")
        .order_by("-recorded_at", "-id")
    )


def possible_match(match_id: UUID) -> PossibleMatch:
    """Raises `PossibleMatch.DoesNotExist` when it is out of sight."""
    return PossibleMatch.objects.get(pk=match_id)


def possible_matches(referral_id: UUID) -> list[PossibleMatch]:
    """Earlier referrals whose service user may be this one's, with what was answered so far. Referrals scope."""
    return list(
        PossibleMatch.objects.filter(referral_id=referral_id)
        .select_related("earlier")
        .prefetch_related("earlier__parties", "answers__recorded_by")
        .order_by("-score", "id")
    )


@dataclass(frozen=True, slots=True)
class NamedParty:
    """One of the two people of an identity match, as one referral named them."""

    name: str
    role: str
    site: str
    born_on: datetime.date | None
    referred_on: datetime.date


@dataclass(frozen=True, slots=True)
class NamedMatch:
    match: IdentityMatch
    first: NamedParty
    second: NamedParty
    decisions: list[IdentityDecision]
    """Newest first."""


@dataclass(frozen=True, slots=True)
class MatchPage:
    rows: list[NamedMatch]
    older: str = ""


def identity_matches(*, older_than: str = "") -> MatchPage:
    """The same name and birth date in two roles or at two sites, newest first. Governance scope alone (S-33)."""
    found = IdentityMatch.objects.order_by("-found_at", "-id")
    if older_than:
        at, pk = _page_key(older_than, parse_datetime)
        found = found.filter(Q(found_at__lt=at) | Q(found_at=at, pk__lt=pk))
    decisions = IdentityDecision.objects.select_related("recorded_by").order_by("-recorded_at", "-id")
    some = list(found.prefetch_related(Prefetch("decisions", queryset=decisions))[: PAGE + 1])
    shown = some[:PAGE]
    people = _named([match.pk for match in shown])
    rows = [
        NamedMatch(match, people[match.pk, "first"], people[match.pk, "second"], list(match.decisions.all()))
        for match in shown
    ]
    last = shown[-1] if len(some) > PAGE else None
    return MatchPage(
        rows, f"{last.found_at.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}_{last.pk}" if last else ""
    )


def identity_match(match_id: UUID) -> NamedMatch:
    """Raises `IdentityMatch.DoesNotExist` when it is out of sight."""
    decisions = IdentityDecision.objects.select_related("recorded_by").order_by("-recorded_at", "-id")
    match = IdentityMatch.objects.prefetch_related(Prefetch("decisions", queryset=decisions)).get(pk=match_id)
    people = _named([match.pk])
    return NamedMatch(
        match, people[match.pk, "first"], people[match.pk, "second"], list(match.decisions.all())
    )


def _named(matches: list[UUID]) -> dict[tuple[UUID, str], NamedParty]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select match_id, place, given_names, family_name, role, site, born_on, referred_on"
            " from access.identity_match_people(%s)",
            [matches],
        )
        return {
            (match, place): NamedParty(f"{given} {family}".strip(), role, site, born, referred)
            for match, place, given, family, role, site, born, referred in cursor.fetchall()
        }
