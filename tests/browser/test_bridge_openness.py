"""S-10: he is told nothing of the client's support, unless both sides of the link say so; and a plan never speaks of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, walk_in

pytestmark = pytest.mark.browser


def test_s10_it_takes_both_sides_before_he_may_be_told(chromium: Browser) -> None:
    """Given a link on which nobody has said anything, when the case manager would tell him and the IDVA would not, then he is
    told nothing, and each reads what the other said; when the IDVA agrees he may be told; nobody else finds the page."""
    with walk_in(chromium) as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        page = f"/shared/{walk.link}/told/"
        for window, says, stands in (
            (worker, "He may be told", "One of you would tell him; it takes both."),
            (idva, "He is told nothing of it", "One of you would tell him; it takes both."),
            (idva, "He may be told", "He may be told, as both agreed."),
        ):
            window.go(page)
            window.choose("What do you say?", says)
            window.press("Write it down")
            window.reads("There is a problem")
            window.write("Why, or how did he come to know?", "As it was talked over.")
            window.check()
            window.press("Write it down")
            window.reads("Written down. The other worker reads it.")
            window.reads(stands)
        worker.go(page)
        worker.reads("He may be told, as both agreed.")
        worker.picture("162-is-he-told-of-the-support")
        worker.check_on_a_phone()
        walk.thorough = True
        walk.not_for(idva, *NO_LINK)
