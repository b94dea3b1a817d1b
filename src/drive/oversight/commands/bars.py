"""Ties, restrictions and exclusions: who must not see a record (S-34, A-30). What they take away is gone at the next click."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction

from drive.access.models import Bar, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.scopes import Scope
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event

DECLARES = frozenset(
    {
        Scope.SU_WORKER, Scope.SU_MANAGER, Scope.VS_WORKER, Scope.VS_MANAGER, Scope.REFERRALS, Scope.PANEL, Scope.ALLOCATION,
        Scope.GOVERNANCE,
    }
)  # fmt: skip
"""Scopes in which somebody may meet a person they know."""


@transaction.atomic
def declare_tie(*, by: Actor, record_id: UUID, reason: str) -> Bar:
    """Say that one knows the person of a case, a client's record or a referral. Bars oneself at once, in every role.

    Any key is taken, also one that leads nowhere: declaring tells nothing of what exists (S-39). Only the governance
    lead ends it. Raises `Refusal` without a reason, `ObjectDoesNotExist` in a scope that meets nobody.
    """
    if by.scope not in DECLARES:
        raise ObjectDoesNotExist
    return _bar(by, record_id, kind="tie", user_id=by.user_id, reason=reason)


@transaction.atomic
def exclude_worker(*, by: Actor, record_id: UUID, membership_id: UUID, reason: str) -> Bar:
    """Keep one colleague of the site from a record, whatever they hold. Manager of the record's service or governance.

    Raises `Refusal` without a reason or for oneself (one declares a tie), `ObjectDoesNotExist` for an unknown colleague.
    """
    member = Membership.objects.get(pk=membership_id)
    if member.user_id == by.user_id:
        raise Refusal("For yourself, declare a tie.", rule="S-34", field="membership")
    return _bar(by, record_id, kind="exclusion", user_id=member.user_id, reason=reason)


@transaction.atomic
def restrict_record(
    *, by: Actor, record_id: UUID, reason: str, kept_by_membership_id: UUID | None = None
) -> Bar:
    """Keep a record from everybody but those who work it and one supervisor: the manager who asks, or whom the
    governance lead names. Emergency reading stays possible. Raises `Refusal` without a reason.
    """
    keeper = by.user_id
    if by.scope is Scope.GOVERNANCE:
        if kept_by_membership_id is None:
            raise Refusal("Say who goes on supervising it.", rule="S-34", field="membership")
        keeper = Membership.objects.get(pk=kept_by_membership_id).user_id
    return _bar(by, record_id, kind="restriction", user_id=None, reason=reason, kept_by_id=keeper)


@transaction.atomic
def end_bar(*, by: Actor, bar_id: UUID, reason: str) -> None:
    """End a bar today; the row stays. Governance scope. Raises `Bar.DoesNotExist` for one that is not here, `Refusal`."""
    bar = Bar.objects.get(pk=bar_id, ends_on__gt=local_today())
    _need(reason)
    if not Bar.objects.filter(pk=bar.pk).update(
        ends_on=max(bar.starts_on, local_today()), end_reason=reason.strip()
    ):
        raise Bar.DoesNotExist
    record_event(
        Act.PERMISSION_CHANGED, by=by, kind="bar", record_id=bar.record_id, fields=["ends_on"], reason=f"{bar.kind} ended"
    )  # fmt: skip


def _bar(
    by: Actor,
    record_id: UUID,
    *,
    kind: str,
    user_id: UUID | None,
    reason: str,
    kept_by_id: UUID | None = None,
) -> Bar:
    _need(reason)
    # the event first: afterwards the actor may not see the record any more
    record_event(
        Act.PERMISSION_CHANGED,
        by=by,
        kind="bar",
        record_id=record_id,
        fields=[kind],
        reason=f"{kind} recorded",
    )
    bar = Bar(
        record_id=record_id, kind=kind, user_id=user_id, reason=reason.strip(), kept_by_id=kept_by_id,
        recorded_by_id=by.membership_id,
    )  # fmt: skip
    bar.save(force_insert=True)
    return bar


def _need(reason: str) -> None:
    if len(reason.split()) < 2:
        raise Refusal(
            "Say why, in a few words.",
            why="Whoever gives out work decides by it.",
            rule="S-34",
            field="reason",
        )
