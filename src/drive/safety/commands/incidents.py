"""Practice incidents: recorded without blame by anyone, seen to by somebody named, closed with what was learnt (S-41)."""

from __future__ import annotations

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from drive.access.models import Membership, local_today
from drive.access.permissions import Permission
from drive.access.refusal import Refusal
from drive.access.stepping import Actor
from drive.audit.record import Act, record_event
from drive.casework.models import SuCase
from drive.components.dates import long_date
from drive.instruments.codelists import code_list
from drive.people.facts import sent_before

from ..models import CaseLink, IncidentCharge, IncidentClosing, PracticeIncident
from ..queries.finding import links_of_case
from ..rules import INCIDENT_CHANGES, INCIDENT_KINDS, label
from ..source_check import check_names_nobody_else
from .emergencies import call_for_review
from .items import PRACTICE, send_risk_item

NOT_FROM_THE_CLIENT = "It is about how we work. Nothing in it comes from the client."


@transaction.atomic
def open_incident(
    *,
    by: Actor,
    case_id: UUID,
    kind: str,
    happened_on: datetime.date,
    what: str,
    agency: str = "",
    response: str = "",
    contact_id: UUID | None = None,
) -> PracticeIncident:
    """Record that something went against the rules of practice on a case as a whole, and call for a joint review.

    Read by the case manager's side alone; of a link, `open_incident_on_link`. `kind` is one of `rules.INCIDENT_KINDS`,
    `agency` (K-45) says whose act it was where not ours. Refuses a day that has not come, and nothing else.
    """
    case = SuCase.objects.get(pk=case_id)
    whose = {"case_id": case.pk, "service_id": case.service_id, "recorded_by_id": by.membership_id}
    links = links_of_case(case.pk)
    return _open(
        by,
        whose,
        links,
        kind=kind,
        happened_on=happened_on,
        what=what,
        agency=agency,
        response=response,
        contact_id=contact_id,
    )


@transaction.atomic
def open_incident_on_link(
    *,
    by: Actor,
    link_id: UUID,
    kind: str,
    happened_on: datetime.date,
    what: str,
    agency: str = "",
    response: str = "",
) -> PracticeIncident:
    """The same about one link, by anyone on either side: both workers and both managers read it. The other side is told."""
    link = CaseLink.objects.get(pk=link_id)
    check_names_nobody_else(link, side=by.side, what=what, response=response)
    incident = _open(
        by,
        _on_link(link, by),
        [link],
        kind=kind,
        happened_on=happened_on,
        what=what,
        agency=agency,
        response=response,
        contact_id=None,
    )
    _tell(
        by,
        link,
        "So that you know, and can say what you saw.",
        f"A practice incident was recorded, without blame: {label(INCIDENT_KINDS, kind).lower()},"
        f" {long_date(happened_on)}.",
    )
    return incident


def _open(
    by: Actor, whose: dict[str, Any], links: list[CaseLink], *, agency: str, **said: Any
) -> PracticeIncident:
    if said["happened_on"] > local_today():
        raise Refusal("This day has not come.", rule="S-41", field="happened_on")
    if agency:
        code_list("K-45").entry(agency)
    values = {**whose, **said, "agency": agency}
    if again := sent_before(PracticeIncident, **values):
        return again
    incident = PracticeIncident.objects.create(**values)
    _wrote(by, incident, "kind", "what")
    call_for_review(by=by, cause="incident", links=links)
    return incident


@transaction.atomic
def charge_incident(
    *, by: Actor, incident_id: UUID, responsible_id: UUID, due_on: datetime.date
) -> IncidentCharge:
    """Name who sees to an incident and by when. For a manager of either side; a newer word replaces an older."""
    incident = PracticeIncident.objects.get(pk=incident_id)
    if not by.may(Permission.TEAM_VIEW):
        raise Refusal("A manager of either side names who sees to it.", rule="S-41")
    if due_on < local_today():
        raise Refusal("This day has passed.", rule="S-41", field="due_on")
    if not by.service_id:
        raise Membership.DoesNotExist
    named = Membership.objects.get(pk=responsible_id, service_id=by.service_id)
    said = _of(incident, by) | {"responsible_id": named.pk, "due_on": due_on}
    if again := sent_before(IncidentCharge, **said):
        return again
    charge = IncidentCharge.objects.create(**said)
    _wrote(by, incident, "responsible", "due_on")
    return charge


@transaction.atomic
def close_incident(
    *, by: Actor, incident_id: UUID, learnt: str, changed: str, procedure: str
) -> IncidentClosing:
    """Close with what was learnt and what was decided about procedure (`rules.INCIDENT_CHANGES`, and which, or why none).

    Refuses either left blank, an incident that nobody was named for, and anybody but whoever is named or a manager
    (S-41). Of an incident without a link each linked IDVA is told what changes; the others read it where it stands.
    """
    incident = PracticeIncident.objects.get(pk=incident_id)
    for field, words in (("learnt", learnt), ("procedure", procedure)):
        if not words.strip():
            raise Refusal(
                "An incident closes with what was learnt and a decision about procedure.",
                rule="S-41",
                field=field,
            )
    newest = incident.charges.order_by("-recorded_at").first()
    if newest is None:
        raise Refusal(
            "Nobody is named for this yet.", why="Name who sees to it, and by when, first.", rule="S-41"
        )
    if newest.responsible_id != by.membership_id and not by.may(Permission.TEAM_VIEW):
        raise Refusal("Whoever is named for it, or a manager, closes it.", rule="S-41")
    if IncidentClosing.objects.filter(incident=incident).exists():
        raise Refusal("This has been closed meanwhile.", why="Open it again to see how.", rule="S-48")
    if incident.link_id is None:
        links = links_of_case(incident.case_id)
        crosses = {"procedure": procedure}
    else:
        links = [CaseLink.objects.get(pk=incident.link_id)]
        crosses = {"learnt": learnt, "procedure": procedure}
    for link in links:
        check_names_nobody_else(link, side=by.side, **crosses)
    closing = IncidentClosing.objects.create(
        **_of(incident, by), learnt=learnt, changed=changed, procedure=procedure
    )
    _wrote(by, incident, "learnt", "changed", "procedure")
    if incident.link_id is None:
        for link in links:
            _tell(
                by,
                link,
                "So that your side learns from it too.",
                f"The practice incident of {long_date(incident.happened_on)} is closed."
                f" {label(INCIDENT_CHANGES, changed)}: {procedure}",
            )
    return closing


def _on_link(link: CaseLink, by: Actor) -> dict[str, Any]:
    return {
        "case_id": link.su_case_id,
        "service_id": link.su_service_id,
        "link_id": link.pk,
        "vs_record_id": link.vs_record_id,
        "vs_service_id": link.vs_service_id,
        "side": by.side.value,
        "recorded_by_id": by.membership_id,
    }


def _of(incident: PracticeIncident, by: Actor) -> dict[str, Any]:
    """What a row about an incident carries: the incident's own keys, so that whoever reads the one reads the other."""
    keys = ("case_id", "service_id", "link_id", "vs_record_id", "vs_service_id")
    return {key: getattr(incident, key) for key in keys} | {
        "incident_id": incident.pk,
        "side": by.side.value,
        "recorded_by_id": by.membership_id,
    }


def _tell(by: Actor, link: CaseLink, purpose: str, text: str) -> None:
    send_risk_item(
        by=by,
        link_id=link.pk,
        kind="incident",
        purpose=purpose,
        text=text,
        urgency="soon",
        work_out=NOT_FROM_THE_CLIENT,
        details=PRACTICE,
        by_hand=False,
    )


def _wrote(by: Actor, incident: PracticeIncident, *fields: str) -> None:
    """The audit event: of the link where one is named, else of the case."""
    if incident.link_id:
        record_event(
            Act.WROTE, by=by, kind="practice_incident", record_id=incident.link_id, fields=list(fields)
        )
    else:
        record_event(
            Act.WROTE,
            by=by,
            kind="practice_incident",
            record_id=incident.case_id,
            service_id=incident.service_id,
            fields=list(fields),
        )
