"""The client's own questionnaire (R-72): asked on the worker's device, in the client's sight, and theirs to stop."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from drive.access.models import Membership
from drive.access.stepping import acting_as
from drive.advocacy import queries
from drive.advocacy.models import Assessment
from drive.advocacy.questionnaire import ID, Ending, as_ended, how_it_ended
from drive.instruments.library import instrument
from tests.cast import Cast, seeding

SOME = {"how": "by_phone", "physical": "no", "safer": "slightly", "words": "Somebody who rang back."}


def test_r72_the_client_is_the_one_informant_and_every_question_may_be_declined() -> None:
    definition = instrument(ID)
    assert definition.informants == ("victim",)
    for item in definition.items:
        assert not item.required or {"declined", "not_asked"} <= set(item.missing), item.id


def test_r04_what_is_left_open_says_how_it_ended() -> None:
    definition = instrument(ID)
    done = as_ended(definition, SOME, Ending.DONE)
    assert (done["physical"], done["sexual"], done["words"]) == ("no", "declined", SOME["words"])
    stopped = as_ended(definition, SOME, Ending.STOPPED)
    assert (stopped["physical"], stopped["sexual"], stopped["words"]) == ("no", "not_asked", SOME["words"])
    declined = as_ended(definition, SOME, Ending.DECLINED)
    assert (declined["how"], declined["physical"], declined["words"]) == ("by_phone", "declined", "")
    assert how_it_ended({"physical": "declined", "safer": "declined"}) == "offered_declined"
    assert how_it_ended({"physical": "", "safer": "declined"}) == "completed"


def newest(cast: Cast) -> Assessment:
    with seeding():
        return Assessment.objects.filter(record_id=cast.record.pk, instrument=ID).latest("recorded_at")


def test_r72_the_answers_appear_in_the_record_as_the_clients(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    browser = client_of(cast.idva)
    address = f"/clients/{cast.record.pk}/questions/"
    answer = browser.post(address, SOME | {"ending": "stopped"})
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == address + "?thanks=1"
    kept = newest(cast)
    assert kept.validated is not None
    assert kept.validated["sexual"].missing == "not_asked"
    page = browser.get(f"/clients/{cast.record.pk}/forms/{kept.pk}/").content.decode()
    for words in (
        "answered by the client, asked by Imelda Farthing",
        "Slightly safer",
        "Somebody who rang back",
        "By telephone",
    ):
        assert words in page
    assert "Amend" not in page
    with acting_as(cast.idva.as_actor()):
        assert queries.submitted(cast.record.pk, ID) == kept
    exit_form = browser.get(f"/clients/{cast.record.pk}/exit-form/").content.decode()
    assert re.search(r'value="completed"[^>]*checked', exit_form)


def test_r72_who_would_rather_not_leaves_nothing_behind(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    client_of(cast.idva).post(f"/clients/{cast.record.pk}/questions/", SOME | {"ending": "declined"})
    assert "Somebody who rang back" not in repr(newest(cast).answers)


@pytest.mark.parametrize("after", ["", "?thanks=1"])
def test_s22_the_page_shows_nothing_of_anybody_and_leads_nowhere(
    cast: Cast, client_of: Callable[[Membership], Client], after: str
) -> None:
    page = client_of(cast.idva).get(f"/clients/{cast.record.pk}/questions/{after}").content.decode()
    for planted in (
        "Puddifoot",
        "Wilhelmina",
        "Crimplefoot",
        "Barnabus",
        "Casimir",
        "Imelda",
        "Drive",
        "<nav",
        cast.record.code,
    ):
        assert planted not in page.replace("drive-", "").replace("drive.", ""), planted


def test_s01_nobody_but_the_clients_workers_asks(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    for nobody in (cast.case_manager, cast.other_idva, cast.outside_idva, cast.service_manager):
        assert client_of(nobody).get(f"/clients/{cast.record.pk}/questions/").status_code == 404
