"""Situations told by hand, so that every rule can be met within a minute: the tour in the README walks through them.

All stand at the panel's site, with the first case manager and the first IDVA of the accounts.
"""

from __future__ import annotations

import datetime
from random import Random
from typing import Any

from drive.access.models import Bar, BreakGlass, BreakGlassReview
from drive.access.roles import Role
from drive.safety.models import CaseEmergency, ClientEmergency, ReviewCall

from .courses import ClientCourse, Course, Stage, lay_days
from .diary import DAY, Diary
from .names import Person
from .scribe import Case, Scribe
from .staff import Place

SCENES = {
    "panel": "waits for the panel",
    "allocation": "accepted, and waits to be given to workers",
    "no_decision": "the plan is ready, and no joint decision has been asked for",
    "one_view": "the IDVA’s view is awaited",
    "booking": "a decision in force, and meetings booked",
    "stop": "a stop concern is live, and bookings are suspended",
    "close": "closing is proposed, and the forms are there",
    "two_clients": "two clients with an IDVA each",
    "both_roles": "service user here, client in another case (S-33)",
    "other_side": "the case in which that person is the client",
    "woman": "the service user is a woman",
    "young": "the service user is 17",
    "child_client": "the client is 15",
    "grandparent": "the client is his grandmother",
}
"""Each situation and what it shows; the name of its service user is in `NAMES`."""

NAMES = {
    "panel": "Alaric Wobblecroft", "allocation": "Basil Nettlewhistle", "no_decision": "Cosmo Fennelpot", "one_view": "Darragh Kettleshaw",
    "booking": "Everard Plumthwaite", "stop": "Gideon Marrowsnap", "close": "Hamish Dapplebrook", "two_clients": "Jolyon Umberfeather",
    "both_roles": "Kasper Quibblecroft", "other_side": "Ludo Teaselworthy", "woman": "Hermia Bumbleshaw", "young": "Orlando Pebblebutton",
    "child_client": "Malachi Rumpledown", "grandparent": "Rafferty Jigglewick",
}  # fmt: skip
_CLIENTS = {
    "panel": "Amabel Gorsebrook", "allocation": "Beatrix Cobblesnap", "no_decision": "Celestine Yarrowcombe", "one_view": "Drusilla Oddlebottom",
    "booking": "Esme Picklethwaite", "stop": "Farida Damsonfeather", "close": "Flora Mumbleworthy", "two_clients": "Isolde Saffledown",
    "both_roles": "Juno Crinkleshaw", "other_side": "Kasper Quibblecroft", "woman": "Valentine Huckledown", "young": "Primrose Kettlecombe",
    "child_client": "Saffron Wurzledown", "grandparent": "Ursula Jigglewick",
}  # fmt: skip
_STAGES = {
    "panel": (Stage.REFERRED, 9), "allocation": (Stage.ACCEPTED, 18), "no_decision": (Stage.STRATEGY, 40), "one_view": (Stage.STRATEGY, 55),
    "booking": (Stage.WORKING, 170), "stop": (Stage.WORKING, 210), "close": (Stage.PRE_CLOSURE, 330), "two_clients": (Stage.WORKING, 150),
    "both_roles": (Stage.WORKING, 190), "other_side": (Stage.RESEARCH, 24), "woman": (Stage.WORKING, 240), "young": (Stage.RESEARCH, 30),
    "child_client": (Stage.WORKING, 120), "grandparent": (Stage.WORKING, 260),
}  # fmt: skip


def courses(place: Place, rng: Random, diary: Diary) -> list[Course]:
    """Every situation as a course, numbered from 0."""
    people = {
        name: _person(
            name,
            diary,
            rng,
            "woman" if scene == "woman" else "man",
            17 if scene == "young" else rng.randint(24, 49),
        )
        for scene, name in NAMES.items()
    }
    return [_course(number, scene, people, place, rng, diary) for number, scene in enumerate(SCENES)]


def _course(
    number: int, scene: str, people: dict[str, Person], place: Place, rng: Random, diary: Diary
) -> Course:
    stage, since = _STAGES[scene]
    name = _CLIENTS[scene]
    age = {"child_client": 15, "grandparent": 74, "young": 18}.get(scene, rng.randint(23, 48))
    # Who is a client here and a service user there is one person with one birth date; nothing joins the two records.
    client = people.get(name) or _person(name, diary, rng, "man" if scene == "woman" else "woman", age)
    relationship = (
        "family_adult" if scene == "grandparent" else "partner" if scene == "young" else "ex_partner"
    )
    clients = [ClientCourse(client, relationship, idva=0)]
    if scene == "two_clients":
        clients.append(
            ClientCourse(
                _person("Wren Gooseberrycombe", diary, rng, "woman", 31),
                "partner",
                engagement="sporadic",
                idva=1,
            )
        )
    course = Course(
        number=number, place=place, stage=stage, person=people[NAMES[scene]], clients=clients, referred_on=diary.today, approach="direct",
        holder=0, scene=scene,
    )  # fmt: skip
    lay_days(course, rng, diary, since=since)
    course.brought_back = 0
    if course.allocated_on and course.decided_on:
        course.referred_on = course.decided_on - DAY * 14
    return course


def _person(name: str, diary: Diary, rng: Random, gender: str, age: int) -> Person:
    given, family = name.split(" ", 1)
    born = diary.today - datetime.timedelta(days=int(age * 365.25) + rng.randint(20, 300))
    return Person(
        given,
        family,
        born,
        gender,
        ethnic_group=rng.choice(("white_british", "black", "asian", "mixed", "unknown")),
        employment="unemployed",
    )


def around(scribe: Scribe, place: Place, cases: dict[str, Case]) -> None:
    """What happens around cases: an emergency told, two emergency readings, a declared tie."""
    diary = scribe.diary
    colleague, manager = place.one_of(Role.CASE_MANAGER, 1), place.first(Role.SERVICE_MANAGER)
    for days, reason, told, reviewed in (
        (6, "Duty call from police: he was seen at her door, and his worker is on leave.", "yes", True),
        (1, "Prison rang about release today.", "not_needed", False),
    ):
        case = cases["stop" if reviewed else "booking"]
        opened = diary.on(diary.ago(days), 10, 40)
        reading = scribe.row(
            BreakGlass, membership_id=colleague.id, record_id=case.id, service_id=case.service_id, reason=reason, told=told, opened_at=opened,
            expires_at=opened + datetime.timedelta(hours=3),
        )  # fmt: skip
        scribe.event(
            "broke-glass",
            by=colleague,
            at=opened,
            kind="su_case",
            record_id=case.id,
            service_id=case.service_id,
            reason=f"reading {reading}",
        )
        if reviewed:
            at = opened + DAY
            scribe.row(
                BreakGlassReview, break_glass_id=reading, service_id=case.service_id, finding="needed", note="Told police at once; the holder was told the same hour.",
                recorded_at=at, recorded_by_id=manager.id,
            )  # fmt: skip
            scribe.event(
                "wrote",
                by=manager,
                at=at,
                kind="break_glass",
                record_id=case.id,
                service_id=case.service_id,
                fields=["reviewed"],
            )
    governance = place.first(Role.GOVERNANCE_LEAD)
    scribe.row(
        Bar, user_id=colleague.user_id, record_id=cases["grandparent"].id, kind="tie", reason="Went to school with the service user.",
        starts_on=diary.ago(90), ends_on=datetime.date.max, recorded_at=diary.on(diary.ago(90), 11), recorded_by_id=governance.id,
    )  # fmt: skip
    case = cases["child_client"]
    link = case.links[0]
    told_at = diary.on(diary.ago(20), 15, 10)
    told_values: dict[str, Any] = {
        "danger": "She rang: he is at the school gate.",
        "said": "That he is there now, which car, and that an order stands.",
    }
    scribe.on_record(
        link.record,
        ClientEmergency,
        "vs_record",
        told_at,
        silent=True,
        recipient="police",
        told_whom="Log 421",
        told_at=told_at,
        **told_values,
    )
    scribe.event(
        "disclosed",
        by=link.record.holder,
        at=told_at,
        kind="vs_record",
        record_id=link.record.id,
        service_id=link.record.service_id,
        assignment_id=link.record.assignment_id,
        fields=["police"],
    )
    scribe.on_link(link, ReviewCall, "review_call", told_at, side="vs", fields=("cause",), cause="emergency")
    case = cases["two_clients"]
    told_at = diary.on(diary.ago(33), 11, 5)
    scribe.on_case(
        case, CaseEmergency, "su_case", told_at, silent=True, recipient="childrens_services", told_whom="Duty social worker", told_at=told_at,
        danger="He has the children and does not bring them back.", said="Where they were last seen, and that both mothers are safe.",
    )  # fmt: skip
    scribe.event(
        "disclosed",
        by=case.holder,
        at=told_at,
        kind="su_case",
        record_id=case.id,
        service_id=case.service_id,
        assignment_id=case.assignment_id,
        fields=["childrens_services"],
    )
    for link in case.links:
        scribe.on_link(
            link, ReviewCall, "review_call", told_at, side="su", fields=("cause",), cause="emergency"
        )
