"""Ways 5 and 7: what is set for a session, and what goes on after the transaction of a request has ended. Each is refused,
or has no effect; nobody reads as whoever was there before."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.http import HttpRequest, StreamingHttpResponse
from django.test import RequestFactory

import drive
from drive.access.middleware import AccountsScopeMiddleware
from drive.access.scopes import Scope
from drive.access.stepping import database_role, stepping_into
from drive.casework.models import SuCase

Services = dict[UUID, set[UUID]]


def cases_seen() -> set[UUID]:
    return set(SuCase.objects.values_list("pk", flat=True))


def test_way_5_what_is_set_for_the_session_does_not_outlive_the_next_step(
    two_services: Services, as_in_production: DatabaseWrapper
) -> None:
    """A setting of the session survives its transaction; whoever steps in sets all of it anew, nobody's included."""
    first, second = two_services
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('role', %s, false), set_config('drive.membership', %s, false), set_config('drive.account', %s, false)",
            [database_role(Scope.SU_WORKER), str(first), str(first)],
        )
    assert cases_seen() == two_services[first], "it survives: the way is open where nothing is set anew"
    with stepping_into(Scope.SU_WORKER, membership_id=second):
        assert cases_seen() == two_services[second]
    with stepping_into(Scope.SU_WORKER):
        assert cases_seen() == set()
    with pytest.raises(ProgrammingError, match="permission denied"), stepping_into(Scope.ACCOUNTS):
        cases_seen()


def test_way_5_nothing_of_ours_sets_anything_for_a_session() -> None:
    lasting = re.compile(
        r"set_config\([^()]*(?:\([^()]*\)[^()]*)*,\s*false\)|\bset\s+(?:session\s+)?(?:role|session authorization)\b(?!\s+to\s+default)", re.I
    )  # fmt: skip
    found = [
        f"{path.name}: {match.group(0)}"
        for path in Path(drive.__file__).parent.rglob("*")
        if path.suffix in (".py", ".sql") and "tests" not in path.parts
        for match in lasting.finditer(path.read_text())
    ]
    assert found == []
    assert lasting.search("select set_config('role', %s, false)")
    assert lasting.search("set role drive_su_worker")
    assert not lasting.search("set local role drive_policy")


def test_way_7_a_commit_in_the_middle_of_a_request_ends_what_it_may_see(
    two_services: Services, as_in_production: DatabaseWrapper
) -> None:
    """Django refuses its own; a raw one takes the step with it, and what follows is denied, never shown."""
    first, second = two_services
    with (
        pytest.raises(transaction.TransactionManagementError),
        stepping_into(Scope.SU_WORKER, membership_id=first),
    ):
        transaction.commit()

    def commits_and_goes_on() -> None:
        with stepping_into(Scope.SU_WORKER, membership_id=first), connection.cursor() as cursor:
            assert cases_seen() == two_services[first]
            cursor.execute("commit")
            cases_seen()

    with pytest.raises(ProgrammingError, match="permission denied"):
        commits_and_goes_on()
    with stepping_into(Scope.SU_WORKER, membership_id=second):
        assert cases_seen() == two_services[second], "and the next request is as ever"


def test_way_7_a_body_that_streams_after_the_request_reads_nothing(
    two_services: Services, as_in_production: DatabaseWrapper
) -> None:
    first, second = two_services
    half_read: list[UUID] = []

    def body() -> Iterator[bytes]:
        for case in SuCase.objects.iterator(chunk_size=1):
            yield str(case.pk).encode()

    def answer(_request: HttpRequest) -> StreamingHttpResponse:
        with stepping_into(Scope.SU_WORKER, membership_id=first):
            half_read.extend(cases_seen())
            return StreamingHttpResponse(body())

    response = AccountsScopeMiddleware(answer)(RequestFactory().get("/cases/"))
    assert set(half_read) == two_services[first]
    assert isinstance(response, StreamingHttpResponse)
    with pytest.raises(ProgrammingError, match="permission denied"):
        list(response)
    with stepping_into(Scope.SU_WORKER, membership_id=second):
        assert cases_seen() == two_services[second]


def test_way_7_what_waits_for_the_commit_is_nobody(
    two_services: Services, as_in_production: DatabaseWrapper
) -> None:
    """`on_commit` runs when the step has ended: it steps in for itself or reads nothing."""
    first, second = two_services
    seen: list[set[UUID]] = []
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        stepping_into(Scope.SU_WORKER, membership_id=first),
    ):
        transaction.on_commit(lambda: seen.append(cases_seen()))
    assert seen == []

    def for_itself() -> None:
        with stepping_into(Scope.SU_WORKER, membership_id=second):
            seen.append(cases_seen())

    with stepping_into(Scope.SU_WORKER, membership_id=first):
        transaction.on_commit(for_itself)
    assert seen == [two_services[second]]
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == (f"{settings.DRIVE_ROLE_PREFIX}_app",)
