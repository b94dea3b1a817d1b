"""R-73, V-13, S-23: when a client is no longer in touch two people decide together, and nothing is cut by itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, in_days, plan, walk_in

pytestmark = pytest.mark.browser


def test_v13_a_client_no_longer_in_touch_opens_a_joint_decision(chromium: Browser) -> None:
    """Given contact planned, when the IDVA records that the client is no longer in touch, then no booking changes, the
    case manager reads that a review is called for and not why; when he writes the review down with an exit plan, then
    the IDVA says whether it was so."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        plan(walk, days=2)
        idva.go(f"/clients/{walk.record}/engagement/")
        idva.choose("How is the client engaged?", "Not in touch now")
        idva.write("Since", "today")
        idva.write("Why", "He came round and shouted.")
        idva.press("Record engagement")
        assert walk.site.facts()["advocacy_engagemententry"] == 1

        worker.go("/reviews/")
        worker.reads("The client is no longer in touch")
        worker.misses("came round")
        worker.picture("65-agenda-of-joint-reviews")
        worker.check_on_a_phone()
        worker.go(f"/cases/{walk.case}/contact/planned/")
        worker.misses("Suspended")
        for part in NO_LINK:
            assert walk.person(part).go(f"/shared/{walk.link}/reviews/new/") == 404, part

        worker.go(f"/shared/{walk.link}/reviews/new/")
        worker.reads("Nothing is cut by itself")
        worker.misses("came round")
        worker.choose("The case manager", "Came")
        worker.choose("The IDVA", "Came")
        worker.write("What has changed", "She has not answered for three weeks.")
        worker.write("What do neither of you know", "Whether they live apart; housing is asked.")
        for who in (
            "Children",
            "A new, hidden or future partner",
            "Adult family",
            "Workers",
            "The Drive service user",
        ):
            worker.choose(who, "Unknown")
        worker.write("If nothing is done?", "He may go to her for answers.")
        worker.choose("What did you come to?", "Step back in longer intervals")
        worker.write("Who does what by when?", "Housing is asked by Friday.")
        worker.press("Write it down")
        worker.reads("There is a problem")
        worker.check()
        assert walk.site.facts()["safety_jointreview"] == 0
        worker.write(
            "How do you step back?", "Every second week; his tenancy is the reason; housing sees him."
        )
        worker.write("Day of the next review", in_days(14))
        worker.press("Write it down")
        worker.reads("Not answered yet")
        worker.check()

        idva.go("/")
        idva.reads("A joint review was written down. Was it so?")
        idva.go(f"/shared/{walk.link}/reviews/")
        idva.follow("Was it so?")
        idva.choose("Was it as it is written here?", "As we agreed")
        idva.check_on_a_phone()
        idva.press("Record my answer")
        idva.reads("As we agreed")
        idva.picture("66-a-joint-review")
