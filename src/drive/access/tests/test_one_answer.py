"""Hidden and absent answer alike (S-39); what fails is undone and leaves nothing on the connection."""

from __future__ import annotations

import os
import threading
from uuid import uuid4

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction
from django.http import Http404, HttpResponse
from django.test import RequestFactory

from drive.access.console import ConsoleError, console_actor
from drive.access.middleware import AccountsScopeMiddleware, ActorMiddleware
from drive.access.models import Draft, local_today
from drive.access.pages import FailedResponseError, page
from drive.access.permissions import Permission
from drive.access.scopes import Scope
from drive.access.stepping import stepping_into
from drive.audit.models import AuditEvent
from drive.casework.models import SuCase
from drive.config.installation import WrongInstallationError, claim
from tests.cast import Cast, seeding, sign_in


def test_s39_every_refusal_is_the_same_page_byte_for_byte(cast: Cast) -> None:
    answers = [
        sign_in(cast.chair).get("/emergency/"),  # no permission
        sign_in(cast.case_manager).get(f"/looked/{cast.case.pk}/"),  # no permission, a record that exists
        sign_in(cast.service_manager).get(f"/looked/{uuid4()}/"),  # no such record
        sign_in(cast.idva_manager).get(f"/looked/{cast.case.pk}/"),  # the other side's
        sign_in(cast.case_manager).get("/no-such-address/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    headers = [{k: v for k, v in answer.headers.items() if k != "Set-Cookie"} for answer in answers]
    assert all(each == headers[0] for each in headers)
    body = answers[0].content.decode()
    assert "nonce" not in body
    assert "Tolliver" not in body
    assert "csrf" not in body


def test_a_denied_page_leaves_an_event(cast: Cast) -> None:
    sign_in(cast.case_manager).get(f"/looked/{cast.case.pk}/")
    with seeding():
        event = AuditEvent.objects.get(act="denied")
        assert (event.record_id, event.membership_id) == (cast.case.pk, cast.case_manager.pk)


@page(Permission.DESK_VIEW, "Fails after a write")
def _fails(request: object, answers: bool) -> HttpResponse:
    membership = request.actor.membership_id  # type: ignore[attr-defined]  # the page decorator sets it
    Draft.objects.create(membership_id=membership, form="own.x", record_id=membership, content={})
    if answers:
        return HttpResponse(status=500)
    raise RuntimeError("on purpose")


@pytest.mark.parametrize(("answers", "error"), [(True, FailedResponseError), (False, RuntimeError)])
def test_a_failure_after_a_write_undoes_it_and_the_session_goes_on(
    cast: Cast, answers: bool, error: type[Exception]
) -> None:
    request = RequestFactory().get("/")
    request.actor = cast.case_manager.as_actor()  # type: ignore[attr-defined]  # the page decorator sets it
    with pytest.raises(error):
        _fails(request, answers=answers)
    with seeding():
        assert not Draft.objects.exists()
    assert sign_in(cast.case_manager).get("/emergency/").status_code == 200


def test_an_undeclared_view_answers_nobody(cast: Cast) -> None:
    request = RequestFactory().get("/")
    request.user = cast.case_manager.user
    middleware = ActorMiddleware(lambda _request: HttpResponse("never"))
    answer = middleware.process_view(request, lambda _request: HttpResponse("secret"), [], {})
    assert answer is not None
    assert answer.status_code == 404


def _state() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_setting('role'), coalesce(current_setting('drive.membership', true), ''),"
            " coalesce(current_setting('drive.account', true), '')"
        )
        row = cursor.fetchone()
    return (row[0], row[1], row[2])


def _in_a_connection_of_its_own(work: object) -> list[object]:
    """Outside every test's transaction, as a request is: a thread has its own connection."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(work())  # type: ignore[operator]  # one of the works above
        except Exception as error:  # handed to the test
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found


@pytest.mark.django_db
def test_a_pooled_connection_carries_nothing_from_one_person_to_the_next() -> None:
    def two_people() -> list[tuple[str, str, str]]:
        states = []
        with (
            pytest.raises(RuntimeError),
            stepping_into(Scope.SU_WORKER, membership_id=uuid4(), user_id=uuid4()),
        ):
            raise RuntimeError("the first person's page fails")
        states.append(_state())
        with stepping_into(Scope.VS_WORKER, membership_id=uuid4()):
            pass
        states.append(_state())
        with pytest.raises(ProgrammingError, match=r"permission denied|does not exist"), transaction.atomic():
            list(SuCase.objects.all())
        with stepping_into(Scope.SU_WORKER):
            assert not SuCase.objects.exists()
        return states

    found = _in_a_connection_of_its_own(two_people)
    assert found == [[("none", "", ""), ("none", "", "")]]


@pytest.mark.django_db
def test_a_failed_answer_rolls_the_whole_request_back_and_leaves_no_context() -> None:
    def request() -> tuple[int, tuple[str, str, str]]:
        middleware = AccountsScopeMiddleware(lambda _request: HttpResponse(status=503))
        return middleware(RequestFactory().get("/")).status_code, _state()

    assert _in_a_connection_of_its_own(request) == [(503, ("none", "", ""))]


@pytest.mark.real_login
@pytest.mark.parametrize(
    "table", ["casework_sucase", "advocacy_vsrecord", "access_user", "django_session", "access_draft"]
)
def test_the_applications_own_log_in_reads_no_table(table: str, db: None) -> None:
    with (
        psycopg.connect(os.environ["DRIVE_REAL_APP_URL"]) as real,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        real.execute(f"select 1 from {table} limit 1")  # type: ignore[arg-type]  # from the list above


@pytest.mark.real_login
def test_the_applications_own_log_in_becomes_no_seed_and_no_owner(db: None) -> None:
    prefix = os.environ["DRIVE_ROLE_PREFIX"]
    for role in ("seed", "owner", "policy", "backup"):
        with (
            psycopg.connect(os.environ["DRIVE_REAL_APP_URL"]) as real,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            real.execute(f"set role {prefix}_{role}")  # type: ignore[arg-type]  # from the tuple above


def test_the_console_acts_as_one_membership(cast: Cast) -> None:
    email = cast.case_manager.user.email
    actor = console_actor(email.upper())
    assert (actor.membership_id, actor.origin) == (cast.case_manager.pk, "console")
    with pytest.raises(ConsoleError, match="no account"):
        console_actor("nobody@example.invalid")
    with pytest.raises(ConsoleError, match="no such role"):
        console_actor(email, "idva")
    with seeding():
        type(cast.case_manager).objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
    with pytest.raises(ConsoleError, match="no such role"):
        console_actor(email)


def test_practice_and_real_work_never_share_a_database(db: None) -> None:
    """The tests' own database is for real work, by its first preparation; practice is refused on it."""
    url, prefix = os.environ["DATABASE_URL"], os.environ["DRIVE_ROLE_PREFIX"]
    claim(url, demonstration=False, prefix=prefix)
    with pytest.raises(WrongInstallationError, match="real work"):
        claim(url, demonstration=True, prefix=prefix)
    with psycopg.connect(url) as owner:
        owner.execute("update access_installation set mode = 'demonstration'")
    try:
        with pytest.raises(WrongInstallationError, match="practice site"):
            claim(url, demonstration=False, prefix=prefix)
    finally:
        with psycopg.connect(url) as owner:
            owner.execute("update access_installation set mode = 'live'")


def test_not_found_in_a_page_is_not_an_error(cast: Cast) -> None:
    @page(Permission.DESK_VIEW, "Absent")
    def absent(request: object) -> HttpResponse:
        raise SuCase.DoesNotExist

    request = RequestFactory().get("/")
    request.actor = cast.case_manager.as_actor()  # type: ignore[attr-defined]  # the page decorator sets it
    with pytest.raises(Http404):
        absent(request)
