"""A small demonstration world in the test's own transaction, and its people."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from drive.access.models import Membership, local_today
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.demonstration import loading
from drive.demonstration.diary import LONDON
from drive.demonstration.world import World
from drive.extract.commands import answer_release, ask_for_extract, write_extract
from drive.extract.models import ReleaseFile, ReleaseRequest
from tests.cast import Cast, seeding

KEY = bytes(range(32))

Write = Callable[..., tuple[Path, ReleaseFile]]


@pytest.fixture
def world(cast: Cast) -> loading.Loaded:
    """About 150 invented people at three sites, as of now."""
    with seeding():
        return loading.pour(World(11, datetime.datetime.now(LONDON), "!", 150), connection.connection)


def somebody(role: Role, site: str = "Pennyfold") -> Membership:
    """The first of a role at a site of the demonstration."""
    with seeding():
        found = Membership.objects.select_related("organisation", "site", "user").filter(
            role=role, site__name=site
        )
        return found.order_by("user__email").first() or pytest.fail(role)


def asked(
    analyst: Membership, *, study: str = "northmoor", months: bool = False, days: int = 300
) -> ReleaseRequest:
    """An extract of the last days up to yesterday, asked for."""
    actor = analyst.as_actor()
    with acting_as(actor, Scope.REPORT):
        return ask_for_extract(
            by=actor, study=study, first=local_today() - datetime.timedelta(days=days),
            last=local_today() - datetime.timedelta(days=1), months=months, recipient="University of Nowhere", purpose="A test",
        )  # fmt: skip


def released(analyst: Membership, lead: Membership, **asking: object) -> ReleaseRequest:
    """... and released by the governance lead."""
    found = asked(analyst, **asking)  # type: ignore[arg-type]  # named as the command names them
    with acting_as(lead.as_actor()):
        answer_release(by=lead.as_actor(), request_id=found.pk, outcome="released")
    return found


@pytest.fixture
def write(world: loading.Loaded, tmp_path: Path) -> Write:
    """`write(name, study=…, months=…, key=…)`: a released extract of Pennyfold, written."""

    def written(name: str = "package", *, key: bytes = KEY, **asking: object) -> tuple[Path, ReleaseFile]:
        analyst = somebody(Role.ANALYST)
        found = released(analyst, somebody(Role.GOVERNANCE_LEAD), **asking)
        with acting_as(analyst.as_actor(), Scope.REPORT):
            return tmp_path / name, write_extract(
                by=analyst.as_actor(), request_id=found.pk, key=key, folder=tmp_path / name
            )

    return written
