"""A passkey as second step, with a key that the browser pretends to have.

Given somebody with an app as second step, when they add a passkey and sign in again, then the key alone finishes it.
A passkey belongs to a name, never to a number: so the site is opened as localhost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, Page, expect

from .accessibility import violations
from .site import Site, open_site
from .world import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with open_site() as opened:
        yield opened


def address(site: Site, path: str) -> str:
    return f"http://localhost:{urlsplit(site.url).port}{path}"


def sign_in(page: Page, site: Site) -> None:
    page.goto(address(site, "/sign-in/"))
    page.get_by_label("Email").fill(site.emails["idva"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def code_now(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_a_passkey_is_added_and_finishes_the_next_sign_in(chromium: Browser, site: Site) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(20_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    made = device.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                     "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip

    sign_in(page, site)
    page.goto(address(site, "/account/second-factor/app/"))
    if "/confirm/" in page.url:
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button").last.click()
    secret = re.search(r"[A-Z2-7]{32}", page.content())
    assert secret, page.content()
    page.get_by_label("code").fill(code_now(secret.group()))
    page.get_by_role("button", name="Use this app").click()

    page.goto(address(site, "/account/second-factor/keys/add/"))
    assert violations(page) == []
    page.get_by_label("Name").fill("Practice key")
    page.get_by_role("button", name="Add this passkey").click()
    expect(page.get_by_text("Security key added.")).to_be_visible()
    page.goto(address(site, "/account/second-factor/keys/"))
    expect(page.get_by_text("Practice key", exact=True)).to_be_visible()
    assert (
        len(
            device.send("WebAuthn.getCredentials", {"authenticatorId": made["authenticatorId"]})[
                "credentials"
            ]
        )
        == 1
    )

    context.clear_cookies()
    sign_in(page, site)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text(site.names["idva"]).first).to_be_visible()
    assert complaints == []
    context.close()
