"""One browser a file of walks.

Closed with the file: while Playwright runs, its event loop stands in the thread, and Django refuses every database call
of whatever test comes next in the same process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from .chromium import EXECUTABLE
from .site import end_shared_server

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not EXECUTABLE:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session", autouse=True)
def shared_server() -> Iterator[None]:
    """The server that the walks of this process share ends with them."""
    yield
    end_shared_server()
