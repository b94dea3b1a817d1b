"""The shapes of S-07: what leads to a place, and ordinary words with numbers in them that must still reach him."""

from __future__ import annotations

import pytest

from drive.safety.source_check import looks_like_an_address


@pytest.mark.parametrize(
    "words",
    [
        "Do not ring 01632 960 960 any more.",
        "ring 0800 1111 now",
        "(01632) 960-960",
        "0044.7700.900123",
        "one@example.invalid",
        "at mb14zz",
        "MB1 4ZZ",
        "14 canary mews",
        "Flat 3, 14 Canary Close",
        "3b High St, Marrowby",
        "We meet in Mill Lane.",
        "outside Marrowby Primary School",
        "St Canary’s Nursery",
        "on 12 June at 14 Canary Mews",
        "£20 for 07700 900123",
    ],
)
def test_s07_what_looks_like_an_address(words: str) -> None:
    assert looks_like_an_address(words)


@pytest.mark.parametrize(
    "words",
    [
        "Your appointment is on 12/06/2026 at 10.30 am.",
        "Come on 12-06-2026 or 13.06.26, 14:00 to 15:30.",
        "From 2026-06-12 until 2026-07-13.",
        "Monday 1st of June 2026, 9.15, and Tuesday June 2nd, 2026 at 2 pm",
        "12 June Drive starts; 13 July 14.00 your second session",
        "It costs £1,200.50, or £12 a week for 10 weeks.",
        "Take bus 14 to stop 3, then room A1 at 2pm on floor 2.",
        "Sessions 1 to 24, 90 minutes each, 2 or 3 times a month",
        "Your hearing is in Court 2, Crown Court, at 10.00.",
        "Step 3: the Drive programme. You may park at the court.",
        "The school holidays end; this refuge of yours, the street, a road map",
        "Ring 999 or 111. Your licence asks us to meet in week 12.",
        "At School we spoke. Your School. 2 people at St Aldate’s hall",
    ],
)
def test_s07_times_dates_prices_and_short_numbers_reach_him(words: str) -> None:
    assert not looks_like_an_address(words)
