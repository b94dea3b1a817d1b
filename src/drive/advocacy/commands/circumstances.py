"""What is around the client: children, others at risk, living together, measures, court, support."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from drive.access.models import local_today
from drive.access.stepping import Actor
from drive.instruments.codelists import code_list

from ..models import (
    Child,
    ChildrenKnown,
    CourtDate,
    LivingWith,
    OtherAtRisk,
    SafetyMeasure,
    SafetyPlan,
    SupportMobilised,
)
from ..rules import check_happened, check_review
from .writing import add_fact, add_version, open_to


@transaction.atomic
def save_child(
    *, by: Actor, record_id: UUID, thread: UUID | None = None, seen_version: int = 0, **known: Any
) -> Child:
    """A child, or the next version of what is known of one (R-23). `known`: fields of `Child`.

    Raises `SavedFirstError` when somebody saved first (S-48).
    """
    return add_version(
        Child,
        by=by,
        record=open_to(record_id),
        kind="child",
        seen_version=seen_version,
        thread=thread or uuid4(),
        **known,
    )


@transaction.atomic
def set_children_known(*, by: Actor, record_id: UUID, answer: str, as_of: datetime.date) -> ChildrenKnown:
    """Whether the list of children is all there is to know: none, listed, more, unknown, not asked."""
    check_happened(as_of, local_today(), field="as_of")
    return add_fact(
        ChildrenKnown, by=by, record=open_to(record_id), kind="children_known", answer=answer, as_of=as_of
    )


@transaction.atomic
def record_other_at_risk(
    *, by: Actor, record_id: UUID, who: str, why: str, as_of: datetime.date
) -> OtherAtRisk:
    """Somebody else who may be harmed."""
    check_happened(as_of, local_today(), field="as_of")
    return add_fact(
        OtherAtRisk, by=by, record=open_to(record_id), kind="other_at_risk", who=who, why=why, as_of=as_of
    )


@transaction.atomic
def set_living_with(*, by: Actor, record_id: UUID, answer: str, as_of: datetime.date) -> LivingWith:
    """Whether the client and the Drive service user live together."""
    check_happened(as_of, local_today(), field="as_of")
    return add_fact(
        LivingWith, by=by, record=open_to(record_id), kind="living_with", answer=answer, as_of=as_of
    )


@transaction.atomic
def save_measure(
    *,
    by: Actor,
    record_id: UUID,
    measure: str,
    state: str,
    since: datetime.date,
    provider: str = "",
    detail: str = "",
    thread: UUID | None = None,
    seen_version: int = 0,
) -> SafetyMeasure:
    """A safety measure (K-48), or its next state. Raises `SavedFirstError` when somebody saved first
    (S-48).
    """
    code_list("K-48").entry(measure)
    check_happened(since, local_today(), field="since")
    return add_version(
        SafetyMeasure,
        by=by,
        record=open_to(record_id),
        kind="safety_measure",
        seen_version=seen_version,
        thread=thread or uuid4(),
        measure=measure,
        state=state,
        since=since,
        provider=provider,
        detail=detail,
    )


@transaction.atomic
def save_safety_plan(
    *,
    by: Actor,
    record_id: UUID,
    seen_version: int,
    words: str,
    agreed_on: datetime.date,
    review_on: datetime.date,
) -> SafetyPlan:
    """The next version of what the client does to stay safe. Raises `SavedFirstError` (S-48), and `Refusal` for a
    review before it is agreed.
    """
    check_happened(agreed_on, local_today(), field="agreed_on")
    check_review(agreed_on, review_on)
    return add_version(
        SafetyPlan,
        by=by,
        record=open_to(record_id),
        kind="safety_plan",
        seen_version=seen_version,
        words=words,
        agreed_on=agreed_on,
        review_on=review_on,
    )


@transaction.atomic
def save_court_date(
    *,
    by: Actor,
    record_id: UUID,
    on: datetime.date,
    what: str,
    at: datetime.time | None = None,
    goes_along: str = "",
    cancelled: bool = False,
    thread: UUID | None = None,
    seen_version: int = 0,
) -> CourtDate:
    """A hearing, past or to come, and who goes along (V-17). Raises `SavedFirstError` (S-48)."""
    return add_version(
        CourtDate,
        by=by,
        record=open_to(record_id),
        kind="court_date",
        seen_version=seen_version,
        thread=thread or uuid4(),
        on=on,
        at=at,
        what=what,
        goes_along=goes_along,
        cancelled=cancelled,
    )


@transaction.atomic
def record_support(
    *, by: Actor, record_id: UUID, what: str, arranged_on: datetime.date, provider: str = ""
) -> SupportMobilised:
    """A support arranged for the client (V-18)."""
    check_happened(arranged_on, local_today(), field="arranged_on")
    return add_fact(
        SupportMobilised,
        by=by,
        record=open_to(record_id),
        kind="support",
        what=what,
        provider=provider,
        arranged_on=arranged_on,
    )
