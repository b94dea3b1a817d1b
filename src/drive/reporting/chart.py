"""The return's one picture: victims/survivors by severity at intake and at exit, for each type of abuse, as SVG.

Bars of one hue per level with a hatch for unknown, each labelled with its number; the table of the same numbers stands
beside it on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from xml.sax.saxutils import escape

from drive.instruments.codelists import code_list

from .performance import SeverityPair

LEVELS = {
    "none": "#ffffff",
    "standard": "#c3d3e4",
    "moderate": "#6a8db3",
    "high": "#17365d",
    "unknown": "url(#hatch)",
}
WIDTH, LEFT, RIGHT, TOP, BAR, GAP = 760, 210, 90, 34, 20, 30


def draw(pairs: Sequence[SeverityPair]) -> str:
    """The whole SVG document. A withheld cell takes no length: its place in the table says [c]."""
    types = [t for t in ("physical", "sexual", "hs", "jcc") if any(p.abuse_type == t for p in pairs)]
    totals = [
        sum(getattr(p, when) or 0 for p in pairs if p.abuse_type == t)
        for t in types
        for when in ("intake", "exit")
    ]
    longest = max([*totals, 1])
    height = TOP + len(types) * (2 * BAR + GAP) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="Liberation Sans, Arial, sans-serif" font-size="13">'
        '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M0 6L6 0" stroke="#6b747b"/></pattern></defs>'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    ]
    x = LEFT
    for level, fill in LEVELS.items():
        label = code_list("K-28").label(level)
        parts.append(
            f'<rect x="{x}" y="8" width="14" height="14" fill="{fill}" stroke="#6b747b"/><text x="{x + 19}" y="20">{escape(label)}</text>'
        )
        x += 45 + 8 * len(label)
    for row, kind in enumerate(types):
        y = TOP + row * (2 * BAR + GAP)
        for number, words in enumerate(wrap(code_list("K-27").label(kind), 19)):
            parts.append(f'<text x="8" y="{y + 14 + 16 * number}" font-weight="bold">{escape(words)}</text>')
        for line, (when, words) in enumerate((("intake", "Intake"), ("exit", "Exit"))):
            top = y + line * (BAR + 4)
            parts.append(f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{words}</text>')
            at = float(LEFT)
            for level, fill in LEVELS.items():
                count = next(
                    (getattr(p, when) for p in pairs if p.abuse_type == kind and p.severity == level), None
                )
                if not count:
                    continue
                width = (WIDTH - LEFT - RIGHT) * count / longest
                parts.append(
                    f'<rect x="{at:.1f}" y="{top}" width="{width:.1f}" height="{BAR}" fill="{fill}" stroke="#6b747b"/>'
                )
                if width > 22:
                    ink = "#ffffff" if level in ("moderate", "high") else "#16191c"
                    back = (
                        f'<rect x="{at + 3:.1f}" y="{top + 3}" width="20" height="14" fill="#ffffff"/>'
                        if level == "unknown"
                        else ""
                    )
                    parts.append(f'{back}<text x="{at + 5:.1f}" y="{top + 15}" fill="{ink}">{count}</text>')
                at += width
    return "".join([*parts, "</svg>"])
