"""A stop concern racing a hundred bookings lets none through (S-17). Real connections, committed rows, own
clean-up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.cast import Cast, lay_out, seeding
from tests.racing import remove_everything

from .deciding import decide, tomorrow

BOOKINGS = 100
CONNECTIONS = 10


def scope(name: str) -> str:
    return f"{settings.DRIVE_ROLE_PREFIX}_{name}"


def connect() -> psycopg.Connection[tuple[object, ...]]:
    own = settings.DATABASES["default"]
    return psycopg.connect(
        host=own["HOST"],
        port=own["PORT"] or None,
        dbname=own["NAME"],
        user=own["USER"],
        password=own["PASSWORD"],
    )


def step(cursor: psycopg.Cursor[tuple[object, ...]], role: str, member: object) -> None:
    cursor.execute(
        "select set_config('role', %s, true), set_config('drive.membership', %s, true)",
        [scope(role), str(member)],
    )


@pytest.fixture
def committed(transactional_db: None) -> Iterator[Cast]:
    """A cast that other connections see, and that is gone afterwards: rows are only ever inserted by the
    application.
    """
    cast = lay_out()
    decide(cast.case_manager, cast.idva, cast.link.pk)
    yield cast
    remove_everything()


INSERT_BOOKING = """
insert into safety_booking (id, recorded_at, recorded_by_id, case_id, service_id, kind, channel, starts_at,
                            place, with_whom, reason_given, leaves_out, says, will_think)
values (%(id)s, now(), %(by)s, %(case)s, %(service)s, 'meeting', 'face_to_face', %(at)s, 'probation_office',
        '', 'His licence', false, '', '')
"""
INSERT_STATE = """
insert into safety_bookingstate (id, recorded_at, recorded_by_id, case_id, service_id, booking_id, state,
                                 told)
values (%(state)s, now(), %(by)s, %(case)s, %(service)s, %(id)s, 'planned', '')
"""
INSERT_STOP = """
insert into safety_stopconcern (id, recorded_at, recorded_by_id, link_id, side, su_case_id, su_service_id,
                                vs_record_id, vs_service_id, scope, place, words)
values (%s, now(), %s, %s, 'vs', %s, %s, %s, %s, 'all', '', '')
"""


def test_s17_no_booking_gets_past_a_stop_concern_raised_in_the_same_second(committed: Cast) -> None:
    cast = committed
    at = tomorrow()
    outcomes: list[str] = []
    ready = threading.Barrier(CONNECTIONS + 1)

    def book_many() -> None:
        with connect() as own:
            ready.wait()
            for _ in range(BOOKINGS // CONNECTIONS):
                values = {
                    "id": uuid4(),
                    "state": uuid4(),
                    "by": cast.case_manager.pk,
                    "case": cast.case.pk,
                    "service": cast.case.service_id,
                    "at": at,
                }
                try:
                    with own.transaction(), own.cursor() as cursor:
                        step(cursor, "su_worker", cast.case_manager.pk)
                        cursor.execute(INSERT_BOOKING, values)
                        cursor.execute(INSERT_STATE, values)
                    outcomes.append("booked")
                except psycopg.errors.CheckViolation as refused:
                    outcomes.append(str(refused.diag.message_primary).rsplit(": ", 1)[-1])

    def stop() -> None:
        with connect() as own:
            ready.wait()
            while outcomes.count("booked") < 5:  # some must be there to be suspended
                threading.Event().wait(0.001)
            with own.transaction(), own.cursor() as cursor:
                step(cursor, "vs_worker", cast.idva.pk)
                cursor.execute(
                    INSERT_STOP,
                    [
                        uuid4(),
                        cast.idva.pk,
                        cast.link.pk,
                        cast.case.pk,
                        cast.case.service_id,
                        cast.record.pk,
                        cast.record.service_id,
                    ],
                )

    threads = [threading.Thread(target=book_many) for _ in range(CONNECTIONS)] + [
        threading.Thread(target=stop)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(outcomes) == BOOKINGS
    assert set(outcomes) == {"booked", "stop"}, "some came before the concern, all others were stopped by it"
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from safety_booking b where 'planned' = (select s.state"
            " from safety_bookingstate s where s.booking_id = b.id order by s.recorded_at desc limit 1)"
        )
        assert cursor.fetchone() == (0,), "every booking that got in first is suspended"
        cursor.execute("select count(*) from safety_bookingstate where state = 'suspended'")
        assert cursor.fetchone() == (outcomes.count("booked"),)


def test_s17_nobody_plans_from_an_old_snapshot(cast: Cast) -> None:
    """Under repeatable read the trigger would not see a concern raised meanwhile: refused outright."""
    with connect() as own, own.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        step(cursor, "su_worker", cast.case_manager.pk)
        with pytest.raises(psycopg.errors.ActiveSqlTransaction, match="read committed"):
            cursor.execute(
                INSERT_BOOKING,
                {
                    "id": uuid4(),
                    "by": cast.case_manager.pk,
                    "case": cast.case.pk,
                    "service": cast.case.service_id,
                    "at": tomorrow(),
                },
            )
