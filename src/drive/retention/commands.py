"""Acts of retention: hold, propose, confirm, keep. A manager's scope proposes; the governance scope decides."""

from __future__ import annotations

import json
from uuid import UUID

from django.db import connection, transaction

from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

from . import queries
from .models import ErasureAnswer, ErasureProposal, Hold
from .rules import WHY_NOT

KINDS = {"su": "su_case", "vs": "vs_record"}


@transaction.atomic
def hold_record(*, by: Actor, record_id: UUID, state: str, reason: str) -> Hold:
    """Say that a record of one's own service must be kept for now (`held`), or need not be any more (`lifted`).

    Raises `Refusal` without a reason, `ObjectDoesNotExist` for a record of anybody else's.
    """
    own = queries.own_record(by, record_id)
    return _hold(
        by, side=own.side, record_id=own.record_id, service_id=own.service_id, site_id=own.site_id,
        state=state, reason=reason,
    )  # fmt: skip


@transaction.atomic
def propose_erasure(*, by: Actor, record_id: UUID, reason: str) -> ErasureProposal:
    """Put a record of one's own service that is past its time to the governance lead. `reason`: `time` or `asked`.

    Raises `Refusal` where it is held or proposed already, `ObjectDoesNotExist` where it is not past its time, as for a
    record that is not there.
    """
    own = queries.own_record(by, record_id)
    past = next((each for each in queries.records_past_time(by) if each.record_id == record_id), None)
    if past is None:
        raise ErasureProposal.DoesNotExist
    if past.held:
        raise Refusal(
            "It must be kept for now.", why="Say first that it need not be any more.", rule="ADR 16"
        )
    if past.proposal:
        raise Refusal("This was proposed already.", rule="ADR 16")
    made = ErasureProposal(
        side=own.side, record_id=own.record_id, service_id=own.service_id, site_id=own.site_id, reason=reason,
        recorded_by_id=by.membership_id,
    )  # fmt: skip
    made.save(force_insert=True)
    record_event(
        Act.WROTE, by=by, kind=KINDS[own.side], record_id=record_id, service_id=own.service_id,
        fields=["erasure_proposed"], reason=reason,
    )  # fmt: skip
    return made


@transaction.atomic
def confirm_erasure(*, by: Actor, proposal_id: UUID) -> dict[str, int]:
    """Erase the record for good, all of it or nothing; how many rows went from which table.

    The event keeps keys and counts (S-36). Raises `Refusal` with the database's reason against it,
    `ErasureProposal.DoesNotExist` for a proposal that is out of sight.
    """
    asked = queries.proposal(proposal_id)
    if against := queries.why_not(proposal_id):
        raise Refusal(WHY_NOT[against], rule="ADR 16")
    with connection.cursor() as cursor:
        cursor.execute("select access.erase_record(%s)", [proposal_id])
        counts: dict[str, int] = json.loads(cursor.fetchone()[0])
    record_event(
        Act.ERASED, by=by, kind=KINDS[asked.side], record_id=asked.record_id, service_id=asked.service_id,
        fields=[f"{table} {counts[table]}" for table in sorted(counts)], reason=f"proposal {asked.pk}",
    )  # fmt: skip
    return counts


@transaction.atomic
def keep_record(*, by: Actor, proposal_id: UUID, reason: str) -> Hold:
    """Answer a proposal with "keep it for now": the reason becomes a hold, which the record's manager may lift.

    Raises `Refusal` without a reason, for one's own proposal, or one that was answered; `ErasureProposal.DoesNotExist`.
    """
    asked = queries.proposal(proposal_id)
    if queries.why_not(proposal_id) == "second_person":
        raise Refusal(WHY_NOT["second_person"], rule="ADR 16")
    ErasureAnswer(
        proposal=asked, site_id=asked.site_id, outcome="kept", recorded_by_id=by.membership_id
    ).save(force_insert=True)
    return _hold(
        by, side=asked.side, record_id=asked.record_id, service_id=asked.service_id, site_id=asked.site_id,
        state="held", reason=reason,
    )  # fmt: skip


def _hold(
    by: Actor, *, side: str, record_id: UUID, service_id: UUID, site_id: UUID, state: str, reason: str
) -> Hold:
    if len(reason.split()) < 2:
        raise Refusal("Say why, in a few words.", rule="ADR 16", field="reason")
    made = Hold(
        side=side, record_id=record_id, service_id=service_id, site_id=site_id, state=state, reason=reason.strip(),
        recorded_by_id=by.membership_id,
    )  # fmt: skip
    made.save(force_insert=True)
    record_event(
        Act.WROTE,
        by=by,
        kind=KINDS[side],
        record_id=record_id,
        service_id=service_id,
        fields=[f"hold_{state}"],
    )
    return made
