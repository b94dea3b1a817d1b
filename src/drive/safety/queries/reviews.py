"""The agenda of joint reviews, and how long ago each case was reviewed (R-73, S-24)."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from drive.access.models import Service, SiteSetting, local_today
from drive.access.stepping import Actor
from drive.components.dates import days, local_date
from drive.components.some import Some, first_of

from ..models import CaseLink, JointReview, PairRhythm, ReviewCall, RiskItem, StopConcern
from ..rules import REVIEW_GAP, Gap, Waiting, agenda
from .running import CASE_ENDED, of_running_cases, that_go_on

LOOKED_AT = 60
"""Links that an agenda is made from: the longest unreviewed, and as many of those that something calls for."""


def review_gap(site_id: UUID) -> Gap:
    """The site's longest usual and hardest gap between reviews (C-15), in days."""
    found = (
        SiteSetting.objects.filter(site_id=site_id, code="C-15", applies_from__lte=local_today())
        .order_by("-applies_from", "-recorded_at")
        .values_list("value", flat=True)
        .first()
    ) or {}
    return Gap(int(found.get("usual", REVIEW_GAP.usual)), int(found.get("hard", REVIEW_GAP.hard)))


def _reviewed() -> QuerySet[CaseLink]:
    """Links with the day of the last review that both sides came to, as `last`."""
    reviews = JointReview.objects.filter(link=OuterRef("pk")).exclude(case_side_came="absent")
    last = reviews.exclude(client_side_came="absent").order_by("-held_on").values("held_on")[:1]
    return CaseLink.objects.annotate(last=Subquery(last))


def _open_links() -> QuerySet[CaseLink]:
    """Those that go on, of cases that have not ended."""
    return that_go_on(_reviewed().annotate(has_ended=CASE_ENDED).filter(has_ended=False))


def waiting_links(actor: Actor, *, limit: int = LOOKED_AT) -> Some[Waiting]:
    """Every open link that the reader sees, as far as an agenda needs: the longest unreviewed first, quiet and
    disrupt-only ones like any other (S-24); and of those that something calls for now, as many.
    """
    links = _open_links()
    oldest = first_of(links.order_by(F("last").asc(nulls_first=True), "recorded_at", "id"), limit)
    stops = _live(StopConcern.objects.filter(link=OuterRef("pk")))
    calls = ReviewCall.objects.filter(link=OuterRef("pk"))
    since = calls.filter(recorded_at__date__gte=OuterRef("last"))
    asked = Exists(stops) | Exists(since) | (Q(last=None) & Exists(calls))
    called = first_of(links.filter(asked).order_by("recorded_at", "id"), limit)
    found = {link.pk: link for link in [*oldest, *called]}
    return Some(_waiting(actor, list(found.values())), oldest.more or called.more)


def _live(concerns: QuerySet[StopConcern]) -> QuerySet[StopConcern]:
    """Those that both sides have not answered."""
    return concerns.alias(sides=Count("answers__side", distinct=True)).filter(sides__lt=2)


def review_age(link: CaseLink, actor: Actor) -> Waiting:
    """How long ago this link was reviewed, and what calls for a review."""
    return _waiting(actor, list(_reviewed().filter(pk=link.pk)))[0]


def review_ages(
    actor: Actor, *, case_ids: Iterable[UUID] = (), record_ids: Iterable[UUID] = ()
) -> dict[UUID, Waiting]:
    """The longest unreviewed link of each case or record, by that key; nothing for one without a link or whose case has
    ended. In a fixed number of statements (S-24).
    """
    cases, records = set(case_ids), set(record_ids)
    links = list(_open_links().filter(Q(su_case_id__in=cases) | Q(vs_record_id__in=records)))
    found: dict[UUID, Waiting] = {}
    for one in sorted(_waiting(actor, links), key=lambda one: (one.days, one.last is None)):
        found[one.su_case_id if one.su_case_id in cases else one.vs_record_id] = one
    return found


def _waiting(actor: Actor, links: list[CaseLink]) -> list[Waiting]:
    """In a fixed number of statements however many links."""
    today, keys = local_today(), [link.pk for link in links]
    gap = review_gap(actor.site_id)
    calls: dict[UUID, list[ReviewCall]] = {}
    for call in ReviewCall.objects.filter(link__in=keys).order_by("recorded_at"):
        calls.setdefault(call.link_id, []).append(call)
    stopped = set(_live(StopConcern.objects.filter(link__in=keys)).values_list("link_id", flat=True))
    since = timezone.now() - datetime.timedelta(days=gap.usual)
    crossed = Counter(
        RiskItem.objects.filter(link__in=keys, recorded_at__gte=since).values_list("link_id", "side")
    )
    heard = {key for key, _side in crossed}
    rhythms: dict[UUID, PairRhythm] = {}
    for rhythm in PairRhythm.objects.filter(link__in=keys).order_by("recorded_at"):
        rhythms[rhythm.link_id] = rhythm
    sites = dict(
        Service.objects.filter(
            pk__in={key for link in links for key in (link.su_service_id, link.vs_service_id)}
        ).values_list("pk", "site_id")
    )
    rows = []
    for link in links:
        last: datetime.date | None = link.last  # type: ignore[attr-defined]  # annotated by the caller
        began = last or local_date(link.recorded_at)
        open_calls = [c for c in calls.get(link.pk, []) if local_date(c.recorded_at) >= began or last is None]
        across = sites.get(link.su_service_id) != sites.get(link.vs_service_id)
        reasons = []
        if link.pk in stopped:
            reasons.append("A stop concern is live")
        reasons += sorted({c.get_cause_display() for c in open_calls})
        if link.pk not in heard and (today - local_date(link.recorded_at)).days >= gap.usual:
            reasons.append(f"Nothing has crossed for {gap.usual} days")
        if across and link.pk not in rhythms:
            reasons.append("You work in different areas and have not met")
        agreed = rhythms.get(link.pk)
        quiet = (today - max(last or agreed.introduced_on, agreed.introduced_on)).days if agreed else 0
        rhythm_due = agreed is not None and across and quiet > agreed.every_days
        if agreed and rhythm_due:
            reasons.append(
                f"You agreed to talk every {days(agreed.every_days)}, and last did {days(quiet)} ago"
            )
        rows.append(
            Waiting(
                link_id=link.pk,
                su_case_id=link.su_case_id,
                vs_record_id=link.vs_record_id,
                last=last,
                days=max((today - began).days, 0),
                urgent=link.pk in stopped or bool(open_calls) or rhythm_due,
                reasons=tuple(reasons),
                gap=gap,
                cross_border=across,
                from_case=crossed[link.pk, "su"],
                from_client=crossed[link.pk, "vs"],
                rhythm_days=agreed.every_days if agreed else None,
                rhythm_due=rhythm_due,
            )
        )
    return rows


def review_agenda(actor: Actor) -> list[Waiting]:
    """Five or six cases for the next joint review: what is urgent, mixed with the longest unreviewed (W-11)."""
    return agenda(waiting_links(actor))


def unreviewed(actor: Actor) -> Some[Waiting]:
    """Links past the site's hard limit without a joint review, the longest first: for both managers (S-24); and pairs in two
    areas who have not talked for longer than they agreed (X-03).
    """
    waiting = waiting_links(actor)
    late = [one for one in waiting if one.past_limit or one.rhythm_due]
    return Some(sorted(late, key=lambda one: -one.days), waiting.more and len(late) >= LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews of one link, and what the last one left open."""

    rows: list[JointReview]
    age: Waiting
    open_questions: list[str]
    rhythm: PairRhythm | None


def reviews_of(link: CaseLink, actor: Actor, others: tuple[tuple[str, str], ...]) -> Reviews:
    """Newest first. Who was unknown at the last review is asked again at the next (S-20)."""
    rows = list(
        JointReview.objects.filter(link=link)
        .select_related("answer")
        .order_by("-held_on", "-recorded_at")[:12]
    )
    last = rows[0] if rows else None
    unknown = [words for key, words in others if last and last.others_at_risk.get(key) == "unknown"]
    rhythm = PairRhythm.objects.filter(link=link).order_by("-recorded_at").first()
    return Reviews(rows, review_age(link, actor), unknown, rhythm)


def review_on(link_id: UUID, review_id: UUID) -> JointReview:
    """Raises `JointReview.DoesNotExist`."""
    return JointReview.objects.get(pk=review_id, link_id=link_id)


def reviews_to_answer(actor: Actor, *, limit: int = 50) -> Some[JointReview]:
    """Reviews that the other side wrote and the reader's side has not answered, the oldest first; while the case goes on."""
    waiting = JointReview.objects.filter(answer__isnull=True).exclude(side=actor.side.value)
    return first_of(of_running_cases(waiting).order_by("recorded_at"), limit)
