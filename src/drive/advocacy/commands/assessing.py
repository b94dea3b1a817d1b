"""Submitting the client's questionnaires (R-72, R-47). Submitted answers never change; amending adds
(R-10).
"""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.instruments.answers import Mode, ValidatedAnswers

from ..models import Assessment, Point
from ..rules import check_happened
from .writing import SavedFirstError, add_fact, open_to


@transaction.atomic
def submit_assessment(
    *,
    by: Actor,
    record_id: UUID,
    answers: ValidatedAnswers,
    point: str,
    as_of: datetime.date,
    amends_id: UUID | None = None,
    amend_reason: str = "",
) -> Assessment:
    """Submit one questionnaire about the client at one point (K-36).

    With `amends_id` it takes the place of an earlier one, which stays readable; a reason is then needed, and
    `SavedFirstError` is raised when somebody amended that one meanwhile (R-10, S-48).
    """
    if answers.mode is Mode.DRAFT:
        raise ValueError("a draft is not submitted")
    check_happened(as_of, local_today(), field="as_of")
    record = open_to(record_id)
    amends = Assessment.objects.get(pk=amends_id, record=record) if amends_id else None
    if amends is not None and not amend_reason.strip():
        raise Refusal("Say why it is amended.", rule="R-10", field="amend_reason")
    definition = answers.definition
    try:
        with transaction.atomic():
            return add_fact(
                Assessment,
                by=by,
                record=record,
                kind="client_assessment",
                instrument=definition.id,
                instrument_version=definition.version,
                point=Point(point),
                as_of=as_of,
                answers=answers.as_data(),
                amends=amends,
                amend_reason=amend_reason.strip(),
            )
    except IntegrityError as error:
        theirs = Assessment.objects.filter(amends=amends).first() if amends else None
        if theirs is None:
            raise
        raise SavedFirstError(theirs) from error


def submit_intake(
    *,
    by: Actor,
    record_id: UUID,
    answers: ValidatedAnswers,
    amends_id: UUID | None = None,
    amend_reason: str = "",
) -> Assessment:
    """The intake form; the day it is about is its own `intake_date`."""
    return submit_assessment(
        by=by,
        record_id=record_id,
        answers=answers,
        point=Point.INTAKE,
        as_of=_day(answers, "intake_date"),
        amends_id=amends_id,
        amend_reason=amend_reason,
    )


def submit_exit(
    *,
    by: Actor,
    record_id: UUID,
    answers: ValidatedAnswers,
    amends_id: UUID | None = None,
    amend_reason: str = "",
) -> Assessment:
    """The exit form; the day it is about is its own `exit_date`. It does not close the record:
    `close_record` does.
    """
    return submit_assessment(
        by=by,
        record_id=record_id,
        answers=answers,
        point=Point.EXIT,
        as_of=_day(answers, "exit_date"),
        amends_id=amends_id,
        amend_reason=amend_reason,
    )


def _day(answers: ValidatedAnswers, item: str) -> datetime.date:
    day = answers[item].value
    if not isinstance(day, datetime.date):
        raise ValueError(f"{answers.definition.id} without {item}")
    return day
