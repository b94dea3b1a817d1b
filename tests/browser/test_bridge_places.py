"""S-10, S-25: he is told nothing of anybody's support; linked people are not brought to court on one day, and neither side learns of the other's date."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import in_days, walk_in
from .walk import Walk

pytestmark = pytest.mark.browser


def _plan_at_court(walk: Walk, days: int, reason: str = "His own hearing") -> None:
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/contact/plan/")
    worker.choose("What do you plan?", "Meeting")
    worker.pick("How?", "Face to face")
    worker.write("Day", in_days(days))
    worker.write("Time", "12:00")
    worker.choose("Where?", "Court")
    worker.write("What reason is he given?", reason)
    worker.press("Plan it")


def test_s25_contact_at_court_waits_on_her_day_whichever_came_first(chromium: Browser) -> None:
    """Given a reason that would tell him of anybody's support, when contact is planned, then it is refused (S-10). Given
    contact planned at court, when the IDVA writes down a hearing on that day, then her page says nothing of it
    and the booking is suspended; when the case manager takes it up again, or plans anew for that day, then he reads
    "Choose another time or place" and no more; another day is taken."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        _plan_at_court(walk, 3, reason="An IDVA told me that you rang")
        worker.reads("he is told nothing of anybody’s support")
        worker.check()
        assert walk.site.facts()["safety_booking"] == 0
        _plan_at_court(walk, 3)
        worker.reads("Planned.")
        idva.go(f"/clients/{walk.record}/court/")
        idva.write("Date", in_days(3))
        idva.write("What for", "First hearing, family court")
        idva.press("Save")
        assert walk.site.facts()["advocacy_courtdate"] == 1
        idva.misses("another time")
        idva.check()

        worker.go(f"/cases/{walk.case}/contact/planned/")
        worker.reads("Suspended")
        worker.press("Continue")
        worker.reads("Choose another time or place.")
        worker.misses("family court")
        worker.check()
        _plan_at_court(walk, 3)
        worker.reads("Choose another time or place.")
        worker.check_on_a_phone()
        assert walk.site.facts()["safety_booking"] == 1
        _plan_at_court(walk, 4)
        worker.reads("Planned.")
