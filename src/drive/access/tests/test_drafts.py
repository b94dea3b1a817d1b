"""Drafts belong to one author, one record and one form; what arrives after the session has run out is not lost (S-48)."""

from __future__ import annotations

import datetime
import re
from uuid import UUID, uuid4

import pytest
from django import forms
from django.core.exceptions import ObjectDoesNotExist
from django.test import Client
from django.utils import timezone

from drive.access import drafts
from drive.access.middleware import STARTED_KEY
from drive.access.models import CaseAssignment, Draft, Membership, local_today
from drive.access.stepping import acting_as
from tests.cast import Cast, seeding, sign_in

FORM = "su_case.contact"
TYPED = {"note": ["Rang out. No voicemail left."], "outcome": ["no_reply"]}


def draft_of(member: Membership, record_id: UUID) -> drafts.KeptDraft | None:
    actor = member.as_actor()
    with acting_as(actor):
        return drafts.kept_draft(actor, FORM, record_id)


def keep(client: Client, record_id: UUID, **more: object) -> object:
    return client.post(f"/drafts/{FORM}/{record_id}/", {"note": "Rang out.", "keep_draft": "1"}, **more)


def test_s48_a_draft_is_its_authors_alone(cast: Cast) -> None:
    actor = cast.case_manager.as_actor()
    with acting_as(actor):
        drafts.keep_draft(actor, FORM, cast.case.pk, TYPED)
        drafts.keep_draft(actor, FORM, cast.case.pk, TYPED | {"note": ["Second words."]})
        assert len(drafts.my_drafts(actor)) == 1
    kept = draft_of(cast.case_manager, cast.case.pk)
    assert kept is not None
    assert kept["note"] == ["Second words."]
    assert draft_of(cast.case_manager, uuid4()) is None  # never on another record
    with acting_as(cast.service_manager.as_actor()):  # who may read the case itself
        assert not Draft.objects.exists()
    with seeding():
        CaseAssignment.objects.create(
            membership=cast.other_case_manager,
            case_id=cast.case.pk,
            service_id=cast.su_service.pk,
            recorded_by=cast.service_manager,
        )
    assert draft_of(cast.other_case_manager, cast.case.pk) is None  # a joint holder
    with acting_as(actor):
        drafts.discard_draft(actor, FORM, cast.case.pk)
    assert draft_of(cast.case_manager, cast.case.pk) is None


def test_s48_autosave_answers_the_script_and_the_button(cast: Cast) -> None:
    client = sign_in(cast.case_manager)
    scripted = keep(client, cast.case.pk, headers={"accept": "application/json"})
    assert re.fullmatch(r"\d\d:\d\d:\d\d", scripted.json()["kept"])  # type: ignore[attr-defined]  # the test client answers with it
    by_button = keep(client, cast.case.pk, headers={"referer": "http://testserver/somewhere/"})
    assert by_button.headers["Location"] == "http://testserver/somewhere/"  # type: ignore[attr-defined]  # the test client answers with it
    elsewhere = keep(client, cast.case.pk, headers={"referer": "https://example.invalid/"})
    assert elsewhere.headers["Location"] == "/"  # type: ignore[attr-defined]  # the test client answers with it
    kept = draft_of(cast.case_manager, cast.case.pk)
    assert kept == {"note": ["Rang out."]}


def test_s46_no_draft_on_a_record_that_its_author_no_longer_sees(cast: Cast) -> None:
    client = sign_in(cast.case_manager)
    assert keep(client, cast.case.pk).status_code == 302  # type: ignore[attr-defined]  # the test client answers with it
    with seeding():
        CaseAssignment.objects.filter(case_id=cast.case.pk).update(ends_on=local_today())
    refused = keep(client, cast.case.pk)
    absent = keep(client, uuid4())
    assert refused.status_code == absent.status_code == 404  # type: ignore[attr-defined]  # the test client answers with it
    assert refused.content == absent.content  # type: ignore[attr-defined]  # the test client answers with it


@pytest.mark.parametrize(
    "form", ["vs_record.contact", "contact", "nonsense.contact", "su_case.", "own.settings"]
)
def test_no_draft_across_the_wall_or_on_nothing(cast: Cast, form: str) -> None:
    actor = cast.case_manager.as_actor()
    with pytest.raises(ObjectDoesNotExist), acting_as(actor):
        drafts.keep_draft(actor, form, cast.record.pk, TYPED)


def test_a_form_shows_the_draft_without_scolding() -> None:
    class Note(forms.Form):
        note = forms.CharField()
        outcome = forms.CharField()

    form = drafts.with_draft(Note, {"note": ["Half a sent"]})
    assert form["note"].value() == "Half a sent"
    assert form.errors == {}
    assert not drafts.with_draft(Note, None).is_bound


# --- the session runs out while somebody types --------------------------------------------------------------------


def typing(member: Membership) -> tuple[Client, str]:
    """A browser with a form open, and the token that the form carries."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in(member).cookies
    page = client.get("/emergency/").content.decode()
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return client, found.group(1)


def run_out(client: Client, how: str) -> None:
    session = client.session
    with seeding():
        if how == "idle":
            from django.contrib.sessions.models import Session

            Session.objects.filter(session_key=session.session_key).update(
                expire_date=timezone.now() - datetime.timedelta(minutes=1)
            )
        else:
            session[STARTED_KEY] = (timezone.now() - datetime.timedelta(hours=12, minutes=1)).isoformat()
            session.save()


@pytest.mark.parametrize("how", ["idle", "absolute"])
def test_s48_a_form_sent_after_the_session_ran_out_comes_back_after_sign_in(cast: Cast, how: str) -> None:
    client, token = typing(cast.case_manager)
    run_out(client, how)
    written = {
        "reason": "He is on his way to her sister now",
        "code": "K7-QF4",
        "password": "never",
        "csrfmiddlewaretoken": token,
    }
    answer = client.post("/emergency/", written)
    ahead = re.fullmatch(r"/sign-in/\?next=(/interrupted/([0-9a-f-]+)/)", answer.headers["Location"])
    assert ahead, answer.headers["Location"]
    assert client.get(ahead.group(1)).status_code == 302  # not before sign-in

    assert (
        sign_in(cast.other_case_manager).get(ahead.group(1)).status_code == 404
    )  # bound to the same account

    back = sign_in(cast.case_manager)
    page = back.get(ahead.group(1)).content.decode()
    assert "He is on his way to her sister now" in page
    assert "never" not in re.sub(r"<[^>]+>", "", page).replace("nevertheless", "").split()
    assert 'action="/emergency/"' in page
    sent = back.post(
        "/emergency/", {**written, "told": "yes", "scope": "whole", "interrupted": ahead.group(2)}
    )
    assert sent.status_code == 302
    with seeding():
        assert not Draft.objects.filter(form=drafts.INTERRUPTED).exists()


def test_s06_what_would_have_been_sealed_is_kept_in_no_draft(cast: Cast) -> None:
    client, token = typing(cast.idva)
    run_out(client, "idle")
    written = {
        "kind": "address",
        "value": "7 Marram Lane",
        "label": "her new home",
        "csrfmiddlewaretoken": token,
    }
    assert client.post(f"/clients/{cast.record.pk}/sealed/new/", written).status_code == 302
    with seeding():
        kept = Draft.objects.get(form=drafts.INTERRUPTED).content
    assert kept["fields"] == {"kind": ["address"], "label": ["her new home"]}
    assert "Marram" not in repr(kept)


def test_a_form_with_a_wrong_token_is_not_kept(cast: Cast) -> None:
    client, _token = typing(cast.case_manager)
    run_out(client, "idle")
    answer = client.post(
        "/emergency/", {"reason": "Planted by somebody else", "csrfmiddlewaretoken": "a" * 64}
    )
    assert answer.headers["Location"] == "/sign-in/?next=/"
    with seeding():
        assert not Draft.objects.exists()


def test_s46_nothing_is_kept_for_a_membership_that_has_ended(cast: Cast) -> None:
    client, token = typing(cast.case_manager)
    run_out(client, "idle")
    with seeding():
        Membership.objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
    answer = client.post("/emergency/", {"reason": "Some words here", "csrfmiddlewaretoken": token})
    assert answer.headers["Location"] == "/sign-in/?next=/"


def test_a_form_older_than_the_sign_in_is_shown_again_not_lost(cast: Cast) -> None:
    """Somebody signs in again in another window: the first window's token no longer fits."""
    client, _token = typing(cast.case_manager)
    answer = client.post(
        "/emergency/", {"reason": "Typed in the first window", "csrfmiddlewaretoken": "b" * 64}
    )
    assert answer.status_code == 403
    assert "Typed in the first window" in answer.content.decode()


@pytest.mark.parametrize(("how", "ends"), [("idle", True), ("absolute", True), ("neither", False)])
def test_both_limits_end_a_session(cast: Cast, how: str, ends: bool) -> None:
    client = sign_in(cast.case_manager)
    assert client.get("/emergency/").status_code == 200
    if how != "neither":
        run_out(client, how)
    assert (client.get("/emergency/").status_code == 302) is ends
