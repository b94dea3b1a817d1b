"""Signing in: two steps, no word about who has an account, everything audited."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from drive.access.models import Membership, Site, User, local_today
from drive.access.roles import Role
from drive.audit.models import AuditEvent
from tests.cast import Cast, join, seeding, sign_in

PASSWORD = "marmalade umbrella trombone"


@pytest.fixture
def person(cast: Cast) -> Membership:
    """The case manager, with a password and no second factor."""
    with seeding():
        user = cast.case_manager.user
        user.set_password(PASSWORD)
        user.save()
    return cast.case_manager


def code_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def enter(client: Client, email: str, password: str = PASSWORD) -> object:
    return client.post("/sign-in/", {"login": email, "password": password})


def acts(account_id: object) -> list[str]:
    with seeding():
        return list(
            AuditEvent.objects.filter(account_id=account_id).order_by("at").values_list("act", flat=True)
        )


def test_without_a_second_factor_only_setting_one_up_is_open(person: Membership) -> None:
    client = Client()
    enter(client, person.user.email)
    for address in (
        "/",
        "/role/",
        "/account/",
        "/account/password/",
        "/account/sessions/",
        "/emergency/",
        "/account/second-factor/codes/new/",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account/second-factor/"), address
    assert b"Set up your second step" in client.get("/account/second-factor/").content


def test_setting_up_an_app_opens_the_site_and_seals_its_secret(person: Membership) -> None:
    client = Client()
    enter(client, person.user.email)
    assert client.post("/account/confirm/", {"password": PASSWORD}).status_code == 302
    drawn = client.get("/account/second-factor/app/")
    assert drawn.status_code == 200, drawn.headers
    page = drawn.content.decode()
    found = re.search(r"<strong>([A-Z2-7]{32})</strong>", page)
    assert found, page
    secret = found.group(1)
    answer = client.post("/account/second-factor/app/", {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content
    assert client.get("/account/").status_code == 200
    assert client.get("/account/second-factor/codes/").status_code == 200
    with seeding():
        stored = [
            str(data)
            for data in Authenticator.objects.filter(user=person.user).values_list("data", flat=True)
        ]
    assert stored
    assert secret not in "".join(stored)

    # The second step is then asked for, and a code opens it once.
    again = Client()
    assert enter(again, person.user.email).headers["Location"] == "/sign-in/code/"  # type: ignore[attr-defined]  # the test client answers with it
    assert again.get("/account/").status_code == 302  # not signed in yet
    assert b"Second step" in again.get("/sign-in/code/").content
    used = code_now(secret)
    first = again.post("/sign-in/code/", {"code": used})
    assert first.status_code == 302, first.content
    replay = Client()
    enter(replay, person.user.email)
    refused = replay.post("/sign-in/code/", {"code": used})
    assert refused.status_code == 200
    assert replay.get("/account/").status_code == 302


def test_unknown_address_and_wrong_password_answer_alike(person: Membership) -> None:
    known, unknown = Client(), Client()
    known.get("/sign-in/")
    unknown.get("/sign-in/")
    one = enter(known, person.user.email, "not the password at all")
    other = enter(unknown, "nobody@example.invalid", "not the password at all")

    def plain(answer: object, email: str) -> str:
        text = answer.content.decode()  # type: ignore[attr-defined]  # the test client answers with it
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text).replace(email, "")

    assert one.status_code == other.status_code == 200  # type: ignore[attr-defined]  # the test client answers with it
    assert plain(one, person.user.email) == plain(other, "nobody@example.invalid")
    assert acts(person.user_id) == ["sign-in-failed"]
    with seeding():
        assert AuditEvent.objects.filter(act="sign-in-failed").count() == 2
        assert not AuditEvent.objects.filter(reason__contains="@").exists()


def test_sign_in_and_sign_out_are_events(person: Membership, settings: Any) -> None:
    settings.DRIVE_DEMONSTRATION = True
    client = Client()
    enter(client, person.user.email)
    assert client.get("/account/").status_code == 200
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")
    assert acts(person.user_id) == ["signed-in", "signed-out"]


def test_a_deactivated_account_is_cut_off_at_the_next_request(cast: Cast) -> None:
    client = sign_in(cast.case_manager)
    assert client.get("/account/").status_code == 200
    with seeding():
        User.objects.filter(pk=cast.case_manager.user_id).update(is_active=False)
    assert client.get("/account/").headers["Location"].startswith("/sign-in/")


def test_w31_two_roles_are_chosen_with_one_click_and_audited(cast: Cast) -> None:
    with seeding():
        other = Membership.objects.create(
            user=cast.team_leader.user, name="Leopold Tarn", role="panel_chair", side="none", organisation=cast.team_leader.organisation,
            site=cast.site, starts_on=cast.team_leader.starts_on,
        )  # fmt: skip
    client = sign_in(cast.team_leader)
    session = client.session
    with seeding():
        del session["membership"]
        session.save()
    assert client.get("/emergency/").headers["Location"] == "/role/?next=%2Femergency%2F"
    page = client.get("/role/?next=/emergency/").content.decode()
    assert "You work in two roles: choose one" in page
    answer = client.post(
        "/role/", {"membership": str(cast.team_leader.pk), "scope": "su_worker", "next": "/emergency/"}
    )
    assert answer.headers["Location"] == "/emergency/"
    assert "Team leader" in client.get("/emergency/").content.decode()
    assert client.post("/role/", {"membership": str(other.pk)}).status_code == 302
    assert client.get("/emergency/").status_code == 404  # a chair opens nothing in an emergency
    assert client.post("/role/", {"membership": str(cast.idva.pk)}).status_code == 404  # somebody else's
    with seeding():
        chosen = (
            AuditEvent.objects.filter(act="chose-membership")
            .order_by("at")
            .values_list("membership_id", flat=True)
        )
        assert list(chosen) == [cast.team_leader.pk, other.pk]


def test_the_choice_never_leads_to_another_site(cast: Cast) -> None:
    client = sign_in(cast.case_manager)
    answer = client.post(
        "/role/", {"membership": str(cast.case_manager.pk), "next": "https://example.invalid/"}
    )
    assert answer.headers["Location"] == "/"


def test_s46_a_person_whose_role_ended_sees_that_and_nothing_else(cast: Cast) -> None:
    client = sign_in(cast.case_manager)
    assert client.get("/emergency/").status_code == 200
    with seeding():
        Membership.objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
    assert client.get("/emergency/").status_code == 404
    assert "no role here at present" in client.get("/", follow=True).content.decode()


def test_an_account_without_a_password_is_asked_for_one(cast: Cast) -> None:
    client = sign_in(cast.case_manager)  # whose account has no usable password
    answer = client.get("/account/password/", follow=True)
    assert answer.redirect_chain == [("/account/password/first/", 302)]
    assert "Set a password" in answer.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/sign-in/", "/account/", "/account/password/", "/account/sessions/", "/account/second-factor/", "/account/second-factor/app/remove/",
     "/account/second-factor/keys/", "/account/confirm/", "/sign-out/", "/role/", "/cover/", "/health/", "/account/second-factor/keys/add/"],
)  # fmt: skip
def test_every_page_of_the_frame_is_drawn(cast: Cast, address: str) -> None:
    with seeding():
        cast.case_manager.user.set_password(PASSWORD)
        cast.case_manager.user.save()
    client = sign_in(cast.case_manager)
    answer = client.get(address, follow=True)
    assert answer.status_code == 200, answer.content[:300]


def test_the_governance_lead_of_each_site_of_the_account_sees_who_signed_in_and_who_was_not_let_in(
    person: Membership, cast: Cast
) -> None:
    """From where, at both sites where the account works, and at no third."""
    with seeding():
        organisation = cast.su_service.organisation
        third = Site.objects.create(name="Oxbarrow", publication_label="Site 3")
        join("Casimir Tolliver", Role.CASE_MANAGER, cast.other_su_service, cast.other_site, organisation)
        Membership.objects.filter(site=cast.other_site, name="Casimir Tolliver").update(user=person.user)
        leads = [
            cast.governance_lead,
            join("Gwendolen Thorne", Role.GOVERNANCE_LEAD, None, cast.other_site, organisation),
            join("Gaspard Reed", Role.GOVERNANCE_LEAD, None, third, organisation),
        ]
    client = Client(REMOTE_ADDR="192.0.2.7")
    enter(client, person.user.email, "not the password at all")
    enter(client, person.user.email)
    enter(client, "nobody@example.invalid")
    for lead in leads[:2]:
        shown = sign_in(lead).get("/permission-changes/?show=sign-ins").content.decode()
        rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)[1:]
        told = [re.sub(r"\s*<[^>]+>\s*", "|", row) for row in rows]
        assert len(told) == 2
        assert all("Casimir Tolliver" in row and "192.0.2.7" in row for row in told)
        assert ["Not let in: wrong password" in row for row in told] == [False, True]
    assert "Casimir" not in sign_in(leads[2]).get("/permission-changes/?show=sign-ins").content.decode()
