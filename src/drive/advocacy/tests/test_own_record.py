"""The desk's own record: who the client is, a record without Drive, contacts passed on, forms that no longer fit."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from drive.access.models import ClientAssignment, Membership, local_today
from drive.access.refusal import Refusal
from drive.access.stepping import acting_as
from drive.advocacy import commands
from drive.advocacy.models import (
    Assessment,
    ClientContact,
    ClientProfile,
    EngagementEntry,
    SafetyPlan,
    VsRecord,
)
from drive.advocacy.rules import logged
from drive.people.profiles import NewProfile
from tests.cast import Cast, seeding

Browser = Callable[[Membership], Client]
TODAY = local_today()
DAY = datetime.timedelta(days=1)


def page_of(cast: Cast, name: str, **more: object) -> str:
    return reverse(name, kwargs={"record_id": cast.record.pk, **more})


def stored_form(cast: Cast, version: str, answers: dict[str, object]) -> Assessment:
    with seeding():
        return Assessment.objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            instrument="idva_intake_form",
            instrument_version=version,
            point="intake",
            as_of=TODAY,
            answers=answers,
        )


@pytest.mark.parametrize("version", ["1", "a version that is gone"])
def test_r10_answers_that_fit_no_definition_any_more_are_shown_as_stored(
    cast: Cast, client_of: Browser, version: str
) -> None:
    """Not a broken page: record, form, amendment and manager's reading all open, and nothing reads the answers."""
    form = stored_form(
        cast,
        version,
        {
            "need_alcohol": {"value": "CANARY-level"},
            "question_of_old": {"value": ["one", "two"]},
            "need_finance": {"missing": "not_asked"},
        },
    )
    browser = client_of(cast.idva)
    assert b"Intake form" in browser.get(page_of(cast, "client_page")).content
    shown = browser.get(page_of(cast, "client_assessment", assessment_id=form.pk)).content.decode()
    for words in (
        "have changed since",
        "CANARY-level",
        "question of old",
        "one, two",
        "Not asked",
        "Alcohol",
    ):
        assert words in shown
    again = browser.get(page_of(cast, "client_intake") + f"?amends={form.pk}")
    assert again.status_code == 200
    assert b"CANARY-level" not in again.content, "a new form is not filled from answers that nobody can read"
    assert client_of(cast.idva_manager).get(page_of(cast, "client_page")).status_code == 200


def test_r20_who_the_client_is_can_be_corrected_and_a_second_editor_sees_both(
    cast: Cast, client_of: Browser
) -> None:
    """G-05: a man of fifteen is as welcome a client as anybody."""
    with acting_as(cast.idva.as_actor()):
        seen = ClientProfile.objects.get(record=cast.record).version
    born = f"{TODAY.year - 15}"
    sent = {
        "seen_version": str(seen),
        "given_names": "Ambrose",
        "family_name": "Puddifoot",
        "born": born,
        "gender": "man",
    }
    browser = client_of(cast.idva)
    assert browser.get(page_of(cast, "client_profile")).status_code == 200
    assert browser.post(page_of(cast, "client_profile"), sent).status_code == 302
    assert b"Ambrose Puddifoot" in browser.get(page_of(cast, "client_page")).content
    late = browser.post(page_of(cast, "client_profile"), {**sent, "given_names": "Ambroise"})
    assert b"saved this first" in late.content
    with acting_as(cast.idva.as_actor()):
        held = ClientProfile.objects.filter(record=cast.record).order_by("-version")[0]
    assert (held.gender, held.born_precision, held.given_names) == ("man", "year", "Ambrose")


def new_client(cast: Cast, holder: Membership) -> dict[str, str]:
    return {"given_names": "Philomena", "family_name": "Wigglesby", "holder": str(holder.pk)}


def test_s47_the_manager_opens_a_record_without_drive_once_and_its_holder_has_it(
    cast: Cast, client_of: Browser
) -> None:
    manager = client_of(cast.idva_manager)
    assert manager.get(reverse("client_new")).status_code == 200
    first = manager.post(reverse("client_new"), new_client(cast, cast.other_idva))
    again = manager.post(reverse("client_new"), new_client(cast, cast.other_idva))
    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert b"Philomena Wigglesby" in client_of(cast.other_idva).get(first["Location"]).content
    assert client_of(cast.idva).get(first["Location"]).status_code == 404
    with seeding():
        assert VsRecord.objects.count() == 2
        assert ClientAssignment.objects.filter(membership=cast.other_idva).count() == 1


def test_a_record_is_opened_by_the_manager_alone_and_for_workers_of_the_service_alone(
    cast: Cast, client_of: Browser
) -> None:
    for member in (
        cast.idva,
        cast.case_manager,
        cast.service_manager,
        cast.coordinator,
        cast.governance_lead,
    ):
        assert client_of(member).get(reverse("client_new")).status_code == 404
    nobody = client_of(cast.idva_manager).post(
        reverse("client_new"), {**new_client(cast, cast.idva), "holder": str(cast.case_manager.pk)}
    )
    assert nobody.status_code == 200
    by = cast.idva_manager.as_actor()
    with pytest.raises(Refusal), acting_as(by):
        commands.open_client(
            by=by,
            service_id=cast.vs_service.pk,
            site_id=cast.site.pk,
            holder_id=cast.outside_idva.pk,
            profile=commands_profile(),
        )


def commands_profile() -> NewProfile:

    return NewProfile(given_names="Philomena", family_name="Wigglesby")


def test_a_contact_through_somebody_else_says_through_whom_and_stands_in_the_log(
    cast: Cast, client_of: Browser
) -> None:
    browser = client_of(cast.idva)
    sent = {
        "outcome": "spoke",
        "channel": "third_party",
        "started_by": "other",
        "happened_on": "today",
        "content": "Wants the alarm.",
    }
    refused = browser.post(page_of(cast, "client_contact"), sent)
    assert b"Say through whom" in refused.content
    assert (
        browser.post(page_of(cast, "client_contact"), {**sent, "via": "Her health visitor"}).status_code
        == 302
    )
    with acting_as(cast.idva.as_actor()):
        assert ClientContact.objects.get().via == "Her health visitor"
    assert b"Through Her health visitor" in browser.get(page_of(cast, "client_contact")).content


def test_v09_reached_through_another_agency_names_it_and_the_log_stands_beside_her_word(
    cast: Cast, client_of: Browser
) -> None:
    browser = client_of(cast.idva)
    sent = {"value": "via_agency", "since": f"{TODAY - 90 * DAY:%d/%m/%Y}", "channel": "third_party"}
    assert b"Say through whom" in browser.post(page_of(cast, "client_engagement"), sent).content
    assert (
        browser.post(page_of(cast, "client_engagement"), {**sent, "seen_by": "Health visitor"}).status_code
        == 302
    )
    by = cast.idva.as_actor()
    with acting_as(by):
        commands.record_contact(
            by=by,
            record_id=cast.record.pk,
            happened_at=timezone.now() - 70 * DAY,
            channel="phone",
            outcome="spoke",
        )
        commands.set_engagement(by=by, record_id=cast.record.pk, value="engaged", since=TODAY - 80 * DAY)
    shown = browser.get(page_of(cast, "client_engagement")).content.decode()
    assert "the last recorded contact was 70 days ago" in shown
    assert "Seen by Health visitor" in shown
    assert "Wants no news?" in shown
    with acting_as(by):
        assert EngagementEntry.objects.count() == 2


@pytest.mark.parametrize(
    ("log", "word"),
    [
        ([], "not_yet_tried"),
        ([(3, "no_reply"), (9, "missed")], "trying"),
        ([(3, "spoke"), (20, "spoke"), (30, "no_reply")], "engaged"),
        ([(3, "spoke"), (20, "no_reply"), (30, "no_reply")], "sporadic"),
        ([(59, "spoke")], "sporadic"),
        ([(60, "spoke"), (2, "no_reply")], "disengaged"),
    ],
)
def test_v09_what_the_log_suggests(log: list[tuple[int, str]], word: str) -> None:
    assert logged([(TODAY - days * DAY, outcome) for days, outcome in log], TODAY).suggests == word


def test_the_safety_plan_has_versions_and_a_review(cast: Cast, client_of: Browser) -> None:
    browser = client_of(cast.idva)
    sent = {
        "seen_version": "0",
        "words": "Keys by the door. Her sister has a spare.",
        "agreed_on": "today",
        "review_on": f"{TODAY:%d/%m/%Y}",
    }
    assert b"must be after" in browser.post(page_of(cast, "client_safety_plan"), sent).content
    sent["review_on"] = f"{TODAY + 30 * DAY:%d/%m/%Y}"
    assert browser.post(page_of(cast, "client_safety_plan"), sent).status_code == 302
    assert b"Keys by the door." in browser.get(page_of(cast, "client_page")).content
    late = browser.post(page_of(cast, "client_safety_plan"), {**sent, "words": "Another plan."})
    assert b"saved this first" in late.content
    with acting_as(cast.idva.as_actor()):
        assert [plan.version for plan in SafetyPlan.objects.all()] == [1]
