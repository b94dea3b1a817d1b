"""Rows and connections for the proofs that cannot work inside a transaction which is rolled back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.conninfo import conninfo_to_dict
from pytest_django.plugin import DjangoDbBlocker


@pytest.fixture
def as_in_production(django_db_blocker: DjangoDbBlocker) -> Iterator[DatabaseWrapper]:
    """Django's own connection, for the length of the test, under the application's own log-in and in no transaction."""
    real = conninfo_to_dict(os.environ["DRIVE_REAL_APP_URL"])
    before = connections["default"]
    said = before.settings_dict | {"NAME": real["dbname"], "USER": real["user"], "PASSWORD": real["password"]}
    with django_db_blocker.unblock():
        connections["default"] = DatabaseWrapper(said, "default")
        try:
            yield connections["default"]
        finally:
            connections["default"].close()
            connections["default"] = before


@pytest.fixture
def two_services() -> Iterator[dict[UUID, set[UUID]]]:
    """Two case managers of two sites in the database for good: each one's cases. Removed at the end."""
    made: dict[UUID, set[UUID]] = {}
    with psycopg.connect(os.environ["DRIVE_TEST_SUPERUSER_HERE"], autocommit=True) as owner:
        owner.execute(
            "set session_replication_role = replica"
        )  # no trigger and no foreign key asks for the rest
        for _ in range(2):
            user, member, case, service, site = (uuid4() for _ in range(5))
            owner.execute(
                "insert into access_user (id, password, email, name, is_active, is_demonstration, created_at)"
                " values (%s, '!', %s, 'Nobody Real', true, false, now())",
                [user, f"{user}@example.invalid"],
            )
            owner.execute(
                "insert into access_membership (id, user_id, name, role, side, organisation_id, site_id, service_id, starts_on, ends_on, work_phone)"
                " values (%s, %s, 'Nobody Real', 'case_manager', 'su', %s, %s, %s, current_date - 9, 'infinity', '')",
                [member, user, service, site, service],
            )
            owner.execute(
                "insert into casework_sucase (id, code, person_key, site_id, service_id, referred_on, allocated_on, starts_on,"
                " recorded_at, recorded_by_id) values (%s, 'AA-111', %s, %s, %s, current_date, current_date, current_date, now(), %s)",
                [case, uuid4(), site, service, member],
            )
            owner.execute(
                "insert into access_caseassignment (id, kind, starts_on, ends_on, handover, recorded_at, membership_id, case_id, service_id, recorded_by_id)"
                " values (%s, 'holder', current_date - 9, 'infinity', '', now(), %s, %s, %s, %s)",
                [uuid4(), member, case, service, member],
            )
            made[member] = {case}
        try:
            yield made
        finally:
            owner.execute("delete from access_caseassignment")
            owner.execute("delete from casework_sucase")
            owner.execute("delete from access_membership")
            owner.execute("delete from access_user")
