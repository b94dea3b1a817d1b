"""S-18: contact against a live concern, by one named manager, told to everybody, for some days."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, in_days, plan, walk_in

pytestmark = pytest.mark.browser


def test_s18_an_override_is_seen_by_both_sides_and_the_advisor_and_ends(chromium: Browser) -> None:
    """Given a live stop concern, when anybody but the service manager tries to override it, then there is no such page;
    when the service manager does, with a reason, then both workers and the expert advisor read it at once with what
    each had said, booking opens until it ends, and the concern stays live."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        idva.go(f"/shared/{walk.link}/stop/")
        idva.press("Stop now")
        concern = str(walk.site.one("select id from safety_stopconcern"))
        page = f"/shared/{walk.link}/stops/{concern}/"
        worker.go(f"/cases/{walk.case}/contact/plan/")
        worker.reads("Contact cannot be planned now.")

        for part in ("case_manager", "idva", "idva_manager", "team_leader", *NO_LINK):
            assert walk.person(part).go(page + "override/") == 404, part
        worker.go(page)
        worker.misses("Override it, with a reason")

        manager = walk.person("service_manager")
        manager.go(page)
        manager.follow("Override it, with a reason")
        manager.write("What did the case manager say", "Wants to see him at the gate on Monday.")
        manager.write("Why can contact not wait", "He is released on Monday; the hostel has one room.")
        manager.write("Last day on which it holds", in_days(3))
        manager.press("Override, and tell everybody")
        manager.reads("There is a problem")
        manager.check()
        assert walk.site.facts()["safety_stopoverride"] == 0
        manager.write("What did the IDVA say", "Against it: he will think that she told us.")
        manager.check_on_a_phone()
        manager.picture("60-override-a-stop-concern")
        manager.press("Override, and tell everybody")
        manager.reads("The concern stays live until both have answered.")
        manager.check()

        for window in (worker, idva):
            window.go("/")
            window.reads("Overridden until")
            window.check()
            window.go(page)
            window.reads("Against it: he will think that she told us.")
            window.reads("Live.")
            window.check()
        idva.picture("61-an-override-read-by-the-idva")
        advisor = walk.person("expert_advisor")
        advisor.go("/")
        advisor.reads("Against it: he will think that she told us.")
        advisor.misses("Crimplefoot")
        advisor.misses("Puddifoot")
        advisor.picture("62-expert-advisors-desk")
        advisor.check_on_a_phone()

        plan(walk, days=5)
        worker.reads("The override of a stop concern ends before that time.")
        worker.check()
        plan(walk, days=2)
        worker.reads("Planned.")
        worker.check()
