"""What an event says of who acted, for whom and from where, when a command or a page writes one."""

from __future__ import annotations

import datetime
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from drive.access.models import Membership, User, local_today
from drive.access.scopes import Scope
from drive.access.stepping import acting_as, stepping_into
from drive.audit.models import AuditEvent
from drive.audit.record import Act, record_event, record_own_account
from tests.cast import Cast, seeding

TODAY = local_today()
DAY = datetime.timedelta(days=1)


def written() -> AuditEvent:
    """The one event that there is."""
    with seeding():
        return AuditEvent.objects.get()


def test_an_event_names_the_actor_their_service_and_where_the_request_came_from(cast: Cast) -> None:
    by = cast.case_manager.as_actor(origin="192.0.2.7")
    with acting_as(by):
        record_event(Act.SEARCHED, by=by, kind="register", fields=["name", "born"], reason="By name")
    event = written()
    assert (event.act, event.kind, event.record_id, event.reason) == ("searched", "register", None, "By name")
    assert (event.membership_id, event.account_id) == (cast.case_manager.pk, cast.case_manager.user_id)
    assert (event.service_id, event.site_id) == (cast.su_service.pk, cast.site.pk)
    assert (event.role, event.origin, event.fields) == ("case_manager", "192.0.2.7", ["name", "born"])


def test_an_event_names_no_fields_unless_told(cast: Cast) -> None:
    by = cast.governance_lead.as_actor()
    with acting_as(by):
        record_event(Act.LOOKED, by=by, kind="overview")
    event = written()
    assert (event.fields, event.reason, event.origin, event.service_id) == ([], "", "", None)


def test_s36_a_service_that_is_named_counts_before_the_actors_own(cast: Cast) -> None:
    """Of what is no case, no client's record and no link: its supervisor sees who came from elsewhere."""
    by = cast.case_manager.as_actor()
    about = uuid4()
    with acting_as(by):
        record_event(Act.WROTE, by=by, kind="channel", record_id=about, service_id=cast.other_su_service.pk)
    event = written()
    assert (event.record_id, event.service_id) == (about, cast.other_su_service.pk)
    assert (event.site_id, event.membership_id) == (cast.site.pk, cast.case_manager.pk)


def test_a_change_of_permissions_is_an_event_of_the_site_that_is_named(cast: Cast) -> None:
    """An administrator of one site gives a membership at another; any other act is of the administrator's own site."""
    by = cast.administrator.as_actor()
    elsewhere = replace(by, site_id=cast.other_site.pk)
    for act, site in ((Act.PERMISSION_CHANGED, cast.other_site), (Act.WROTE, cast.site)):
        with acting_as(by):
            record_event(act, by=elsewhere, kind="membership", record_id=uuid4())
        with seeding():
            assert AuditEvent.objects.get(act=act).site_id == site.pk


def test_where_the_transaction_knows_nobody_the_actors_word_counts(cast: Cast) -> None:
    """But for the membership, which nobody can claim."""
    by = cast.analyst.as_actor(origin="console")
    with stepping_into(Scope.CLOCK):
        record_event(Act.EXPORTED, by=by, kind="report")
    event = written()
    assert (event.account_id, event.role, event.site_id) == (cast.analyst.user_id, "analyst", cast.site.pk)
    assert (event.membership_id, event.origin) == (None, "console")


def own_account(account_id: UUID | None) -> list[AuditEvent]:
    """What is written when somebody changes the password of this account."""
    with stepping_into(Scope.ACCOUNTS):
        record_own_account(
            Act.PERMISSION_CHANGED,
            kind="account",
            account_id=account_id,
            origin="192.0.2.9",
            fields=["password"],
        )
    with seeding():
        return list(AuditEvent.objects.all())


def works(user: User, like: Membership, *, starts: datetime.date, ends: datetime.date) -> None:
    """Another membership of the account. Call inside `seeding()`."""
    Membership.objects.create(
        user=user, name=user.name, role=like.role, side=like.side, organisation=like.organisation, site=like.site,
        service=like.service, starts_on=starts, ends_on=ends,
    )  # fmt: skip


def test_what_somebody_does_about_their_own_account_is_told_once_at_each_site_where_they_work_today(
    cast: Cast,
) -> None:
    user = cast.case_manager.user
    with seeding():
        works(user, cast.team_leader, starts=TODAY, ends=TODAY + DAY)
        works(user, cast.outsider, starts=TODAY, ends=TODAY + DAY)
    events = own_account(user.pk)
    assert {event.site_id for event in events} == {cast.site.pk, cast.other_site.pk}
    assert len(events) == 2
    for event in events:
        assert (event.act, event.kind, event.record_id) == ("permission-changed", "account", user.pk)
        assert (event.account_id, event.membership_id) == (user.pk, None)
        assert (event.fields, event.origin, event.service_id) == (["password"], "192.0.2.9", None)


def test_an_own_account_is_not_told_of_where_its_work_is_over_or_has_not_begun(cast: Cast) -> None:
    user = cast.case_manager.user
    with seeding():
        works(user, cast.outsider, starts=TODAY - DAY, ends=TODAY)
        works(user, cast.outside_idva, starts=TODAY + DAY, ends=TODAY + 2 * DAY)
    assert [event.site_id for event in own_account(user.pk)] == [cast.site.pk]


@pytest.mark.parametrize("account_id", [None, UUID(int=1)])
def test_an_unknown_account_leaves_one_event_at_no_site(db: None, account_id: UUID | None) -> None:
    (event,) = own_account(account_id)
    assert (event.account_id, event.record_id, event.site_id) == (account_id, account_id, None)


def test_an_event_of_an_own_account_names_no_fields_unless_told(cast: Cast) -> None:
    with stepping_into(Scope.ACCOUNTS):
        record_own_account(Act.SIGNED_IN, kind="session", account_id=cast.idva.user_id, origin="192.0.2.9")
    assert written().fields == []
