"""S-19, S-24, S-42: contact that no decision carries any more is put to everybody an hour before, and what is old, or was
long not looked at together, looks it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, plan, walk_in

pytestmark = pytest.mark.browser


def test_s19_contact_under_a_lapsed_decision_is_put_to_both_sides_and_going_ahead_is_an_incident(
    chromium: Browser,
) -> None:
    """Given contact planned, when the IDVA says that something changed, then it stands as lapsed; within the hour both
    workers and both managers are told; when it goes ahead and is recorded, then a practice incident is open."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        plan(walk, days=2)
        idva.go(f"/shared/{walk.link}/changed/")
        idva.choose("What has happened?", "New allegation")
        idva.press("End the decision")
        worker.go(f"/cases/{walk.case}/contact/planned/")
        worker.reads("Lapsed")
        walk.site.clock()
        worker.go("/")
        worker.misses("Contact soon that is not agreed at present")
        walk.site.contact_in(minutes=40)
        walk.site.clock()
        for part in ("case_manager", "service_manager", "idva", "idva_manager"):
            window = walk.person(part)
            window.go("/")
            window.reads("Contact soon that is not agreed at present")
            window.check()
        worker.check_on_a_phone()
        worker.picture("156-contact-that-nothing-carries")
        for part in NO_LINK:
            window = walk.person(part)
            window.go("/")
            window.misses("Contact soon")
        worker.go(f"/cases/{walk.case}/contact/plan/")
        worker.reads("Contact cannot be planned now.")
        worker.go(f"/cases/{walk.case}/record/contact/")
        worker.choose("What happened?", "Spoke")
        worker.choose("Who started it?", "Us")
        worker.write(
            "Time", ""
        )  # of the minute in which the decision lapsed, the better half counts: no race with it
        worker.press("Save")
        worker.go(f"/cases/{walk.case}/")
        worker.reads("Contact without a joint decision in force")
        assert walk.site.facts()["safety_practiceincident"] == 1


def test_s24_a_case_long_not_reviewed_says_so_wherever_it_stands(chromium: Browser) -> None:
    """Given a link that nobody reviewed for longer than the hard gap, when each side opens its lists and pages, then each
    says so, and both managers have it on their desks."""
    with walk_in(chromium) as walk:
        walk.site.later("safety_caselink", hours=24 * 43)
        for part, pages in (
            ("case_manager", (f"/cases/{walk.case}/", "/cases/")),
            ("idva", (f"/clients/{walk.record}/", "/clients/")),
            ("service_manager", ("/",)),
            ("idva_manager", ("/",)),
        ):
            window = walk.person(part)
            for page in pages:
                window.go(page)
                window.reads("No joint review past the limit" if page == "/" else "past 42 days")
                window.check()
                window.check_on_a_phone()
        walk.person("case_manager").go(f"/cases/{walk.case}/")
        walk.person("case_manager").picture("157-a-case-long-not-reviewed")
