"""What of the client's record reaches the case manager's side: the allow-list of S-03, with canaries."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import ProgrammingError, connection, models
from django.test import Client

from drive.access.models import Membership, local_today
from drive.access.stepping import acting_as
from drive.advocacy.models import CheckIn, ClientContact, ClientFact, SafeContactRule
from drive.safety.queries import client_summaries
from tests.cast import Cast, seeding

CANARY = "Zyxwcanary"
ALLOWED = {
    "advocacy_engagemententry": {"id", "record_id", "value", "since", "recorded_at"},
    "advocacy_clientcontact": {"id", "record_id", "happened_at", "outcome", "in_person"},
    "advocacy_checkinplan": {"id", "record_id", "due_on", "recorded_at"},
    "advocacy_sealedvalue": {"id", "record_id", "kind", "lookup", "withheld"},
    "advocacy_recordexit": {"id", "record_id"},
    "advocacy_livingwith": {"id", "record_id", "answer", "as_of", "recorded_at"},  # that it changed, S-19
    "advocacy_courtdate": {
        "record_id",
        "thread",
        "version",
        "on",
        "cancelled",
    },  # days alone, for S-25 and W-27
    "advocacy_absence": {"membership_id", "first_day", "last_day", "recorded_at"},  # busy days, W-27
}
"""All that functions of the bridge read of this side's facts, column by column; exits are counted for caseloads."""
CODED = {
    "advocacy_assessment": {"id", "record_id", "service_id", "instrument", "point", "as_of", "answers", "amends_id"},
    "advocacy_clientprofile": {"id", "record_id", "version", "born_on", "born_precision", "gender", "ethnic_group", "orientation"},
    "advocacy_recordexit": {"exited_on", "reason"},
    "advocacy_supportmobilised": {"id", "record_id", "arranged_on"},
    "advocacy_child": {
        "id", "record_id", "service_id", "thread", "version", "born_on", "age_band", "status", "recorded_at",
    },
}  # fmt: skip
"""What the functions of the extract read besides, for the report scope alone: codes, no name, no free text (S-40)."""
COMPARED = {"advocacy_clientprofile": {"id", "record_id", "version", "family_name"}}
"""What the search for looks at somebody of one's own name compares, inside the clock's function (S-34)."""
COVERED = {"advocacy_absence": {"id", "service_id", "recorded_by_id", "cover_id", "handover", "withdrawn"}}
"""What the triggers of cover read besides: they write assignments of this side and answer nobody (S-46)."""


def fact_models() -> list[type[ClientFact]]:
    return [model for model in apps.get_app_config("advocacy").get_models() if issubclass(model, ClientFact)]


def filled(model: type[ClientFact], cast: Cast) -> ClientFact:
    """A row of the model with a canary in every text that is free, and something allowed everywhere else."""
    given: dict[str, Any] = {
        "record": cast.record,
        "service_id": cast.record.service_id,
        "recorded_by": cast.idva,
    }
    for field in model._meta.fields:
        if field.name in given or field.primary_key:
            continue
        match field:
            case models.ForeignKey():
                continue
            case models.CharField() if field.choices:
                given[field.name] = field.choices[0][0]
            case models.JSONField():
                given[field.name] = [CANARY]
            case models.TextField() | models.CharField():
                given[field.name] = CANARY[: field.max_length or 40]
            case models.BinaryField():
                given[field.name] = CANARY.encode()
            case models.DateField() if not isinstance(field, models.DateTimeField):
                given[field.name] = local_today()
    known = {
        "EngagementEntry": {"value": "engaged"},
        "InformedEntry": {"state": "full"},
        "ClientProfile": {"version": 2},
        "CheckInPlan": {"interval_days": 14},
        "RecordExit": {"check_ins_continue": False},
        "ClientContact": {"outcome": "spoke", "happened_at": datetime.datetime.now(datetime.UTC)},
        "LinkedAgain": {"link_id": cast.link.pk},
        "SealedEnd": {"value_id": cast.record.pk},
        "SealOpening": {"value_id": cast.record.pk},
    }
    given |= known.get(model.__name__, {})
    if model is CheckIn:
        given["done_at"] = datetime.datetime.now(datetime.UTC)
        given["contact"] = ClientContact.objects.create(
            record=cast.record,
            service_id=cast.record.service_id,
            recorded_by=cast.idva,
            channel="phone",
            outcome="spoke",
            content=CANARY,
            happened_at=given["done_at"],
        )
    return model._default_manager.create(**given)


def test_s03_no_column_but_the_allowed_reaches_the_case_manager(
    cast: Cast, client_of: Callable[[Membership], Client]
) -> None:
    with seeding():
        for model in fact_models():
            filled(model, cast)
    assert SafeContactRule in fact_models()
    with acting_as(cast.case_manager.as_actor()):
        (summary,) = client_summaries(cast.case.pk)
    assert (summary.engagement, summary.engaged_since) == ("engaged", local_today())
    assert CANARY not in repr(summary)
    assert CANARY[:8] not in repr(summary)
    browser = client_of(cast.case_manager)
    for path in (f"/shared/{cast.link.pk}/", f"/cases/{cast.case.pk}/", "/cases/", "/"):
        assert CANARY[:8] not in browser.get(path, follow=True).content.decode(), path


def test_s03_the_grant_is_the_allow_list(cast: Cast) -> None:
    """A new table or column of this side is invisible to the bridge until a grant names it."""
    with seeding(), connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, a.attname from pg_class c"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
            " where c.relname like 'advocacy%%' and c.relkind = 'r'"
            " and has_column_privilege(%s, c.oid, a.attnum, 'select')",
            [f"{settings.DRIVE_ROLE_PREFIX}_policy"],
        )
        found: dict[str, set[str]] = {}
        for table, column in cursor.fetchall():
            found.setdefault(table, set()).add(column)
    lists = (ALLOWED, CODED, COMPARED, COVERED)
    allowed = {
        table: set().union(*(one.get(table, set()) for one in lists)) for one in lists for table in one
    }
    assert {table: found[table] for table in found if table != "advocacy_vsrecord"} == allowed


@pytest.mark.parametrize("model", fact_models(), ids=lambda model: model.__name__)
def test_s01_the_case_managers_side_is_granted_no_table_of_this_side(
    cast: Cast, model: type[ClientFact]
) -> None:
    for member in (cast.case_manager, cast.service_manager):
        with pytest.raises(ProgrammingError, match="permission denied"), acting_as(member.as_actor()):
            list(model._default_manager.all())
