"""The roles beside the path: who reads in an emergency and who reviews it, who hands a client over, who counts, who keeps
accounts. Each page is held to the same checks as those of the path."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .site import Site, open_site
from .walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site() as made:
        yield made


@pytest.fixture
def walk(site: Site, chromium: Browser) -> Iterator[Walk]:
    made = Walk(site, chromium, case=site.case, record=site.record, link=site.link)
    yield made
    made.close()


def test_a_case_is_read_in_an_emergency_and_the_reading_is_reviewed(walk: Walk) -> None:
    """Given a case that a colleague does not hold, when they open it with a reason, then it opens for them alone, says so
    on every page, and the manager reads who looked and why (S-35)."""
    colleague = walk.person("other_case_manager")
    assert colleague.go(f"/cases/{walk.case}/") == 404
    code = walk.site.one("select code from casework_sucase where id = %s", walk.case)
    colleague.go("/emergency/")
    colleague.write("Case code", code)
    colleague.write("What is happening", "Police rang: he is outside a school and nobody else is in.")
    colleague.choose("How much do you need?", "The whole record")
    colleague.choose("Have you told the police", "Yes")
    colleague.picture("70-emergency-reading")
    colleague.check_on_a_phone()
    colleague.press("Open for 3 hours")
    colleague.reads("Barnabus Crimplefoot")
    colleague.reads("Emergency reading until")
    colleague.picture("71-a-case-read-in-an-emergency")
    colleague.press("I’ve finished")
    assert colleague.go(f"/cases/{walk.case}/") == 404

    manager = walk.person("service_manager")
    manager.go("/emergency/reviews/")
    manager.picture("72-emergency-readings-to-review")
    manager.page.get_by_role("main").get_by_role("link").first.click()
    manager.reads("he is outside a school")
    manager.choose_first("Was it needed?")
    manager.picture("73-review-an-emergency-reading")
    manager.press("Record my review")
    manager.reads("Review recorded")
    manager.go(f"/looked/{walk.case}/")
    manager.reads("Bertram Ashlock")
    manager.picture("74-who-looked")


def test_a_client_is_handed_over(walk: Walk) -> None:
    """When the IDVA manager gives a client to another IDVA, then the former holder's next click finds nothing (S-46)."""
    manager, former, next_one = walk.person("idva_manager"), walk.person("idva"), walk.person("other_idva")
    assert former.go(f"/clients/{walk.record}/") == 200
    assert next_one.go(f"/clients/{walk.record}/") == 404
    manager.go("/")
    manager.picture("75-idva-managers-desk")
    manager.check_on_a_phone()
    manager.go(f"/clients/{walk.record}/assign/")
    manager.pick("Who", "Ida Pemberley, IDVA")
    manager.choose("As", "New holder")
    manager.write("What the next worker needs to know", "Rings on Tuesdays; her sister knows.")
    manager.picture("76-hand-over")
    manager.press("Assign")
    manager.check()
    assert former.go(f"/clients/{walk.record}/") == 404
    assert next_one.go(f"/clients/{walk.record}/") == 200


def test_the_governance_lead_sees_matches_and_no_case(walk: Walk) -> None:
    lead = walk.person("governance_lead")
    lead.go("/governance/matches/")
    lead.picture("77-possible-matches")
    lead.go("/emergency/reviews/")
    lead.check()
    lead.go("/permission-changes/")
    lead.follow("Signing in")
    lead.reads("Guinevere Locke")
    lead.reads("127.0.0.1")
    lead.picture("158-who-signed-in")
    lead.check_on_a_phone()
    for hidden in (
        f"/cases/{walk.case}/",
        f"/clients/{walk.record}/",
        f"/shared/{walk.link}/",
        "/cases/",
        "/clients/",
    ):
        assert lead.go(hidden) == 404, hidden


@pytest.mark.parametrize("part", ["analyst", "commissioner"])
def test_who_reads_the_return_reads_numbers_and_nothing_else(walk: Walk, part: str) -> None:
    reader = walk.person(part)
    reader.follow("Figures" if part == "analyst" else "Released returns")
    reader.reads("No return has been released yet")
    reader.misses("Crimplefoot")
    reader.misses("Puddifoot")
    reader.check()
    for hidden in (f"/cases/{walk.case}/", f"/clients/{walk.record}/", "/referrals/", "/panel/", "/return/"):
        assert reader.go(hidden) == 404, hidden


def test_the_administrator_makes_an_account_and_reads_no_case(walk: Walk) -> None:
    keeper = walk.person("administrator")
    keeper.go("/administration/")
    keeper.picture("80-administration")
    keeper.go("/administration/accounts/")
    keeper.picture("81-accounts")
    keeper.check_on_a_phone()
    for hidden in (f"/cases/{walk.case}/", f"/clients/{walk.record}/", "/referrals/", "/return/"):
        assert keeper.go(hidden) == 404, hidden


def test_ones_own_account_and_the_cover_screen(walk: Walk) -> None:
    worker = walk.person("case_manager")
    worker.go("/account/")
    worker.picture("82-your-account")
    worker.go("/cover/")
    assert worker.text() == ""
