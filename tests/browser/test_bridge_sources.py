"""S-09, S-08, S-07: what came from the client alone founds nothing, until it has another source or both agree."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, in_days, walk_in
from .walk import Walk

pytestmark = pytest.mark.browser


def _fill_in_an_arrest_request(walk: Walk) -> None:
    worker = walk.person("case_manager")
    worker.choose("What is it for?", "Disrupt")
    worker.pick("With which agency?", "Police")
    worker.write("Day", in_days(1))
    worker.write("What is planned?", "Ask for his arrest at his own flat.")
    worker.write("What does it rest on, and who knows it?", "What the IDVA told us about the key.")
    worker.choose("Would he notice?", "He will see it")
    worker.write("How could he work out where this came from?", "Only her sister has seen it.")
    worker.write("What will he think caused it?", "His licence, which forbids that street.")
    worker.write("What do you tell the IDVA about it?", "Police go to his flat tomorrow.")


def test_s09_an_action_that_rests_on_the_client_alone_waits_for_both(chromium: Browser) -> None:
    """Given something that only the client could have told, when the case manager plans an arrest request that rests on
    it, then it is refused and what would open it is said; when one worker agrees its use it is still refused; when both
    have, with a plan for her safety, it is planned and the IDVA hears of it."""
    with walk_in(chromium) as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        idva.go(f"/shared/{walk.link}/tell/")
        idva.pick("What kind of thing is it?", "Incident")
        idva.write("What must they know", "He has a key to her sister’s flat.")
        idva.write("What do they need it for?", "Her safety at her sister’s")
        idva.choose("How urgent is it?", "Soon")
        idva.write("How could he work out", "Only her sister and she have seen it.")
        idva.page.get_by_label("Known only from the client or the IDVA").check()
        idva.press("Send")

        worker.go(f"/cases/{walk.case}/actions/plan/")
        worker.reads("Nothing may rest on these yet")
        _fill_in_an_arrest_request(walk)
        worker.choose("Does it rest on anything the IDVA told you?", "He has a key to her sister’s flat.")
        worker.check_on_a_phone()
        worker.press("Plan it")
        worker.reads("Nobody but the client could have told this")
        worker.picture("63-an-action-that-rests-on-one-source")
        assert walk.site.facts()["safety_plannedaction"] == 0

        worker.follow("Name another source, or agree its use")
        worker.write("What keeps the client safe", "Her sister’s locks are changed first.")
        worker.press("Agree its use")
        worker.reads("has not agreed.")
        worker.check()
        use = worker.path
        for part in NO_LINK:
            assert walk.person(part).go(use) == 404, part

        worker.go(f"/cases/{walk.case}/actions/plan/")
        _fill_in_an_arrest_request(walk)
        worker.choose("Does it rest on anything the IDVA told you?", "He has a key to her sister’s flat.")
        worker.press("Plan it")
        worker.reads("Nobody but the client could have told this")

        idva.go(use)
        idva.reads("Her sister’s locks are changed first.")
        idva.write("What keeps the client safe", "She is at work when they go.")
        idva.press("Agree its use")
        idva.reads("A plan may rest on it.")
        idva.picture("64-both-agree-the-use-of-an-item")
        idva.check_on_a_phone()

        worker.press("Plan it")
        worker.reads("Planned.")
        worker.check()
        idva.go(f"/shared/{walk.link}/")
        idva.reads("Police go to his flat tomorrow.")
        idva.check()
