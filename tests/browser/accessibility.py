"""What axe finds wrong with a page as it is shown."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WANTED = {"resultTypes": ["violations"]}
"""All rules run; only of violations is every element told, which takes half the time of telling those of the rest."""


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """Each rule that the page breaks, with the markup that breaks it."""
    found = Axe().run(page, options=WANTED).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
