"""V-11, S-02: what a check-in told is acknowledged by name, and goes to both managers where nobody reads it in time."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, walk_in

pytestmark = pytest.mark.browser


def test_v11_a_check_in_nobody_acknowledged_stands_with_both_managers_until_somebody_does(
    chromium: Browser,
) -> None:
    """Given a check-in, when nobody on the case manager's side reads it for a day, then both managers see it by the clock;
    when the case manager acknowledges it, then it leaves their desks and the IDVA reads who did."""
    with walk_in(chromium) as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        idva.go(f"/clients/{walk.record}/check-in/")
        idva.choose("How is the risk", "Unchanged")
        idva.choose("How did you ask?", "Phone")
        idva.choose("Safer than at intake", "No change")
        idva.write("What was said", "She sleeps at her sister’s.")
        idva.write("How could he work out", "He could not.")
        idva.press("Record and tell the case manager")
        idva.reads("There is a problem")
        idva.check()
        assert walk.site.facts()["advocacy_checkin"] == 0
        idva.write("What must the case manager know", "Nothing new since the hearing.")
        idva.press("Record and tell the case manager")
        idva.go(f"/clients/{walk.record}/check-in/")
        idva.reads("Not yet acknowledged")
        idva.picture("154-what-a-check-in-told")

        walk.site.later("safety_riskitem", hours=25)
        walk.site.clock()
        for part in ("service_manager", "idva_manager", "case_manager", "idva"):
            window = walk.person(part)
            window.go("/")
            window.reads("Not read in time")
            window.check()
        for part in NO_LINK:
            window = walk.person(part)
            window.go("/")
            window.misses("Not read in time")
        worker.go(f"/cases/{walk.case}/")
        worker.reads("not yet acknowledged")
        worker.misses("sister")
        worker.check_on_a_phone()
        worker.go(f"/shared/{walk.link}/")
        worker.press("Acknowledge")
        worker.reads("Acknowledged")
        manager = walk.person("service_manager")
        manager.go("/")
        manager.misses("Not read in time")
        idva.go(f"/clients/{walk.record}/check-in/")
        idva.reads("acknowledged by " + walk.site.names["case_manager"])
        idva.check_on_a_phone()


def test_s17_an_unread_stop_concern_goes_to_both_managers(chromium: Browser) -> None:
    """Given a stop concern of the IDVA's, when nobody on the case manager's side reads it for an hour, then both managers
    see it with who holds the case; when a manager has read it, then it is no longer listed, and the concern is live."""
    with walk_in(chromium, "decided") as walk:
        idva = walk.person("idva")
        idva.go(f"/shared/{walk.link}/stop/")
        idva.press("Stop now")
        walk.site.clock()
        manager = walk.person("service_manager")
        manager.go("/")
        manager.misses("Not read in time")
        walk.site.later("safety_stopconcern", hours=2)
        walk.site.clock()
        for part, waits in (
            ("service_manager", f"{walk.site.names['case_manager']} holds it"),
            ("idva_manager", "The other side has not read it. Ring Casimir Tolliver."),
            ("idva", "The other side has not read it. Ring Casimir Tolliver."),
            ("case_manager", "holds it"),
        ):
            window = walk.person(part)
            window.go("/")
            window.reads("Not read in time")
            window.reads(waits)
            window.check()
            window.check_on_a_phone()
        manager.picture("155-not-read-in-time")
        for part in NO_LINK:
            window = walk.person(part)
            window.go("/")
            window.misses("Not read in time")
        concern = str(walk.site.one("select id from safety_stopconcern"))
        manager.go(f"/shared/{walk.link}/stops/{concern}/")
        manager.press("Acknowledge")
        for part in ("service_manager", "idva_manager", "idva"):
            window = walk.person(part)
            window.go("/")
            window.misses("Not read in time")
        worker = walk.person("case_manager")
        worker.go(f"/cases/{walk.case}/contact/plan/")
        worker.reads("Contact cannot be planned now.")
