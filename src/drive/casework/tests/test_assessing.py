"""Submitted forms never change, an amendment keeps both, and a rise asks for a review (R-10, S-49)."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import ProgrammingError

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.casework.commands import SomeoneSavedFirst, answer_review_flag, submit_assessment
from drive.casework.models import Assessment, LinkedPerson, ReviewFlag, SuCase
from drive.instruments.answers import Mode, ValidatedAnswers, validate
from drive.instruments.library import instrument
from tests.cast import Cast, seeding

TODAY = local_today()
BEFORE = TODAY - datetime.timedelta(days=90)


def grid(*levels: str) -> ValidatedAnswers:
    given: dict[str, Any] = dict(zip(("physical", "sexual", "hs", "jcc"), levels, strict=True))
    found = validate(
        instrument("severity_of_abuse_grid"),
        given | {"look_back": "last_3_months", "sources": ["police"]},
        mode=Mode.SUBMIT,
    )
    assert isinstance(found, ValidatedAnswers), found
    return found


def person(cast: Cast) -> LinkedPerson:
    return LinkedPerson.objects.get(case=cast.case)


def submit(cast: Cast, answers: ValidatedAnswers, by: Membership | None = None, **changed: Any) -> Assessment:
    values: dict[str, Any] = {"point": "m3", "as_of": TODAY}
    if "linked_person_id" not in changed:
        values["linked_person_id"] = person(cast).pk
    actor = (by or cast.case_manager).as_actor()
    return submit_assessment(by=actor, case_id=cast.case.pk, answers=answers, **(values | changed))


def test_s49_standard_to_moderate_at_three_months_asks_for_a_review(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        submit(cast, grid("standard", "unknown", "none", "high"), point="intake", as_of=BEFORE)
        assert not ReviewFlag.objects.exists()
        submit(cast, grid("moderate", "high", "none", "high"))
        flag = ReviewFlag.objects.get()
        assert [(r["item"], r["before"], r["after"]) for r in flag.rises] == [
            ("physical", "standard", "moderate")
        ]
        assert flag.more_is_known
        answer_review_flag(
            by=cast.case_manager.as_actor(), case_id=cast.case.pk, flag_id=flag.pk, words="To the panel"
        )
        with pytest.raises(Refusal):
            answer_review_flag(
                by=cast.case_manager.as_actor(), case_id=cast.case.pk, flag_id=flag.pk, words="Again"
            )


def test_r81_newly_known_is_no_rise(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        submit(cast, grid("unknown", "unknown", "none", "none"), point="intake", as_of=BEFORE)
        submit(cast, grid("high", "unknown", "none", "none"))
        assert not ReviewFlag.objects.exists()


def test_r10_an_amendment_keeps_both_and_needs_a_reason(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        first = submit(cast, grid("standard", "none", "none", "none"))
        with pytest.raises(Refusal) as refused:
            submit(cast, grid("high", "none", "none", "none"), supersedes_id=first.pk)
        assert refused.value.rule == "R-10"
        submit(
            cast,
            grid("high", "none", "none", "none"),
            supersedes_id=first.pk,
            amendment_reason="Police record found",
        )
        assert Assessment.objects.count() == 2
        assert Assessment.objects.get(pk=first.pk).answers["physical"] == {"value": "standard"}
        with pytest.raises(SomeoneSavedFirst):
            submit(
                cast,
                grid("moderate", "none", "none", "none"),
                supersedes_id=first.pk,
                amendment_reason="Mine",
            )


def test_the_same_form_of_the_same_day_is_not_submitted_twice(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        first = submit(cast, grid("standard", "none", "none", "none"))
        with pytest.raises(SomeoneSavedFirst) as already:
            submit(cast, grid("high", "none", "none", "none"))
        assert already.value.theirs == first


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_r10_no_scope_can_change_what_was_submitted(cast: Cast, statement: str) -> None:
    with acting_as(cast.case_manager.as_actor()):
        submit(cast, grid("standard", "none", "none", "none"))
    change = {
        "update": lambda: Assessment.objects.update(answers={}),
        "delete": lambda: Assessment.objects.all()._raw_delete("default"),
    }[statement]
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.case_manager.as_actor()):
        change()


def test_r46_a_grid_is_about_one_linked_person_of_this_case(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal):
        submit(cast, grid("none", "none", "none", "none"), linked_person_id=None)
    with seeding():
        from tests.cast import open_case

        other = open_case(cast.su_service, cast.case_manager, "Mortimer", "Thimblewick", cast.service_manager)
        stranger = LinkedPerson.objects.create(
            case=other, service_id=other.service_id, name_as_referred="Perpetua Snood", relationship="partner",
            recorded_by=cast.service_manager,
        )  # fmt: skip
    with acting_as(cast.case_manager.as_actor()), pytest.raises(LinkedPerson.DoesNotExist):
        submit(cast, grid("none", "none", "none", "none"), linked_person_id=stranger.pk)


def test_only_answers_checked_for_submission_are_submitted(cast: Cast) -> None:
    draft = validate(instrument("severity_of_abuse_grid"), {"physical": "high"}, mode=Mode.DRAFT)
    assert isinstance(draft, ValidatedAnswers)
    with acting_as(cast.case_manager.as_actor()), pytest.raises(ValueError, match="submission"):
        submit(cast, draft)


@pytest.mark.parametrize(
    ("changed", "rule"), [({"point": "post_3"}, "C-08"), ({"as_of": TODAY + datetime.timedelta(1)}, "S-43")]
)
def test_points_and_days_are_checked(cast: Cast, changed: dict[str, Any], rule: str) -> None:
    with acting_as(cast.case_manager.as_actor()), pytest.raises(Refusal) as refused:
        submit(cast, grid("none", "none", "none", "none"), **changed)
    assert refused.value.rule == rule


def test_s01_a_colleague_without_the_case_submits_nothing(cast: Cast) -> None:
    with acting_as(cast.case_manager.as_actor()):
        about = person(cast).pk
    with pytest.raises(SuCase.DoesNotExist), acting_as(cast.other_case_manager.as_actor()):
        submit(cast, grid("none", "none", "none", "none"), by=cast.other_case_manager, linked_person_id=about)
