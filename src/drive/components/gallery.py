"""A reference page that shows every part in every standing and state, with invented people and figures.

`gallery_context(side)` is what `components/gallery.html` expects; a view adds nothing but its own menu.
"""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.forms import ApproximateDateField, DateField, TextArea, TextField, TimeField
from drive.components.page import MenuItem, OwnSide, Reader, Side, Standing
from drive.components.unknowns import TextOrUnknown
from drive.components.versions import differences

SIDES: tuple[Side, ...] = ("case", "client", "bridge", "reports")

_READERS: dict[OwnSide, Reader] = {
    "case": Reader("Marigold Thistlewood", "Case manager", "Exampleford"),
    "client": Reader("Cosima Featherstonehaugh", "IDVA", "Larkfield Aid"),
    "reports": Reader("Hartley Quince", "Partnership analyst"),
}


def standing_of(side: Side) -> Standing:
    """An example of each of the four standings."""
    if side == "case":
        return Standing(
            "case", subject="Barnabas Quillfeather", reading="You read as: case manager, holder since 2 July"
        )
    if side == "client":
        return Standing(
            "client", subject="Perpetua Tansyworth", reading="You read as: IDVA, holder since 24 June"
        )
    if side == "bridge":
        words = "Read by Marigold Thistlewood (case manager) and Cosima Featherstonehaugh (IDVA)"
        return Standing("bridge", subject=words, reading="Barnabas Quillfeather", own="case")
    return Standing("reports", subject="Counts only. No names, no case can be opened from here")


class GalleryForm(forms.Form):
    """One of each field."""

    outcome = ChoiceTiles(
        label="What happened?",
        columns=4,
        choices=[
            Choice("spoke", "Spoke", definition="You and the service user spoke, however briefly."),
            Choice("no_reply", "No reply", "attempted", "You tried; nobody answered."),
            Choice("declined", "Declined", "for now"),
            Choice("cancelled", "Cancelled", "for safety: a good outcome"),
        ],
    )
    channel = ChoiceTiles(label="How?", choices=[("phone", "Phone"), ("text", "Text"), ("letter", "Letter")])
    topics = MultipleTiles(
        label="What did you work on?",
        help_text="Choose all that apply.",
        choices=[("triggers", "Triggers and time-out"), ("child", "Child’s view"), ("life", "Life story")],
        required=False,
    )
    held_on = DateField(label="Date", past=True)
    held_at = TimeField(label="Time")
    moved_in = ApproximateDateField(label="Moved in", help_text="A month or a year will do.", required=False)
    agency = Select(label="Agency", choices=[("police", "Police"), ("housing", "Housing")])
    done = TextField(label="What was done", width="short")
    note = TextArea(label="Note", required=False, optional_words="if it matters")
    children = TextOrUnknown(label="Children", help_text="“Unknown” is an answer. Blank is not.")
    check_in = Tick(label="Ask for a check-in after this session")


def half_answered() -> GalleryForm:
    """The form as someone might leave it, without problems."""
    return GalleryForm(
        initial={
            "outcome": "no_reply",
            "channel": "phone",
            "topics": ["triggers"],
            "held_on": "19/11/2026",
            "held_at": "14:10",
            "note": "Rang out. No voicemail left.",
        }
    )


def with_problems() -> GalleryForm:
    """The form sent with an answer missing, an impossible date and both kinds of answer about children."""
    sent: MultiValueDict[str, Any] = MultiValueDict(
        {
            "again-channel": ["phone"],
            "again-held_on": ["31/02/2026"],
            "again-held_at": ["2"],
            "again-agency": [""],
            "again-done": ["Marker renewed on the grey van"],
            "again-children_words": ["Both with her"],
            "again-children_unknown": ["on"],
        }
    )
    form = GalleryForm(sent, prefix="again")
    form.is_valid()
    return form


def gallery_context(side: Side) -> dict[str, Any]:
    """Everything `components/gallery.html` needs to show the parts as `side` sees them."""
    standing = standing_of(side)
    goal = differences(
        "Hold a single tenancy by January", "Hold a single tenancy by March, with rent paid direct"
    )
    step = differences("Barnabas rings housing", "")
    return {
        "standing": standing,
        "standings": [standing_of(each) for each in SIDES],
        "readers": _READERS,
        "reader": _READERS[standing.colour],
        "menu": [
            MenuItem("Desk", "#desk"),
            MenuItem(
                "Parts", "#parts", True, (MenuItem("Pages", "#pages", True), MenuItem("Words", "#words"))
            ),
            ("Directory", "#directory", False),
        ],
        "page_title": "Parts of a page",
        "demonstration": True,
        "messages": [],
        "logged": True,
        "who_looked_url": "#who",
        "help_url": "#help",
        "suggest_url": "#suggest",
        "form": half_answered(),
        "plain_choices": [Choice("direct", "May be used directly"), Choice("background", "Background only")],
        "problem_form": with_problems(),
        "versions": {"goal": goal, "step": step},
        "restricted": {
            "kind": "restricted",
            "code": "R4K7",
            "why": "You declared a tie",
            "since": datetime.date(2026, 11, 19),
        },
    }
