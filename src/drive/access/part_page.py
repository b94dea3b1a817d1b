"""The page of a part of a record that is read in an emergency (S-35, ADR 21): what is open, and that the rest stays shut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from django.http import HttpResponse
from django.shortcuts import render

from drive.components.page import Standing

from .pages import ActorRequest

type Parts = list[tuple[str, list[str]]]
"""Headings, and lines under each."""


def part_page(
    request: ActorRequest,
    side: Literal["case", "client"],
    name: str,
    parts: Parts,
    stops: Sequence[str] | None,
) -> HttpResponse:
    """What the reading opens of the record of `name`; `stops` are what its stop concerns cover, none where they stay shut."""
    shown = parts if stops is None else [*parts, ("Stop concerns", list(stops))]
    return render(
        request,
        "access/part_of_record.html",
        {"name": name, "parts": shown, "standing": Standing(side, subject=name), "who_looked_url": ""},
    )
