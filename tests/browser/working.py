"""The work of each side on its own record: the IDVA with her client, the case manager with the service user."""

from __future__ import annotations

from .coming_in import HER, HER_INITIALS
from .deciding import HER_STRANGERS, STRANGERS
from .walk import Walk
from .window import Tally


def the_idva_opens_her_record(walk: Walk) -> None:
    """Given the client on the IDVA's desk, when contact and what she was told are recorded, then they stand on her
    record."""
    idva = walk.person("idva")
    idva.go("/")
    idva.misses(HER)  # initials on a list
    idva.follow(HER_INITIALS)
    idva.reads(HER)
    idva.picture("30-client-record")
    idva.check_on_a_phone()

    with Tally(idva, "IDVA, a contact"):
        idva.go(f"/clients/{walk.record}/contact/")
        idva.choose("What happened?", "Spoke")
        idva.choose("How?", "Phone")
        idva.choose("Who started it?", "Us")
        idva.write("What was said", "She feels safer since the locks were changed.")
        idva.picture("31-client-contact")
        idva.press("Record contact")
    walk.twice(idva)
    walk.not_for(idva, *HER_STRANGERS)

    idva.go(f"/clients/{walk.record}/informed/")
    idva.choose("What the client knows", "Withheld for now")
    idva.write("Told or decided on", "today")
    idva.choose("Who told the client", "Nobody yet")
    idva.press("Record this")
    idva.reads("Give the reason for holding back")
    idva.check()
    idva.choose("What the client knows", "Told in full")
    idva.write("What was said", "That somebody works with him, and that it promises nothing.")
    idva.choose("Who told the client", "Me or another IDVA")
    idva.picture("32-what-the-client-knows")
    idva.press("Record this")
    walk.twice(idva)
    walk.not_for(idva, *HER_STRANGERS)


def the_idva_submits_the_intake_form(walk: Walk) -> None:
    """When the intake form is submitted, then it stands on her record, and nothing of hers stands on the case."""
    idva = walk.person("idva")
    idva.go(f"/clients/{walk.record}/intake/")
    idva.answer_everything("Not asked", "Unknown", "No")
    idva.picture("33-intake-form")
    idva.check_on_a_phone()
    idva.press("Submit the form")
    idva.reads("It can be amended, never changed")
    walk.twice(idva)
    walk.not_for(idva, *HER_STRANGERS)

    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/")
    worker.misses("since the locks were changed")


def the_case_manager_records_the_work(walk: Walk) -> None:
    """When a contact and a session are recorded, then they stand in the timeline, and what was said to cross crosses."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/")
    with Tally(worker, "Case manager, a contact"):
        worker.follow("Record")
        worker.choose("What happened?", "Spoke")
        worker.choose("Who started it?", "Us")
        worker.press("Save")
    worker.reads("Contact recorded")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)
    worker.go(f"/cases/{walk.case}/record/contact/")
    worker.picture("40-record-contact")
    worker.check_on_a_phone()

    worker.go(f"/cases/{walk.case}/")
    with Tally(worker, "Case manager, a session"):
        worker.follow("Record")
        worker.follow("Session")
        worker.pick("Where", "Office")
        worker.choose("What kind of session?", "Behaviour change")
        worker.choose("take part?", "Guarded")
        worker.write("What should the next person know?", "Came on time; blamed the housing officer.")
        worker.write("What does the IDVA need to know", "He knows which school the children go to.")
        if worker.scripts:
            worker.picture("41-record-a-session")
        worker.press("Save")
    worker.reads("Session recorded")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)

    idva = walk.person("idva")
    idva.go(f"/shared/{walk.link}/")
    idva.reads("He knows which school the children go to.")
    idva.misses("blamed the housing officer")
    idva.press("Acknowledge")
    idva.check()


def the_case_manager_assesses(walk: Walk) -> None:
    """When the grid, needs and Drive DASH are submitted at intake, then each stands on the case and changes no more."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/assessments/")
    worker.picture("42-assessments")
    with Tally(worker, "Case manager, a Severity of Abuse Grid"):
        submit(walk, "severity_of_abuse_grid", "Intake", "Moderate", picture="43-severity-of-abuse-grid")
    with Tally(worker, "Case manager, needs"):
        submit(walk, "needs", "Intake", "Some need")
    with Tally(worker, "Case manager, Drive DASH"):
        submit(walk, "drive_dash", "Intake", "No", picture="44-drive-dash")
    worker.go(f"/cases/{walk.case}/assessments/")
    worker.reads("Severity of Abuse Grid")
    worker.check()


def submit(walk: Walk, instrument: str, point: str, *preferred: str, picture: str = "") -> None:
    """Fill in one form at one point, with a preferred answer wherever it is offered."""
    worker = walk.person("case_manager")
    assert worker.go(f"/cases/{walk.case}/assessments/{instrument}/") == 200
    worker.choose("At which point?", point)
    worker.answer_everything(*preferred)
    if picture:
        worker.picture(picture)
        worker.check_on_a_phone()
    worker.press("Submit")
    worker.reads("submitted")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)
