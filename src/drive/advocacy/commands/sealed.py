"""Sealed values: writing, opening with a reason, ending (S-06)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from drive.access.refusal import Refusal
from drive.access.sealing import lookup_digest, open_sealed, seal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.channels import DIGEST_PURPOSE, folded_channel

from ..models import SealedEnd, SealedKind, SealedValue, SealOpening, VsRecord
from .writing import add_fact, open_to

NOT_COMPARED = frozenset({SealedKind.CODE_WORD})
"""Kinds that no letter or call could ever go to: no digest is kept of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSealedValue:
    """A value to be sealed. `label` says whose it is in words that say nothing of where."""

    kind: str
    value: str
    withheld: bool = False
    label: str = ""
    ended_on: datetime.date | None = None


def sealed_row(new: NewSealedValue, *, by: Actor, record: VsRecord) -> SealedValue:
    """The unsaved row: encrypted, bound to its place, with the digest by which S-14 tells equal values."""
    kind = SealedKind(new.kind)
    row = SealedValue(
        record=record,
        service_id=record.service_id,
        recorded_by_id=by.membership_id,
        kind=kind,
        withheld=new.withheld,
        label=new.label,
        ended_on=new.ended_on,
        lookup=""
        if kind in NOT_COMPARED
        else lookup_digest(folded_channel(kind, new.value), purpose=DIGEST_PURPOSE),
    )
    row.ciphertext = seal(new.value.encode(), bound_to=row.bound_to())
    return row


@transaction.atomic
def add_sealed(*, by: Actor, record_id: UUID, new: NewSealedValue) -> SealedValue:
    """Seal a value on the client's record. Works for the people who work with the client, in their own
    scope.
    """
    if not new.value.strip():
        raise Refusal("Write what is to be sealed.", rule="S-06", field="value")
    record = open_to(record_id)
    row = sealed_row(new, by=by, record=record)
    row.save(force_insert=True)
    record_event(
        Act.WROTE,
        by=by,
        kind="sealed_value",
        record_id=record.pk,
        service_id=record.service_id,
        fields=[new.kind],
    )
    return row


@transaction.atomic
def open_sealed_value(*, by: Actor, record_id: UUID, value_id: UUID, reason: str) -> str:
    """The value, opened. The opening is an event of its own and shown to everybody who works with the
    client (S-06).

    Raises `Refusal` without a reason, and `SealedValue.DoesNotExist` for what is absent, another client's,
    or withheld from all but the holder and `by` is not the holder.
    """
    if not reason.strip():
        raise Refusal("Give a reason for opening this.", rule="S-06", field="reason")
    row = SealedValue.objects.select_related("record").get(pk=value_id, record_id=record_id)
    opening = SealOpening.objects.create(
        record=row.record,
        service_id=row.service_id,
        recorded_by_id=by.membership_id,
        value_id=row.pk,
        kind=row.kind,
        reason=reason.strip()[:200],
    )
    record_event(
        Act.OPENED_SEAL,
        by=by,
        kind="sealed_value",
        record_id=record_id,
        service_id=row.service_id,
        fields=[row.kind],
        reason=f"opening {opening.pk}",
    )
    return open_sealed(bytes(row.ciphertext), bound_to=row.bound_to()).decode()


@transaction.atomic
def end_sealed(*, by: Actor, record_id: UUID, value_id: UUID, ended_on: datetime.date) -> SealedEnd:
    """Say that a sealed value no longer holds. It is kept: a former address can lead to the client too
    (S-14).
    """
    row = SealedValue.objects.select_related("record").get(pk=value_id, record_id=record_id)
    return add_fact(
        SealedEnd, by=by, record=row.record, kind="sealed_value", value_id=row.pk, ended_on=ended_on
    )
