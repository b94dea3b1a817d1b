"""Bars as those who keep them see them, and records that nobody can work because of a bar or a leaver (S-34, S-46)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import connection

from drive.access.models import (
    AssignmentKind,
    Bar,
    CaseAssignment,
    ClientAssignment,
    Membership,
    local_today,
)
from drive.access.queries import colleagues
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.advocacy.models import RecordExit, VsRecord
from drive.casework.models import SuCase
from drive.casework.queries import current_states

from .looks import SUPERVISORS

PAGE = 100


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar that holds today. `who` is empty where it keeps everybody out who does not work the record."""

    bar: Bar
    who: str
    keeper: str
    recorded_by: str


def bars_here(actor: Actor, record_id: UUID | None = None) -> list[BarRow]:
    """Bars that hold today and that this actor keeps, newest first, at most `PAGE`; at one record if named."""
    found = Bar.objects.filter(ends_on__gt=local_today()).select_related("recorded_by")
    if record_id is not None:
        found = found.filter(record_id=record_id)
    bars = list(found.order_by("-recorded_at", "id")[:PAGE])
    users = {key for each in bars for key in (each.user_id, each.kept_by_id) if key}
    names = dict(Membership.objects.filter(user_id__in=users).values_list("user_id", "name"))
    return [
        BarRow(
            bar=each,
            who="" if each.user_id is None else names.get(each.user_id, "Somebody of another site"),
            keeper=names.get(each.kept_by_id, "") if each.kept_by_id else "",
            recorded_by=each.recorded_by.name,
        )
        for each in bars
    ]


def one_bar(actor: Actor, bar_id: UUID) -> BarRow:
    """One bar that holds today. Raises `Bar.DoesNotExist`."""
    bar = Bar.objects.get(pk=bar_id, ends_on__gt=local_today())
    return next(row for row in bars_here(actor, bar.record_id) if row.bar.pk == bar.pk)


def record_to_bar(actor: Actor, record_id: UUID) -> str:
    """The record's code for its manager, "" for the governance lead. Raises `ObjectDoesNotExist` for anybody else's."""
    if actor.scope is Scope.SU_MANAGER:
        return SuCase.objects.get(pk=record_id).code
    if actor.scope is Scope.VS_MANAGER:
        return VsRecord.objects.get(pk=record_id).code
    with connection.cursor() as cursor:
        cursor.execute("select access.bar_is_here(null, %s, %s)", [record_id, actor.site_id])
        if not cursor.fetchone()[0]:
            raise ObjectDoesNotExist
    return ""


def colleagues_to_bar(actor: Actor) -> list[Membership]:
    """Who can be excluded: the service's people for a manager, the site's for the governance lead; not oneself."""
    if actor.scope is not Scope.GOVERNANCE and actor.service_id:
        found = colleagues(service_id=actor.service_id, roles=tuple(role.value for role in Role))
    else:
        today = local_today()
        found = list(
            Membership.objects.filter(
                site_id=actor.site_id, starts_on__lte=today, ends_on__gt=today
            ).order_by("name", "id")
        )
    return [each for each in found if each.user_id != actor.user_id]


def keepers(people: list[Membership]) -> list[Membership]:
    """Those of them who supervise, for the governance lead to name one."""
    return [each for each in people if each.role in SUPERVISORS]


@dataclass(frozen=True, slots=True)
class Unheld:
    """An open case or client record that nobody can work today."""

    record_id: UUID
    code: str
    last_holder: str
    why: str


def unheld(actor: Actor) -> list[Unheld]:
    """Open records of the manager's service without a holder, or whose holder is barred from it; by code."""
    if actor.scope is Scope.SU_MANAGER:
        return _unheld_cases()
    if actor.scope is Scope.VS_MANAGER:
        return _unheld_records()
    raise ObjectDoesNotExist


def _unheld_cases() -> list[Unheld]:
    held = CaseAssignment.objects.filter(kind=AssignmentKind.HOLDER).select_related("membership")
    newest = {each.case_id: each for each in held.order_by("starts_on", "ends_on", "id")}
    barred = _barred_pairs()
    without = [key for key, each in newest.items() if _why(each, key, barred)]
    cases = SuCase.objects.in_bulk(without)
    states = current_states(list(cases))
    return _sorted(
        Unheld(key, cases[key].code, newest[key].membership.name, _why(newest[key], key, barred))
        for key in cases
        if not states[key].ended
    )


def _unheld_records() -> list[Unheld]:
    held = ClientAssignment.objects.filter(kind=AssignmentKind.HOLDER).select_related("membership")
    newest = {each.record_id: each for each in held.order_by("starts_on", "ends_on", "id")}
    barred = _barred_pairs()
    without = [key for key, each in newest.items() if _why(each, key, barred)]
    records = VsRecord.objects.in_bulk(without)
    closed = set(RecordExit.objects.filter(record_id__in=list(records)).values_list("record_id", flat=True))
    return _sorted(
        Unheld(key, records[key].code, newest[key].membership.name, _why(newest[key], key, barred))
        for key in records
        if key not in closed
    )


def _barred_pairs() -> set[tuple[UUID | None, UUID]]:
    return set(Bar.objects.filter(ends_on__gt=local_today()).values_list("user_id", "record_id"))


def _why(
    newest: CaseAssignment | ClientAssignment, record_id: UUID, barred: set[tuple[UUID | None, UUID]]
) -> str:
    """Why nobody can work the record; empty where somebody can."""
    today = local_today()
    if newest.membership.ends_on <= today:
        return "no longer works here"
    if newest.ends_on <= today:
        return "the assignment ended"
    if (newest.membership.user_id, record_id) in barred:
        return "may not see it: see ties and restrictions"
    return ""


def _sorted(found: Iterable[Unheld]) -> list[Unheld]:
    return sorted(found, key=lambda each: each.code)
