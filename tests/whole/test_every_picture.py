"""Every picture of the guides was drawn by a walk, stands in the tree, and is shown somewhere."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "screenshots"
DRAWN = re.compile(r'picture(?:\(|=)"([\w-]+)"')
SHOWN = re.compile(r"screenshots/([\w-]+)\.png")


def test_the_guides_show_what_the_walks_draw_and_nothing_else() -> None:
    drawn = {name for walk in ROOT.glob("tests/browser/*.py") for name in DRAWN.findall(walk.read_text())}
    shown = {
        name
        for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
        for name in SHOWN.findall(page.read_text())
    }
    kept = {picture.stem for picture in PICTURES.glob("*.png")}
    assert drawn
    assert (shown - drawn, drawn - shown) == (set(), set()), "shown but not drawn, drawn but not shown"
    assert (drawn - kept, kept - drawn) == (set(), set()), (
        "DRIVE_SCREENSHOTS=1 pytest tests/browser draws them"
    )
