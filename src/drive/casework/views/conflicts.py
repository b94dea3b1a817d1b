"""The page that says someone saved first: both versions, keep either, neither lost (S-48)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render

from drive.access.pages import ActorRequest
from drive.components.dates import clock, typed_date
from drive.components.versions import differences

from ..models import CaseFact

CHOICE = "choice_"
_NOT_COMPARED = ("seen_version", "seen", "key")


def merged(posted: QueryDict, theirs: Mapping[str, Any]) -> QueryDict:
    """What was typed, with their answer put in wherever "keep theirs" was chosen."""
    data = posted.copy()
    for name in posted:
        if name.startswith(CHOICE) and posted[name] == "theirs":
            value = theirs.get(name.removeprefix(CHOICE), "")
            data.setlist(name.removeprefix(CHOICE), _as_sent(value))
    return data


def undecided(posted: QueryDict) -> bool:
    """Whether the page of two versions was sent without a choice for each answer that differs."""
    asked = posted.getlist("differs")
    return any(posted.get(CHOICE + name) not in ("theirs", "mine") for name in asked)


def saved_first(
    request: ActorRequest,
    *,
    context: Mapping[str, Any],
    noun: str,
    form: forms.Form,
    typed: QueryDict,
    theirs: Mapping[str, Any],
    row: CaseFact,
    seen: Mapping[str, str],
) -> HttpResponse:
    """Both versions side by side. `typed` is what was sent, `theirs` are their answers as a form's initial
    values; `seen` replaces the stale key.

    409, because what was sent is not saved; it is on the page and in the draft.
    """
    compared = []
    same = []
    for name, field in form.fields.items():
        if name in _NOT_COMPARED:
            continue
        their_words, my_words = _words(field, theirs.get(name)), _words(field, typed.getlist(name))
        if their_words == my_words:
            same.append((str(field.label), my_words))
        else:
            compared.append((name, str(field.label), *differences(their_words, my_words)))
    left_out = {*seen, "csrfmiddlewaretoken", "differs"}
    sent_again = [
        (name, value)
        for name, values in typed.lists()
        if name not in left_out and not name.startswith(CHOICE)
        for value in values
    ]
    return render(
        request,
        "casework/saved_first.html",
        {
            **context,
            "noun": noun,
            "compared": compared,
            "same": same,
            "typed": [*sent_again, *seen.items()],
            "their_name": row.recorded_by.name,
            "saved_at": clock(row.recorded_at),
            "undecided": undecided(typed),
        },
        status=409,
    )


def _as_sent(value: Any) -> list[str]:
    if value in (None, ""):
        return []
    if isinstance(value, list | tuple):
        return [str(one) for one in value]
    return [typed_date(value) if hasattr(value, "year") else str(value)]


def _words(field: forms.Field, value: Any) -> str:
    """An answer as one reads it: labels for codes, lists with commas."""
    listed = _as_sent(value)
    labels = {str(code): str(label) for code, label in getattr(field, "choices", [])}
    return ", ".join(labels.get(one, one) for one in listed if one)
