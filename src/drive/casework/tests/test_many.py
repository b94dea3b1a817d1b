"""What a page costs with much to show, and how a long list goes on."""

from __future__ import annotations

import datetime
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from drive.access.models import local_today
from drive.casework.models import (
    Action,
    Contact,
    ResearchNote,
    Session,
    StateEntry,
)
from tests.cast import Cast, open_case, seeding

from .test_closing import set_stage
from .test_pages import SignIn, address, content


def fill(cast: Cast, number: int) -> None:
    """So many facts of each kind, a day apart."""
    with seeding():
        common = {"case": cast.case, "service_id": cast.case.service_id, "recorded_by": cast.case_manager}
        for back in range(number):
            day = local_today() - datetime.timedelta(days=back)
            contact = Contact.objects.create(
                **common, happened_on=day, outcome="spoke", channel="phone", started_by="us"
            )
            Session.objects.create(**common, held_on=day, kind="behaviour_change", contact=contact)
            Action.objects.create(
                **common,
                done_on=day,
                kind="multi_agency",
                sub_type="disrupt",
                agency="police",
                mode="indirect",
                done="Marker",
            )
            ResearchNote.objects.create(
                **common, topic="children", agency="police", status="asked", noted_on=day
            )
            StateEntry.objects.create(**common, history="engagement", value="partial", since=day)


@pytest.mark.parametrize(
    "name",
    ["case_page", "case_timeline", "case_work", "case_actions", "case_research", "record_contact", "desk"],
)
def test_a_page_costs_the_same_with_10_and_with_200_facts(cast: Cast, client_of: SignIn, name: str) -> None:
    here = reverse("desk_su_worker") if name == "desk" else address(cast, name)
    counts = []
    for number in (10, 190):
        fill(cast, number)
        reader = client_of(cast.case_manager)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert reader.get(here).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["case_list", "desk_su_worker"])
def test_lists_cost_the_same_with_one_case_and_with_thirty(cast: Cast, client_of: SignIn, name: str) -> None:
    counts = []
    for number in (0, 29):
        with seeding():
            for one in range(number):
                open_case(
                    cast.su_service, cast.case_manager, f"Mortimer{one}", "Thimblewick", cast.service_manager
                )
        reader = client_of(cast.case_manager)
        with CaptureQueriesContext(connection) as captured:
            assert reader.get(reverse(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_list_goes_on_where_it_ended(cast: Cast, client_of: SignIn) -> None:
    with seeding():
        for one in range(45):
            open_case(cast.su_service, cast.case_manager, f"Aldous{one:02}", "Wimple", cast.service_manager)
    reader = client_of(cast.case_manager)
    first = content(reader.get(reverse("case_list")))
    older = re.search(r'href="([^"]*after=[^"]*)"', first)
    assert older
    second = content(reader.get(older[1].replace("&amp;", "&")))
    names = re.compile(r">(Aldous\d\d Wimple|Barnabus Crimplefoot)</a>")
    seen = [*names.findall(first), *names.findall(second)]
    assert len(seen) == len(set(seen)) == 46


def test_the_timeline_names_the_quiet(cast: Cast, client_of: SignIn) -> None:
    set_stage(cast, "working", months=6)
    with seeding():
        common = {"case": cast.case, "service_id": cast.case.service_id, "recorded_by": cast.case_manager}
        day = local_today() - datetime.timedelta(days=34)
        Contact.objects.create(**common, happened_on=day, outcome="spoke", channel="phone", started_by="us")
    page = content(client_of(cast.case_manager).get(address(cast, "case_timeline")))
    assert "34 days with no contact" in page
    assert "Quiet is not the same as safe" in page
