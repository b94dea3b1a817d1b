"""Alerts as their reviewer sees them: who looked, why that is asked about, and what was found (S-34, S-36)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse

from drive.access.models import Membership, Service
from drive.access.roles import Role
from drive.access.scopes import Scope, Side
from drive.access.stepping import Actor
from drive.advocacy.models import VsRecord
from drive.casework.models import SuCase

from .models import Alert, AlertAnswer, AlertKind

PAGE = 50

SHOWN = {"open": "Waiting for an answer", "answered": "Answered"}


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert. `record` is the record's code where the reader may open it, else whose service it is."""

    alert: Alert
    who: str
    role: str
    organisation: str
    why: str
    record: str
    looks_url: str
    """Where all looks at the record stand; empty for unusual volume."""
    answers: list[AlertAnswer]


def list_alerts(
    actor: Actor, *, shown: str = "open", before: datetime.datetime | None = None
) -> tuple[list[AlertRow], datetime.datetime | None]:
    """Alerts that this supervisor may see, newest look first, at most `PAGE`; and the time the next page begins at."""
    alerts = Alert.objects.annotate(
        answered=Exists(AlertAnswer.objects.filter(alert_id=OuterRef("pk")))
    ).filter(answered=shown == "answered")
    if before is not None:
        alerts = alerts.filter(looked_at__lt=before)
    found = list(alerts.order_by("-looked_at", "id")[: PAGE + 1])
    page = found[:PAGE]
    return _rows(actor, page), page[-1].looked_at if len(found) > PAGE else None


def one_alert(actor: Actor, alert_id: UUID) -> AlertRow:
    """One of them, answered or not. Raises `ObjectDoesNotExist`."""
    return _rows(actor, [Alert.objects.get(pk=alert_id)])[0]


def _rows(actor: Actor, alerts: Sequence[Alert]) -> list[AlertRow]:
    members = Membership.objects.select_related("organisation").in_bulk(
        [each.membership_id for each in alerts]
    )
    services = Service.objects.in_bulk([each.service_id for each in alerts])
    codes = _codes(actor, [each.record_id for each in alerts if each.record_id])
    answers: dict[UUID, list[AlertAnswer]] = {each.pk: [] for each in alerts}
    given = AlertAnswer.objects.filter(alert_id__in=list(answers)).select_related("recorded_by")
    for answer in given.order_by("-recorded_at"):
        answers[answer.alert_id].append(answer)
    rows = []
    for alert in alerts:
        member = members.get(alert.membership_id)
        rows.append(
            AlertRow(
                alert=alert,
                who=member.name if member else "Somebody of another site",
                role=Role(member.role).entry.label if member else "",
                organisation=member.organisation.name if member else "",
                why=_why(alert, services[alert.service_id]),
                record=_record(alert, codes, services[alert.service_id]),
                looks_url=reverse("who_looked", args=[alert.record_id]) if alert.record_id else "",
                answers=answers[alert.pk],
            )
        )
    return rows


def _codes(actor: Actor, records: list[UUID]) -> dict[UUID, str]:
    if actor.scope is Scope.SU_MANAGER:
        return dict(SuCase.objects.filter(pk__in=records).values_list("pk", "code"))
    if actor.scope is Scope.VS_MANAGER:
        return dict(VsRecord.objects.filter(pk__in=records).values_list("pk", "code"))
    return {}


def _record(alert: Alert, codes: dict[UUID, str], service: Service) -> str:
    if alert.record_id is None:
        return ""
    noun = "case" if service.side == Side.SERVICE_USER else "client record"
    code = codes.get(alert.record_id)
    return f"{noun.capitalize()} {code}" if code else f"A {noun} of {service.name}"


def _why(alert: Alert, service: Service) -> str:
    """What is asked about. Of what was tried in vain it says neither what nor whose (S-25, S-14)."""
    label = AlertKind(alert.kind).label
    if alert.kind == AlertKind.PROBING:
        waits = ". No contact is planned on the case until this is answered"
        return label + (waits if service.side == Side.SERVICE_USER else "")
    if alert.kind == AlertKind.VOLUME:
        usual = (
            f"{alert.usual_in_an_hour} is usual for the role"
            if alert.usual_in_an_hour
            else "what is usual is not known yet"
        )
        return f"{label}: {alert.records_in_the_hour} records in an hour; {usual}"
    return f"{label}{'. They were not let in' if alert.was_denied else ''}"
