"""A site of any size: the page of allocation is short, asks as much as for a small one, and finds everybody by name."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drive.access.models import Membership
from drive.access.roles import Role
from drive.allocation.models import Allocation
from tests.cast import Cast, join, seeding

from .test_allocating import accept, refer

Browser = Callable[[Membership], Client]


def accepted(cast: Cast) -> UUID:
    referral = refer(cast.coordinator)
    accept(cast, referral)
    return referral.pk


def hire(cast: Cast, many: int, name: str) -> list[Membership]:
    organisation = cast.case_manager.organisation
    with seeding():
        return [
            join(f"{name} {number:03}", role, service, cast.site, organisation)
            for number in range(many)
            for role, service in ((Role.CASE_MANAGER, cast.su_service), (Role.IDVA, cast.vs_service))
        ]


def test_the_page_is_no_longer_with_many_workers_and_asks_no_more(cast: Cast, client_of: Browser) -> None:
    referral = accepted(cast)
    page = reverse("allocation_item", kwargs={"referral_id": referral})
    sizes, asked = [], []
    for number in range(2):
        hire(cast, 20, f"Odo{number}")
        browser = client_of(cast.service_manager)
        with CaptureQueriesContext(connection) as made:
            shown = browser.get(page).content.decode()
        sizes.append(len(shown))
        asked.append(len(made))
    assert asked[0] == asked[1]
    assert abs(sizes[0] - sizes[1]) < 300
    assert max(sizes) < 90_000


def test_who_is_looked_for_by_name_is_offered_and_can_be_chosen_and_nothing_typed_is_lost(
    cast: Cast, client_of: Browser
) -> None:
    referral = accepted(cast)
    hire(cast, 20, "Odo")
    with seeding():
        rare = join("Zephyrine Quartermaine", Role.IDVA, cast.vs_service, cast.site, cast.idva.organisation)
    browser = client_of(cast.service_manager)
    page = reverse("allocation_item", kwargs={"referral_id": referral})
    typed = {"su_holder": str(cast.case_manager.pk), "approach": "direct", "reason": "Knows the area"}
    found = browser.post(page, {**typed, "vs_look": "zephyrine", "look": "vs_look"}).content.decode()
    assert "Zephyrine Quartermaine" in found
    assert "Knows the area" in found
    assert "There is a problem" not in found
    with seeding():
        assert not Allocation.objects.exists()
    done = browser.post(page, {**typed, "vs_holder": str(rare.pk)})
    assert done.status_code == 302
    outsider = browser.post(page, {**typed, "vs_holder": str(cast.outside_idva.pk)})
    assert outsider.status_code in (200, 302)
    with seeding():
        assert Allocation.objects.get().vs_holder_id == rare.pk
