"""The IDVA's desk: her client's own record, the safe channel, and what three everyday acts take in clicks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import in_days, walk_in
from .walk import Walk
from .window import Tally
from .world import HOUSE, NUMBER

pytestmark = pytest.mark.browser

AS_HE_WRITES_IT = HOUSE.upper().replace(",", "")


def test_the_record_is_hers_to_keep(chromium: Browser) -> None:
    """Given a client, when the IDVA corrects who the client is, agrees a safety plan and records a contact passed on by
    somebody, then all of it stands on the record, and what the log says stands beside her own word (V-09)."""
    with walk_in(chromium) as walk:
        idva, record = walk.person("idva"), f"/clients/{walk.record}/"
        idva.go(record + "profile/")
        idva.check()
        idva.write("Born", "2009")
        idva.choose("Gender", "Man")
        idva.press("Save")
        idva.reads("Born 2009")

        idva.go(record + "safety-plan/")
        idva.check_on_a_phone()
        idva.write("What the client does to stay safe, and who helps", "Keys by the door.")
        idva.write("Agreed on", "today")
        idva.write("Review on", in_days(30))
        idva.press("Save the plan")
        idva.reads("Keys by the door.")
        idva.check()

        idva.go(record + "contact/")
        idva.choose("What happened?", "Spoke")
        idva.choose("How?", "Through a third party")
        idva.choose("Who started it?", "Somebody else")
        idva.press("Record contact")
        idva.reads("Say through whom")
        idva.check()
        idva.write("Through whom", "The health visitor")
        idva.press("Record contact")
        idva.reads("Through The health visitor")

        idva.go(record + "engagement/")
        idva.choose("How is the client engaged?", "Attempted, not reached")
        idva.write("Since", "today")
        idva.press("Record engagement")
        idva.go(record + "engagement/")
        idva.reads("Tried, and nobody was reached.")  # what somebody passed on is no contact of both
        idva.reads("What the contacts suggest")
        idva.picture("34-engagement")
        idva.check_on_a_phone()
        _three_everyday_acts(walk)


def _three_everyday_acts(walk: Walk) -> None:
    """Each from her desk to the record that says that it is kept."""
    idva = walk.person("idva")
    with Tally(idva, "IDVA, a contact, from her desk"):
        idva.go("/")
        idva.follow("Clients")
        idva.follow("Wilhelmina Puddifoot")
        idva.follow("Record")
        idva.choose("What happened?", "Contact attempted, no reply")
        idva.choose("How?", "Phone")
        idva.choose("Who started it?", "Us")
        idva.press("Record contact")
        idva.reads("Saved.")
    with Tally(idva, "IDVA, a check-in, from the record"):
        idva.follow("Check-in")
        idva.choose("How is the risk, compared with last time?", "Unchanged")
        idva.choose("How did you ask?", "Phone")
        idva.choose_first("Safer than at intake, as the client sees it")
        idva.write("What must the case manager know to keep someone safe?", "Nothing new since last time.")
        idva.write("How could he work out where this came from?", "He could not.")
        idva.press("Record and tell the case manager")
        idva.reads("Saved.")
    with Tally(idva, "IDVA, an abuse grid, from the record"):
        idva.follow("Abuse grid")
        idva.answer_everything("None")
        idva.press("Submit the form")
        idva.reads("It can be amended, never changed")


def test_r72_the_client_answers_for_herself_on_the_idvas_device(chromium: Browser) -> None:
    """When the client goes through the questions in the room and stops on the way, then the page shows nothing of anybody,
    thanks are all that follows, and what was said stands in the record as the client's."""
    with walk_in(chromium) as walk:
        idva, record = walk.person("idva"), f"/clients/{walk.record}/"
        idva.go(record + "questions/")
        idva.check()
        idva.check_on_a_phone()
        assert idva.page.locator("nav, header").count() == 0
        assert "Puddifoot" not in idva.page.content()
        idva.choose("How these questions are asked", "In the room")
        idva.choose("followed, watched, or contacted when you did not want it?", "Yes")
        idva.choose("How safe do you feel, compared with then?", "Slightly safer")
        idva.press("Stop here and keep what I said")
        idva.reads("Thank you")
        idva.check()
        assert idva.page.locator("form").count() == 0
        idva.follow("Go on working")
        idva.follow("The client's own questionnaire")
        for words in ("answered by the client", "Slightly safer", "Not asked"):
            idva.reads(words)
        idva.check()
        idva.check_on_a_phone()


def test_a25_and_s05_whom_to_ring_and_what_to_tell_are_read_in_both_widths(chromium: Browser) -> None:
    """Every page of the bridge that says who holds what, what to hear and what he is told, and of contact set aside."""
    with walk_in(chromium) as walk:
        idva, case_manager = walk.person("idva"), walk.person("case_manager")
        idva.go("/account/")
        idva.check()
        idva.write("Your work telephone", "01632 960 101")
        idva.press("Save the number")
        case_manager.go(f"/cases/{walk.case}/")
        case_manager.reads("01632 960 101")
        for who in (idva, case_manager):
            for path in ("told/", "need-to-hear/", ""):
                who.go(f"/shared/{walk.link}/{path}")
                who.check()
                who.check_on_a_phone()


def test_s47_the_manager_opens_a_record_for_a_client_without_drive(chromium: Browser) -> None:
    """When the IDVA manager opens a record for a client who came another way, then its holder works with it like any."""
    with walk_in(chromium) as walk:
        manager = walk.person("idva_manager")
        manager.go("/clients/")
        manager.follow("New client")
        manager.check()
        manager.check_on_a_phone()
        manager.write("Given names", "Philomena")
        manager.write("Family name", "Wigglesby")
        manager.pick("Who works with the client", f"{walk.site.names['idva']}, IDVA")
        manager.press("Open the record")
        manager.reads("The record is open.")
        for path in ("/desk/client-service/", "/desk/client-service/away/", "/desk/client-service/ahead/"):
            manager.go(path)
            manager.check()
            manager.check_on_a_phone()
        idva = walk.person("idva")
        idva.go("/desk/clients/away/")
        idva.write("First day away", "today")
        idva.write("Last day away", in_days(4))
        idva.press("Save")
        idva.check_on_a_phone()
        manager.go("/desk/client-service/away/")
        manager.reads("Nobody covers yet.")
        manager.pick("Who is away", f"{walk.site.names['idva']}, IDVA")
        manager.write("First day away", "today")
        manager.write("Last day away", in_days(4))
        manager.pick("Who covers", f"{walk.site.names['other_idva']}, IDVA")
        manager.write("What whoever covers needs to know", "Rings on Tuesdays.")
        manager.press("Name the cover")
        manager.reads("Covered: 2 clients.")
        cover = walk.person("other_idva")
        cover.go("/")
        cover.reads("You cover")
        cover.check()
        idva.go("/clients/")
        idva.follow("Philomena Wigglesby")
        idva.misses("Drive case, summary")
        idva.check()


def test_s14_nothing_is_sent_where_the_other_could_open_or_answer_it(chromium: Browser) -> None:
    """Given an address and a number of hers that he has too, when the case manager plans a letter there he reads "This
    channel cannot be used" and no more; when the IDVA is about to ring, her rule stands there, the channel is closed,
    and she alone may go on with a reason; her desk says that he has it (S-44)."""
    with walk_in(chromium, "sealed", "decided") as walk:
        idva, record = walk.person("idva"), f"/clients/{walk.record}/"
        idva.go(record + "safe-contact/")
        idva.choose("What may be used", "Phone")
        idva.write("When", "Weekdays 9.30 to 14.30")
        idva.choose("Leave a voicemail?", "Never")
        idva.choose("Withhold our number?", "Always")
        idva.write("If someone else answers", "The library")
        idva.write("Agreed on", "today")
        idva.write("Review on", in_days(90))
        idva.press("Save the rule")
        idva.follow("Ring, text or write")
        idva.reads("Never leave a message.")
        idva.picture("35-before-you-ring")
        idva.check_on_a_phone()
        idva.press("Open to ring")
        idva.reads(NUMBER)
        idva.press("Open to write")
        idva.reads("The client has not agreed to be reached in this way.")

        worker = walk.person("case_manager")
        for kind, value in (("Address", AS_HE_WRITES_IT), ("Phone", NUMBER)):
            worker.go(f"/cases/{walk.case}/channels/")
            worker.choose("What", kind)
            worker.write("The address, number or email", value)
            worker.press("Save")
            worker.reads("Saved")
        worker.misses("cannot be used")
        worker.check()
        worker.check_on_a_phone()

        idva.go(record + "sealed/")
        idva.press("Open to ring")
        idva.reads("This channel cannot be used.")
        idva.misses(NUMBER)
        idva.check()
        idva.write("Why is it safe all the same?", "She has his old phone now")
        idva.press("Use it all the same")
        idva.reads(NUMBER)
        idva.go("/")
        idva.reads("Known to the service user")
        idva.misses("Canary")
        idva.check()

        worker.go(f"/cases/{walk.case}/contact/plan/")
        worker.choose("What do you plan?", "Letter")
        worker.pick("How?", "Letter")
        worker.write("Day", in_days(3))
        worker.write("Time", "12:00")
        worker.choose("Where?", "Remote")
        worker.write("What reason is he given?", "His licence")
        worker.pick("To which address, number or email of his?", f"Address: {AS_HE_WRITES_IT}")
        worker.write("What does the letter or message say?", "Please ring the office.")
        worker.press("Plan it")
        worker.reads("This channel cannot be used.")
        worker.misses("client")
        worker.picture("36-channel-refused")
        worker.check_on_a_phone()
