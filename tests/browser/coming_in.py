"""From a MARAC list to two workers: the coordinator, the chair, the service manager."""

from __future__ import annotations

from .site import ROOT
from .walk import Walk

LIST = ROOT / "src/drive/referrals/lists/tests/fixtures/marac-castlegate-2025-03.csv"
HIM, HER = "Tobias O'Clutterbuck", "Cordelia Muddlecombe"
HER_INITIALS = "C.M."
CASE_MANAGER, IDVA = "Casimir Tolliver", "Imelda Farthing"


def a_list_is_brought_in(walk: Walk) -> None:
    """When the coordinator uploads a MARAC list, then a preview says what saving would do, and saving does it once."""
    coordinator = walk.person("coordinator")
    coordinator.follow("Referrals")
    coordinator.follow("Bring in a list")
    coordinator.picture("01-bring-in-a-list")
    coordinator.attach("The list", LIST)
    coordinator.press("Read the list")

    coordinator.reads("Check the list before anything is saved")
    coordinator.picture("02-check-the-list")
    coordinator.check_on_a_phone()
    assert walk.site.facts()["referrals_referral"] == 0

    coordinator.press_like("Save")
    coordinator.reads("lines saved")
    coordinator.picture("03-list-saved")
    walk.twice(coordinator)
    walk.not_for(coordinator, "chair", "idva", "outsider")


def the_same_file_again_brings_nothing(walk: Walk) -> None:
    """Given a saved list, when the same file is uploaded again, then every line is known as a repeat and none is saved."""
    coordinator = walk.person("coordinator")
    before = walk.site.facts()["referrals_referral"]
    coordinator.go("/referrals/lists/")
    coordinator.attach("The list", LIST)
    coordinator.press("Read the list")
    coordinator.check()
    assert walk.site.facts()["referrals_referral"] == before


def nothing_is_allocated_before_the_panel_decides(walk: Walk) -> None:
    """Given a referral that no panel has decided, when the service manager tries to allocate it, then a reason is given."""
    referral = walk.referral_of(HIM)
    manager = walk.person("service_manager")
    manager.go("/allocation/")
    manager.misses(HIM)
    assert manager.go(f"/allocation/{referral}/") == 200
    manager.reads("The panel has not decided on this referral.")
    manager.check()
    assert not manager.page.get_by_role("button", name="Allocate").is_visible()


def the_panel_decides(walk: Walk) -> None:
    """When the chair records an acceptance with its reasons, then it stands under the referral and leaves the list."""
    chair = walk.person("chair")
    chair.follow("Panel")
    chair.picture("04-panel-list")
    chair.follow(HIM)
    chair.press_like("Record")  # nothing answered: asked for, and nothing lost
    chair.reads("There is a problem")
    chair.check()
    chair.choose("Decision", "Accept")
    chair.write("Why", "Recent, repeated and grave. His sister might be a reason to talk.")
    chair.write(
        "Victims’ and survivors’ safety", "The IDVA is in touch with the client; a marker is on the address."
    )
    chair.write("Children’s safety", "Two children live with the client; children’s services know.")
    chair.choose("If accepted: approach", "Direct")
    chair.picture("05-panel-decision")
    chair.check_on_a_phone()
    chair.press_like("Record")
    chair.reads("Decision recorded")
    walk.twice(chair)
    walk.not_for(chair, "partner", "service_manager", "idva", "case_manager")


def the_service_manager_allocates(walk: Walk) -> None:
    """When a case manager and an IDVA are chosen, with what they hold beside them, then both have it on their desks."""
    manager = walk.person("service_manager")
    manager.follow("Allocation")
    manager.picture("06-waiting-for-workers")
    manager.follow(HIM)
    manager.choose("Case manager", CASE_MANAGER)
    manager.choose("IDVA, or who stands in", IDVA)
    manager.choose("Approach to begin with", "Direct")
    manager.picture("07-allocate")
    manager.check_on_a_phone()
    manager.press("Allocate")
    manager.reads("Both workers have it on their desks")
    manager.picture("08-allocated")
    walk.twice(manager)
    walk.not_for(manager, "coordinator", "case_manager", "idva", "outside_manager")
    walk.know_the_case(HIM)
