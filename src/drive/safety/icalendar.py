"""One's own calendar as a file for another program (RFC 5545): times and codes, no name, place, kind or topic."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from drive.components.dates import LONDON

from .calendar import MEETING, Entry, midnight

LONDON_RULES = (
    "BEGIN:VTIMEZONE", "TZID:Europe/London",
    "BEGIN:DAYLIGHT", "TZOFFSETFROM:+0000", "TZOFFSETTO:+0100", "TZNAME:BST", "DTSTART:19960331T010000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
    "BEGIN:STANDARD", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0000", "TZNAME:GMT", "DTSTART:19961027T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
    "END:VTIMEZONE",
)  # fmt: skip
"""When clocks change in London since 1996; a file that names a zone carries its rules."""


def escaped(words: str) -> str:
    """As a text value: backslash, semicolon, comma and line ends are escaped."""
    plain = words.replace("\r\n", "\n").replace("\r", "\n").replace("\\", "\\\\")
    return plain.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """The line cut after 75 octets at most, never inside a character; what goes on begins with a space."""
    parts, size = [""], 0
    for letter in line:
        width = len(letter.encode())
        if size + width > 75:
            parts.append(" ")
            size = 1
        parts[-1] += letter
        size += width
    return "\r\n".join(parts)


def calendar_file(entries: Iterable[Entry], *, today: datetime.date) -> bytes:
    """The file. The same entry has the same identifier in every file, made from a keyed digest, which names no record.

    The stamp is the beginning of `today`, so that two files of one day differ only in what they hold.
    """
    stamp = f"{midnight(today):%Y%m%dT%H%M%SZ}"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Drive//Calendar//EN",
        "CALSCALE:GREGORIAN",
        *LONDON_RULES,
    ]
    for entry in entries:
        lines += ["BEGIN:VEVENT", f"UID:{_identifier(entry)}", f"DTSTAMP:{stamp}", *_when(entry)]
        lines += [f"SUMMARY:{escaped(f'Drive {entry.code}'.strip())}", "CLASS:PRIVATE"]
        lines += [
            f"TRANSP:{'OPAQUE' if entry.takes_day or entry.takes_time else 'TRANSPARENT'}",
            "END:VEVENT",
        ]
    return "".join(f"{folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _identifier(entry: Entry) -> str:
    return (
        salted_hmac("drive.safety.icalendar", entry.key, algorithm="sha256").hexdigest()[:32]
        + "@drive.invalid"
    )


def _when(entry: Entry) -> list[str]:
    if entry.at is None:
        after = entry.day + datetime.timedelta(days=1)
        return [f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}"]
    ends = entry.at + MEETING
    return [
        f"{name};TZID=Europe/London:{moment.astimezone(LONDON):%Y%m%dT%H%M%S}"
        for name, moment in (("DTSTART", entry.at), ("DTEND", ends))
    ]
