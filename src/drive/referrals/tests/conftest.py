"""The sample lists, as areas send them (fixtures of `referrals.lists`)."""

from __future__ import annotations

from pathlib import Path

import pytest

FIXTURES = Path(__file__).resolve().parents[1] / "lists" / "tests" / "fixtures"


@pytest.fixture
def march() -> bytes:
    return (FIXTURES / "marac-castlegate-2025-03.csv").read_bytes()


@pytest.fixture
def april() -> bytes:
    return (FIXTURES / "marac-castlegate-2025-04.csv").read_bytes()
