"""The return: any two dates, contact with its companions, small numbers withheld from all but the manager's screen."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from drive.access.models import Bar, Membership, Service, local_today
from drive.access.scopes import Scope, Side
from drive.access.stepping import acting_as
from drive.casework.models import Action, Contact
from drive.extract.tables import Window, contract_tables
from drive.reporting.book import WITHHELD
from drive.reporting.performance import performance_return
from tests.cast import Cast, open_case, seeding

SignIn = Callable[[Membership], Client]


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Ten more cases, contact made on four of them, twelve disrupt actions with the police."""
    with seeding():
        cases = [
            open_case(cast.su_service, cast.case_manager, "Jabez", f"Quillet{n}", cast.service_manager)
            for n in range(10)
        ]
        fact = {"service_id": cast.su_service.pk, "recorded_by": cast.case_manager}
        for case in cases[:4]:
            Contact.objects.create(
                case=case,
                happened_on=local_today(),
                outcome="spoke",
                channel="phone",
                started_by="us",
                **fact,
            )
        for case in [*cases, *cases[:2]]:
            Action.objects.create(
                case=case, done_on=local_today(), kind="multi_agency", mode="indirect", sub_type="disrupt", agency="police",
                done="Canary words of an action", **fact,
            )  # fmt: skip
    return cast


def _section(cast: Cast, key: str, *, exact: bool) -> dict[str, tuple[str, ...]]:
    actor = cast.service_manager.as_actor()
    with acting_as(actor, Scope.REPORT):
        made = performance_return(local_today() - datetime.timedelta(days=30), local_today(), exact=exact)
    section = next(s for s in made.sections if s.key == key)
    return {row[0]: row[1:] for row in section.rows}


def test_the_managers_screen_shows_exact_numbers_with_their_companions(busy: Cast) -> None:
    """S-38: contact stands beside safety, disruption and feedback."""
    rows = _section(busy, "contact", exact=True)
    assert [number for number, _ in rows.values()] == ["4", "0", "12", "0"]
    assert len(rows) == 4
    assert _section(busy, "open", exact=True)["Open on the last day"] == ("11",)
    assert _section(busy, "agencies", exact=True)["Police"][0] == "12"


def test_s40_small_numbers_are_withheld_and_the_others_rounded(busy: Cast) -> None:
    rows = _section(busy, "contact", exact=False)
    assert rows["Service user contacted at least once"] == (WITHHELD, WITHHELD)
    assert _section(busy, "multi", exact=False)["Disrupt"][0] == "10"
    assert rows["Disrupt actions in the period"][0] == WITHHELD, (
        "a sum with a hidden part is hidden: less one it is the other"
    )
    assert _section(busy, "open", exact=False)["Open on the last day"] == ("10",)


def test_the_page_for_those_who_may_and_nothing_for_the_others(busy: Cast, client_of: SignIn) -> None:
    """S-40: exact numbers are the manager's, on screen; everybody else reads what was released."""
    today = local_today()
    query = {"first": f"{today - datetime.timedelta(days=30):%d/%m/%Y}", "last": f"{today:%d/%m/%Y}"}
    answer = client_of(busy.service_manager).get(reverse("return"), query)
    assert "Exact numbers" in answer.content.decode()
    assert "Canary" not in answer.content.decode()
    assert client_of(busy.service_manager).get(reverse("return_chart"), query).status_code == 200
    for member in (
        busy.analyst,
        busy.commissioner,
        busy.case_manager,
        busy.idva,
        busy.administrator,
        busy.governance_lead,
        busy.partner,
    ):
        assert client_of(member).get(reverse("return"), query).status_code == 404
        assert client_of(member).get(reverse("return_chart"), query).status_code == 404


def test_s40_exact_numbers_are_of_records_that_the_manager_may_open(busy: Cast) -> None:
    """Another service's cases at the same site are not among them, nor one that the manager is barred from."""
    with seeding():
        elsewhere = Service.objects.create(
            organisation=busy.other_su_service.organisation,
            site=busy.site,
            side=Side.SERVICE_USER,
            name="A second service",
        )
        open_case(elsewhere, busy.outsider, "Ozias", "Brill", busy.outside_manager)
        Bar.objects.create(
            user=busy.service_manager.user,
            record_id=busy.case.pk,
            kind="tie",
            reason="kin",
            recorded_by=busy.governance_lead,
        )
    actor = busy.service_manager.as_actor()
    with acting_as(actor, Scope.REPORT):
        own = performance_return(local_today(), local_today(), exact=True, service_id=actor.service_id)
    rows = {row[0]: row[1:] for row in next(s for s in own.sections if s.key == "open").rows}
    assert rows["Open on the last day"] == ("10",)
    in_touch = next(s for s in own.sections if s.key == "contact").rows[-1]
    assert in_touch[1:] == ("0", "0%")


def test_dates_in_the_wrong_order_are_said_so_and_kept(busy: Cast, client_of: SignIn) -> None:
    answer = client_of(busy.service_manager).get(
        reverse("return"), {"first": "02/03/2026", "last": "01/03/2026"}
    )
    assert "The last day must not be before the first day." in answer.content.decode()
    assert "02/03/2026" in answer.content.decode()


def test_the_report_scope_cannot_read_a_word(busy: Cast) -> None:
    """Not by our queries' good manners: by privilege."""
    forbidden = [
        ("casework_action", "done"), ("casework_action", "outcome"), ("casework_contact", "note"),
        ("casework_serviceuserprofile", "family_name"), ("casework_linkedperson", "name_as_referred"),
        ("casework_assessment", "answers"), ("casework_sucase", "code"), ("advocacy_engagemententry", "reason"),
        ("advocacy_clientprofile", "family_name"), ("referrals_referralparty", "family_name"), ("referrals_referralparty", "born_on"),
        ("access_user", "email"),
    ]  # fmt: skip
    for table, column in forbidden:
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(busy.analyst.as_actor()):
            with connection.cursor() as cursor:
                cursor.execute(f"select {column} from {table}")


def test_another_sites_return_is_empty(busy: Cast) -> None:
    with acting_as(busy.outside_manager.as_actor(), Scope.REPORT):
        tables = contract_tables(Window("elsewhere", local_today()))
    assert all(len(frame) == 0 for name, frame in tables.items() if name != "sites")


def test_an_empty_period_is_a_stated_result_never_a_failure(cast: Cast) -> None:
    with acting_as(cast.outside_manager.as_actor(), Scope.REPORT):
        made = performance_return(datetime.date(2020, 1, 1), datetime.date(2020, 1, 31), exact=True)
    assert made.sections


def test_shares_come_from_the_measure_and_roll_ups_are_named(busy: Cast) -> None:
    """A row that counts what other rows count too never enters a total."""
    with seeding():
        case = busy.case
        from drive.casework.models import StateEntry

        StateEntry.objects.create(
            case=case, service_id=case.service_id, recorded_by=busy.case_manager, history="engagement", value="full", since=local_today(),
        )  # fmt: skip
        Contact.objects.create(
            case=case, service_id=case.service_id, recorded_by=busy.case_manager, happened_on=local_today(),
            outcome="spoke", channel="phone", started_by="us",
        )  # fmt: skip
    rows = _section(busy, "engagement", exact=True)
    assert rows["Fully engaging"] == ("1", "20%")
    assert rows["Fully or partially engaging, together"] == ("1", "20%")
