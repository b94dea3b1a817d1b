"""What the pages about referrals ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from drive.components.forms import ChoiceTiles, TextArea

from .models import IdentityDecision, MatchAnswer

ANSWERS = list(MatchAnswer._meta.get_field("answer").choices or ())


class UploadForm(forms.Form):
    """One file. What it holds is judged by `referrals.lists`, not by its name."""

    file = forms.FileField(
        label="The list",
        help_text="A workbook (.xlsx) or a text file (.csv, .tsv), up to 10 MB and 20,000 lines.",
        error_messages={"required": "Choose the list.", "empty": "The file is empty. Choose the list again."},
    )


class MatchAnswerForm(forms.Form):
    """Whether two referrals speak of the same service user."""

    answer = ChoiceTiles(label="Is it the same person?", choices=ANSWERS)
    reason = TextArea(label="How you know", required=False, rows=2, optional_words="if it matters")


class IdentityDecisionForm(forms.Form):
    """The governance lead's decision on a match across sides or sites."""

    decision = ChoiceTiles(
        label="What do you decide?", choices=list(IdentityDecision._meta.get_field("decision").choices or ())
    )
    reason = TextArea(label="Why", rows=2)
    told = TextArea(
        label="What each side is told, and by whom",
        required=False,
        rows=2,
        optional_words="nothing is told by itself",
    )


def preview_answers(posted: Mapping[str, Any]) -> dict[tuple[int, str], str]:
    """The answers on possible matches that a preview's form sent, as `commands.save_list` takes them.

    A field is called `match_<line>_<name of the match>`; anything else, and an answer that is none, is left out.
    """
    found = {}
    words = {str(code) for code, _ in ANSWERS}
    for name, value in posted.items():
        kind, _, rest = name.partition("_")
        line, _, match = rest.partition("_")
        if kind == "match" and line.isdigit() and match and value in words:
            found[int(line), match] = value
    return found
