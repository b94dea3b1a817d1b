"""S-31: whoever sees danger tells the police now, whatever is stopped or unread, and a joint review is called for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import walk_in

pytestmark = pytest.mark.browser


def test_s31_danger_is_told_under_a_stop_concern_and_past_an_unread_channel(chromium: Browser) -> None:
    """Given a live stop concern that nobody acknowledged, when the case manager and then the IDVA write down that they told
    the police, then both are kept, the other side is asked for a joint review, and reads nothing of what was said."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        idva.go(f"/shared/{walk.link}/stop/")
        idva.press("Stop now")
        for window, path, table in (
            (worker, f"/cases/{walk.case}/danger/", "safety_caseemergency"),
            (idva, f"/clients/{walk.record}/danger/", "safety_clientemergency"),
        ):
            window.go(path)
            window.check()
            window.choose("Whom did you tell?", "Police")
            window.write("What is the danger?", "He is on the way to the school.")
            window.press("Record whom I told")
            window.reads("There is a problem")
            window.check()
            assert walk.site.facts()[table] == 0
            window.write("What did you tell them?", "Where he was seen, and when.")
            window.check_on_a_phone()
            window.press("Record whom I told")
            window.reads("A joint review is called for.")
            assert walk.site.facts()[table] == 1
        for window in (worker, idva):
            window.go("/reviews/")
            window.reads("Emergency")
            window.check()
            window.go(f"/shared/{walk.link}/")
            window.misses("on the way to the school")
        assert worker.go(f"/clients/{walk.record}/danger/") == 404
        assert idva.go(f"/cases/{walk.case}/danger/") == 404
