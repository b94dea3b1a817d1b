"""Acts of oversight: answering an alert; saying what is one's own, so that it can be compared."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.refusal import Refusal
from drive.access.sealing import lookup_digest
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.channels import DIGEST_PURPOSE, folded_channel

from ..models import Alert, AlertAnswer, OwnChannel


@transaction.atomic
def answer_alert(*, by: Actor, alert_id: UUID, finding: str, words: str) -> AlertAnswer:
    """Record what was found about an alert: `explained` or `followed_up`. A later answer stands beside the first.

    Raises `Alert.DoesNotExist` for an alert that is not theirs to answer, one's own look above all; `Refusal` without
    a reason.
    """
    alert = Alert.objects.get(pk=alert_id)
    if len(words.split()) < 3:
        raise Refusal(
            "Say what was found, in a few words.",
            why="Whoever looks at this reader again needs to know.",
            rule="S-34",
            field="words",
        )
    answer = AlertAnswer.objects.create(
        alert=alert, finding=finding, words=words.strip(), recorded_by_id=by.membership_id
    )
    record_event(
        Act.WROTE,
        by=by,
        kind="alert",
        record_id=alert.pk,
        service_id=alert.service_id,
        fields=["finding", "words"],
    )
    return answer


def keep_own_channel(*, by: Actor, kind: str, value: str) -> None:
    """Keep a digest of the actor's own address or phone, so that a look at a record with the same one alerts (S-34).

    `kind` is `address` or `phone`. What was typed is not kept, and the digest is read by nobody. Saying it twice is
    nothing. Raises `Refusal` when nothing is left of it once folded.
    """
    folded = folded_channel(kind, value)
    if not folded:
        raise Refusal("There is nothing here to compare.", rule="S-34", field="value")
    try:
        with transaction.atomic():
            OwnChannel.objects.create(
                user_id=by.user_id, kind=kind, lookup=lookup_digest(folded, purpose=DIGEST_PURPOSE),
                recorded_by_id=by.membership_id,
            )  # fmt: skip
            record_event(Act.WROTE, by=by, kind="own_channel", fields=[kind])
    except IntegrityError:
        return
