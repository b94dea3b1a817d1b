"""The pattern of a case as a picture (SVG): lanes against months, no colour carries meaning alone.

The page gives it a text alternative and the table of the same numbers; nobody needs the picture.
"""

from __future__ import annotations

import datetime
from xml.sax.saxutils import escape

from .timelines import LANES, Pattern

WIDTH, LEFT, RIGHT, TOP, LANE = 760, 150, 20, 34, 30
INK, LINE, TINT, GREY = "#17365d", "#b4c6dc", "#e6eef7", "#474e54"


def draw(pattern: Pattern) -> str:
    """The whole SVG document. Text is escaped; names of people are not in it."""
    height = TOP + LANE * (len(LANES) + 1) + 12
    days = max((pattern.last - pattern.first).days, 1)

    def x(day: datetime.date) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (day - pattern.first).days / days

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="Liberation Sans, Arial, sans-serif"'
        f' font-size="11"><rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    ]
    month = (pattern.first.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
    while month <= pattern.last:
        parts.append(f'<path d="M{x(month):.1f} {TOP - 8}V{height - 8}" stroke="{LINE}"/>')
        parts.append(f'<text x="{x(month) + 3:.1f}" y="{TOP - 12}" fill="{GREY}">{month:%b}</text>')
        month = (month + datetime.timedelta(days=32)).replace(day=1)
    parts.append(
        f'<path d="M{x(pattern.last):.1f} {TOP - 8}V{height - 8}" stroke="#16191c" stroke-width="1.5"/>'
    )
    parts.append(
        f'<text x="{x(pattern.last) - 2:.1f}" y="{TOP - 12}" text-anchor="end" font-weight="bold">today</text>'
    )
    middle = TOP + LANE / 2
    parts.append(f'<text x="8" y="{middle + 4:.1f}">Whereabouts</text>')
    for bar in pattern.whereabouts:
        start, end = x(bar.first), max(x(bar.last), x(bar.first) + 4)
        fill, words = ("#16191c", "#ffffff") if bar.dark else (TINT, "#16191c")
        parts.append(
            f'<rect x="{start:.1f}" y="{middle - 8:.1f}" width="{end - start:.1f}" height="16" fill="{fill}" stroke="{GREY}"/>'
        )
        if end - start > 7 * len(bar.label):
            parts.append(
                f'<text x="{start + 5:.1f}" y="{middle + 4:.1f}" fill="{words}">{escape(bar.label)}</text>'
            )
    for number, name in enumerate(LANES, start=1):
        middle = TOP + LANE * number + LANE / 2
        parts.append(f'<text x="8" y="{middle + 4:.1f}">{escape(name)}</text>')
        parts.append(f'<path d="M{LEFT} {middle + LANE / 2:.1f}H{WIDTH - RIGHT}" stroke="{TINT}"/>')
        parts += [_mark(mark.shape, x(mark.day), middle) for mark in pattern.lanes[name]]
    return "".join([*parts, "</svg>"])


def _mark(shape: str, x: float, y: float) -> str:
    match shape:
        case "dot":
            return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5.5" fill="{INK}"/>'
        case "ring":
            return (
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#ffffff" stroke="{INK}" stroke-width="1.8"/>'
            )
        case "square":
            return f'<rect x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9" fill="{INK}"/>'
        case _:
            points = f"M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"
            return f'<path d="{points}" fill="#ffffff" stroke="#16191c" stroke-width="1.6"/>'
