"""Strategy and profile are versions: nothing is overwritten, and the second of two editors is shown the
first (S-48).
"""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from drive.access.models import local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.casework.commands import NewStrategy, SomeoneSavedFirst, save_profile, save_strategy
from drive.casework.models import ContactStrategy, ServiceUserProfile, SuCase
from drive.people.profiles import NewProfile
from tests.cast import Cast

READY = NewStrategy(
    stage="ready",
    sources="Police and housing",
    client_view="Asked through the IDVA",
    entry_route="letter",
    staff_safety="Two workers",
    others_at_risk="unknown",
    risk_of_not_acting="unknown",
    review_on=local_today() + datetime.timedelta(days=28),
)


def test_p24_a_draft_may_be_empty_and_what_is_put_to_others_may_not(cast: Cast) -> None:
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        save_strategy(by=actor, case_id=cast.case.pk, seen_version=0, strategy=NewStrategy())
        with pytest.raises(Refusal) as refused:
            save_strategy(by=actor, case_id=cast.case.pk, seen_version=1, strategy=NewStrategy(stage="ready"))
        assert refused.value.field == "sources"
        assert save_strategy(by=actor, case_id=cast.case.pk, seen_version=1, strategy=READY).version == 2


def test_p25_only_a_manager_says_that_the_plans_quality_is_agreed(cast: Cast) -> None:
    agreed = replace(READY, stage="quality_agreed")
    worker, manager = cast.case_manager.as_actor(), cast.service_manager.as_actor()
    with acting_as(worker), pytest.raises(Refusal) as refused:
        save_strategy(by=worker, case_id=cast.case.pk, seen_version=0, strategy=agreed)
    assert refused.value.rule == "P-25"
    with acting_as(manager):
        assert save_strategy(by=manager, case_id=cast.case.pk, seen_version=0, strategy=agreed).version == 1


def test_s48_two_editors_at_once_lose_nothing(cast: Cast) -> None:
    worker, manager = cast.case_manager.as_actor(), cast.service_manager.as_actor()
    with acting_as(worker):
        save_strategy(by=worker, case_id=cast.case.pk, seen_version=0, strategy=NewStrategy(hook="Housing"))
    with acting_as(manager):
        save_strategy(by=manager, case_id=cast.case.pk, seen_version=1, strategy=NewStrategy(hook="Children"))
    with acting_as(worker):
        with pytest.raises(SomeoneSavedFirst) as first:
            save_strategy(
                by=worker, case_id=cast.case.pk, seen_version=1, strategy=NewStrategy(hook="Health")
            )
        assert first.value.theirs.hook == "Children"
        assert first.value.mine.hook == "Health"
        assert list(ContactStrategy.objects.order_by("version").values_list("hook", flat=True)) == [
            "Housing",
            "Children",
        ]


def test_r20_a_profile_is_the_next_version_with_a_folded_name(cast: Cast) -> None:
    actor = cast.case_manager.as_actor()
    profile = NewProfile(given_names="Barnabus", family_name="Crímplefoot", known_as=["Barney"])
    with acting_as(actor):
        with pytest.raises(SomeoneSavedFirst):
            save_profile(by=actor, case_id=cast.case.pk, seen_version=0, profile=profile)
        save_profile(by=actor, case_id=cast.case.pk, seen_version=1, profile=profile)
        newest = ServiceUserProfile.objects.order_by("-version").first()
        assert newest is not None
        assert newest.folded_name == "crimplefoot barnabus | barney"
        assert ServiceUserProfile.objects.count() == 2


def test_s01_a_colleague_without_the_case_edits_nothing(cast: Cast) -> None:
    actor = cast.other_case_manager.as_actor()
    with pytest.raises(SuCase.DoesNotExist), acting_as(actor):
        save_strategy(by=actor, case_id=cast.case.pk, seen_version=0, strategy=NewStrategy())
