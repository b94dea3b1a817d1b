"""A case past its time is held, proposed and erased by two people (ADR 16). Each page is held to the same checks as those
of the path."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .site import Site, open_site
from .walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site("closed") as made:
        yield made


def test_two_people_erase_a_case_that_is_past_its_time(site: Site, chromium: Browser) -> None:
    """Given a case closed longer than the site keeps one, when its manager proposes and the governance lead confirms, then
    it is nowhere, and that it was erased stands without a name."""
    walk = Walk(site, chromium, case=site.case, record=site.record, link=site.link)
    code = site.one("select code from casework_sucase where id = %s", walk.case)
    manager, lead = walk.person("service_manager"), walk.person("governance_lead")
    manager.go("/past-their-time/")
    manager.reads(str(code))
    manager.page.get_by_role("link", name=str(code)).click()
    manager.reads("Propose that it goes")
    manager.check_on_a_phone()
    manager.choose("Why it goes", "Its time is over, and the person asked for it")
    manager.press("Propose")
    manager.reads("Proposed. The governance lead decides.")
    lead.go("/past-their-time/")
    lead.page.get_by_role("link", name="Decide").click()
    lead.reads("Everything written in it")
    lead.check_on_a_phone()
    lead.choose("What is to happen", "Erase it for good")
    lead.press("Record the decision")
    lead.reads("Erased.")
    lead.reads("Proposed by Septima Gale, decided by Guinevere Locke")
    assert manager.go(f"/cases/{walk.case}/") == 404
    assert site.one("select count(*) from casework_sucase where id = %s", walk.case) == 0
    walk.close()
