"""The calendar (W-27): codes alone, a colleague's times as taken or free, and the file. S-03, S-04, S-39."""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drive.access.models import CaseAssignment, ClientAssignment, Membership, local_today
from drive.access.stepping import acting_as
from drive.advocacy.models import Absence, CheckInPlan, CourtDate, VsRecord
from drive.audit.models import AuditEvent
from drive.audit.record import Act
from drive.casework.models import StateEntry, SuCase
from drive.components.dates import LONDON
from drive.safety.calendar import (
    OFFERED,
    Busy,
    Entry,
    busy_of,
    free_times,
    merged,
    midnight,
    on_day,
    whole_day,
    words_of,
    working_days,
)
from drive.safety.icalendar import calendar_file, folded
from drive.safety.models import Booking, BookingState, JointReview
from drive.safety.queries import calendar as queries
from tests.cast import Cast, link, open_case, open_record, seeding

from .deciding import decide

ClientOf = Callable[[Membership], Client]
UTC = datetime.UTC
MONDAY = datetime.date(2026, 11, 23)
CLOCKS_CHANGE = datetime.date(2026, 10, 25)


def at(hour: int, minute: int = 0, day: datetime.date = MONDAY) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(hour, minute), LONDON).astimezone(UTC)


# ------------------------------------------------------------------------------------------------- pure rules

HOURS = st.tuples(st.integers(0, 22), st.integers(1, 5), st.sampled_from([None, "a", "b"]))
LINKS = {None: None, "a": uuid4(), "b": uuid4()}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(st.lists(HOURS, max_size=6))
def test_s04_merging_keeps_every_taken_minute_and_tells_no_span_twice(
    hours: list[tuple[int, int, str | None]],
) -> None:
    start = at(0)
    spans = [
        Busy(start + datetime.timedelta(hours=h), start + datetime.timedelta(hours=h + n), LINKS[k])
        for h, n, k in hours
    ]
    found = merged(spans)

    def taken(of: list[Busy]) -> set[int]:
        return {n for n in range(30) for s in of if s.start <= start + datetime.timedelta(hours=n) < s.end}

    assert taken(found) == taken(spans)
    for link_id in LINKS.values():
        own = [one for one in found if one.link_id == link_id]
        assert all(a.end < b.start or link_id is None for a, b in itertools.pairwise(own))
    shared = [one for one in found if one.link_id]
    for one in found:
        if one.link_id is None:
            assert not any(s.start < one.end and one.start < s.end for s in shared)


def test_a_day_on_which_clocks_change_is_one_whole_day_and_its_hours_are_londons() -> None:
    whole = whole_day(CLOCKS_CHANGE)
    assert whole.end - whole.start == datetime.timedelta(hours=25)
    assert words_of(whole, CLOCKS_CHANGE) == "all day"
    meeting = Busy(at(9, day=CLOCKS_CHANGE), at(10, day=CLOCKS_CHANGE))
    assert on_day(CLOCKS_CHANGE, [meeting, whole_day(MONDAY)]) == [meeting]
    assert words_of(meeting, CLOCKS_CHANGE) == "09:00 to 10:00"
    friday, monday = datetime.date(2026, 10, 23), datetime.date(2026, 10, 26)
    assert free_times([whole_day(friday)], at(8, day=friday))[0] == datetime.datetime(
        2026, 10, 26, 9, tzinfo=UTC
    )
    assert free_times([], at(8, day=friday))[0] == datetime.datetime(2026, 10, 23, 8, tzinfo=UTC)
    assert monday in working_days(friday)


def test_free_times_are_hours_of_working_days_that_neither_has_taken() -> None:
    spans = [
        Busy(at(9), at(10)),
        Busy(at(10, 30), at(11, 30)),
        whole_day(MONDAY + datetime.timedelta(days=1)),
    ]
    found = free_times(spans, at(8))
    assert found[0] == at(12)
    assert [one.date() for one in found[1:3]] == [datetime.date(2026, 11, 25), datetime.date(2026, 11, 26)]
    assert len(found) == OFFERED
    assert free_times(spans, at(12, 1))[0] == at(13), "an hour that has begun is not offered"
    assert free_times([Busy(midnight(MONDAY), midnight(MONDAY + datetime.timedelta(days=30)))], at(8)) == []
    assert working_days(datetime.date(2026, 11, 21))[0] == MONDAY


def test_what_has_no_hour_takes_none_and_a_hearing_takes_the_day() -> None:
    review = Entry(MONDAY, None, "N7-K3Q", "Joint review", "r")
    court = Entry(MONDAY, at(11), "N7-K3Q", "Court", "c", takes_day=True)
    meeting = Entry(MONDAY, at(14), "N7-K3Q", "Meeting", "m", takes_time=True)
    assert busy_of([review, court, meeting]) == [whole_day(MONDAY), Busy(at(14), at(15))]


def test_the_file_is_escaped_folded_and_names_nobody() -> None:
    odd = Entry(MONDAY, at(10), "A;B,C\\D\nE", "Meeting", "booking:1", takes_time=True)
    summer = Entry(
        datetime.date(2026, 7, 1), at(10, day=datetime.date(2026, 7, 1)), "N7-K3Q", "Court", "court:2"
    )
    away = Entry(MONDAY, None, "", "Away", "away:3", takes_day=True)
    text = calendar_file([odd, summer, away], today=MONDAY).decode()
    assert text.endswith("END:VCALENDAR\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "SUMMARY:Drive A\\;B\\,C\\\\D\\nE\r\n" in text
    assert (
        "DTSTART;TZID=Europe/London:20261123T100000\r\nDTEND;TZID=Europe/London:20261123T110000\r\n" in text
    )
    assert "DTSTART;TZID=Europe/London:20260701T100000" in text
    assert "DTSTART;VALUE=DATE:20261123\r\nDTEND;VALUE=DATE:20261124\r\nSUMMARY:Drive\r\n" in text
    identifiers = re.findall(r"UID:([0-9a-f]{32})@drive\.invalid", text)
    assert len(set(identifiers)) == 3
    assert calendar_file([odd], today=MONDAY) == calendar_file([odd], today=MONDAY)
    for word in ("Meeting", "Court", "booking"):
        assert word not in text
    long = "SUMMARY:" + "é" * 100
    assert all(len(line.encode()) <= 75 for line in folded(long).split("\r\n"))
    assert folded(long).replace("\r\n ", "") == long


# ------------------------------------------------------------------------------------------------- the cast


def days(count: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=count)


def booked(
    cast: Cast, case: SuCase, start: datetime.datetime, state: str = "planned", kind: str = "meeting"
) -> Booking:
    by = {"case": case, "service_id": case.service_id, "recorded_by": cast.case_manager}
    with seeding():
        made = Booking.objects.create(
            **by,
            kind=kind,
            channel="face_to_face",
            starts_at=start,
            place="probation_office",
            with_whom="CANARY",
            reason_given="CANARY",
        )
        BookingState.objects.create(**by, booking=made, state=state, told="CANARY")
    return made


def court(cast: Cast, record: VsRecord, day: datetime.date, **more: Any) -> CourtDate:
    with seeding():
        return CourtDate.objects.create(
            record=record, service_id=record.service_id, recorded_by=cast.idva, on=day, what="CANARY",
            **({"thread": uuid4(), "version": 1, "at": datetime.time(10)} | more),
        )  # fmt: skip


def away(cast: Cast, member: Membership, first: datetime.date, last: datetime.date) -> None:
    with seeding():
        Absence.objects.create(
            service_id=member.service_id,
            membership=member,
            first_day=first,
            last_day=last,
            recorded_by=member,
            handover="CANARY",
        )


def unshared(cast: Cast) -> tuple[SuCase, VsRecord]:
    """One more case of the case manager, with another IDVA, and one more client of the IDVA, without Drive."""
    with seeding():
        case = open_case(cast.su_service, cast.case_manager, "Percival", "Quince", cast.service_manager)
        theirs = open_record(cast.vs_service, cast.other_idva, "Marigold", "Tansy", cast.idva_manager)
        linked = link(case, theirs, cast.service_manager, "Marigold Tansy")
        hers = open_record(cast.vs_service, cast.idva, "Ottilie", "Marsh", cast.idva_manager)
    decide(cast.case_manager, cast.other_idva, linked.pk)
    return case, hers


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, with contact agreed between the two."""
    decide(cast.case_manager, cast.idva, cast.link.pk)
    return cast


def told(member: Membership, colleague: Membership, last: int = 13) -> list[Busy]:
    """What the database answers; nothing where its function is not this reader's to call."""
    with acting_as(member.as_actor()), connection.cursor() as cursor:
        cursor.execute("select has_function_privilege('safety.busy_times(uuid, date, date)', 'execute')")
        (may,) = cursor.fetchone() or (False,)
        return queries.busy_times(colleague.pk, days(0), days(last)) if may else []


def test_w27_the_idva_reads_busy_and_the_code_of_what_she_shares_alone(
    cast: Cast, client_of: ClientOf
) -> None:
    other, _ = unshared(cast)
    shared, hidden = at(10, day=days(1)), at(14, day=days(2))
    booked(cast, cast.case, shared)
    booked(cast, other, hidden)
    booked(cast, other, at(15, day=days(3)), "cancelled")
    booked(cast, other, at(15, day=days(4)), kind="letter")
    hour = datetime.timedelta(hours=1)
    assert told(cast.idva, cast.case_manager) == [
        Busy(shared, shared + hour, cast.link.pk),
        Busy(hidden, hidden + hour),
    ]
    page = client_of(cast.idva).get(f"/calendar/with/{cast.case_manager.pk}/").content.decode()
    assert f"Busy 10:00 to 11:00, {cast.record.code}" in page
    assert "Busy 14:00 to 15:00<" in page
    assert "15:00 to 16:00" not in page
    for word in (
        "CANARY",
        other.code,
        cast.case.code,
        "Quince",
        "Crimplefoot",
        "Puddifoot",
        "Meeting",
        "Office",
    ):
        assert word not in page, word


def test_s04_contact_that_another_clients_concern_suspends_keeps_its_hour(cast: Cast) -> None:
    case, _ = unshared(cast)
    meeting = booked(cast, case, at(10, day=days(1)))
    before = told(cast.idva, cast.case_manager)
    with seeding():
        BookingState.objects.create(
            case=case,
            service_id=case.service_id,
            recorded_by=cast.case_manager,
            booking=meeting,
            state="suspended",
        )
    assert before == told(cast.idva, cast.case_manager) != []


def test_s03_a_hearing_and_a_day_away_read_the_same_to_the_case_manager(
    cast: Cast, client_of: ClientOf
) -> None:
    _, hers = unshared(cast)
    court(cast, hers, days(1))
    court(cast, cast.record, days(2), at=None)
    away(cast, cast.idva, days(3), days(4))
    moved = court(cast, hers, days(6))
    court(cast, hers, days(7), thread=moved.thread, version=2)
    court(cast, hers, days(8), cancelled=True)
    court(cast, hers, days(-1))
    away(cast, cast.other_idva, days(9), days(9))
    assert told(cast.case_manager, cast.idva) == [whole_day(days(n)) for n in (1, 2, 3, 4, 7)]
    page = client_of(cast.case_manager).get(f"/calendar/with/{cast.idva.pk}/").content.decode()
    assert page.count("<div>Busy all day</div>") == 5
    for word in ("CANARY", "Court", "Away", cast.record.code, hers.code, "Puddifoot", "Marsh"):
        assert word not in page, word


def test_s43_an_absence_said_anew_replaces_what_was_said(cast: Cast) -> None:
    away(cast, cast.idva, days(1), days(5))
    away(cast, cast.idva, days(1), days(2))
    assert told(cast.case_manager, cast.idva) == [whole_day(days(1)), whole_day(days(2))]


def test_s39_whoever_shares_no_open_link_today_is_as_absent(cast: Cast, client_of: ClientOf) -> None:
    """A colleague of one's own side, an outsider, the other side without a link, nobody at all: the same bytes."""
    booked(cast, cast.case, at(10, day=days(1)))
    court(cast, cast.record, days(2))
    nowhere = client_of(cast.idva).get(f"/calendar/with/{uuid4()}/")
    assert nowhere.status_code == 404
    everybody = cast.everybody()
    allowed = {(cast.case_manager.pk, cast.idva.pk), (cast.idva.pk, cast.case_manager.pk)}
    for reader in everybody:
        for colleague in everybody:
            if (reader.pk, colleague.pk) not in allowed:
                assert told(reader, colleague) == [], (reader.name, colleague.name)
    masked = lambda page: re.sub(rb'nonce[-=]"?[\w+/=-]+|value="\w{64}"|[0-9a-f-]{36}', b"", page)  # noqa: E731  # used below alone
    for reader in (
        cast.idva,
        cast.other_idva,
        cast.outside_idva,
        cast.case_manager,
        cast.other_case_manager,
        cast.outsider,
    ):
        browser = client_of(reader)
        absent = browser.get(f"/calendar/with/{uuid4()}/")
        for colleague in everybody:
            answer = browser.get(f"/calendar/with/{colleague.pk}/")
            if (reader.pk, colleague.pk) in allowed:
                assert answer.status_code == 200
            else:
                assert answer.status_code == 404
                assert masked(answer.content) == masked(absent.content), (reader.name, colleague.name)
    for nobody in (
        cast.analyst,
        cast.coordinator,
        cast.administrator,
        cast.governance_lead,
        cast.expert_advisor,
    ):
        for path in ("/calendar/", "/calendar/file/", f"/calendar/with/{cast.idva.pk}/"):
            assert client_of(nobody).get(path).status_code == 404


@pytest.mark.parametrize("how", ["closed", "handed_over", "left", "named_contact"])
def test_s39_when_the_case_ends_or_the_work_does_nothing_is_told_any_more(cast: Cast, how: str) -> None:
    booked(cast, cast.case, at(10, day=days(1)))
    assert told(cast.idva, cast.case_manager)
    with seeding():
        held = CaseAssignment.objects.filter(case_id=cast.case.pk)
        if how == "closed":
            StateEntry.objects.create(
                case=cast.case, service_id=cast.case.service_id, recorded_by=cast.case_manager,
                history="status", value="closed", since=local_today(),
            )  # fmt: skip
        elif how == "handed_over":
            ClientAssignment.objects.filter(record_id=cast.record.pk).update(ends_on=local_today())
        elif how == "left":
            Membership.objects.filter(pk=cast.case_manager.pk).update(ends_on=local_today())
        else:
            held.update(kind="named_contact")
    assert told(cast.idva, cast.case_manager) == []


def test_s04_two_clients_of_one_case_are_two_links_and_each_idva_reads_her_own(cast: Cast) -> None:
    with seeding():
        hers = open_record(cast.vs_service, cast.other_idva, "Marigold", "Tansy", cast.idva_manager)
        second = link(cast.case, hers, cast.service_manager, "Marigold Tansy")
    decide(cast.case_manager, cast.other_idva, second.pk)
    booked(cast, cast.case, at(10, day=days(1)))
    assert [one.link_id for one in told(cast.idva, cast.case_manager)] == [cast.link.pk]
    assert [one.link_id for one in told(cast.other_idva, cast.case_manager)] == [second.pk]


def test_what_is_past_and_what_is_far_ahead_is_not_told(cast: Cast) -> None:
    _, hers = unshared(cast)
    court(cast, hers, days(0))
    court(cast, hers, days(92))
    court(cast, hers, days(93))
    with acting_as(cast.case_manager.as_actor()):
        found = queries.busy_times(cast.idva.pk, days(-30), days(400))
    assert found == [whole_day(days(0)), whole_day(days(92))]


def test_s03_the_functions_have_these_columns_and_no_other(cast: Cast) -> None:
    with connection.cursor() as cursor:
        for name, columns in (
            ("busy_times", ["starts_at", "ends_at", "link_id"]),
            ("colleagues_across", ["membership_id", "name", "link_id"]),
        ):
            cursor.execute(
                "select n from pg_proc p, unnest(p.proargnames, p.proargmodes) x (n, mode)"
                " where p.pronamespace = 'safety'::regnamespace and p.proname = %s and mode = 't'",
                [name],
            )
            assert [column for (column,) in cursor.fetchall()] == columns


def own(member: Membership, last: int = 13) -> list[tuple[datetime.date, str, str]]:
    actor = member.as_actor()
    with acting_as(actor):
        return [(one.day, one.what, one.code) for one in queries.own_entries(actor, days(0), days(last))]


def reviewed(cast: Cast, next_on: datetime.date, link_id: UUID | None = None) -> None:
    with seeding():
        JointReview.objects.create(
            link_id=link_id or cast.link.pk, su_case_id=cast.link.su_case_id, su_service_id=cast.link.su_service_id,
            vs_record_id=cast.link.vs_record_id, vs_service_id=cast.link.vs_service_id, side="su", recorded_by=cast.case_manager,
            held_on=days(0), case_side_came="came", client_side_came="came", patterns="CANARY", unknowns="CANARY",
            others_at_risk={}, if_we_do_not="CANARY", outcome="continue", actions="CANARY", next_on=next_on,
        )  # fmt: skip


def test_w27_ones_own_days_stand_with_ones_own_code(cast: Cast, client_of: ClientOf) -> None:
    booked(cast, cast.case, at(10, day=days(1)))
    reviewed(cast, days(9))
    reviewed(cast, days(5))
    court(cast, cast.record, days(2))
    away(cast, cast.idva, days(12), days(20))
    with seeding():
        for due in (4, 3):
            CheckInPlan.objects.create(
                record=cast.record,
                service_id=cast.record.service_id,
                recorded_by=cast.idva,
                interval_days=14,
                due_on=days(due),
            )
    his, hers = cast.case.code, cast.record.code
    assert own(cast.case_manager) == [(days(1), "Meeting", his), (days(5), "Joint review", his)]
    assert own(cast.idva) == [
        (days(2), "Court", hers),
        (days(3), "Check-in due", hers),
        (days(5), "Joint review", hers),
        (days(12), "Away", ""),
        (days(13), "Away", ""),
    ]
    for member in cast.everybody():
        if member not in (cast.case_manager, cast.idva) and member.as_actor().side.value in ("su", "vs"):
            assert own(member) == [], member.name
    for member in (cast.case_manager, cast.idva):
        browser = client_of(member)
        for path in (
            "/calendar/",
            f"/calendar/?from={days(14)}",
            "/calendar/?from=elsewhere",
            "/calendar/?from=9999-12-31",
        ):
            page = browser.get(path)
            assert page.status_code == 200
            for word in ("CANARY", "Crimplefoot", "Puddifoot"):
                assert word not in page.content.decode(), (path, word)
    assert his in client_of(cast.case_manager).get("/calendar/").content.decode()


def test_s36_the_file_is_ones_own_by_code_and_taking_it_is_written_down(
    cast: Cast, client_of: ClientOf
) -> None:
    booked(cast, cast.case, at(10, day=days(1)))
    court(cast, cast.record, days(2))
    answer = client_of(cast.case_manager).get("/calendar/file/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calendar.ics"'
    text = answer.content.decode()
    assert re.findall(r"SUMMARY:(.*)\r\n", text) == [f"Drive {cast.case.code}"]
    for word in ("CANARY", "Crimplefoot", "Puddifoot", "Meeting", cast.record.code, str(cast.case.pk)):
        assert word not in text
    with seeding():
        assert (
            AuditEvent.objects.filter(
                act=Act.EXPORTED, kind="calendar", account_id=cast.case_manager.user_id
            ).count()
            == 1
        )
    assert Client().get("/calendar/file/").status_code in (302, 404)


def test_w27_both_free_leaves_out_what_either_has(cast: Cast, client_of: ClientOf) -> None:
    first = working_days(days(1))[0]
    booked(cast, cast.case, at(9, day=first))
    away(cast, cast.idva, working_days(first)[1], working_days(first)[1])
    for reader, colleague in ((cast.case_manager, cast.idva), (cast.idva, cast.case_manager)):
        page = client_of(reader).get(f"/calendar/with/{colleague.pk}/").content.decode()
        offered = re.findall(r"<li>(\w{3} \d+ \w{3}), (\d\d:\d\d)</li>", page)
        by_day = dict(offered)
        assert by_day[f"{first:%a} {first.day} {first:%b}"] == "10:00"
        second = working_days(first)[1]
        assert f"{second:%a} {second.day} {second:%b}" not in by_day
    assert timezone.now() < at(9, day=first)
