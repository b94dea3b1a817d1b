"""A person at a browser window: what they read, choose, write and send, and what the window is held to at every step."""

from __future__ import annotations

import io
import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from PIL import Image
from playwright.sync_api import APIResponse, BrowserContext, Locator, Page, Request

from .accessibility import violations
from .site import ROOT, Site
from .world import PASSWORD

PICTURES = ROOT / "docs" / "screenshots"
DRAWS = os.environ.get("DRIVE_SCREENSHOTS") == "1"
"""With DRIVE_SCREENSHOTS=1 the walk draws the pictures of docs/screenshots anew."""
PHONE, DESK = 375, 1280
PATIENCE = int(os.environ.get("DRIVE_BROWSER_PATIENCE", "20"))
"""Seconds until a click or a page that does not come is a failure. How fast a page comes, a benchmark says."""


@dataclass
class Window:
    """One person's window, signed in through the sign-in page. `scripts`: whether the browser runs JavaScript."""

    part: str
    site: Site
    context: BrowserContext
    page: Page
    scripts: bool = True
    clicks: int = 0
    complaints: list[str] = field(default_factory=list)
    last_post: Request | None = None

    @classmethod
    def open(
        cls, part: str, site: Site, context: BrowserContext, *, scripts: bool, on_the_page: bool = True
    ) -> Window:
        """`on_the_page`: signed in by filling in the page; else in the session that the world holds for them."""
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        window = cls(part, site, context, page, scripts)
        page.on("console", lambda message: window.complaints.append(message.text))
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        page.on("request", window._remember)
        if on_the_page:
            page.goto(site.url)
            window.write("Email", site.emails[part])
            window.write("Password", PASSWORD)
            window.press("Sign in")
        else:
            context.add_cookies([{"name": "sessionid", "value": site.sessions[part], "url": site.url}])
            page.goto(site.url)
        assert page.get_by_text(site.names[part]).first.is_visible(), (part, window.path, window.text())
        return window

    def _remember(self, request: Request) -> None:
        if request.method == "POST" and "/drafts/" not in request.url and "/sign-in/" not in request.url:
            self.last_post = request

    # Reading.

    def go(self, path: str) -> int:
        """Open an address of the site; the status of the answer."""
        answer = self.page.goto(self.site.url + path)
        assert answer is not None
        if answer.status == 404:  # asked for on purpose; the browser always complains of it
            self.complaints = [words for words in self.complaints if "404" not in words]
        return answer.status

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.site.url)

    def follow(self, words: str) -> None:
        """Click the link with these words."""
        self._click(self.page.get_by_role("link", name=words).first, leads=True)

    def reads(self, words: str) -> None:
        """The page says this, where a person can see it."""
        found = self.page.get_by_text(words)
        assert any(found.nth(i).is_visible() for i in range(found.count())), (
            f"{words!r} not in: {self.text()}"
        )

    def misses(self, words: str) -> None:
        """The page does not say this anywhere, shown or not."""
        assert words not in self.page.content()

    def text(self) -> str:
        return self.page.locator("body").inner_text()

    # Answering.

    def question(self, label: str) -> Locator:
        """The group of tiles that answers a question."""
        legend = self.page.locator("legend", has_text=label)
        return self.page.locator("fieldset", has=legend).last

    def choose(self, label: str, *answers: str) -> None:
        """Choose tiles by their words."""
        for answer in answers:
            words = self.page.locator(".drive-tile__label", has_text=re.compile(f"^{re.escape(answer)}$"))
            self._click(self.question(label).locator("label.drive-tile", has=words).first)

    def choose_first(self, label: str) -> None:
        """Choose the first answer that is offered, where it does not matter which."""
        self._click(self.question(label).locator("label.drive-tile").first)

    def write(self, label: str, words: str) -> None:
        boxes = self.page.locator("textarea, input:not([type=radio], [type=checkbox])")
        self.page.get_by_label(label).and_(boxes).first.fill(words)
        self.clicks += 1

    def answer_everything(self, *preferred: str) -> None:
        """Answer every question of a long form that is still open: with a preferred answer where it is offered, else
        with the first. What may be left without an answer is, for a reason; a date is today; a question that is asked
        only after another answer stays open."""
        form = self.page.locator("main form", has=self.page.locator("fieldset")).last
        excused: set[str] = set()
        for group in form.locator("fieldset").all():
            tiles = group.locator("label.drive-tile")
            words = [words.strip() for words in tiles.locator(".drive-tile__label").all_inner_texts()]
            name = (group.get_attribute("id") or "").removesuffix("__missing")
            excused.add(name)
            if not words or self._depends(name) or group.locator("input:checked").count():
                continue
            wanted = next((each for each in preferred if each in words), words[0])
            self._click(tiles.nth(words.index(wanted)))
        for box in form.locator("textarea, input[type=text]").all():
            name = box.get_attribute("id") or ""
            if name in excused or self._depends(name) or box.input_value():
                continue
            kind = box.get_attribute("class") or ""
            box.fill("today" if "--date" in kind else "1" if "--short" in kind else "As far as is known.")
            self.clicks += 1

    def _depends(self, name: str) -> bool:
        hint = self.page.locator(f"#{name}_helptext")
        return hint.count() > 0 and hint.inner_text().startswith("Only if")

    def pick(self, label: str, answer: str) -> None:
        """Choose in a list that drops down."""
        self.page.get_by_label(label).and_(self.page.locator("select")).first.select_option(label=answer)
        self.clicks += 1

    def attach(self, label: str, file: Path) -> None:
        self.page.get_by_label(label).set_input_files(file)
        self.clicks += 1

    def press(self, words: str) -> None:
        """Press the button with exactly these words and wait for the page that answers."""
        self._click(self.page.get_by_role("button", name=words, exact=True).first, leads=True)

    def press_like(self, words: str) -> None:
        """The same, for a button whose words go on with a number."""
        self._click(
            self.page.get_by_role("main").get_by_role("button", name=re.compile(f"^{words}")).first,
            leads=True,
        )

    def _click(self, target: Locator, *, leads: bool = False) -> None:
        self.clicks += 1
        if leads:
            with self.page.expect_navigation():
                target.click()
        else:
            target.click()

    # What the window is held to.

    def check(self) -> None:
        """No accessibility violation, no sideways scrolling, and no complaint of the browser on the page shown."""
        assert self.complaints == [], (self.part, self.path, self.complaints)
        if self.scripts:
            problems = violations(self.page)
            assert not problems, f"{self.path}: {problems}"
            wide = self.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{self.path} scrolls sideways by {wide} px"

    def check_on_a_phone(self) -> None:
        """The same page at the width of a phone."""
        self.page.set_viewport_size({"width": PHONE, "height": 800})
        self.check()
        self.page.set_viewport_size({"width": DESK, "height": 900})

    def picture(self, name: str) -> None:
        """Hold the page to `check`, and draw it for the guides where pictures are wanted."""
        self.check()
        if DRAWS and self.scripts:
            drawn = Image.open(io.BytesIO(self.page.screenshot(full_page=True, animations="disabled")))
            few_colours = drawn.convert("RGB").quantize(64, dither=Image.Dither.NONE)
            PICTURES.mkdir(parents=True, exist_ok=True)
            few_colours.save(PICTURES / f"{name}.png", optimize=True)

    # Sending again, and sending as somebody else.

    def send_again(self) -> APIResponse:
        """Send the last form once more, byte for byte, as a second click or a reload would."""
        return self._send(self.last_post, self)

    def send_what(self, other: Window) -> APIResponse:
        """Send the form that `other` sent last, as oneself: the attempt of somebody who knows the address and the words."""
        return self._send(other.last_post, self)

    @staticmethod
    def _send(request: Request | None, sender: Window) -> APIResponse:
        assert request is not None
        fields = [
            (k, v)
            for k, v in parse_qsl(request.post_data or "", keep_blank_values=True)
            if k != "csrfmiddlewaretoken"
        ]
        token = _token(sender.context.request.get(f"{sender.site.url}/sign-out/"))
        return sender.context.request.post(
            request.url,
            data=urlencode([*fields, ("csrfmiddlewaretoken", token)]),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": request.url},
            max_redirects=0,
        )


def _token(page: APIResponse) -> str:
    """The token that a form of the page carries."""
    found = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', page.text())
    assert found
    return found[1]


@dataclass
class Tally:
    """How many clicks and seconds an act took from the page it began on."""

    window: Window
    act: str

    def __enter__(self) -> Tally:
        self.clicks, self.began = self.window.clicks, time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        clicks, seconds = self.window.clicks - self.clicks, time.monotonic() - self.began
        print(f"{self.act}: {clicks} clicks and fields, {seconds:.1f} s in the browser")  # noqa: T201  # shown by pytest -rP
