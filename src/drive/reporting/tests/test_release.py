"""The return as a release: asked for, read and let go by a second person, then the same numbers for everybody (S-40)."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from drive.access.models import Membership, local_today
from drive.access.refusal import Refusal
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.audit.models import AuditEvent
from drive.casework.models import Contact
from drive.demonstration import loading
from drive.demonstration.diary import LONDON
from drive.demonstration.world import World
from drive.extract.commands import answer_release
from drive.extract.models import ReleaseFile, ReleaseRequest
from drive.extract.queries import ClientCoverage
from drive.extract.tests.conftest import somebody
from drive.reporting.book import Book, Cell, share, total
from drive.reporting.commands import ask_for_return
from drive.reporting.performance import PerformanceReturn, performance_return
from drive.reporting.rules import overlapping
from drive_evaluation.results import Result
from drive_evaluation.run import Outcome
from tests.cast import Cast, seeding

SignIn = Callable[[Membership], Client]

LAST = local_today() - datetime.timedelta(days=1)
FIRST = LAST - datetime.timedelta(days=60)


@pytest.fixture
def released(cast: Cast) -> ReleaseRequest:
    actor = cast.service_manager.as_actor()
    with acting_as(actor, Scope.REPORT):
        asked = ask_for_return(
            by=actor, first=FIRST, last=LAST, recipient="The commissioner", purpose="Quarter"
        )
    with acting_as(cast.governance_lead.as_actor()):
        answer_release(by=cast.governance_lead.as_actor(), request_id=asked.pk, outcome="released")
    return asked


def test_who_reads_a_released_return_and_nobody_before_it_is_released(cast: Cast, client_of: SignIn) -> None:
    manager = client_of(cast.service_manager)
    typed = {
        "first": f"{FIRST:%d/%m/%Y}",
        "last": f"{LAST:%d/%m/%Y}",
        "recipient": "The commissioner",
        "purpose": "Quarter",
    }
    assert manager.post(reverse("return_ask"), typed).status_code == 302
    with seeding():
        asked = ReleaseRequest.objects.get()
    addresses = [
        reverse(name, args=[asked.pk]) for name in ("released_return", "released_chart", "released_file")
    ]
    readers = (cast.service_manager, cast.analyst, cast.commissioner)
    assert {client_of(member).get(address).status_code for member in readers for address in addresses} == {
        404
    }
    lead = client_of(cast.governance_lead)
    read = lead.get(reverse("release_decide", args=[asked.pk])).content.decode()
    assert "What would leave" in read
    assert "Contact, beside safety" in read
    assert (
        lead.post(
            reverse("release_decide", args=[asked.pk]), {"outcome": "released", "reason": ""}
        ).status_code
        == 302
    )
    assert {client_of(member).get(address).status_code for member in readers for address in addresses} == {
        200
    }
    for member in (cast.case_manager, cast.idva, cast.administrator, cast.outside_manager):
        assert {client_of(member).get(address).status_code for address in addresses} == {404}
    assert (
        "Performance return, "
        in client_of(cast.commissioner).get(reverse("released_returns")).content.decode()
    )


def test_the_file_holds_the_numbers_that_were_read_and_nothing_hidden(
    cast: Cast, released: ReleaseRequest, client_of: SignIn
) -> None:
    """What is recorded afterwards changes nothing; the event and the file's digest stand first."""
    before = client_of(cast.analyst).get(reverse("released_return", args=[released.pk])).content.decode()
    with seeding():
        for _ in range(30):
            Contact.objects.create(
                case=cast.case, service_id=cast.case.service_id, recorded_by=cast.case_manager, happened_on=LAST, outcome="spoke",
                channel="phone", started_by="us",
            )  # fmt: skip
    answer = client_of(cast.commissioner).get(reverse("released_file", args=[released.pk]))
    book = load_workbook(io.BytesIO(answer.content))
    assert all(sheet.sheet_state == "visible" for sheet in book.worksheets)
    assert not book.properties.creator
    numbers = [
        cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int)
    ]
    assert not [number for number in numbers if number <= 7 or number % 5]
    with seeding():
        assert AuditEvent.objects.filter(act="exported", kind="return", record_id=released.pk).count() == 1
        assert len(ReleaseFile.objects.get(request=released).fingerprint) == 64
    after = client_of(cast.analyst).get(reverse("released_return", args=[released.pk])).content.decode()
    assert before.split("<main")[1] == after.split("<main")[1]


@pytest.mark.parametrize(("first", "last"), [(0, 0), (-5, -1), (60, 60), (-90, 0), (10, 20)])
def test_s40_two_returns_that_share_days_are_not_both_released(
    cast: Cast, released: ReleaseRequest, first: int, last: int
) -> None:
    """Differencing: the year less the day before it is one day. Days counted from the first of the released ones."""
    actor = cast.analyst.as_actor()
    asked = {"first": FIRST + datetime.timedelta(days=first), "last": FIRST + datetime.timedelta(days=last)}
    with acting_as(actor, Scope.REPORT):
        if last < 0:
            assert ask_for_return(by=actor, recipient="x", purpose="x", **asked)
        else:
            with pytest.raises(Refusal, match="shares days"):
                ask_for_return(by=actor, recipient="x", purpose="x", **asked)


def test_a_refused_return_leaves_its_days_free_and_days_to_come_are_refused(cast: Cast) -> None:
    actor, lead = cast.analyst.as_actor(), cast.governance_lead.as_actor()
    for _ in range(2):
        with acting_as(actor, Scope.REPORT):
            asked = ask_for_return(by=actor, first=FIRST, last=LAST, recipient="x", purpose="x")
        with acting_as(lead):
            answer_release(by=lead, request_id=asked.pk, outcome="refused", reason="Too soon")
    with acting_as(actor, Scope.REPORT), pytest.raises(Refusal, match="must be over"):
        ask_for_return(by=actor, first=LAST, last=local_today(), recipient="x", purpose="x")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine draws slowly
@given(
    st.integers(0, 400),
    st.integers(0, 90),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 90)), max_size=4),
)
def test_overlapping_says_which_share_a_day(start: int, length: int, others: list[tuple[int, int]]) -> None:
    day = lambda n: datetime.date(2026, 1, 1) + datetime.timedelta(days=n)  # noqa: E731  # a word for the lines below
    period, rest = (day(start), day(start + length)), [(day(a), day(a + b)) for a, b in others]
    sharing = [
        o
        for o in rest
        if {*range(o[0].toordinal(), o[1].toordinal() + 1)}
        & {*range(period[0].toordinal(), period[1].toordinal() + 1)}
    ]
    found = overlapping(period, rest)
    assert (found is None) == (not sharing)
    assert found is None or found in sharing


def _outcome(*counts: int) -> Outcome:
    """Closures by reason: a whole and its parts."""
    reasons = ("disengaged", "limited_scope", "risk_too_high", "actions_complete")
    whole = sum(counts)
    return Outcome(
        tuple(
            Result("M-CLOSE-REASON", "site.closed", "period=return", {"reason": reason}, whole, 0, {"count": n, "percent": 100 * n / whole})
            for reason, n in zip(reasons, counts, strict=False)
        ),
        (),
    )  # fmt: skip


def test_a_lone_hidden_part_gets_company() -> None:
    """The library's secondary suppression: with one part of a whole withheld, another is, or the whole."""
    book = Book(_outcome(40, 30, 3), ClientCoverage(0, 0, 0), exact=False)
    found = book.of("M-CLOSE-REASON", "closed")
    hidden = [f.values["count"].withheld for f in found]
    assert hidden[2]
    assert sum(hidden) >= 2 or found[0].n.withheld
    exact = Book(_outcome(40, 30, 3), ClientCoverage(0, 0, 0), exact=True).of("M-CLOSE-REASON", "closed")
    assert [f.values["count"].shown for f in exact] == ["40", "30", "3"]
    with pytest.raises(LookupError, match="SHOWN"):
        book.of("M-RECON", "open")


def test_a_release_of_nobody_does_not_say_that_there_is_nobody(released: ReleaseRequest) -> None:
    """A dash for an undefined share would tell an exact nought where the number beside it is withheld."""
    made = PerformanceReturn.from_data(released.content or {})
    cells = {cell for part in made.sections for row in part.rows for cell in row[1:]}
    assert "–" not in cells
    assert "[c]" in cells


def test_sums_and_shares_come_from_what_is_shown() -> None:
    assert total(Cell(10), Cell(), Cell(5)) == Cell(15)
    assert total(Cell(10), Cell(withheld=True)).shown == "[c]"
    assert share(Cell(10), Cell(40)) == "25%"
    assert share(Cell(withheld=True), Cell(40)) == share(Cell(10), Cell(withheld=True)) == "[c]"
    assert share(Cell(10), Cell(0)) == "–"


@pytest.fixture
def world(cast: Cast) -> Iterator[loading.Loaded]:
    with seeding():
        yield loading.pour(World(11, datetime.datetime.now(LONDON), "!", 400), connection.connection)


def test_of_a_living_site_every_printed_number_is_protected_and_kept_as_it_was(world: loading.Loaded) -> None:
    with acting_as(somebody(Role.ANALYST).as_actor(), Scope.REPORT):
        made = performance_return(LAST - datetime.timedelta(days=300), LAST, exact=False)
    assert PerformanceReturn.from_data(made.as_data()) == made
    cells = [cell for part in made.sections for row in part.rows for cell in row[1:]]
    numbers = [int(cell.replace(",", "")) for cell in cells if cell.replace(",", "").isdigit()]
    assert len(numbers) > 10
    assert not [number for number in numbers if number <= 7 or number % 5]
    assert len([cell for cell in cells if cell == "[c]"]) > 10
