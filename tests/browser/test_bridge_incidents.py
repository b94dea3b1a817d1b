"""S-41, S-22: a practice incident is recorded by hand, read by both sides, seen to by somebody, and closed with what was
learnt."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, in_days, walk_in

pytestmark = pytest.mark.browser


def test_s41_an_incident_recorded_by_the_idva_closes_with_what_was_learnt(chromium: Browser) -> None:
    """Given that a social worker told the client of Drive first (S-22), when the IDVA records it, then the case manager
    and both managers read it; when nobody is named it cannot close, and when it closes both sides read what changes."""
    with walk_in(chromium) as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        idva.go(f"/clients/{walk.record}/informed/")
        idva.reads("Somebody else told the client first?")
        idva.follow("Record a practice incident")
        idva.choose("What was it?", "Somebody told the client about Drive too early")
        idva.pick("Whose act was it", "Children's services")
        idva.press("Record it")
        idva.reads("There is a problem")
        idva.check()
        assert walk.site.facts()["safety_practiceincident"] == 0
        idva.write("Day it happened", in_days(-2))
        idva.write("What happened?", "The social worker told her of Drive at a visit.")
        idva.check_on_a_phone()
        idva.picture("150-record-a-practice-incident")
        idva.press("Record it")
        idva.reads("both managers see it")
        idva.check()
        walk.thorough = True
        walk.twice(idva)
        walk.not_for(idva, *NO_LINK)
        walk.thorough = False

        worker.go("/")
        worker.reads("A practice incident was recorded, without blame")
        worker.misses("at a visit")
        worker.go(f"/shared/{walk.link}/")
        worker.follow("Somebody told the client about Drive too early")
        worker.reads("The social worker told her of Drive at a visit.")
        worker.misses("Close it")
        worker.misses("Name them")

        manager = walk.person("service_manager")
        manager.go("/")
        manager.reads("Nobody is named yet.")
        manager.go("/incidents/")
        manager.reads("Somebody told the client about Drive too early")
        manager.check_on_a_phone()
        manager.picture("151-practice-incidents")
        manager.follow("Open")
        manager.misses("Close it")
        manager.pick("Who sees to it?", walk.site.names["case_manager"])
        manager.write("By when?", in_days(7))
        manager.press("Name them")
        manager.reads("Named.")
        manager.check()

        worker.go("/")
        worker.reads("sees to it.")
        incident = str(walk.site.one("select id from safety_practiceincident"))
        worker.go(f"/shared/{walk.link}/incidents/{incident}/")
        worker.write("What was learnt?", "Children’s services did not know who introduces Drive.")
        worker.press("Close it")
        worker.reads("There is a problem")
        worker.check()
        assert walk.site.facts()["safety_incidentclosing"] == 0
        worker.choose("What changes?", "A procedure changes")
        worker.write("Which, and from when?", "A leaflet for agencies, from Monday.")
        worker.picture("152-an-incident-and-what-was-learnt")
        worker.press("Close it")
        worker.reads("Closed with what was learnt.")
        worker.check_on_a_phone()

        for part in ("idva", "idva_manager", "service_manager"):
            window = walk.person(part)
            window.go("/incidents/")
            window.reads("A leaflet for agencies, from Monday.")
            window.check()
        for part in NO_LINK:
            window = walk.person(part)
            window.go("/incidents/")
            window.misses("leaflet")
            assert window.go(f"/shared/{walk.link}/incidents/{incident}/") == 404, part
