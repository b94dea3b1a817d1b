"""What leaves the house, in a browser: asked for, read by a second person, and only then in somebody's hands (S-40)."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from drive.access.models import local_today

from .site import Site, open_site
from .walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site() as made:
        yield made


@pytest.fixture
def walk(site: Site, chromium: Browser) -> Iterator[Walk]:
    made = Walk(site, chromium, case=site.case, record=site.record, link=site.link)
    yield made
    made.close()


def _yesterday() -> str:
    return f"{local_today() - datetime.timedelta(days=1):%d/%m/%Y}"


def test_an_extract_is_asked_for_released_and_written(walk: Walk, tmp_path: Path) -> None:
    """Given what the service user said about it, when an analyst asks and the governance lead releases, then the analyst
    gets a package with the study's key, and nobody before that (P-20, W-23)."""
    worker = walk.person("case_manager")
    worker.go(f"/cases/{walk.case}/sharing/")
    worker.choose("May coded data about", "Does not agree, or no longer")
    worker.picture("85-data-for-evaluators")
    worker.check_on_a_phone()
    worker.press("Record the answer")
    worker.reads("Does not agree")

    analyst = walk.person("analyst")
    analyst.go("/releases/extract/")
    analyst.write("Study", "northmoor")
    analyst.write("First day", "1/1/2026")
    analyst.write("Last day", _yesterday())
    analyst.write("Who receives it", "University of Nowhere")
    analyst.write("What it is for", "The first year's evaluation")
    analyst.picture("86-ask-for-an-extract")
    analyst.check_on_a_phone()
    with analyst.page.expect_download() as key:
        analyst.page.get_by_role("button", name="Draw a key for a new study").click()
    key.value.save_as(tmp_path / "key")
    analyst.press("Ask for it")
    analyst.reads("Waits for the governance lead")
    release = analyst.page.url

    lead = walk.person("governance_lead")
    lead.go("/release-desk/")
    lead.picture("87-releases-to-decide-on")
    lead.page.get_by_role("main").get_by_role("link").first.click()
    lead.reads("University of Nowhere")
    lead.choose("Your decision", "Release")
    lead.picture("88-decide-on-a-release")
    lead.check_on_a_phone()
    lead.press("Record the decision")
    lead.reads("Decision recorded")

    analyst.page.goto(release)
    analyst.page.get_by_label("The study’s key").set_input_files(tmp_path / "key")
    analyst.picture("89-write-the-package")
    with analyst.page.expect_download() as package:
        analyst.page.get_by_role("button", name="Write and download").click()
    package.value.save_as(tmp_path / "package.zip")
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        assert {"northmoor/datapackage.json", "northmoor/perpetrators.csv"} <= set(archive.namelist())
    analyst.page.goto(release)
    analyst.reads("rows in")
    analyst.check()
    assert walk.person("commissioner").go("/releases/") == 404


def test_a_return_is_released_before_anybody_reads_it(walk: Walk) -> None:
    """When the manager asks that a return may leave, then the commissioner finds it once it was read and released."""
    manager, lead, commissioner = (
        walk.person("service_manager"),
        walk.person("governance_lead"),
        walk.person("commissioner"),
    )
    manager.go("/return/ask/")
    manager.write("First day", "1/9/2026")
    manager.write("Last day", _yesterday())
    manager.write("Who receives it", "The commissioner")
    manager.write("What it is for", "The autumn return")
    manager.picture("90-ask-for-a-release-of-the-return")
    manager.press("Ask for it")
    manager.reads("Waits for the governance lead")
    commissioner.go("/returns/")
    commissioner.reads("No return has been released yet")
    lead.go("/release-desk/")
    lead.page.get_by_role("main").get_by_role("link", name="Performance return").first.click()
    lead.reads("What would leave")
    lead.choose("Your decision", "Release")
    lead.check_on_a_phone()
    lead.press("Record the decision")
    commissioner.go("/returns/")
    commissioner.follow("Performance return")
    commissioner.reads("[c]")
    commissioner.picture("91-a-released-return")
    commissioner.check_on_a_phone()
    with commissioner.page.expect_download() as file:
        commissioner.page.get_by_role("link", name="Download as a spreadsheet").click()
    assert Path(file.value.path()).read_bytes()[:2] == b"PK"
