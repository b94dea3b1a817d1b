"""Fixtures for every test: the database as the application sees it, and the same cast of people everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client
from hypothesis import HealthCheck, settings

from tests.cast import Cast, lay_out

# A busy machine is no reason to fail: how fast something is, a benchmark says.
settings.register_profile("drive", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("drive")


@pytest.hookimpl(trylast=True)  # after the order was drawn
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Walks in a browser begin first, so that no process waits at the end for a long one; script/test keeps the order."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is None)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """The database was made by tests/throwaway_server.py; there is nothing to create or destroy."""
    django_settings.DRIVE_RAISE_DENIED = True


@pytest.fixture
def cast(db: None) -> Cast:
    """Two sites, the people of tests/cast.py, one case and one client who belong together."""
    return lay_out()


@pytest.fixture
def client_of(cast: Cast) -> Iterator[object]:
    """`client_of(cast.case_manager)`: a signed-in browser of that person."""

    def signed_in(membership: object) -> Client:
        from tests.cast import sign_in

        return sign_in(membership)

    return signed_in  # type: ignore[return-value]
