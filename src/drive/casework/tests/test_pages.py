"""Who can open each page of the case manager's side, what a form keeps, and that one answer is given to
everybody else.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from drive.access.models import BreakGlass, CaseAssignment, Membership
from drive.audit.models import AuditEvent
from drive.casework.models import (
    Action,
    Assessment,
    Closure,
    Contact,
    ContactStrategy,
    ResearchNote,
    Session,
    StateEntry,
)
from drive.safety.models import PracticeIncident, RiskItem
from tests.cast import Cast, seeding

from .test_closing import set_stage

type SignIn = Callable[[Membership], Client]

PAGES = (
    "case_page",
    "case_pattern",
    "case_timeline",
    "case_work",
    "case_actions",
    "record_contact",
    "record_session",
    "record_action",
    "record_update",
    "case_research",
    "case_strategy",
    "case_profile",
    "case_assessments",
    "case_close",
)
WITH_ARGUMENT = (
    ("case_state", "status"),
    ("case_state", "legal"),
    ("case_assess", "severity_of_abuse_grid"),
    ("case_assess", "needs"),
    ("case_assess", "drive_dash"),
    ("case_assess", "risk_change"),
)
ALL = [*((name, ()) for name in PAGES), *((name, (argument,)) for name, argument in WITH_ARGUMENT)]


def address(cast: Cast, name: str, arguments: tuple[str, ...] = (), case_id: Any = None) -> str:
    return reverse(name, args=[case_id or cast.case.pk, *arguments])


def content(response: HttpResponse) -> str:
    return response.content.decode()


@pytest.mark.parametrize(("name", "arguments"), ALL)
def test_the_holder_and_the_manager_open_every_page(
    cast: Cast, client_of: SignIn, name: str, arguments: tuple[str, ...]
) -> None:
    for member in (cast.case_manager, cast.service_manager):
        response = client_of(member).get(address(cast, name, arguments))
        assert response.status_code == 200, content(response)


@pytest.mark.parametrize(("name", "arguments"), ALL)
@pytest.mark.parametrize("method", ["get", "post"])
def test_s39_everybody_else_gets_the_one_answer(
    cast: Cast, client_of: SignIn, name: str, arguments: tuple[str, ...], method: str
) -> None:
    absent = getattr(client_of(cast.case_manager), method)(address(cast, name, arguments, uuid4()))
    assert absent.status_code == 404
    for who in (
        "other_case_manager",
        "step_down_worker",
        "outsider",
        "outside_manager",
        "idva",
        "governance_lead",
        "analyst",
    ):
        response = getattr(client_of(getattr(cast, who)), method)(address(cast, name, arguments))
        assert response.status_code == 404, who
        assert response.content == absent.content, who


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("case_state", ("mood",)), ("case_assess", ("idva_intake_form",)), ("case_assess", ("horoscope",))],
)
def test_what_does_not_exist_is_the_same_answer(
    cast: Cast, client_of: SignIn, name: str, arguments: tuple[str, ...]
) -> None:
    assert client_of(cast.case_manager).get(address(cast, name, arguments)).status_code == 404


def test_s36_opening_a_case_is_an_event(cast: Cast, client_of: SignIn) -> None:
    client_of(cast.case_manager).get(address(cast, "case_page"))
    with seeding():
        event = AuditEvent.objects.get(act="looked")
    assert (event.kind, event.record_id) == ("su_case", cast.case.pk)


def test_titles_and_addresses_name_nobody(cast: Cast, client_of: SignIn) -> None:
    for name, arguments in ALL:
        page = content(client_of(cast.case_manager).get(address(cast, name, arguments)))
        title = re.search(r"<title>(.*?)</title>", page)
        assert name == "case_pattern" or (title and "Crimplefoot" not in title[1])
        assert not re.search(r'(href|action|src)="[^"]*(Crimplefoot|Puddifoot)', page)


def test_an_emergency_reader_reads_and_cannot_write(cast: Cast, client_of: SignIn) -> None:
    with seeding():
        BreakGlass.objects.create(
            membership=cast.other_case_manager,
            record_id=cast.case.pk,
            service_id=cast.case.service_id,
            reason="He is at the door",
            expires_at=datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1),
        )
    reader = client_of(cast.other_case_manager)
    page = content(reader.get(address(cast, "case_page")))
    assert "in an emergency" in page
    with pytest.raises(ProgrammingError, match="row-level security"):
        reader.post(address(cast, "record_contact"), CONTACT)


# Recording ------------------------------------------------------------------------------------------------
# ------------

CONTACT = {
    "key": "5d0f4a8e-4d0c-4d7c-8d7c-1f1d3a7c0001",
    "outcome": "spoke",
    "channel": "phone",
    "started_by": "us",
    "happened_on": "yesterday",
}


def test_s43_contact_outside_a_decision_saves_and_opens_an_incident(cast: Cast, client_of: SignIn) -> None:
    writer = client_of(cast.case_manager)
    for _twice in range(2):
        response = writer.post(address(cast, "record_contact"), CONTACT)
        assert response.status_code == 302
    with seeding():
        assert Contact.objects.count() == 1
        assert PracticeIncident.objects.count() == 1


def test_s48_a_problem_keeps_every_field(cast: Cast, client_of: SignIn) -> None:
    sent = CONTACT | {"happened_on": "tomorrow", "note": "Rang out. No voicemail left."}
    page = content(client_of(cast.case_manager).post(address(cast, "record_contact"), sent))
    assert "There is a problem" in page
    assert "Rang out. No voicemail left." in page
    assert 'value="tomorrow"' in page
    with seeding():
        assert Contact.objects.count() == 0


def test_no_what_is_ever_preset(cast: Cast, client_of: SignIn) -> None:
    page = content(client_of(cast.case_manager).get(address(cast, "record_contact")))
    checked = re.findall(r'name="(\w+)"[^>]*checked', page)
    assert checked == ["channel"]


def test_a_draft_comes_back_to_its_author_alone(cast: Cast, client_of: SignIn) -> None:
    kept = reverse("keep_draft", args=["su_case.contact", cast.case.pk])
    writer = client_of(cast.case_manager)
    assert writer.post(kept, {"note": "Half a sentence"}).status_code in (200, 302)
    assert "Half a sentence" in content(writer.get(address(cast, "record_contact")))
    assert "Half a sentence" not in content(
        client_of(cast.service_manager).get(address(cast, "record_contact"))
    )
    writer.post(address(cast, "record_contact"), CONTACT)
    assert "Half a sentence" not in content(writer.get(address(cast, "record_contact")))


def test_a_session_is_a_contact_and_its_box_crosses(cast: Cast, client_of: SignIn) -> None:
    sent = {
        "key": str(uuid4()),
        "held_on": "today",
        "starts_at": "10:00",
        "ends_at": "10:50",
        "place": "probation_office",
        "kind": "behaviour_change",
        "quality": "mixed",
        "techniques": ["triggers_and_time_out", "childs_view"],
        "tell_idva": "Finished 10:50, settled.",
        "check_in_asked": "on",
    }
    for _twice in range(2):
        response = client_of(cast.case_manager).post(address(cast, "record_session"), sent)
        assert response.status_code == 302, content(response)
    with seeding():
        session = Session.objects.get()
        assert session.minutes == 50
        assert session.contact is not None
        assert session.contact.happened_on == session.held_on
        assert RiskItem.objects.filter(text="Finished 10:50, settled.").count() == 1


def test_an_action_and_its_copy_as_a_case_update(cast: Cast, client_of: SignIn) -> None:
    writer = client_of(cast.case_manager)
    sent = {
        "key": str(uuid4()),
        "purpose": "both",
        "agency": "housing",
        "done_on": "today",
        "done": "Own tenancy",
        "update": "1",
    }
    response = writer.post(address(cast, "record_action"), sent)
    with seeding():
        row = Action.objects.get()
        assert (row.kind, row.sub_type, row.raises_risk) == ("multi_agency", "both", "")
    assert response["Location"].endswith(f"?after={row.pk}")
    assert "Own tenancy" in content(writer.get(response["Location"]))
    assert "Risk question open" in content(writer.get(address(cast, "case_actions")))
    sent = {"key": str(uuid4()), "agency": "police", "done_on": "today", "done": "Told of the tenancy"}
    writer.post(address(cast, "record_update"), sent)
    with seeding():
        assert set(Action.objects.values_list("kind", flat=True)) == {"multi_agency", "case_update"}


def test_p23_research_goes_on_from_the_list(cast: Cast, client_of: SignIn) -> None:
    writer = client_of(cast.case_manager)
    here = address(cast, "case_research")
    writer.post(
        here,
        {
            "key": str(uuid4()),
            "topic": "background",
            "agency": "marac",
            "status": "asked",
            "noted_on": "yesterday",
        },
    )
    with seeding():
        enquiry = ResearchNote.objects.get().enquiry_id
    answered = {"key": str(uuid4()), "status": "received", "noted_on": "today", "found": "Nothing held"}
    assert writer.post(f"{here}?enquiry={enquiry}", answered).status_code == 302
    assert "Nothing held" in content(writer.get(here))
    assert writer.get(f"{here}?enquiry={uuid4()}").status_code == 404


# Planning -------------------------------------------------------------------------------------------------
# ------------


def test_s48_someone_saved_first_shows_both_and_keeps_what_is_chosen(cast: Cast, client_of: SignIn) -> None:
    here = address(cast, "case_strategy")
    writer, manager = client_of(cast.case_manager), client_of(cast.service_manager)
    base = {"seen_version": "0", "stage": "draft"}
    assert manager.post(here, base | {"hook": "Housing by January", "sources": "Police"}).status_code == 302
    mine = base | {"hook": "Housing by March", "sources": "Probation"}
    conflict = writer.post(here, mine)
    assert conflict.status_code == 409
    page = content(conflict)
    assert "Septima Gale saved this plan first" in page
    assert "January" in page
    assert "March" in page
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    again: dict[str, Any] = {}
    for name, value in hidden:
        again.setdefault(name, []).append(value)
    assert writer.post(here, again).status_code == 409  # no choice was made
    chosen = again | {"choice_hook": "theirs", "choice_sources": "mine"}
    assert writer.post(here, chosen).status_code == 302
    with seeding():
        newest = ContactStrategy.objects.order_by("-version").first()
        assert newest is not None
        assert (newest.version, newest.hook, newest.sources) == (2, "Housing by January", "Probation")


def test_the_details_page_saves_the_next_version(cast: Cast, client_of: SignIn) -> None:
    here = address(cast, "case_profile")
    sent = {
        "seen_version": "1",
        "given_names": "Barnabus",
        "family_name": "Crimplefoot",
        "known_as": "Barney, Crimp",
        "born": "1990",
    }
    assert client_of(cast.case_manager).post(here, sent).status_code == 302
    page = content(client_of(cast.case_manager).get(address(cast, "case_page")))
    assert "Known as Barney, Crimp" in page
    conflict = client_of(cast.case_manager).post(here, sent | {"family_name": "Cramplefoot"})
    assert conflict.status_code == 409


def test_a_step_of_a_history_and_a_second_one_that_came_too_late(cast: Cast, client_of: SignIn) -> None:
    here = address(cast, "case_state", ("status",))
    writer = client_of(cast.case_manager)
    with seeding():
        seen = StateEntry.objects.get(case=cast.case, history="status").pk
    sent = {"seen": str(seen), "value": "background_research", "since": "today"}
    assert writer.post(here, sent).status_code == 302
    assert "Background research" in content(writer.get(address(cast, "case_page")))
    assert writer.post(here, sent | {"value": "working"}).status_code == 409
    problem = writer.post(here, sent | {"value": "closed"})
    assert problem.status_code == 200
    assert "There is a problem" in content(problem)


# Assessing ------------------------------------------------------------------------------------------------
# ------------

GRID = {
    "point": "intake",
    "as_of": "today",
    "look_back": "last_3_months",
    "sources": ["police"],
    "physical": "high",
    "sexual": "unknown",
    "hs": "standard",
    "jcc": "high",
}


def test_a_grid_is_submitted_read_and_amended(cast: Cast, client_of: SignIn) -> None:
    here = address(cast, "case_assess", ("severity_of_abuse_grid",))
    writer = client_of(cast.case_manager)
    blank = writer.post(here, {k: v for k, v in GRID.items() if k != "hs"} | {"key": str(uuid4())})
    assert "Answer “Harassment and stalking”" in content(blank)
    assert writer.post(here, GRID | {"key": str(uuid4())}).status_code == 302
    page = content(writer.get(address(cast, "case_page")))
    assert "Highest recorded:" in page
    assert "Abuse of W.P.: sexual" in page
    held = content(writer.get(address(cast, "case_assessments")))
    assert "Worst known level: high, 1 missing" in held
    with seeding():
        first = Assessment.objects.get()
    amended = writer.post(
        f"{here}?amends={first.pk}",
        GRID | {"key": str(uuid4()), "physical": "standard", "amendment_reason": "Wrong person"},
    )
    assert amended.status_code == 302, content(amended)
    with seeding():
        assert Assessment.objects.filter(supersedes=first).count() == 1
    later = content(writer.get(here))
    assert "Physical, before" in later
    twice = writer.post(here, GRID | {"key": str(uuid4())})
    assert "submitted this form for the same day already" in content(twice)


def test_dash_questions_say_that_the_site_loads_their_words(cast: Cast, client_of: SignIn) -> None:
    page = content(client_of(cast.case_manager).get(address(cast, "case_assess", ("drive_dash",))))
    assert page.count("wording loaded by the site") >= 20


# Closing --------------------------------------------------------------------------------------------------
# ------------

CLOSE = {
    "closed_on": "today",
    "primary_reason": "actions_complete",
    "engagement": "partial",
    "measures": "Markers",
    "eyes_on": "Probation weekly",
    "risk_owner": "probation",
    "exit_plan": "Monthly",
    "others_at_risk": "unknown",
    "risk_of_closing": "unknown",
    "client_may_be_told": "That Drive has ended",
    "agreed_idva": "yes",
    "agreed_panel": "not_asked",
    "exit_missing_reason": "Moved on a day's notice",
}


def test_p46_propose_then_close_and_the_idva_is_told(cast: Cast, client_of: SignIn) -> None:
    set_stage(cast, "working")
    here = address(cast, "case_close")
    writer = client_of(cast.case_manager)
    assert "Propose closing first" in content(writer.post(here, CLOSE))
    assert writer.post(here, {"propose": "1", "reason": "Goals met"}).status_code == 302
    assert writer.post(here, CLOSE).status_code == 302
    assert "This case is closed" in content(writer.get(here))
    with seeding():
        assert Closure.objects.count() == 1
        assert RiskItem.objects.filter(kind="closure").count() == 1
    assert "This case is closed already" in content(writer.post(here, CLOSE))


def test_a_step_down_worker_with_the_case_works_and_does_not_close(cast: Cast, client_of: SignIn) -> None:
    with seeding():
        CaseAssignment.objects.create(
            membership=cast.step_down_worker,
            case_id=cast.case.pk,
            service_id=cast.case.service_id,
            kind="cover",
            recorded_by=cast.service_manager,
        )
    worker = client_of(cast.step_down_worker)
    assert worker.get(address(cast, "record_contact")).status_code == 200
    assert worker.get(address(cast, "case_close")).status_code == 404
