"""V-16, N-19: the client rings the case manager."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, walk_in
from .walk import Walk

pytestmark = pytest.mark.browser

SAID = "He waited outside the nursery again this morning."


def _pass_it_on(walk: Walk) -> None:
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/")
    worker.follow("The client rang me")
    worker.write("Time", "00:01")
    worker.write("What must the IDVA know?", SAID)
    worker.choose("How urgent is it?", "Soon")
    worker.check_on_a_phone()
    worker.press("Pass it on")
    worker.reads("There is a problem")
    worker.choose("Did you ask the client to ring the IDVA?", "No: the IDVA should ring")
    worker.write("How could he work out", "Only she was there.")
    worker.press("Pass it on")
    worker.reads("Your service manager sees that the client rang.")


def test_v16_a_client_who_rings_the_case_manager_is_passed_on(chromium: Browser) -> None:
    """Given a client who rings the case manager, when it is written down, then the IDVA has what was said on her desk and
    takes it over into the contacts, the service manager sees that it happened, and his case holds no word of it."""
    with walk_in(chromium) as walk:
        worker, idva, manager = (walk.person(who) for who in ("case_manager", "idva", "service_manager"))
        _pass_it_on(walk)
        assert walk.site.facts()["casework_contact"] == 0
        page = f"/shared/{walk.link}/rang/"
        for part in (*NO_LINK, "idva"):
            assert walk.person(part).go(page) == 404, part
        worker.go(f"/cases/{walk.case}/timeline/")
        worker.misses("outside the nursery")

        manager.go("/")
        manager.reads("Clients who rang a case manager")
        manager.reads("Not yet read on the IDVA’s side.")
        manager.misses("outside the nursery")
        manager.check_on_a_phone()

        idva.go("/")
        idva.reads(SAID)
        idva.check_on_a_phone()
        idva.follow("Take it over into the contacts")
        idva.reads(SAID)
        idva.choose("What happened?", "Spoke")
        idva.check_on_a_phone()
        idva.press("Record contact")
        assert walk.site.facts()["advocacy_clientcontact"] == 1
        idva.go(f"/shared/{walk.link}/")
        idva.press("Acknowledge")
        idva.check()

        manager.go("/")
        manager.reads("Read on the IDVA’s side.")
        manager.check()
