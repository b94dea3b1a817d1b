"""The gallery in Chromium: no accessibility violation in any standing at any width; what the script adds."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from drive.components.environment import TEMPLATES, environment
from drive.components.gallery import SIDES, gallery_context
from drive.components.page import Side
from tests.browser.accessibility import violations
from tests.browser.chromium import EXECUTABLE

pytestmark = pytest.mark.browser

STATIC = TEMPLATES.parent / "static"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Pages(http.server.SimpleHTTPRequestHandler):
    """The rendered gallery under the strict policy the site uses."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the test's own output is what counts."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root: Path = tmp_path_factory.mktemp("gallery")
    shutil.copytree(STATIC, root / "static")
    for side in SIDES:
        html = environment().get_template("components/gallery.html").render(gallery_context(side))
        (root / f"{side}.html").write_text(html)
    handler = functools.partial(Pages, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not EXECUTABLE:
        pytest.skip("Chromium is not installed")
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--no-first-run"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=EXECUTABLE, args=quiet)
        yield chromium
        chromium.close()


def opened(browser: Browser, site: str, side: Side, width: int = 1280) -> tuple[Page, list[str]]:
    page = browser.new_page(viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site}/{side}.html")
    return page, complaints


@pytest.mark.parametrize("width", [1280, 375, 320])
@pytest.mark.parametrize("side", SIDES)
def test_no_violation_no_complaint_no_sideways_scrolling(
    browser: Browser, site: str, side: Side, width: int
) -> None:
    page, complaints = opened(browser, site, side, width)
    assert violations(page) == []
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


def test_tiles_and_buttons_are_large_enough_for_a_thumb(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site, "case", 375)
    small = page.eval_on_selector_all(
        ".drive-tile, .drive-button, .drive-cover, .drive-phone-menu > summary",
        "parts => parts.filter(p => p.getBoundingClientRect().height < 44 && p.offsetParent)"
        ".map(p => p.textContent.trim())",
    )
    assert small == []
    page.close()


def test_rails_stand_on_their_own_side(browser: Browser, site: str) -> None:
    rails = {}
    for side in SIDES:
        page, _ = opened(browser, site, side)
        rails[side] = page.eval_on_selector(
            "body > .drive-paper",
            "p => [getComputedStyle(p).borderLeftWidth, getComputedStyle(p).borderRightWidth]",
        )
        page.close()
    assert rails == {
        "case": ["10px", "0px"],
        "client": ["0px", "10px"],
        "bridge": ["10px", "10px"],
        "reports": ["0px", "0px"],
    }


def test_problems_get_the_focus_and_lead_to_their_control(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site, "case")
    assert page.evaluate("document.activeElement.matches('.govuk-error-summary')")
    page.get_by_role("link", name="There is no day 31 in February 2026").press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_again-held_on"
    page.close()


def test_a_draft_is_kept_while_typing_and_a_failure_is_said_in_words(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site, "case")
    sent: list[str] = []
    answers = [(200, {"kept": "14:10:25"}), (503, {})]

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        sent.append(route.request.post_data or "")
        status, body = answers[len(sent) - 1]
        route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    page.route("**/*", answer)
    line = page.locator("[data-draft-line]").first
    page.locator("#id_note").fill("He rang back.")
    page.get_by_text("Draft kept 14:10:25").wait_for(timeout=6000)
    assert "He rang back." in sent[0]
    page.locator("#id_note").fill("He rang back at three.")
    page.get_by_text("Draft not kept").wait_for(timeout=6000)
    assert "still on this page" in line.inner_text()
    assert page.locator("#id_note").input_value() == "He rang back at three."
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.close()


def test_someone_who_never_stops_typing_has_a_draft_within_five_seconds(browser: Browser, site: str) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(f"{site}/case.html")
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=200, body='{"kept": "14:10:27"}', content_type="application/json")

    page.route("**/case.html", answer)
    for second in range(1, 6):
        page.locator("#id_note").press_sequentially(f"{second} ")
        page.clock.run_for(1000)
    page.get_by_text("Draft kept 14:10:27").wait_for(timeout=3000)
    assert len(sent) == 1
    page.close()


def test_without_a_script_every_answer_can_be_given_and_the_draft_kept(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.goto(f"{site}/case.html")
    page.get_by_text("Spoke", exact=True).first.click()
    assert page.locator("#id_outcome_0").is_checked()
    assert page.get_by_role("button", name="Keep draft").first.is_visible()
    page.locator(".drive-phone-menu > summary").click()
    assert page.get_by_role("link", name="Directory").is_visible()
    context.close()


def test_on_paper_the_reader_is_named_and_buttons_and_menu_are_gone(browser: Browser, site: str) -> None:
    page, _ = opened(browser, site, "client")
    page.emulate_media(media="print")
    assert page.locator(".drive-printed").is_visible()
    assert "Do not copy onward" in page.locator(".drive-printed").inner_text()
    for gone in (".drive-header", ".drive-button", ".drive-footer"):
        assert not page.locator(f"body > {gone}, main {gone}").first.is_visible()
    assert page.locator(".drive-standing").first.is_visible()
    page.close()
