"""How a case ends, what the IDVA is told, and what the return counts."""

from __future__ import annotations

from .coming_in import HER, HIM
from .deciding import HER_STRANGERS, STRANGERS
from .walk import Walk
from .working import submit


def closing_waits_its_time(walk: Walk) -> None:
    """Given a case in its first month, when closing is asked for before it is proposed, and then before three months,
    then each is refused with its reason (P-45, P-46)."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/close/")
    worker.reads("Exit assessments not yet there")
    _fill_in_the_closing(walk)
    worker.press("Close the case")
    worker.reads("Propose closing first.")
    worker.check()

    worker.write("Why closing is proposed", "The goals are met as far as they can be.")
    worker.press("Propose closing")
    worker.reads("Closing proposed")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)
    _fill_in_the_closing(walk)
    worker.press("Close the case")
    worker.reads("A case does not close in its first 3 months.")
    worker.picture("50-too-early-to-close")
    assert walk.site.facts()["casework_closure"] == 0


def the_case_is_closed(walk: Walk) -> None:
    """Given seven months on, when exit assessments are missing, then closing asks for them; when they are there, it
    closes once, and says who still has eyes on him."""
    walk.site.months_pass(walk.case, 7)
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/close/")
    _fill_in_the_closing(walk)
    worker.press("Close the case")
    worker.reads("Complete them, or say why they are missing.")
    worker.check()

    submit(walk, "severity_of_abuse_grid", "Exit", "Standard", "None")
    submit(walk, "needs", "Exit", "No need")
    submit(walk, "drive_dash", "Exit", "No")
    submit(walk, "risk_change", "Exit")
    worker.go(f"/cases/{walk.case}/close/")
    _fill_in_the_closing(walk)
    worker.picture("51-close-the-case")
    worker.check_on_a_phone()
    worker.press("Close the case")
    worker.reads("Case closed.")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)
    worker.go(f"/cases/{walk.case}/close/")
    worker.reads("This case is closed.")
    worker.picture("52-closed")


def the_idva_hears_why_and_goes_on(walk: Walk) -> None:
    """Given the closed case, then the IDVA reads why, what she may tell and who keeps watch; her own record stays open
    until she closes it (V-18, P-47)."""
    idva = walk.person("idva")
    idva.go(f"/shared/{walk.link}/")
    idva.reads("Goals met")
    idva.reads("Police, and probation until spring.")
    idva.reads("That the work with him has ended.")
    idva.picture("53-the-idva-reads-why")
    idva.check_on_a_phone()

    idva.go(f"/clients/{walk.record}/contact/")
    idva.choose("What happened?", "Spoke")
    idva.choose("How?", "Phone")
    idva.choose("Who started it?", "Us")
    idva.press("Record contact")
    idva.check()

    idva.go(f"/clients/{walk.record}/exit-form/")
    idva.answer_everything("Not asked", "Unknown", "No")
    idva.press("Submit the form")
    idva.go(f"/clients/{walk.record}/close/")
    idva.write("Last day of support", "today")
    idva.choose_first("Reason")
    idva.choose("Short check-ins while Drive goes on?", "No, or there are none")
    idva.picture("54-close-the-clients-record")
    idva.press("Close the record")
    idva.check()
    walk.twice(idva)
    walk.not_for(idva, *HER_STRANGERS)
    idva.go("/clients/")
    idva.check()
    assert HER not in idva.text() or "losed" in idva.text()


def the_return_counts_it(walk: Walk) -> None:
    """When the service manager opens the return for the last year, then referrals, decisions and the closing are counted,
    with a chart, and no name stands in it; a file needs a second person."""
    manager = walk.person("service_manager")
    manager.follow("Figures")
    manager.follow("Return")
    manager.write("First day", "1/1/2025")
    manager.write("Last day", "today")
    manager.press_like("Show")
    manager.reads("Performance return")
    for name in (HIM, HER):
        manager.misses(name.split()[1])
    manager.picture("60-return")
    manager.check_on_a_phone()
    manager.follow("Ask for a release")
    manager.reads("Ask for a release of the return")
    manager.check()
    if walk.thorough:
        for part in ("case_manager", "idva", "coordinator", "administrator"):
            assert walk.person(part).context.request.get(f"{walk.site.url}/return/").status == 404, part


def _fill_in_the_closing(walk: Walk) -> None:
    worker = walk.person("case_manager")
    worker.choose("Main reason", "Goals met")
    worker.choose("Engagement at closure", "Partially engaging")
    worker.write("Measures in place", "A marker on the address; a restraining order.")
    worker.write("Who still has eyes on", "Police, and probation until spring.")
    worker.pick("Which agency owns the risk", "Police")
    worker.write("Stepping back", "Monthly, then every two months; he is told the tenancy work is done.")
    worker.write("What the IDVA may tell the client", "That the work with him has ended.")
    worker.write("Others at risk", "Unknown: a new partner has not been named.")
    worker.write("What closing may do", "Unknown.")
    worker.choose("Does the IDVA agree?", "Yes")
    worker.choose("Does the panel agree?", "Not asked")
