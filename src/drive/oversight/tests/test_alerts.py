"""Alerts (S-34, S-36): planted snoopers are all found, ordinary work raises none, and no alert tells the other side."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from drive.access.models import Bar, BreakGlass, CaseAssignment, Membership
from drive.access.refusal import Refusal
from drive.access.sealing import lookup_digest
from drive.access.stepping import acting_as
from drive.advocacy.models import SealedValue
from drive.audit.models import AuditEvent
from drive.casework.models import ContactChannel, SuCase
from drive.oversight.alerts import list_alerts
from drive.oversight.clockwork import find_alerts, reckon_usual_volumes
from drive.oversight.commands import answer_alert, keep_own_channel
from drive.oversight.looks import supervising
from drive.oversight.models import Alert
from drive.people.channels import DIGEST_PURPOSE, folded_channel
from tests.cast import Cast, join, open_case, seeding, sign_in

NOW = timezone.now().replace(minute=0, second=0, microsecond=0) - datetime.timedelta(hours=1)


def look(
    member: Membership, record_id: UUID, *, on: UUID | None = None, act: str = "looked", kind: str = "su_case", at: datetime.datetime = NOW
) -> AuditEvent:  # fmt: skip
    """One event, as the database would have written it."""
    return AuditEvent(
        at=at, act=act, kind=kind, record_id=record_id, service_id=member.service_id, site_id=member.site_id,
        membership_id=member.pk, role=member.role, assignment_id=on,
    )  # fmt: skip


def seen_by(member: Membership) -> set[tuple[str, str]]:
    actor = supervising(member.as_actor())
    with acting_as(actor):
        rows, _ = list_alerts(actor)
    return {(row.alert.kind, row.who) for row in rows}


@dataclass(frozen=True)
class Office:
    """A service at ordinary work for some weeks, and the events of it."""

    workers: list[Membership]
    cases: dict[UUID, SuCase]
    events: int


def ordinary_work(cast: Cast) -> Office:
    """Ten case managers with twelve cases each open four to nine of them an hour, for ten days; nobody else's."""
    with seeding():
        workers, cases = [], {}
        for number in range(10):
            name = f"Worker Fictitious{chr(97 + number)}"
            worker = join(
                name, cast.case_manager.role, cast.su_service, cast.site, cast.su_service.organisation
            )  # type: ignore[arg-type]  # a role is kept as its code
            workers.append(worker)
            for _ in range(12):
                case = open_case(cast.su_service, worker, "Barnaby", "Invented", cast.service_manager)
                cases[case.pk] = case
        held = dict(CaseAssignment.objects.values_list("case_id", "pk"))
        holds: dict[UUID, list[UUID]] = {worker.pk: [] for worker in workers}
        for case_id, member in CaseAssignment.objects.filter(case_id__in=cases).values_list(
            "case_id", "membership_id"
        ):
            holds[member].append(case_id)
        events = []
        for day in range(1, 11):
            for hour in range(7):
                at = NOW - datetime.timedelta(days=day, hours=hour)
                for number, worker in enumerate(workers):
                    count = 4 + (day + hour + number) % 6
                    events += [look(worker, key, on=held[key], at=at) for key in holds[worker.pk][:count]]
                manager = cast.service_manager
                events += [look(manager, key, at=at) for key in list(cases)[(day * 7 + hour) % 100 :][:6]]
        AuditEvent.objects.bulk_create(events)
    return Office(workers, cases, len(events))


def test_s34_planted_snoopers_are_all_found_and_ordinary_work_raises_nothing(cast: Cast) -> None:
    """No relation, own name, own phone, a tie, fifty records in an hour: each found; the ordinary rest counted."""
    office = ordinary_work(cast)
    reckon_usual_volumes()
    assert find_alerts() == 0, "false alarms in ordinary work"
    today = timezone.now() - datetime.timedelta(minutes=5)
    namesake, tied, browser, ex_partner = office.workers[:4]
    with seeding():
        Membership.objects.filter(pk=namesake.pk).update(name="Basil Crimplefoot-Ames")
        assigned = CaseAssignment.objects.create(
            membership=namesake, case_id=cast.case.pk, service_id=cast.su_service.pk, recorded_by=cast.service_manager
        )  # fmt: skip
        Bar.objects.create(
            user=tied.user, record_id=cast.case.pk, kind="tie", reason="Her brother", recorded_by=cast.governance_lead
        )  # fmt: skip
        Bar.objects.update(recorded_at=today - datetime.timedelta(hours=1))
        SealedValue.objects.create(
            record=cast.record, service_id=cast.vs_service.pk, kind="phone", ciphertext=b"sealed", recorded_by=cast.idva,
            lookup=lookup_digest(folded_channel("phone", "07700 900123"), purpose=DIGEST_PURPOSE),
        )  # fmt: skip
    with acting_as(cast.idva.as_actor()):
        keep_own_channel(by=cast.idva.as_actor(), kind="phone", value="+44 7700 900 123")
    with seeding():
        AuditEvent.objects.bulk_create(
            [
                look(namesake, cast.case.pk, on=assigned.pk, at=today),
                look(tied, cast.case.pk, act="denied", at=today),
                look(ex_partner, cast.case.pk, at=today),  # as if a policy had failed
                look(cast.idva, cast.record.pk, on=uuid4(), kind="vs_record", at=today),
                *(look(browser, key, on=uuid4(), at=today) for key in list(office.cases)[:50]),
            ]
        )
    find_alerts()
    with seeding():
        found = {(alert.kind, alert.membership_id) for alert in Alert.objects.all()}
    assert found == {
        ("own_name", namesake.pk),
        ("barred", tied.pk),
        ("no_relation", tied.pk),
        ("no_relation", ex_partner.pk),
        ("own_address", cast.idva.pk),
        ("volume", browser.pk),
    }
    assert office.events > 4_000
    assert find_alerts() == 0, "read twice, written once"


@pytest.mark.parametrize("through", ["case", "record", "link"])
@pytest.mark.parametrize("whose", ["his", "hers"])
def test_s34_ones_own_address_is_found_on_either_side_and_through_what_crosses(
    cast: Cast, whose: str, through: str
) -> None:
    """A worker whose phone is his, or hers, at the case, at the client's record or at the link between them."""
    number = lookup_digest(folded_channel("phone", "07700 900123"), purpose=DIGEST_PURPOSE)
    with seeding():
        if whose == "hers":
            SealedValue.objects.create(
                record=cast.record, service_id=cast.vs_service.pk, kind="phone", ciphertext=b"sealed", recorded_by=cast.idva,
                lookup=number,
            )  # fmt: skip
        else:
            ContactChannel.objects.create(
                case=cast.case, service_id=cast.su_service.pk, kind="phone", value="07700 900123", lookup=number,
                recorded_by=cast.case_manager,
            )  # fmt: skip
    for member in (cast.case_manager, cast.idva):
        with acting_as(member.as_actor()):
            keep_own_channel(by=member.as_actor(), kind="phone", value="+44 7700 900 123")
        with seeding():
            AuditEvent.objects.bulk_create([look(member, getattr(cast, through).pk, on=uuid4())])
    find_alerts()
    with seeding():
        found = {(alert.kind, alert.membership_id, alert.service_id) for alert in Alert.objects.all()}
    service = cast.vs_service if whose == "hers" else cast.su_service
    seen = through in ("link", "record" if whose == "hers" else "case")
    both = {("own_address", member.pk, service.pk) for member in (cast.case_manager, cast.idva)}
    assert found == (both if seen else set())


def test_s34_a_look_at_what_crosses_without_a_relation_is_asked_about_on_ones_own_side(cast: Cast) -> None:
    with seeding():
        AuditEvent.objects.bulk_create(
            [
                look(cast.other_case_manager, cast.link.pk, act="denied", kind="link"),
                look(cast.service_manager, cast.link.pk, kind="link"),  # who manages the service
                look(cast.case_manager, cast.link.pk, kind="link", on=uuid4()),
            ]
        )
    assert find_alerts() == 1
    assert seen_by(cast.service_manager) == {("no_relation", "Bertram Ashlock")}
    assert seen_by(cast.idva_manager) == set()


def test_s34_a_namesake_who_came_on_many_days_is_asked_about_once(cast: Cast) -> None:
    with seeding():
        Membership.objects.filter(pk=cast.case_manager.pk).update(name="Casimir Crimplefoot")
        AuditEvent.objects.bulk_create(
            look(cast.case_manager, cast.case.pk, on=uuid4(), at=NOW - datetime.timedelta(days=day))
            for day in range(5)
        )
    assert find_alerts() == 1


def test_s36_what_oversight_opens_itself_is_no_snooping(cast: Cast) -> None:
    for page in ("bars/record", "looked"):
        assert sign_in(cast.governance_lead).get(f"/{page}/{cast.case.pk}/").status_code in (200, 404)
    with seeding():
        assert AuditEvent.objects.filter(kind="bars", record_id=cast.case.pk, role="governance_lead").exists()
    assert find_alerts() == 0


def test_s35_emergency_reading_and_a_record_held_until_lately_are_no_browsing(cast: Cast) -> None:
    reader, former = cast.other_case_manager, cast.team_leader
    with seeding():
        BreakGlass.objects.create(
            membership=reader, record_id=cast.case.pk, service_id=cast.su_service.pk, reason="Police rang",
            opened_at=NOW - datetime.timedelta(hours=1), expires_at=NOW + datetime.timedelta(hours=2),
        )  # fmt: skip
        CaseAssignment.objects.create(
            membership=former, case_id=cast.case.pk, service_id=cast.su_service.pk, recorded_by=cast.service_manager,
            starts_on=NOW.date() - datetime.timedelta(days=90), ends_on=NOW.date() - datetime.timedelta(days=2),
        )  # fmt: skip
        AuditEvent.objects.bulk_create(
            [look(reader, cast.case.pk), look(former, cast.case.pk, act="denied"), look(cast.service_manager, cast.case.pk)]
        )  # fmt: skip
    assert find_alerts() == 0


def test_s01_an_alert_tells_nobody_of_the_other_side_that_there_was_something_to_look_at(cast: Cast) -> None:
    """A case manager at a client's record: her manager and the governance lead are told, his own manager is not."""
    with seeding():
        AuditEvent.objects.bulk_create(
            [
                look(cast.other_case_manager, cast.record.pk, act="denied", kind="vs_record"),
                look(cast.other_idva, cast.case.pk, act="denied"),
            ]
        )
    assert find_alerts() == 2
    assert seen_by(cast.idva_manager) == {("no_relation", "Bertram Ashlock")}
    assert seen_by(cast.service_manager) == {("no_relation", "Ida Pemberley")}
    assert seen_by(cast.governance_lead) == {
        ("no_relation", "Bertram Ashlock"),
        ("no_relation", "Ida Pemberley"),
    }
    assert seen_by(cast.outside_manager) == set()


def test_s34_the_reader_never_sees_the_alert_about_them(cast: Cast) -> None:
    with seeding():
        Bar.objects.create(
            user=cast.team_leader.user, record_id=uuid4(), kind="tie", reason="A neighbour", recorded_by=cast.governance_lead
        )  # fmt: skip
        Membership.objects.filter(pk=cast.team_leader.pk).update(name="Leopold Crimplefoot")
        AuditEvent.objects.bulk_create([look(cast.team_leader, cast.case.pk)])
    assert find_alerts() == 1
    assert seen_by(cast.service_manager) == {("own_name", "Leopold Crimplefoot")}
    assert seen_by(cast.team_leader) == set()
    with seeding():
        alert = Alert.objects.get()
    about = cast.team_leader.as_actor()
    with pytest.raises(Alert.DoesNotExist), acting_as(about):
        answer_alert(by=about, alert_id=alert.pk, finding="explained", words="It was only me")
    hidden, absent = (sign_in(cast.team_leader).get(f"/alerts/{key}/") for key in (alert.pk, uuid4()))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.content == absent.content


def test_s34_an_explained_namesake_is_not_asked_about_again_and_a_followed_up_one_is(cast: Cast) -> None:
    with seeding():
        Membership.objects.filter(pk=cast.case_manager.pk).update(name="Casimir Crimplefoot")
        AuditEvent.objects.bulk_create([look(cast.case_manager, cast.case.pk, on=uuid4())])
    assert find_alerts() == 1
    manager = cast.service_manager.as_actor()

    def answer(finding: str, words: str) -> None:
        with acting_as(manager):
            answer_alert(by=manager, alert_id=Alert.objects.get().pk, finding=finding, words=words)

    def next_day() -> int:
        with seeding():
            AuditEvent.objects.bulk_create(
                [
                    look(
                        cast.case_manager,
                        cast.case.pk,
                        on=uuid4(),
                        at=timezone.now() - datetime.timedelta(minutes=1),
                    )
                ]
            )
            Alert.objects.update(looked_on=NOW.date() - datetime.timedelta(days=1))
        return find_alerts()

    with pytest.raises(Refusal):
        answer("explained", "fine")
    answer("explained", "No relation of his, asked both")
    assert next_day() == 0
    answer("followed_up", "He is a cousin after all")
    assert next_day() == 1


def test_s34_the_pages_show_the_alert_and_take_the_answer(cast: Cast) -> None:
    with seeding():
        AuditEvent.objects.bulk_create([look(cast.other_case_manager, cast.case.pk, act="denied")])
    find_alerts()
    browser = sign_in(cast.service_manager)
    shown = browser.get("/alerts/").content.decode()
    assert "Bertram Ashlock" in shown
    assert f"Case {cast.case.code}" in shown
    with seeding():
        alert = Alert.objects.get()
    page = f"/alerts/{alert.pk}/"
    assert "They were not let in" in browser.get(page).content.decode()
    empty = browser.post(page, {"finding": "explained", "words": ""})
    assert empty.status_code == 200
    assert "govuk-error-summary" in empty.content.decode()
    assert browser.post(page, {"finding": "explained", "words": "He covers on Fridays"}).status_code == 302
    assert "Bertram Ashlock" not in browser.get("/alerts/").content.decode()
    assert "Bertram Ashlock" in browser.get("/alerts/?show=answered").content.decode()
    governance = sign_in(cast.governance_lead).get(page).content.decode()
    assert "He covers on Fridays" in governance
    assert cast.case.code not in governance
    for member in (cast.case_manager, cast.idva_manager, cast.outside_manager, cast.administrator):
        assert sign_in(member).get(page).status_code == 404


def test_s34_ones_own_phone_is_kept_as_a_digest_and_shown_to_nobody(cast: Cast) -> None:
    browser = sign_in(cast.case_manager)
    told = browser.post("/account/own/", {"kind": "phone", "value": "07700 900999"})
    assert told.status_code == 302
    assert browser.post("/account/own/", {"kind": "phone", "value": "(07700) 900 999"}).status_code == 302
    assert "900999" not in browser.get("/account/own/").content.decode()
    assert browser.post("/account/own/", {"kind": "phone", "value": "---"}).status_code == 200
    with seeding():
        from drive.oversight.models import OwnChannel

        assert OwnChannel.objects.count() == 1
