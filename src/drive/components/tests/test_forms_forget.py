"""What is typed into a form stays out of the browser's autofill and its kept tabs (S-06)."""

from __future__ import annotations

import re
from pathlib import Path

import drive

SIGN_IN = {"account", "mfa", "usersessions"}
"""Folders of sign-in pages: a browser may remember the account's address there."""


def test_s06_no_form_with_fields_lets_the_browser_remember_them() -> None:
    forgets, remembers = 0, []
    for path in sorted(Path(drive.__file__).parent.rglob("jinja2/**/*.html")):
        if SIGN_IN & set(path.parts) or path.name == "gallery.html":
            continue
        for form in re.findall(r'<form method="post".*?>(?=[^}])', path.read_text()):
            if "novalidate" in form and 'autocomplete="off"' not in form:
                remembers.append(f"{path.name}: {form}")
            forgets += 'autocomplete="off"' in form
    assert remembers == []
    assert forgets > 50
