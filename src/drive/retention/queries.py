"""Records past their time, and what was proposed and decided about them. Asked in a manager's scope or in governance."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from drive.access.models import Service
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.advocacy.models import VsRecord
from drive.casework.models import SuCase

from .models import SIDES, ErasureProposal, Hold

PAGE = 100


@dataclass(frozen=True, slots=True)
class PastRecord:
    """One closed record whose time is over."""

    side: str
    record_id: UUID
    service_id: UUID
    ended_on: datetime.date
    kept_until: datetime.date
    held: bool
    code: str
    """For the record's own manager; "" for the governance lead, who reads no record's code."""
    service: str
    proposal: ErasureProposal | None
    """The one that waits for its answer."""

    @property
    def kind(self) -> str:
        return dict(SIDES)[self.side]


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A record as its own manager names it."""

    side: str
    record_id: UUID
    service_id: UUID
    site_id: UUID
    code: str


def records_past_time(actor: Actor) -> list[PastRecord]:
    """What the actor may propose or see proposed, longest past first, at most `PAGE`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select side, record_id, service_id, ended, kept_until, is_held from access.records_past_time()"
            " order by kept_until, record_id limit %s",
            [PAGE],
        )
        rows = cursor.fetchall()
    keys = [row[1] for row in rows]
    codes: dict[UUID, str] = {}
    if actor.scope is Scope.SU_MANAGER:
        codes = dict(SuCase.objects.filter(pk__in=keys).values_list("pk", "code"))
    elif actor.scope is Scope.VS_MANAGER:
        codes = dict(VsRecord.objects.filter(pk__in=keys).values_list("pk", "code"))
    waiting = {each.record_id: each for each in proposals() if each.record_id in set(keys)}
    services = dict(Service.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "name"))
    return [
        PastRecord(
            side,
            key,
            service_id,
            ended,
            until,
            held,
            codes.get(key, ""),
            services[service_id],
            waiting.get(key),
        )
        for side, key, service_id, ended, until, held in rows
    ]


def proposals() -> list[ErasureProposal]:
    """Proposals that wait for an answer, oldest first."""
    return list(
        ErasureProposal.objects.filter(answer__isnull=True)
        .select_related("recorded_by")
        .order_by("recorded_at", "id")
    )


def erased() -> list[ErasureProposal]:
    """What was erased, newest first, at most `PAGE`: no name, no code."""
    return list(
        ErasureProposal.objects.filter(answer__outcome="erased")
        .select_related("recorded_by", "answer__recorded_by")
        .order_by("-answer__recorded_at", "id")[:PAGE]
    )


def proposal(proposal_id: UUID) -> ErasureProposal:
    """One that waits. Raises `ErasureProposal.DoesNotExist`."""
    return ErasureProposal.objects.select_related("recorded_by").get(pk=proposal_id, answer__isnull=True)


def why_not(proposal_id: UUID) -> str:
    """Why the governance lead may not confirm now, as a code of `rules.WHY_NOT`; "" when they may."""
    with connection.cursor() as cursor:
        cursor.execute("select access.erasure_refusal(%s)", [proposal_id])
        return str(cursor.fetchone()[0])


def own_record(actor: Actor, record_id: UUID) -> OwnRecord:
    """A record of the manager's own service. Raises `ObjectDoesNotExist` for any other, and in any other scope."""
    if actor.scope is Scope.SU_MANAGER:
        case = SuCase.objects.get(pk=record_id)
        return OwnRecord("su", case.pk, case.service_id, case.site_id, case.code)
    if actor.scope is Scope.VS_MANAGER:
        record = VsRecord.objects.get(pk=record_id)
        return OwnRecord("vs", record.pk, record.service_id, record.site_id, record.code)
    raise ObjectDoesNotExist


def holds_of(record_id: UUID) -> list[Hold]:
    """Why a record must be kept, or need not any more: newest first."""
    return list(
        Hold.objects.filter(record_id=record_id).select_related("recorded_by").order_by("-recorded_at", "-id")
    )
