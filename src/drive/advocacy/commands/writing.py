"""How every fact of a client's record is written: the row and its audit event, in one transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.people.facts import sent_before

from ..models import ClientFact, VsRecord


class SavedFirstError(Exception):
    """Somebody saved the next version first (S-48). `theirs` is the row that stands; nothing of yours is
    written.
    """

    def __init__(self, theirs: ClientFact) -> None:
        super().__init__("somebody saved first")
        self.theirs = theirs


def open_to(record_id: UUID) -> VsRecord:
    """The record, if the actor's scope shows it. Raises `VsRecord.DoesNotExist`, the one answer for
    hidden and absent.
    """
    return VsRecord.objects.get(pk=record_id)


def add_fact[F: ClientFact](model: type[F], *, by: Actor, record: VsRecord, kind: str, **values: Any) -> F:
    """Write one row and its event; sent twice, the row of the first time comes back and nothing is written.

    The row policies refuse it where `by` may not write to the record.
    """
    columns = {
        "record": record,
        "service_id": record.service_id,
        "recorded_by_id": by.membership_id,
        **values,
    }
    if again := sent_before(model, **columns):
        return again
    fact = model(**columns)
    fact.save(force_insert=True)
    record_event(
        Act.WROTE, by=by, kind=kind, record_id=record.pk, service_id=record.service_id, fields=sorted(values)
    )
    return fact


def add_version[F: ClientFact](
    model: type[F],
    *,
    by: Actor,
    record: VsRecord,
    kind: str,
    seen_version: int,
    thread: UUID | None = None,
    **values: Any,
) -> F:
    """Write the version after `seen_version` (0: none was seen).

    Raises `SavedFirstError` with the row that stands when somebody else wrote that version meanwhile (S-48).
    """
    of_thread = {"thread": thread} if thread else {}
    try:
        with transaction.atomic():
            return add_fact(
                model, by=by, record=record, kind=kind, version=seen_version + 1, **of_thread, **values
            )
    except IntegrityError as error:
        theirs = model._default_manager.filter(record=record, **of_thread).order_by("-version").first()
        if theirs is None:
            raise
        raise SavedFirstError(theirs) from error
