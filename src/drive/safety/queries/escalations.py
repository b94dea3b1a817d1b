"""What was not read in time, as both sides' managers and workers see it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef
from django.utils import timezone

from drive.access.models import CaseAssignment, ClientAssignment, local_today
from drive.access.stepping import Actor
from drive.components.dates import days
from drive.components.some import Some, first_of
from drive.instruments.codelists import code_list

from ..models import Escalation, ItemAcknowledgement, RiskItem, StopAcknowledgement
from ..naming import names_of
from .across import workers_across
from .stops import scope_words


@dataclass(frozen=True, slots=True)
class Unread:
    """One thing that nobody of a side has read. `readers` are named on their own side alone: who holds, who covers."""

    escalation: Escalation
    what: str
    sent_at: datetime.datetime
    ours: bool
    readers: str
    ring: str = ""
    """Whom of the other side, with the number of their work; empty where nobody has it today."""

    @property
    def waited(self) -> str:
        """How long it has been unread: hours for two days, then days."""
        hours = int((timezone.now() - self.sent_at).total_seconds() // 3600)
        return days(hours // 24) if hours >= 48 else f"{hours} hour{'' if hours == 1 else 's'}"

    @property
    def waits(self) -> str:
        """Who should read it, in words."""
        if not self.ours:
            return "The other side has not read it. Ring " + (self.ring or "them") + "."
        return self.readers or "Nobody holds or covers it today."


def escalations(actor: Actor, *, limit: int = 50) -> Some[Unread]:
    """Everything escalated and still unread that the reader may see, the longest unread first."""
    item_read = ItemAcknowledgement.objects.filter(item=OuterRef("item"))
    stop_read = StopAcknowledgement.objects.filter(concern=OuterRef("concern"), side=OuterRef("side"))
    unread = Escalation.objects.filter(~Exists(item_read), ~Exists(stop_read), booking__isnull=True)
    rows = first_of(unread.select_related("item", "concern").order_by("recorded_at"), limit)
    own = [row for row in rows if row.side == actor.side.value]
    readers = _readers(actor, own)
    theirs = [row for row in rows if row.side != actor.side.value]
    ring = workers_across(row.su_case_id if actor.side.value == "su" else row.vs_record_id for row in theirs)
    return rows.each(
        lambda row: Unread(
            escalation=row,
            what=f"Stop concern: {scope_words(row.concern)}" if row.concern else _item_words(row.item),  # type: ignore[arg-type]  # of one or the other, by constraint
            sent_at=(row.concern or row.item).recorded_at,  # type: ignore[union-attr]  # as above
            ours=row.side == actor.side.value,
            readers=readers.get(row.su_case_id, "") or readers.get(row.vs_record_id, ""),
            ring=next((one.words for one in ring.get(row.link_id, [])), ""),
        )
    )


def bookings_unsettled(*, limit: int = 50) -> Some[Escalation]:
    """Contact within the hour, or past it, that no decision carries and nobody has settled (S-19); the soonest first.

    Over when both decide again, or the booking is set aside, cancelled or recorded as done.
    """
    unsettled = Func(
        F("booking_id"), function="safety.booking_unsettled", output_field=BooleanField(), arity=1
    )
    found = Escalation.objects.filter(booking__isnull=False).order_by("-starts_at")[:limit]
    keys = [one.pk for one in found]
    still = Escalation.objects.filter(pk__in=keys).annotate(still=unsettled).filter(still=True)
    rows: list[Escalation] = [*still.select_related("link").order_by("starts_at")]
    return Some(rows, len(rows) == limit)


def _item_words(item: RiskItem) -> str:
    return code_list("K-60").label(item.kind) + (", urgent" if item.urgency == "urgent" else "")


def _readers(actor: Actor, rows: list[Escalation]) -> dict[UUID, str]:
    """Who holds and who covers each case or record today, by record, in words."""
    today = local_today()
    assigned: list[tuple[UUID, UUID, str]]
    if actor.side.value == "su":
        cases = CaseAssignment.objects.filter(case_id__in=[row.su_case_id for row in rows])
        live = cases.filter(kind__in=("holder", "cover"), starts_on__lte=today, ends_on__gt=today)
        assigned = list(live.values_list("case_id", "membership_id", "kind"))
    else:
        records = ClientAssignment.objects.filter(record_id__in=[row.vs_record_id for row in rows])
        held = records.filter(kind__in=("holder", "cover"), starts_on__lte=today, ends_on__gt=today)
        assigned = list(held.values_list("record_id", "membership_id", "kind"))
    names = names_of(member for _record, member, _kind in assigned)
    found: dict[UUID, list[str]] = defaultdict(list)
    for record, member, kind in sorted(assigned, key=lambda one: one[2], reverse=True):
        found[record].append(f"{names[member]} {'covers' if kind == 'cover' else 'holds it'}")
    return {record: ", ".join(words) + "." for record, words in found.items()}
