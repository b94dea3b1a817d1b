"""Reaching the client by a channel that is safe (S-14): the comparison, her rule, the seal, in one act."""

from __future__ import annotations

from uuid import UUID

from django.db import connection, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.advocacy import commands as advocacy
from drive.advocacy.models import SafeContactRule, SealedValue
from drive.audit.record import Act, record_event
from drive.components.dates import long_date

TO_REACH = {"phone": "to ring", "text": "to text", "letter": "to write", "email": "to email"}
"""K-18 channel to the words of the event. Each is one tap, and an event all the same (S-06)."""


@transaction.atomic
def open_to_reach(*, by: Actor, record_id: UUID, value_id: UUID, channel: str, although: str = "") -> str:
    """The number or address, opened to ring, text, write or email (`TO_REACH`), when the channel may be used.

    Refused when the service user of a linked case has or had the same number or address, in the one sentence that says
    nothing of why; while nothing is agreed about how to reach the client, or it is past its review; and when the client
    has not agreed to the channel. The IDVA's side alone may go on, with `although`: why it is safe all the same, which
    stands in the event for everybody who works with the client.
    """
    value = SealedValue.objects.only("id", "record_id", "kind").get(pk=value_id, record_id=record_id)
    reason = TO_REACH[channel]
    if not although.strip():
        if _is_his(value.pk):
            raise Refusal("This channel cannot be used.", rule="S-14", field="although")
        _check_agreed(record_id, channel)
    return advocacy.open_sealed_value(
        by=by,
        record_id=record_id,
        value_id=value.pk,
        reason=f"{reason}, although: {although.strip()}" if although.strip() else reason,
    )


def _check_agreed(record_id: UUID, channel: str) -> None:
    """Raise `Refusal` unless the client's own rule holds today and names the channel."""
    rule = SafeContactRule.objects.filter(record_id=record_id).order_by("-version").first()
    if rule is None:
        what = "It is not agreed yet how the client may safely be reached."
    elif rule.review_on < local_today():
        what = f"How the client may be reached was to be looked at again by {long_date(rule.review_on)}."
    elif channel not in rule.channels:
        what = "The client has not agreed to be reached in this way."
    else:
        return
    raise Refusal(
        what, why="Agree it first, or say why it is safe all the same.", rule="S-14", field="although"
    )


def note_channel(*, by: Actor, record_id: UUID) -> None:
    """Say in the audit that a channel to the client was turned down; the refusal itself writes nothing (S-14)."""
    record_event(Act.DENIED, by=by, kind="channel_clash", record_id=record_id)


def _is_his(value_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select safety.channel_is_his(%s)", [value_id])
        (found,) = cursor.fetchone()
    return bool(found)
