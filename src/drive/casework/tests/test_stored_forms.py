"""Answers that fit no definition any more are shown as they are stored, and no rule reads them (R-10)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, local_today
from drive.access.stepping import acting_as
from drive.casework.models import Assessment, ReviewFlag
from tests.cast import Cast, seeding

from .test_assessing import grid, person, submit

type SignIn = Callable[[Membership], Client]

TODAY = local_today()
BEFORE = TODAY - datetime.timedelta(days=60)


def stored_grid(cast: Cast, version: str) -> Assessment:
    """A grid submitted two months ago whose definition has been altered since."""
    with seeding():
        return Assessment.objects.create(
            case=cast.case,
            service_id=cast.case.service_id,
            recorded_by=cast.case_manager,
            instrument="severity_of_abuse_grid",
            instrument_version=version,
            point="intake",
            as_of=BEFORE,
            linked_person=person(cast),
            answers={
                "physical": {"value": "CANARY-level"},
                "question_of_old": {"value": ["one", "two"]},
                "sexual": {"missing": "unknown"},
            },
        )


@pytest.mark.parametrize("version", ["1", "a version that is gone"])
def test_r10_a_case_with_answers_that_fit_no_definition_any_more_opens(
    cast: Cast, client_of: SignIn, version: str
) -> None:
    """Not a broken page: case, timeline, assessments, amendment and manager's reading open; nothing reads the answers."""
    form = stored_grid(cast, version)
    browser = client_of(cast.case_manager)
    case = browser.get(reverse("case_page", args=[cast.case.pk])).content.decode()
    assert "the newest grid fits no form any more" in case
    assert "No level of abuse is known" in case
    timeline = browser.get(reverse("case_timeline", args=[cast.case.pk]))
    assert b"Severity of abuse grid" in timeline.content
    shown = browser.get(reverse("case_assessments", args=[cast.case.pk])).content.decode()
    for words in ("have changed since", "CANARY-level", "question of old", "one, two", "Physical"):
        assert words in shown
    asking = reverse("case_assess", args=[cast.case.pk, "severity_of_abuse_grid"])
    again = browser.get(asking, {"amends": str(form.pk)})
    assert again.status_code == 200
    assert b"Its questions have changed since" in again.content
    assert b"CANARY-level" not in again.content, "a new form is not filled from answers that nobody can read"
    assert browser.get(asking).status_code == 200
    manager = client_of(cast.service_manager)
    assert manager.get(reverse("case_page", args=[cast.case.pk])).status_code == 200


def test_s49_a_form_after_one_that_nobody_can_read_is_taken_and_rises_over_nothing(cast: Cast) -> None:
    """Without it no case with an altered form could ever be assessed again."""
    stored_grid(cast, "1")
    with acting_as(cast.case_manager.as_actor()):
        submit(cast, grid("high", "none", "none", "none"))
        assert not ReviewFlag.objects.exists()
