"""Acts of the ground: opening a record in an emergency, finishing, reviewing (S-35). Rules are in `emergency`."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction

from drive.audit.record import Act, record_event

from .models import BreakGlass, BreakGlassReview, EmergencyScope, Membership
from .refusal import Refusal
from .scopes import Side
from .stepping import Actor

_KIND = {Side.SERVICE_USER: "su_case", Side.CLIENT: "vs_record"}


@transaction.atomic
def open_in_emergency(*, by: Actor, code: str, reason: str, told: str, scope: str) -> BreakGlass:
    """Open the record with this code, on the actor's own side and site, for three hours. Worker scope.

    `scope` is an `EmergencyScope`: a part, which opens one page of it, or the whole. Raises `Refusal` without a reason. Whether the code leads anywhere shows only when the record is opened.
    """
    if len(reason.split()) < 3:
        raise Refusal(
            "Say what is happening, in a few words.",
            why="Somebody reads your reason today and decides with it whether this was needed.",
            rule="S-35",
            field="reason",
        )
    reading_id = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(
            "select access.open_in_emergency(%s, %s, %s, %s, %s)",
            [reading_id, _folded(code), reason.strip(), told, EmergencyScope(scope).value],
        )
        row = cursor.fetchone()
    if row is None or row[0] is None:  # the membership does not work in a worker's scope today
        raise ObjectDoesNotExist
    reading = BreakGlass.objects.get(pk=reading_id)
    record_event(
        Act.BROKE_GLASS,
        by=by,
        kind=_KIND[by.side],
        record_id=reading.record_id,
        service_id=reading.service_id,
        fields=[reading.scope],
        reason=f"reading {reading.pk}",
    )
    return reading


@transaction.atomic
def finish_reading(*, by: Actor, reading_id: UUID) -> None:
    """End one's own reading before its time. Raises `ObjectDoesNotExist` when it is not one's own or has ended."""
    with connection.cursor() as cursor:
        cursor.execute("select access.finish_emergency_reading(%s)", [reading_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise ObjectDoesNotExist
    record_event(Act.WROTE, by=by, kind="emergency_reading", record_id=reading_id, fields=["expires_at"])


@transaction.atomic
def review_reading(*, by: Actor, reading_id: UUID, finding: str, note: str) -> BreakGlassReview:
    """Record what the reviewer found; once. Raises `ObjectDoesNotExist` for a reading that is not theirs to review."""
    reading = BreakGlass.objects.get(pk=reading_id)
    if (
        reading.membership_id == by.membership_id
        or BreakGlassReview.objects.filter(break_glass=reading).exists()
    ):
        raise ObjectDoesNotExist
    review = BreakGlassReview.objects.create(
        break_glass=reading,
        service_id=reading.service_id,
        finding=finding,
        note=note.strip(),
        recorded_by_id=by.membership_id,
    )
    record_event(
        Act.WROTE,
        by=by,
        kind="emergency_review",
        record_id=reading.record_id,
        service_id=reading.service_id,
        fields=["finding", "note"],
    )
    return review


def _folded(code: str) -> str:
    """A code as it is stored (`K7-QF4`), however it was typed."""
    plain = "".join(code.upper().split())
    return f"{plain[:2]}-{plain[2:]}" if len(plain) == 5 and "-" not in plain else plain


def say_work_phone(*, membership: Membership, work_phone: str) -> None:
    """Say the telephone of one's work in this role; empty takes it away. In the accounts scope, where row policies let
    everybody say their own and nobody else's.
    """
    Membership.objects.filter(pk=membership.pk).update(work_phone=work_phone.strip())
