"""S-16: where two professionals differ there is no dispute: talk, line managers, panel, each written down; meanwhile the
cautious position holds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from . import deciding
from .bridging import NO_LINK, walk_in

pytestmark = pytest.mark.browser


def test_s16_each_step_is_read_by_both_sides_and_both_managers_and_opens_no_contact(
    chromium: Browser,
) -> None:
    """Given two views and an answer that differs, when the two talk, bring in line managers and go to the panel, then
    each step is read by both sides and both managers, and contact stays closed throughout."""
    with walk_in(chromium) as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        deciding.the_case_manager_asks_for_a_joint_view(walk)
        deciding.the_case_manager_gives_a_view(walk)
        deciding.the_idva_gives_her_view(walk)
        worker.go(f"/shared/{walk.link}/")
        worker.follow("Put an outcome forward")
        deciding.put_forward(walk, "case_manager")
        idva.go(f"/shared/{walk.link}/")
        idva.follow("Read and answer the outcome")
        idva.choose("What do you say?", "Differ, and say what instead")
        idva.write("Where you differ", "Not before the hearing.")
        idva.press("Record my answer")
        idva.follow("What was done about it")
        idva.reads("Nothing here opens contact.")
        idva.choose("What do you differ about?", "Whether and how he is contacted")
        idva.choose("What did you do?", "The two of you talked")
        idva.write("Who took part?", "The two of us")
        idva.choose("What did it come to?", "You still differ")
        idva.press("Write it down")
        idva.reads("There is a problem")
        idva.check()
        assert walk.site.facts()["safety_differingstep"] == 0
        idva.write("What was said?", "He may go to her after a letter; he asked for help himself.")
        idva.check_on_a_phone()
        idva.press("Write it down")
        idva.reads("Both of you and both managers read it.")
        idva.picture("153-where-you-differ")
        walk.thorough = True
        walk.twice(idva)
        walk.not_for(idva, *NO_LINK)
        walk.thorough = False

        for part, step in (
            ("service_manager", "Line managers were brought in"),
            ("case_manager", "Brought to the panel"),
        ):
            window = walk.person(part)
            window.go("/")
            window.reads("You and the other worker differ")
            window.check()
            window.go(f"/shared/{walk.link}/differing/")
            window.reads("He may go to her after a letter")
            window.choose("What do you differ about?", "Whether and how he is contacted")
            window.choose("What did you do?", step)
            window.write("Who took part?", "Both line managers, and the two of us")
            window.write("What was said?", "We wait until the hearing, and look again on the day after it.")
            window.choose("What did it come to?", "You see it alike now")
            window.press("Write it down")
            window.reads(step)
            window.check()
        manager = walk.person("idva_manager")
        manager.go("/")
        manager.reads("Brought to the panel, you see it alike now.")
        manager.check_on_a_phone()
        worker.go(f"/cases/{walk.case}/contact/plan/")
        worker.reads("Contact cannot be planned now.")
        assert walk.site.facts()["safety_booking"] == 0
