"""A client rings the case manager: passed on, told to her side and his manager, kept on no page of his case (V-16)."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import Membership
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy.models import ClientContact
from drive.audit.models import AuditEvent
from drive.casework.models import Contact
from drive.safety import commands, queries
from drive.safety.models import PracticeIncident, RiskItem
from drive.safety.position import item_refusal
from drive.safety.source_check import check_what_reaches_him
from tests.cast import Cast, seeding

type SignIn = Callable[[Membership], Client]

SAID = "He waited outside the nursery again this morning."


def rang(cast: Cast, *, hours: int = 1) -> RiskItem:
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        return commands.record_boundary_contact(
            by=actor,
            link_id=cast.link.pk,
            rang_at=timezone.now() - datetime.timedelta(hours=hours),
            told_to_ring=False,
            text=SAID,
            urgency="urgent",
            work_out="Only she was there.",
        )


def test_v16_what_she_said_goes_to_the_idva_and_stays_off_his_case(cast: Cast, client_of: SignIn) -> None:
    """N-19. No contact of his case, no incident: it is allowed. His pages and his manager's desk hold none of her words."""
    item = rang(cast)
    with seeding():
        assert not Contact.objects.exists()
        assert not PracticeIncident.objects.exists()
        event = AuditEvent.objects.get(kind="risk_item", act="wrote")
        assert event.record_id == cast.link.pk
    desk = client_of(cast.idva).get(reverse("desk_vs_worker")).content.decode()
    assert SAID in desk
    assert "The client rang the case manager" in desk
    for page in ("case_page", "case_timeline", "case_work"):
        assert (
            SAID not in client_of(cast.case_manager).get(reverse(page, args=[cast.case.pk])).content.decode()
        )
    manager = client_of(cast.service_manager)
    told = manager.get(reverse("desk_su_manager")).content.decode()
    assert f"Rang {cast.case_manager.name}. The IDVA rings." in told
    assert "Not yet read on the IDVA’s side." in told
    assert SAID not in told
    with acting_as(cast.idva.as_actor()):
        commands.acknowledge_item(by=cast.idva.as_actor(), item_id=item.pk)
    assert "Read on the IDVA’s side." in manager.get(reverse("desk_su_manager")).content.decode()
    assert (
        "Clients who rang" not in client_of(cast.case_manager).get(reverse("desk_su_worker")).content.decode()
    )


def test_v16_after_two_weeks_the_managers_desk_is_silent_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    rang(cast)
    with acting_as(cast.service_manager.as_actor()):
        assert len(queries.boundary_contacts()) == 1
        later = timezone.now() + datetime.timedelta(days=14, minutes=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert not queries.boundary_contacts()


def test_s09_nothing_rests_on_a_call_and_s07_no_letter_quotes_it(cast: Cast) -> None:
    """It came from the client, though the case manager wrote it down: guarded as if her IDVA had sent it."""
    item = rang(cast)
    with acting_as(cast.case_manager.as_actor()):
        assert item_refusal(item.pk) == "sole_informant"
        assert queries.citeable_items(cast.case.pk) == [item]
        assert queries.newest_from_client(cast.case.pk) == item
        with pytest.raises(Refusal, match="came from the client’s side"):
            check_what_reaches_him(
                cast.case.pk, "You waited outside the nursery again this week.", field="says"
            )


def test_s43_a_call_that_is_still_to_come_is_refused(cast: Cast) -> None:
    with pytest.raises(Refusal):
        rang(cast, hours=-1)


def test_v16_the_idva_takes_it_over_and_completes_it(cast: Cast, client_of: SignIn) -> None:
    """The form stands filled in; nothing is written until she says what it came to. No other item can be asked for."""
    item = rang(cast)
    idva = client_of(cast.idva)
    form = reverse("client_contact", kwargs={"record_id": cast.record.pk})
    shown = idva.get(form, {"rang": str(item.pk)}).content.decode()
    assert SAID in shown
    assert cast.case_manager.name in shown
    with seeding():
        assert not ClientContact.objects.exists()
    actor = cast.idva.as_actor()
    with acting_as(actor):
        other = commands.send_risk_item(
            by=actor,
            link_id=cast.link.pk,
            kind="incident",
            purpose="Her safety.",
            text="Something else.",
            urgency="soon",
            work_out="He could not.",
        )
    for asked in (str(other.pk), "nonsense"):
        assert idva.get(form, {"rang": asked}).status_code == 404


@pytest.mark.parametrize("who", ["idva", "idva_manager", "other_case_manager", "outsider"])
def test_v16_only_the_cases_own_side_has_the_page(cast: Cast, client_of: SignIn, who: str) -> None:
    page = reverse("boundary_contact", kwargs={"link_id": cast.link.pk})
    assert client_of(cast.case_manager).get(page).status_code == 200
    assert client_of(cast.service_manager).get(page).status_code == 200
    assert client_of(getattr(cast, who)).get(page).status_code == 404


def test_v16_the_form_keeps_what_was_typed_and_sends_once(cast: Cast, client_of: SignIn) -> None:
    browser = client_of(cast.case_manager)
    page = reverse("boundary_contact", kwargs={"link_id": cast.link.pk})
    typed = {"on": "today", "at": "00:01", "text": SAID, "urgency": "soon", "work_out": "He could not."}
    refused = browser.post(page, typed).content.decode()
    assert SAID in refused
    assert "govuk-error-summary" in refused
    for _ in range(2):
        assert browser.post(page, typed | {"told_to_ring": "yes"}).status_code == 302
    with seeding():
        item = RiskItem.objects.get()
    assert (item.kind, item.use_rule, item.sole_informant) == ("boundary_contact", "background", True)
    assert item.details["told_to_ring"] is True
    shared = browser.get(reverse("shared_page", kwargs={"link_id": cast.link.pk})).content.decode()
    assert "Asked to ring the IDVA." in shared
    assert "Take it over" not in shared
