"""How people are named on a shared page: each by what the reader's own side holds, or by what crosses."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import QuerySet

from drive.access.models import CaseAssignment, ClientAssignment, Membership, local_today
from drive.access.roles import Role
from drive.advocacy.models import ClientProfile
from drive.casework.models import LinkedPerson, ServiceUserProfile

from .models import CaseLink

ELSEWHERE = "A worker at another site"
"""How somebody is named whose membership the reader may not see."""


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Whose record it is on the reader's own side, and who holds it; empty where nobody does."""

    subject: str
    holder: str


def names_of(membership_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names of workers; of those whom the reader may not see, `ELSEWHERE`. Never joined: a join would
    lose rows.
    """
    wanted = set(membership_ids)
    known = dict(Membership.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {one: known.get(one, ELSEWHERE) for one in wanted}


def signed(membership_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The same with the role beside the name of whoever stands in for the IDVA (A-06): what they tell is read as such."""
    names = names_of(membership_ids)
    stand_ins = Membership.objects.filter(pk__in=names, role=Role.STAND_IN).values_list("pk", flat=True)
    return names | {one: f"{names[one]} (stand-in for the IDVA)" for one in stand_ins}


def names_of_case(case_id: UUID) -> OwnNames:
    """The service user's full name and the case's holder, for the case manager's side."""
    profile = ServiceUserProfile.objects.filter(case_id=case_id).order_by("-version").first()
    return OwnNames(
        profile.full_name if profile else "", _holder(CaseAssignment.objects.filter(case_id=case_id))
    )


def names_of_record(record_id: UUID) -> OwnNames:
    """The client's initials (a shared page masks her, S-03) and the record's holder, for the IDVA's side."""
    profile = ClientProfile.objects.filter(record_id=record_id).order_by("-version").first()
    return OwnNames(
        profile.initials if profile else "", _holder(ClientAssignment.objects.filter(record_id=record_id))
    )


def names_of_cases(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The service users' full names by case, for lists of the case manager's side."""
    newest = ServiceUserProfile.objects.filter(case_id__in=list(case_ids)).order_by("version")
    return {profile.case_id: profile.full_name for profile in newest}


def initials_of_records(record_ids: Iterable[UUID]) -> dict[UUID, str]:
    """The clients' initials by record, for lists of the IDVA's side (S-03)."""
    newest = ClientProfile.objects.filter(record_id__in=list(record_ids)).order_by("version")
    return {profile.record_id: profile.initials for profile in newest}


def initials_of_links(case_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Whom each link is about, by link, of cases with two or more: initials as referred, told apart where they are alike.

    For the case manager's side. A link of a case with one linked client needs no mark and is left out.
    """
    of_case: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    people = LinkedPerson.objects.filter(case_id__in=set(case_ids), link_id__isnull=False)
    for person in people.order_by("recorded_at", "pk"):
        if person.link_id:
            initials = "".join(f"{part[0]}." for part in person.name_as_referred.split())
            of_case[person.case_id][person.link_id] = initials or "not named"
    found: dict[UUID, str] = {}
    for links in of_case.values():
        if len(links) < 2:
            continue
        alike, seen = Counter(links.values()), Counter[str]()
        for link_id, initials in links.items():
            seen[initials] += 1
            found[link_id] = f"{initials} {seen[initials]}" if alike[initials] > 1 else initials
    # A client who came back is marked alike at each of her links (ADR 24).
    again = CaseLink.objects.filter(thread__in=list(found)).values_list("pk", "thread")
    return found | {pk: found[thread] for pk, thread in again if thread}


def _holder(assignments: QuerySet[CaseAssignment] | QuerySet[ClientAssignment]) -> str:
    today = local_today()
    live = assignments.filter(kind="holder", starts_on__lte=today, ends_on__gt=today)
    found = live.order_by("-starts_on").values_list("membership_id", flat=True).first()
    return names_of([found])[found] if found else ""
