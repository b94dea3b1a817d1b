"""Administration: accounts, roles, places and settings, by somebody who reads no case (A-23, S-46, C-30)."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import ProgrammingError, connection
from django.test import Client

from drive.access.administration.commands.accounts import close_account, reopen_account, reset_sign_in
from drive.access.administration.commands.memberships import Place, end_membership, give_membership
from drive.access.administration.commands.settings import change_setting
from drive.access.models import OPEN, Membership, Service, Site, SiteSetting, Team, User, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import Actor, acting_as
from drive.audit.models import AuditEvent
from tests.cast import Cast, join, seeding, sign_in

PASSWORD = "marmalade umbrella trombone"


@pytest.fixture
def admin(cast: Cast) -> Client:
    return sign_in(cast.administrator)


def actor_of(member: Membership) -> Actor:
    return member.as_actor()


def events(kind: str) -> list[AuditEvent]:
    with seeding():
        return list(AuditEvent.objects.filter(act="permission-changed", kind=kind).order_by("at"))


def addresses(cast: Cast) -> list[str]:
    return [
        "/administration/",
        "/administration/organisations/add/",
        "/administration/sites/add/",
        f"/administration/sites/{cast.site.pk}/",
        f"/administration/sites/{cast.site.pk}/change/",
        f"/administration/sites/{cast.site.pk}/services/add/",
        f"/administration/sites/{cast.site.pk}/settings/C-01/",
        f"/administration/sites/{cast.site.pk}/settings/C-13/",
        f"/administration/services/{cast.su_service.pk}/teams/add/",
        "/administration/accounts/",
        "/administration/accounts/add/",
        f"/administration/accounts/{cast.idva.user_id}/",
        f"/administration/accounts/{cast.idva.user_id}/close/",
        f"/administration/accounts/{cast.idva.user_id}/reopen/",
        f"/administration/accounts/{cast.idva.user_id}/sign-in/",
        f"/administration/accounts/{cast.idva.user_id}/roles/give/",
        f"/administration/roles/{cast.idva.pk}/end/",
    ]


def test_every_page_opens_for_an_administrator_and_is_one_404_for_everybody_else(cast: Cast) -> None:
    admin = sign_in(cast.administrator)
    for address in addresses(cast):
        answer = admin.get(address)
        assert answer.status_code == 200, address
        assert b"Crimplefoot" not in answer.content
        assert b"Puddifoot" not in answer.content
    for member in (cast.case_manager, cast.idva, cast.service_manager, cast.governance_lead, cast.outsider):
        client = sign_in(member)
        absent = client.get("/administration/no-such-page/").content
        for address in addresses(cast):
            answer = client.get(address)
            assert (answer.status_code, answer.content) == (404, absent), (member.role, address)


def test_a23_no_page_of_a_case_or_client_opens_for_an_administrator(cast: Cast, admin: Client) -> None:
    absent = admin.get("/cases/nothing/").content
    for address in (
        "/cases/",
        "/clients/",
        f"/cases/{cast.case.pk}/",
        f"/clients/{cast.record.pk}/",
        f"/looked/{cast.case.pk}/",
        "/emergency/",
        "/referrals/",
        "/panels/",
        "/allocation/",
        "/return/",
    ):
        answer = admin.get(address)
        assert (answer.status_code, answer.content) == (404, absent), address


@pytest.mark.parametrize(
    "table",
    ["casework_sucase", "casework_contact", "advocacy_vsrecord", "advocacy_clientprofile", "safety_caselink",
     "access_caseassignment", "referrals_referral", "audit_auditevent"],
)  # fmt: skip
def test_a23_the_database_refuses_an_administrator_every_case_table(cast: Cast, table: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.administrator.as_actor()):
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")


def test_the_database_refuses_an_administrator_the_digest_of_a_password(cast: Cast) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.administrator.as_actor()):
        User.objects.values_list("password").first()


def test_nobody_gives_a_role_to_their_own_account_not_even_past_the_command(cast: Cast) -> None:
    by = cast.administrator.as_actor()
    with acting_as(by):
        with pytest.raises(Refusal, match="own account"):
            give_membership(
                by=by, account_id=by.user_id, role=Role.CASE_MANAGER, place=Place(service_id=cast.su_service.pk),
                starts_on=local_today(), last_day=None,
            )  # fmt: skip
        with pytest.raises(Refusal, match="their own role"):
            end_membership(by=by, membership_id=by.membership_id, reason="x")
        for command in (close_account, reopen_account, reset_sign_in):
            with pytest.raises(Refusal, match="own account"):
                command(by=by, account_id=by.user_id, reason="x")
        assert Membership.objects.filter(user_id=by.user_id).update(ends_on=OPEN) == 0
        assert User.objects.filter(pk=by.user_id).update(is_active=False) == 0
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(by):
        Membership.objects.create(
            user_id=by.user_id, name="x", role=Role.CASE_MANAGER, side="su", organisation_id=cast.su_service.organisation_id,
            site=cast.site, service=cast.su_service,
        )  # fmt: skip
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(by):
        Membership.objects.filter(pk=cast.analyst.pk).update(role=Role.CASE_MANAGER)


def test_an_administrator_whose_role_has_ended_changes_nothing(cast: Cast) -> None:
    with seeding():
        Membership.objects.filter(pk=cast.administrator.pk).update(ends_on=local_today())
    with acting_as(cast.administrator.as_actor()):
        assert list(Membership.objects.all()) == []
        assert User.objects.filter(pk=cast.idva.user_id).update(is_active=False) == 0


def test_from_an_open_account_to_a_case_manager_at_work(cast: Cast, admin: Client) -> None:
    """The link is shown once, works once, and nobody but the person knows the password."""
    answer = admin.post(
        "/administration/accounts/add/", {"name": "Ottoline Brisk", "email": "Ottoline@example.invalid"}
    )
    found = re.search(r"http://testserver(/password/[^<\s]+)", answer.content.decode())
    assert found
    link = found.group(1)
    with seeding():
        user = User.objects.get(email="ottoline@example.invalid")
        assert not user.has_usable_password()
    assert link not in admin.get(f"/administration/accounts/{user.pk}/").content.decode()

    theirs = Client()
    assert theirs.get(link).status_code == 200
    assert b"12 characters" in theirs.post(link, {"password": "short", "again": "short"}).content
    assert b"not the same" in theirs.post(link, {"password": PASSWORD, "again": PASSWORD + "s"}).content
    assert theirs.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert theirs.get(link).status_code == 404
    assert theirs.get(link).content == theirs.get(f"/password/{cast.case.pk}/x-y/").content
    signed_in = theirs.post("/sign-in/", {"login": user.email, "password": PASSWORD})
    assert signed_in.status_code == 302
    assert theirs.get("/cases/").headers["Location"] == "/account/second-factor/"

    given = admin.post(
        f"/administration/accounts/{user.pk}/roles/give/",
        {
            "role": "case_manager",
            "service_id": str(cast.su_service.pk),
            "starts_on": f"{local_today():%d/%m/%Y}",
        },
    )
    assert given.status_code == 302
    with seeding():
        held = Membership.objects.get(user=user)
        assert (held.site_id, held.side, held.ends_on, held.name) == (
            cast.site.pk,
            "su",
            OPEN,
            "Ottoline Brisk",
        )
    assert sign_in(held).get("/cases/").status_code == 200
    assert [event.fields for event in events("account")] == [["email", "name"], ["password"]]
    assert events("membership")[0].site_id == cast.site.pk


def test_an_address_is_taken_once(cast: Cast, admin: Client) -> None:
    answer = admin.post(
        "/administration/accounts/add/", {"name": "Else Where", "email": cast.idva.user.email.upper()}
    )
    assert answer.status_code == 200
    assert b"an account with this address already" in answer.content
    assert b"Else Where" in answer.content


@pytest.mark.parametrize(
    ("role", "place", "words"),
    [
        (Role.CASE_MANAGER, {"service_id": "vs_service"}, "that side"),
        (Role.IDVA, {"service_id": "su_service"}, "that side"),
        (Role.IDVA, {}, "choose which"),
        (Role.ANALYST, {"service_id": "su_service"}, "not of one service"),
        (Role.ANALYST, {"site_id": "site"}, "organisation and site"),
    ],
)
def test_s01_a_role_holds_only_where_its_side_works(
    cast: Cast, role: Role, place: dict[str, str], words: str
) -> None:
    by = cast.administrator.as_actor()
    where = Place(**{name: getattr(cast, attribute).pk for name, attribute in place.items()})
    with acting_as(by), pytest.raises(Refusal, match=words):
        give_membership(
            by=by,
            account_id=cast.analyst.user_id,
            role=role,
            place=where,
            starts_on=local_today(),
            last_day=None,
        )


def test_s46_ending_a_role_ends_access_with_the_next_request(cast: Cast, admin: Client) -> None:
    theirs = sign_in(cast.case_manager)
    assert theirs.get(f"/cases/{cast.case.pk}/").status_code == 200
    answer = admin.post(f"/administration/roles/{cast.case_manager.pk}/end/", {"reason": "Left today"})
    assert answer.status_code == 302
    assert theirs.get(f"/cases/{cast.case.pk}/").status_code != 200
    assert theirs.get("/cases/").status_code != 200
    (event,) = events("membership")
    assert (event.record_id, event.site_id, event.service_id, event.reason, event.fields) == (
        cast.case_manager.pk, cast.site.pk, cast.su_service.pk, "Left today", ["ends_on", "assignments"],
    )  # fmt: skip


def test_s46_closing_an_account_ends_every_role_and_the_open_page(cast: Cast, admin: Client) -> None:
    with seeding():
        later = Membership.objects.create(
            user=cast.idva.user, name=cast.idva.name, role=Role.ANALYST, side="none", organisation=cast.idva.organisation,
            site=cast.other_site, starts_on=local_today() + datetime.timedelta(days=9),
        )  # fmt: skip
    theirs = sign_in(cast.idva)
    assert theirs.get("/clients/").status_code == 200
    assert (
        admin.post(
            f"/administration/accounts/{cast.idva.user_id}/close/", {"reason": "Lost telephone"}
        ).status_code
        == 302
    )
    assert theirs.get("/clients/").headers["Location"].startswith("/sign-in/")
    with seeding():
        cast.idva.refresh_from_db()
        later.refresh_from_db()
        assert cast.idva.ends_on == local_today()
        assert later.ends_on == later.starts_on
    assert {event.site_id for event in events("account")} == {cast.site.pk, cast.other_site.pk}
    assert (
        admin.post(f"/administration/accounts/{cast.idva.user_id}/reopen/", {"reason": "Found"}).status_code
        == 302
    )
    assert admin.get(f"/administration/accounts/{cast.idva.user_id}/").status_code == 200


def test_s46_starting_sign_in_anew_ends_sessions_and_takes_the_second_step_away(
    cast: Cast, admin: Client
) -> None:
    theirs = sign_in(cast.idva)
    answer = admin.post(
        f"/administration/accounts/{cast.idva.user_id}/sign-in/", {"reason": "Telephone lost"}
    )
    assert b"/password/" in answer.content
    assert theirs.get("/clients/").headers["Location"].startswith("/sign-in/")
    from allauth.mfa.models import Authenticator

    with seeding():
        assert not Authenticator.objects.filter(user_id=cast.idva.user_id).exists()
    assert events("account")[0].fields == ["password", "second_factor"]


def test_a_reason_is_asked_for_and_what_was_typed_stays(cast: Cast, admin: Client) -> None:
    answer = admin.post(f"/administration/roles/{cast.case_manager.pk}/end/", {"reason": ""})
    assert answer.status_code == 200
    assert b"needs an answer" in answer.content
    with seeding():
        assert Membership.objects.get(pk=cast.case_manager.pk).ends_on == OPEN


def test_places_are_added_once_each(cast: Cast, admin: Client) -> None:
    assert admin.post("/administration/organisations/add/", {"name": "Quietwater Trust"}).status_code == 302
    assert (
        b"this name already"
        in admin.post("/administration/organisations/add/", {"name": "Quietwater Trust"}).content
    )
    answer = admin.post("/administration/sites/add/", {"name": "Netherby", "publication_label": "Site 1"})
    assert b"released under this label" in answer.content
    assert (
        admin.post(
            "/administration/sites/add/", {"name": "Netherby", "publication_label": "Site 9"}
        ).status_code
        == 302
    )
    with seeding():
        site = Site.objects.get(name="Netherby")
        organisation = cast.su_service.organisation
    service = {"organisation_id": str(organisation.pk), "side": "vs", "name": "Netherby Lantern"}
    at_site = f"/administration/sites/{site.pk}"
    assert admin.post(f"{at_site}/services/add/", service).status_code == 302
    assert b"on this side at this site already" in admin.post(f"{at_site}/services/add/", service).content
    with seeding():
        made = Service.objects.get(site=site)
    assert admin.post(f"/administration/services/{made.pk}/teams/add/", {"name": "North"}).status_code == 302
    with seeding():
        assert Team.objects.get(service=made).name == "North"
    changed = {"name": "Netherby", "publication_label": "Site 10"}
    assert admin.post(f"{at_site}/change/", changed).status_code == 302
    assert [event.fields for event in events("site")] == [
        ["name", "publication_label"],
        ["publication_label"],
    ]
    assert {event.site_id for kind in ("site", "service", "team") for event in events(kind)} == {site.pk}


def setting(cast: Cast, **changed: object) -> SiteSetting:
    by = cast.administrator.as_actor()
    today = local_today()
    given: dict[str, object] = {
        "code": "C-13", "value": {"warning": 15, "alert": 18}, "applies_from": today, "reason": "Two posts are empty",
        "consequences": "Fewer starts, so IDVAs have fewer new clients", "review_on": today + datetime.timedelta(days=60),
    }  # fmt: skip
    with acting_as(by):
        return change_setting(by=by, site_id=cast.site.pk, **(given | changed))  # type: ignore[arg-type]  # named as the command names them


def test_c30_a_change_says_why_what_may_follow_and_when_it_is_reviewed(cast: Cast, admin: Client) -> None:
    address = f"/administration/sites/{cast.site.pk}/settings/C-01/"
    today = local_today()
    incomplete = admin.post(
        address, {"value": "marac_only", "reason": "The panel has ended", "applies_from": "today"}
    )
    assert incomplete.status_code == 200
    assert incomplete.content.count(b"needs an answer") >= 2
    assert b"The panel has ended" in incomplete.content
    complete = {
        "value": "marac_only", "reason": "The panel has ended", "applies_from": "today",
        "consequences": "More referrals reach IDVAs sooner", "review_on": f"{today + datetime.timedelta(days=90):%d/%m/%Y}",
    }  # fmt: skip
    assert admin.post(address, complete).status_code == 302
    shown = admin.get(address).content.decode()
    assert "MARAC only" in shown
    assert "More referrals reach IDVAs sooner" in shown
    assert cast.administrator.name in shown
    from drive.casework.closing_facts import setting as in_force

    with acting_as(cast.administrator.as_actor()):
        assert in_force(cast.site.pk, "C-01", today) == "marac_only"
        assert in_force(cast.other_site.pk, "C-01", today) is None
    assert events("site_setting")[0].reason == "The panel has ended"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"value": {"warning": 25, "alert": 20}}, "less than the number before"),
        ({"value": {"warning": 0, "alert": 20}}, "from 1 to 200"),
        ({"code": "C-01", "value": "by lot"}, "one of the answers"),
        ({"applies_from": datetime.date(2020, 1, 1)}, "today at the earliest"),
        ({"review_on": datetime.date(2020, 1, 1)}, "comes after"),
    ],
)
def test_c30_what_means_nothing_is_refused(cast: Cast, changed: dict[str, object], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        setting(cast, **changed)


def test_c30_a_setting_is_a_fact_and_every_change_stays(cast: Cast) -> None:
    made = setting(cast)
    later = setting(
        cast, value={"warning": 20, "alert": 25}, applies_from=local_today() + datetime.timedelta(days=5)
    )
    with seeding():
        assert SiteSetting.objects.filter(pk__in=[made.pk, later.pk]).count() == 2
    with pytest.raises(ProgrammingError, match="permission denied"), acting_as(cast.administrator.as_actor()):
        SiteSetting.objects.filter(pk=made.pk).update(reason="another")


def test_an_act_without_its_event_does_not_happen(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("drive.access.administration.commands.recording.record_event", fails)
    by = cast.administrator.as_actor()
    with pytest.raises(RuntimeError), acting_as(by):
        end_membership(by=by, membership_id=cast.case_manager.pk, reason="Left")
    with seeding():
        assert Membership.objects.get(pk=cast.case_manager.pk).ends_on == OPEN


def test_the_governance_lead_sees_every_change_at_their_site_and_no_other(cast: Cast, admin: Client) -> None:
    with seeding():
        elsewhere = join(
            "Gideon Far", Role.GOVERNANCE_LEAD, None, cast.other_site, cast.other_su_service.organisation
        )
    admin.post(f"/administration/roles/{cast.case_manager.pk}/end/", {"reason": "Moved away"})
    admin.post(f"/administration/roles/{cast.outsider.pk}/end/", {"reason": "Retired early"})
    here = sign_in(cast.governance_lead).get("/permission-changes/").content.decode()
    there = sign_in(elsewhere).get("/permission-changes/").content.decode()
    assert "Moved away" in here
    assert f"{cast.case_manager.name}: Case manager" in here
    assert f"{cast.administrator.name}, Administrator" in here
    assert "Retired early" not in here
    assert "Retired early" in there
    assert "Administrator of another site" in there
    for member in (cast.administrator, cast.service_manager, cast.idva_manager, cast.case_manager):
        assert sign_in(member).get("/permission-changes/").status_code == 404


def test_accounts_are_listed_a_page_at_a_time_by_letter(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from drive.access.administration.queries import accounts

    monkeypatch.setattr(accounts, "PAGE", 5)
    with acting_as(cast.administrator.as_actor()):
        everybody = sorted((user.name, str(user.pk)) for user in User.objects.defer("password"))
        seen, after = [], None
        while True:
            page = accounts.accounts(after=after)
            seen += [(user.name, str(user.pk)) for user in page.accounts]
            after = page.next_after
            if after is None:
                break
        assert seen == everybody
        assert accounts.accounts("O").accounts[0].name.startswith("O")


def test_the_menu_leads_there(cast: Cast, admin: Client) -> None:
    assert b'href="/administration/"' in admin.get("/administration/accounts/").content
    assert b'href="/permission-changes/"' in sign_in(cast.governance_lead).get("/permission-changes/").content
    assert Scope.ADMINISTRATION in Role.ADMINISTRATOR.entry.scopes
