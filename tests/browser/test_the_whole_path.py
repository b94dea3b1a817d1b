"""The whole path, from a MARAC list to a closed case and a return, walked by five people in a real browser.

Each part of the story reads as given, when, then. At every step the page has no accessibility violation, and the act is
tried by the wrong roles (404) and a second time (harmless). The second walk goes the same way without JavaScript.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from . import coming_in
from .site import open_site
from .walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with_scripts", "without_scripts"])
def walk(request: pytest.FixtureRequest, chromium: Browser, tmp_path: Path) -> Iterator[Walk]:
    scripts: bool = request.param
    with open_site("scripts" if scripts else "plain", tmp_path / "server.log") as site:
        made = Walk(site, chromium, scripts=scripts, thorough=scripts)
        try:
            yield made
        finally:
            made.close()


def test_the_whole_path(walk: Walk) -> None:
    coming_in.a_list_is_brought_in(walk)
