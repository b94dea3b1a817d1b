"""One walk along the path: the site, everybody's window, and what is asked of each act besides that it works."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from playwright.sync_api import Browser

from .site import Site
from .window import DESK, Window


@dataclass
class Walk:
    """`thorough`: each act is also tried by the wrong roles and sent a second time."""

    site: Site
    browser: Browser
    scripts: bool = True
    thorough: bool = True
    windows: dict[str, Window] = field(default_factory=dict)
    nowhere: dict[str, bytes] = field(default_factory=dict)
    case: str = ""
    record: str = ""
    link: str = ""

    def person(self, part: str) -> Window:
        """The window of the one who plays this part, signed in when first wanted."""
        if part not in self.windows:
            context = self.browser.new_context(
                java_script_enabled=self.scripts,
                viewport={"width": DESK, "height": 900},
                locale="en-GB",
                timezone_id="Europe/London",
            )
            on_the_page = self.thorough or not self.scripts
            self.windows[part] = Window.open(
                part, self.site, context, scripts=self.scripts, on_the_page=on_the_page
            )
        return self.windows[part]

    def close(self) -> None:
        for window in self.windows.values():
            window.context.close()

    def referral_of(self, name: str) -> str:
        """The key of the referral in which this service user is named."""
        return str(
            self.site.one(
                "select referral_id from referrals_referralparty where role = 'service_user'"
                " and given_names || ' ' || family_name = %s limit 1",
                name,
            )
        )

    def know_the_case(self, name: str) -> None:
        """Remember the keys of what the allocation opened, which stand in addresses and nowhere else."""
        referral = self.referral_of(name)
        self.case = str(
            self.site.one("select su_case_id from allocation_allocation where referral_id = %s", referral)
        )
        self.record = str(
            self.site.one("select vs_record_id from allocation_allocation where referral_id = %s", referral)
        )
        self.link = str(self.site.one("select id from safety_caselink where su_case_id = %s", self.case))

    def twice(self, window: Window) -> None:
        """The act that was just done is sent a second time: no failure, and no row more (a double click, a reload)."""
        if not self.thorough:
            return
        before = self.site.facts()
        answer = window.send_again()
        assert answer.status < 500, (window.path, answer.status)
        after = self.site.facts()
        assert after == before, {
            name: (before[name], after[name]) for name in before if after[name] != before[name]
        }

    def not_for(self, window: Window, *parts: str) -> None:
        """The page that was just used, and what was just sent, are for none of these: the one 404 (S-39), and no row."""
        if not self.thorough:
            return
        assert window.last_post is not None
        path = window.last_post.url.removeprefix(self.site.url)
        before = self.site.facts()
        for part in parts:
            other = self.person(part)
            read = other.context.request.get(self.site.url + path)
            sent = other.send_what(window)
            assert (read.status, sent.status) == (404, 404), (part, path, read.status, sent.status)
            assert read.body() == sent.body() == self.absent(other), (part, path)
        assert self.site.facts() == before, path

    def absent(self, window: Window) -> bytes:
        """What this person is sent for an address that leads nowhere."""
        if window.part not in self.nowhere:
            answer = window.context.request.get(f"{self.site.url}/cases/{uuid4()}/")
            assert answer.status == 404
            self.nowhere[window.part] = answer.body()
        return self.nowhere[window.part]
