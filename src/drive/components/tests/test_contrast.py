"""The tokens keep the contrast the design promises, by the WCAG formula, in the built stylesheet."""

from __future__ import annotations

import re

import pytest

from drive.components.environment import TEMPLATES

CSS = (TEMPLATES.parent / "static" / "components" / "drive.css").read_text()
TOKENS = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", CSS))
SIDES = ("ink", "umber", "graphite")


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_formula() -> None:
    TOKENS["black"] = "#000000"
    assert contrast("black", "white") == pytest.approx(21)


@pytest.mark.parametrize(
    ("front", "back", "least"),
    [
        ("white", "ink", 12.1),
        ("white", "umber", 9.8),
        ("white", "graphite", 12.7),
        ("text", "white", 17.5),
        ("muted", "white", 8.3),
        ("link", "white", 6.0),
        ("white", "stop", 6.6),
        ("focus-text", "focus", 13.0),
        *[("text", f"{side}-{ground}", 14.6) for side in SIDES for ground in ("tint", "paper")],
        *[("muted", f"{side}-{ground}", 7.0) for side in SIDES for ground in ("tint", "paper")],
        *[("link", f"{side}-paper", 5.6) for side in SIDES],
        *[("link", f"{side}-tint", 5.0) for side in SIDES],
        # 4.48 on graphite paper, which the design rounds to 4.5; a border needs 3.
        *[("control", f"{side}-paper", 4.47) for side in SIDES],
        *[("stop", f"{side}-paper", 6.2) for side in SIDES],
    ],
)
def test_contrast_is_what_the_design_promises(front: str, back: str, least: float) -> None:
    assert contrast(front, back) >= least


def test_ink_and_umber_are_equally_dark_so_colour_is_never_the_only_sign() -> None:
    assert contrast("ink", "umber") < 1.3


def test_yellow_means_focus_and_nothing_else() -> None:
    """Named once as our token and once for the parts we keep from GOV.UK; every use is a focus rule."""
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS):
        if "var(--focus)" in body or "--govuk-focus-colour," in body:
            assert "focus" in selector, selector


def test_solid_red_is_the_stop_concern_and_nothing_else() -> None:
    filled = [
        selector.strip()
        for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", CSS)
        if re.search(r"background(-color)?: var\(--stop\)", body)
    ]
    assert filled
    assert all("drive-stop" in selector or "button--stop:hover" in selector for selector in filled)


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "@import" not in CSS
    assert "@font-face" not in CSS
    assert "url(http" not in CSS
    assert "GDS Transport" not in CSS
