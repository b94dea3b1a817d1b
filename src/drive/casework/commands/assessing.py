"""Submitting forms, amending them, and what a rise sets off (R-10, S-49)."""

from __future__ import annotations

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.instruments.answers import Mode, ValidatedAnswers
from drive.instruments.definitions import Unit
from drive.instruments.scoring import compare

from .. import rules
from ..models import Assessment, LinkedPerson, ReviewFlag, ReviewFlagAnswer, SuCase
from .conflicts import SomeoneSavedFirst
from .writing import write, written_before


@transaction.atomic
def submit_assessment(
    *,
    by: Actor,
    case_id: UUID,
    point: str,
    as_of: datetime.date,
    answers: ValidatedAnswers,
    linked_person_id: UUID | None = None,
    supersedes_id: UUID | None = None,
    amendment_reason: str = "",
    key: UUID | None = None,
) -> Assessment:
    """Submit a form validated with `Mode.SUBMIT` at a point of K-36, about `as_of`. It never changes
    afterwards.

    A form whose unit is the link names one linked person of the case. `supersedes_id` with a reason amends:
    both stay
    (R-10). A rise against the form before creates a review flag (S-49). Raises `SomeoneSavedFirst` where somebody has
    amended the same form, or submitted the same one, meanwhile.
    """
    case = SuCase.objects.get(pk=case_id)
    if already := written_before(Assessment, case_id, key):
        return already
    definition = answers.definition
    if answers.mode is not Mode.SUBMIT:
        raise ValueError("only answers validated for submission may be submitted")
    rules.require_code("K-36", point, field="point")
    if point not in definition.points:
        raise Refusal("This form is not used at that point.", field="point", rule="C-08")
    rules.require_past(as_of, local_today(), field="as_of")
    person = _person(case, definition.unit, linked_person_id)
    before = Assessment.objects.get(pk=supersedes_id, case=case) if supersedes_id else None
    if before is not None:
        rules.require_words(
            amendment_reason, "Say why the form is amended.", field="amendment_reason", rule="R-10"
        )
        if (before.instrument, before.linked_person_id) != (definition.id, person.pk if person else None):
            raise Refusal("An amendment answers the same form about the same person.", rule="R-10")
        if by_another := Assessment.objects.filter(supersedes=before).first():
            raise SomeoneSavedFirst(by_another, answers)
    earlier = previous_form(case, definition.id, person, as_of, leaving_out=before)
    values = {
        "instrument": definition.id,
        "instrument_version": definition.version,
        "point": point,
        "as_of": as_of,
        "linked_person": person,
        "answers": answers.as_data(),
        "supersedes": before,
        "amendment_reason": amendment_reason,
    }
    try:
        with transaction.atomic():
            row = write(
                Assessment,
                by=by,
                case=case,
                noun=f"assessment:{definition.id}",
                key=key,
                fields=sorted(answers.as_data()),
                **values,
            )
    except IntegrityError as error:
        theirs = Assessment.objects.filter(
            case=case, instrument=definition.id, point=point, linked_person=person, as_of=as_of
        ).first()
        if theirs is None:
            raise
        raise SomeoneSavedFirst(theirs, answers) from error
    _flag_rise(by, case, row, answers, earlier.validated if earlier else None)
    return row


def _person(case: SuCase, unit: Unit, linked_person_id: UUID | None) -> LinkedPerson | None:
    if unit is not Unit.LINK:
        return None
    if linked_person_id is None:
        raise Refusal("Say whom the form is about.", field="linked_person", rule="R-46")
    return LinkedPerson.objects.get(pk=linked_person_id, case=case)


def previous_form(
    case: SuCase,
    instrument_id: str,
    person: LinkedPerson | None,
    as_of: datetime.date,
    leaving_out: Assessment | None = None,
) -> Assessment | None:
    """The last form in force before `as_of`: of one instrument, about one person, amendments in place of
    what they amend.
    """
    held = Assessment.objects.filter(
        case=case,
        instrument=instrument_id,
        linked_person=person,
        as_of__lte=as_of,
        superseded_by__isnull=True,
    )
    if leaving_out is not None:
        held = held.exclude(pk=leaving_out.pk)
    return held.order_by("-as_of", "-recorded_at").first()


def _flag_rise(
    by: Actor, case: SuCase, row: Assessment, now: ValidatedAnswers, before: ValidatedAnswers | None
) -> None:
    comparison = compare(before, now)
    if not comparison.rises:
        return
    rises = [{"item": c.id, "label": c.label, "before": c.before, "after": c.after} for c in comparison.rises]
    write(
        ReviewFlag,
        by=by,
        case=case,
        noun="review_flag",
        fields=[c.id for c in comparison.rises],
        assessment=row,
        rises=rises,
        more_is_known=comparison.fewer_missing,
    )


@transaction.atomic
def answer_review_flag(*, by: Actor, case_id: UUID, flag_id: UUID, words: str) -> ReviewFlagAnswer:
    """Say what was decided about a rise, which ends its flag. Raises `Refusal` when somebody has already."""
    case = SuCase.objects.get(pk=case_id)
    flag = ReviewFlag.objects.get(pk=flag_id, case=case)
    rules.require_words(words, "Say what was decided.", field="words", rule="S-49")
    if ReviewFlagAnswer.objects.filter(flag=flag).exists():
        raise Refusal("Somebody has already answered this.", rule="S-49")
    return write(
        ReviewFlagAnswer, by=by, case=case, noun="review_flag", fields=["words"], flag=flag, words=words
    )
