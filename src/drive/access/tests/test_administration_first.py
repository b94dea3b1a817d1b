"""The first administrator of an empty site, from the console; and others by one who is there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from drive.access.administration.console import Asked, add_administrator
from drive.access.administration.first_administrator import FirstAdministratorError, make_first_administrator
from drive.access.console import ConsoleError
from drive.access.models import Membership, User
from tests.cast import Cast, seeding

ASKED = Asked(
    "Ada@example.invalid", "Ada Keys", "Turnaround Marrowby", "Marrowby", label="Site 1", address="https://drive.invalid/"
)  # fmt: skip
PASSWORD = "marmalade umbrella trombone"


@pytest.fixture
def empty_site() -> Iterator[str]:
    """A database of its own, prepared and holding nobody; the owner's log-in to it."""
    superuser = os.environ["DRIVE_TEST_SUPERUSER"]
    name = f"drivetest_{uuid4().hex[:8]}"
    with psycopg.connect(superuser, autocommit=True) as connection:
        made = sql.SQL("create database {} template drivetest_template owner {}")
        owner = sql.Identifier(f"{settings.DRIVE_ROLE_PREFIX}_owner")
        connection.execute(made.format(sql.Identifier(name), owner))
        yield make_conninfo(os.environ["DATABASE_URL"], dbname=name)
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def make(url: str, *, email: str = "ada@example.invalid", label: str = "Site 1") -> None:
    user = User(email=email, name="Ada Keys")
    user.set_password(None)
    make_first_administrator(
        url,
        prefix=settings.DRIVE_ROLE_PREFIX,
        user=user,
        organisation="Turnaround Marrowby",
        site="Marrowby",
        label=label,
    )


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(make_conninfo(os.environ["DRIVE_TEST_SUPERUSER"], dbname=_name(url))) as connection:
        return connection.execute(query).fetchall()  # type: ignore[call-overload]  # a literal of this file


def _name(url: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def test_the_first_administrator_is_made_once_with_place_and_event(empty_site: str) -> None:
    with pytest.raises(FirstAdministratorError, match="--label"):
        make(empty_site, label="")
    assert rows(empty_site, "select from access_organisation") == []  # all or nothing
    make(empty_site)
    assert rows(
        empty_site,
        "select m.role, m.side, s.publication_label, o.name, left(u.password, 1) from access_membership m"
        " join access_user u on u.id = m.user_id join access_site s on s.id = m.site_id"
        " join access_organisation o on o.id = m.organisation_id",
    ) == [("administrator", "none", "Site 1", "Turnaround Marrowby", "!")]
    assert rows(
        empty_site,
        "select e.act, e.kind, e.origin, e.site_id = s.id from audit_auditevent e cross join access_site s",
    ) == [("permission-changed", "membership", "console", True)]
    with pytest.raises(FirstAdministratorError, match="administers this site already"):
        make(empty_site, email="bea@example.invalid")


def test_when_the_last_administrator_has_gone_there_can_be_a_first_again(empty_site: str) -> None:
    make(empty_site)
    with psycopg.connect(
        make_conninfo(os.environ["DRIVE_TEST_SUPERUSER"], dbname=_name(empty_site))
    ) as connection:
        connection.execute("update access_user set is_active = false")
    with pytest.raises(FirstAdministratorError, match="an account"):
        make(empty_site)
    make(empty_site, email="bea@example.invalid")
    assert rows(empty_site, "select count(*) from access_site") == [(1,)]


def test_the_applications_log_in_makes_no_administrator(empty_site: str) -> None:
    app = make_conninfo(os.environ["DRIVE_REAL_APP_URL"], dbname=_name(empty_site))
    with psycopg.connect(make_conninfo(os.environ["DRIVE_TEST_SUPERUSER"])) as connection:
        grant = sql.SQL("grant connect on database {} to {}")
        name, role = sql.Identifier(_name(empty_site)), sql.Identifier(f"{settings.DRIVE_ROLE_PREFIX}_app")
        connection.execute(grant.format(name, role))
    with pytest.raises(FirstAdministratorError, match="owner"):
        make(app)


def test_practice_has_its_own_administrator(empty_site: str) -> None:
    with psycopg.connect(empty_site) as owner:
        owner.execute("update access_installation set mode = 'demonstration'")
    with pytest.raises(FirstAdministratorError, match="invented people"):
        make(empty_site)


def test_an_administrator_adds_another_who_gets_a_link(cast: Cast) -> None:
    said = add_administrator(replace(ASKED, acting_as=cast.administrator.user.email))
    assert "https://drive.invalid/password/" in said
    with seeding():
        made = Membership.objects.get(user__email="ada@example.invalid")
        assert (made.role, made.site_id) == ("administrator", cast.site.pk)


def test_only_an_administrator_adds_another(cast: Cast) -> None:
    with pytest.raises(ConsoleError, match="no such role"):
        add_administrator(replace(ASKED, acting_as=cast.service_manager.user.email))


def test_a_password_is_typed_twice_and_checked(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = replace(ASKED, acting_as=cast.administrator.user.email, prompt=True)
    typed = iter(["short", PASSWORD, PASSWORD + "s", PASSWORD, PASSWORD])
    monkeypatch.setattr("drive.access.administration.console.getpass.getpass", lambda _prompt: next(typed))
    with pytest.raises(ConsoleError, match="12 characters"):
        add_administrator(asked)
    with pytest.raises(ConsoleError, match="not the same"):
        add_administrator(asked)
    assert "/password/" not in add_administrator(asked)
    with seeding():
        assert User.objects.get(email="ada@example.invalid").check_password(PASSWORD)


def test_an_address_that_is_none_is_refused(cast: Cast) -> None:
    with pytest.raises(ConsoleError, match="no email address"):
        add_administrator(replace(ASKED, email="ada"))
