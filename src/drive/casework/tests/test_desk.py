"""The desk and the list of cases: what stands on them, what a search finds, and for whom (W-01)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.urls import reverse

from drive.audit.models import AuditEvent
from tests.cast import Cast, seeding

from .test_closing import set_stage
from .test_pages import SignIn, content


def test_w01_the_desk_and_home(cast: Cast, client_of: SignIn) -> None:
    for member in (cast.case_manager, cast.service_manager):
        response = client_of(member).get("/", follow=True)
        assert response.status_code == 200
        assert "Barnabus Crimplefoot" in content(response)
        assert "No disrupt action yet" in content(response)
    for name in ("desk_su_worker", "desk_su_manager"):
        assert client_of(cast.idva).get(reverse(name)).status_code == 404


def test_s03_lists_show_linked_people_by_initials(cast: Cast, client_of: SignIn) -> None:
    page = content(client_of(cast.case_manager).get(reverse("case_list")))
    assert "W.P." in page
    assert "Puddifoot" not in page


@pytest.mark.parametrize("words", ["crimple", "BARNABUS", "Crímplefoot barn"])
def test_search_folds_case_and_accents_and_is_an_event(cast: Cast, client_of: SignIn, words: str) -> None:
    page = content(client_of(cast.case_manager).post(reverse("case_list"), {"words": words}))
    assert "Barnabus Crimplefoot" in page
    with seeding():
        assert AuditEvent.objects.filter(act="searched").count() == 1


def test_search_by_code_and_by_a_colleague_without_the_case(cast: Cast, client_of: SignIn) -> None:
    found = content(
        client_of(cast.service_manager).post(reverse("case_list"), {"words": cast.case.code.lower()})
    )
    assert "Barnabus Crimplefoot" in found
    for who in (cast.other_case_manager, cast.outsider, cast.outside_manager):
        page = content(client_of(who).post(reverse("case_list"), {"words": "crimple"}))
        assert "Barnabus" not in page


def test_closed_cases_leave_the_open_list(cast: Cast, client_of: SignIn) -> None:
    set_stage(cast, "closed")
    reader = client_of(cast.service_manager)
    assert "Crimplefoot" not in content(reader.get(reverse("case_list")))
    for shown in ("ended", "all"):
        assert "Crimplefoot" in content(reader.get(reverse("case_list") + f"?show={shown}"))


def test_s24_what_was_taken_up_again_after_closing_is_named_on_the_managers_desk(
    cast: Cast, client_of: SignIn
) -> None:
    for status in ("closed", "step_down"):
        set_stage(cast, status)
    with seeding(), connection.cursor() as cursor:
        cursor.execute("update safety_caselink set recorded_at = recorded_at - interval '50 days'")
    page = content(client_of(cast.service_manager).get(reverse("desk_su_manager")))
    assert "Never reviewed together" in page
    assert "A case of yours" not in page
    assert "Barnabus Crimplefoot" in page
