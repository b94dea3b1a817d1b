"""P-20: whether coded data may go to evaluators is recorded on the case, by those who work it, and changes nothing else."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.casework.commands import record_sharing
from drive.casework.models import SharingConsent
from drive.casework.queries import sharing
from tests.cast import Cast, seeding


def test_p20_the_newest_answer_by_its_day_holds_and_none_is_changed(cast: Cast) -> None:
    actor, today = cast.case_manager.as_actor(), local_today()
    with acting_as(actor):
        record_sharing(by=actor, case_id=cast.case.pk, answer="no", said_on=today)
        record_sharing(
            by=actor, case_id=cast.case.pk, answer="yes", said_on=today - datetime.timedelta(days=9)
        )
        assert [one.answer for one in sharing(cast.case.pk)] == ["no", "yes"]
    with seeding():
        assert AuditEvent.objects.filter(kind="sharing_consent", record_id=cast.case.pk).count() == 2


@pytest.mark.parametrize(("answer", "days"), [("perhaps", 0), ("yes", 1)])
def test_an_answer_that_is_not_offered_and_a_day_to_come_are_refused(
    cast: Cast, answer: str, days: int
) -> None:
    actor = cast.case_manager.as_actor()
    with acting_as(actor), pytest.raises(Refusal):
        record_sharing(
            by=actor,
            case_id=cast.case.pk,
            answer=answer,
            said_on=local_today() + datetime.timedelta(days=days),
        )


def test_the_page_is_the_holders_and_the_managers_and_keeps_what_was_typed(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    address = reverse("case_sharing", args=[cast.case.pk])
    for member in (cast.other_case_manager, cast.idva, cast.outsider, cast.analyst):
        assert client_of(member).get(address).status_code == 404
    assert client_of(cast.service_manager).get(address).status_code == 200
    browser = client_of(cast.case_manager)
    wrong = browser.post(address, {"answer": "no", "said_on": "31/12/2999"})
    assert wrong.status_code == 200
    assert "31/12/2999" in wrong.content.decode()
    assert browser.post(address, {"answer": "no", "said_on": f"{local_today():%d/%m/%Y}"}).status_code == 302
    assert "Does not agree" in browser.get(reverse("case_page", args=[cast.case.pk])).content.decode()
    with seeding():
        assert SharingConsent.objects.get().answer == "no"
