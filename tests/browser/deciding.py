"""Whether the service user may be contacted: two people decide together, either can stop it (S-15 to S-21)."""

from __future__ import annotations

import datetime

from .coming_in import HIM
from .site import today
from .walk import Walk

STRANGERS = ("other_case_manager", "idva", "outsider", "coordinator")
"""None of them may open the case: a colleague without it, the other side, another site, who referred it."""
HER_STRANGERS = ("other_idva", "case_manager", "outside_idva", "coordinator")
"""None of them may open the client's record."""
NO_LINK = ("other_case_manager", "other_idva", "outsider", "outside_idva")
"""None of them stands at either end of the link."""


def the_case_manager_researches_and_drafts_a_plan(walk: Walk) -> None:
    """Given the new case on the desk, when research and a draft plan are recorded, then both stand on the case."""
    worker = walk.person("case_manager")
    worker.go("/")
    worker.reads(HIM)
    worker.picture("10-case-managers-desk")
    worker.check_on_a_phone()
    worker.follow(HIM)
    worker.reads("There is no joint contact decision yet.")
    worker.picture("11-case")
    worker.check_on_a_phone()

    worker.go(f"/cases/{walk.case}/research/")
    worker.choose("About what?", "Background")
    worker.pick("Who was asked?", "Housing")
    worker.choose("Where does it stand?", "Received")
    worker.write("What you were told", "Tenancy in his name since spring; two complaints of shouting.")
    worker.picture("12-research")
    worker.press("Save")
    worker.reads("Research recorded")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)

    worker.go(f"/cases/{walk.case}/strategy/")
    worker.write("What the plan rests on", "The MARAC list, and housing.")
    worker.write("Safety of workers", "Two workers, office only.")
    worker.picture("13-contact-strategy")
    worker.press("Save as a draft plan")
    worker.check()
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)


def contact_cannot_be_booked_yet(walk: Walk) -> None:
    """Given no joint decision, when the case manager plans contact, then the page says why not and what stays open, and
    an indirect action is recorded at once (S-21)."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/contact/plan/")
    worker.reads("Contact cannot be planned now.")
    worker.reads("There is no joint contact decision yet.")
    worker.picture("14-contact-refused")
    assert walk.site.facts()["safety_booking"] == 0

    worker.go(f"/cases/{walk.case}/record/action/")
    worker.choose("What was it for?", "Disrupt")
    worker.pick("Agency", "Police")
    worker.write("What was done", "Asked for a marker on the address.")
    worker.choose("notice?", "Hidden")
    worker.choose("Could it raise risk", "No")
    worker.picture("15-record-an-action")
    worker.check_on_a_phone()
    worker.press("Save")
    worker.reads("Action recorded")
    walk.twice(worker)
    walk.not_for(worker, *STRANGERS)


def the_case_manager_asks_for_a_joint_view(walk: Walk) -> None:
    """When the case manager says what contact is planned and why now, then both are asked to write a view."""
    worker = walk.person("case_manager")
    worker.go(f"/shared/{walk.link}/")
    worker.follow("Ask for a joint view")
    worker.write("What do you plan?", "Weekly meetings, 50 minutes")
    worker.write("Where, and with whom?", "Office, two workers")
    worker.write("What reason would he be given?", "Help with his tenancy")
    worker.write("From when, how often, until when?", "From next week, weekly")
    worker.write("Why now?", "He asked housing for help last week.")
    worker.picture("16-ask-for-a-joint-view")
    worker.press("Ask for both views")
    worker.reads("Now write your own view")
    walk.twice(worker)
    walk.not_for(worker, *NO_LINK)


def the_case_manager_gives_a_view(walk: Walk) -> None:
    """When the case manager writes a view, then it waits, and nothing can be put forward before the other is in."""
    worker = walk.person("case_manager")
    worker.go(f"/shared/{walk.link}/")
    worker.follow("Write your view")
    _write_a_view(walk, "case_manager", "Worth trying: he asked for help himself.")
    worker.reads("has not yet")
    walk.twice(worker)
    walk.not_for(worker, *NO_LINK)

    assert worker.go(f"/shared/{walk.link}/questions/{_question(walk)}/outcome/") == 200
    put_forward(walk, "case_manager")
    worker.reads("There is a problem")
    worker.check()
    assert walk.site.facts()["safety_outcomeproposal"] == 0


def the_idva_gives_her_view(walk: Walk) -> None:
    """Given the question on her desk, when the IDVA writes her view without reading the other, then both open."""
    idva = walk.person("idva")
    idva.go("/")
    idva.picture("20-idvas-desk")
    idva.check_on_a_phone()
    idva.go(f"/shared/{walk.link}/")
    idva.misses("he asked for help himself")
    idva.follow("Write your view")
    idva.choose("What does your client say?", "Told me directly")
    idva.write("When and how, or why not", "Yesterday, by phone")
    _write_a_view(walk, "idva", "Only at the office, and not on Fridays.", picture="21-a-view-on-contact")
    idva.reads("he asked for help himself")
    idva.picture("22-both-views")
    walk.twice(idva)
    walk.not_for(idva, *NO_LINK)


def both_agree(walk: Walk) -> None:
    """When one puts an outcome forward and the other agrees, then it is in force; the one cannot answer for the other."""
    worker, idva = walk.person("case_manager"), walk.person("idva")
    worker.go(f"/shared/{walk.link}/")
    worker.follow("Put an outcome forward")
    put_forward(walk, "case_manager")
    worker.reads("It decides nothing until")
    walk.twice(worker)
    walk.not_for(worker, *NO_LINK)
    worker.go(f"/cases/{walk.case}/contact/plan/")
    worker.reads("Contact cannot be planned now.")

    idva.go(f"/shared/{walk.link}/")
    idva.follow("Read and answer the outcome")
    idva.choose("What do you say?", "Agree this outcome")
    idva.picture("23-answer-an-outcome")
    idva.press("Record my answer")
    idva.reads("In force until")
    idva.picture("24-decision-in-force")
    idva.check_on_a_phone()
    walk.twice(idva)
    walk.not_for(idva, *NO_LINK)


def contact_is_booked(walk: Walk) -> None:
    """Given the decision in force, when the case manager plans contact it covers, then it stands; elsewhere is refused."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/contact/plan/")
    plan_a_meeting(walk, days=3)
    worker.reads("Planned.")
    worker.picture("25-planned-contact")
    walk.not_for(worker, *STRANGERS)
    idva = walk.person("idva")
    idva.go(f"/shared/{walk.link}/")
    idva.reads("Planned contact")


def the_idva_stops_contact(walk: Walk) -> None:
    """When the IDVA raises a stop concern, then the booking is suspended at once and no new one is taken (S-17)."""
    worker, idva = walk.person("case_manager"), walk.person("idva")
    planned = walk.site.facts()["safety_booking"]
    worker.go(f"/cases/{walk.case}/contact/plan/")  # opened before the stop, sent after it

    idva.go(f"/clients/{walk.record}/")
    idva.follow("Raise stop concern")
    idva.write("Why?", "He has been seen near the school.")
    idva.picture("26-raise-a-stop-concern")
    idva.press("Stop now")
    idva.reads("Stop concern raised")
    walk.twice(idva)
    walk.not_for(idva, *NO_LINK)

    plan_a_meeting(walk, days=4)
    worker.reads("A stop concern is live.")
    worker.check()
    worker.go(f"/cases/{walk.case}/")
    worker.reads("Stop concern:")
    worker.picture("27-case-under-a-stop-concern")
    worker.check_on_a_phone()
    worker.go(f"/cases/{walk.case}/contact/planned/")
    worker.reads("Suspended")
    worker.press("Continue")
    worker.reads("A stop concern is live")
    worker.check()
    assert walk.site.facts()["safety_booking"] == planned


def both_answer_the_stop(walk: Walk) -> None:
    """Given a live stop concern, when one side has answered it is still live; when both have, contact is open again."""
    worker, idva = walk.person("case_manager"), walk.person("idva")
    worker.go(f"/shared/{walk.link}/")
    worker.follow("Read and answer")
    worker.press("Acknowledge")
    worker.write("What will he be told about it?", "The room is not free")
    worker.write("Who keeps an eye on things meanwhile?", "Police, and the school")
    worker.write("Your answer to the other worker", "Agreed: we wait until the school has been told.")
    worker.picture("28-answer-a-stop-concern")
    worker.press("Record answer")
    worker.reads("Live.")
    walk.twice(worker)
    walk.not_for(worker, *NO_LINK)
    worker.go(f"/cases/{walk.case}/contact/plan/")
    worker.reads("Contact cannot be planned now.")

    idva.go(f"/shared/{walk.link}/")
    idva.follow("Read and answer")
    idva.write("Your answer to the other worker", "The school has been told. I am content.")
    idva.press("Record answer")
    idva.reads("Answered by both sides")
    idva.picture("29-stop-concern-answered")
    walk.twice(idva)
    worker.go(f"/cases/{walk.case}/contact/planned/")
    worker.press("Continue")
    worker.misses("Suspended")


def _question(walk: Walk) -> str:
    return str(walk.site.one("select id from safety_contactquestion where link_id = %s", walk.link))


def _write_a_view(walk: Walk, part: str, words: str, picture: str = "") -> None:
    window = walk.person(part)
    window.write("Your view, in your own words", words)
    window.write("If it goes ahead, what could go wrong?", "He may ask about her.")
    window.write("If nothing is done?", "It is likely to go on as it is.")
    for who in (
        "Children",
        "A new, hidden or future partner",
        "Adult family",
        "Workers",
        "The Drive service user",
    ):
        window.choose(who, "Unknown")
    window.choose("What do you think should happen?", "Go ahead with conditions")
    window.write("How could he work out where this came from?", "He could not: housing told us.")
    if picture:
        window.picture(picture)
        window.check_on_a_phone()
    window.press("Record my view")


def put_forward(walk: Walk, part: str) -> None:
    """Fill in and send the form of an outcome."""
    window = walk.person(part)
    window.choose("What do you put forward?", "Go ahead with conditions")
    window.write("Conditions", "Office only, two workers, not on a Friday")
    window.choose("Places it covers", "Office")
    window.write("What will he be told?", "Help with his tenancy")
    window.press("Put it forward")


def plan_a_meeting(walk: Walk, *, days: int) -> None:
    day = today() + datetime.timedelta(days=days)
    worker = walk.person("case_manager")
    worker.choose("What do you plan?", "Meeting")
    worker.pick("How?", "Face to face")
    worker.write("Day", f"{day:%d/%m/%Y}")
    worker.write("Time", "14:00")
    worker.choose("Where?", "Office")
    worker.write("What reason is he given?", "Help with his tenancy")
    worker.press("Plan it")
