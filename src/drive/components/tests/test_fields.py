"""Every field draws itself with label, hint and error tied to it, keeps what was typed, and escapes it."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Any

import pytest
from django import forms
from django.db import models
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from drive.components.choices import Choice, ChoiceTiles, MultipleTiles, Select, Tick
from drive.components.forms import ApproximateDateField, DateField, Renderer, TextArea, TextField, TimeField
from drive.components.gallery import GalleryForm, half_answered, with_problems
from drive.components.unknowns import UNKNOWN, TextOrUnknown

NASTY = '"><script>alert(1)</script>&'


def drawn(form: forms.Form, name: str) -> str:
    form.renderer = Renderer()
    return str(form[name].as_field_group())


def ids(html: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', html)


@pytest.mark.parametrize("name", list(GalleryForm.base_fields))
@pytest.mark.parametrize("form", [half_answered(), with_problems()], ids=["fresh", "with problems"])
def test_label_hint_and_error_belong_to_the_control(form: forms.Form, name: str) -> None:
    html = drawn(form, name)
    found = ids(html)
    assert len(found) == len(set(found))
    for target in re.findall(r'<label[^>]* for="([^"]+)"', html):
        assert target in found
    described = re.findall(r'aria-describedby="([^"]+)"', html)
    assert {part for each in described for part in each.split()} <= set(found)
    for needed in [each for each in found if each.endswith(("_helptext", "_error"))]:
        assert any(needed in each.split() for each in described)
    assert "<label" in html
    assert ("<fieldset" in html) == form[name].use_fieldset
    if form[name].errors:
        assert str(form[name].errors[0]) in html.replace("&#34;", '"')
        assert form[name].error_target in found  # type: ignore[attr-defined]  # a field of this project's forms


@pytest.mark.parametrize(
    "field",
    [
        TextField(label=NASTY, help_text=NASTY),
        TextArea(label=NASTY, help_text=NASTY),
        DateField(label=NASTY, help_text=NASTY),
        TimeField(label=NASTY, help_text=NASTY),
        ApproximateDateField(label=NASTY, help_text=NASTY),
        TextOrUnknown(label=NASTY, help_text=NASTY),
        Tick(label=NASTY, help_text=NASTY),
        Select(label=NASTY, help_text=NASTY, choices=[Choice(NASTY, NASTY, NASTY, NASTY)]),
        ChoiceTiles(label=NASTY, help_text=NASTY, choices=[Choice(NASTY, NASTY, NASTY, NASTY)]),
        MultipleTiles(label=NASTY, help_text=NASTY, choices=[Choice(NASTY, NASTY, NASTY, NASTY)]),
    ],
    ids=lambda field: type(field).__name__,
)
def test_nothing_typed_or_configured_becomes_markup(field: forms.Field) -> None:
    form_class = type("OneField", (forms.Form,), {"it": field})
    for data in ({}, {"it": [NASTY], "it_words": [NASTY]}):
        form = form_class(MultiValueDict(data) if data else None)
        form.is_valid()
        assert "<script" not in drawn(form, "it")


def test_the_browser_checks_nothing_and_nothing_is_chosen_beforehand() -> None:
    form = GalleryForm()
    html = "".join(drawn(form, name) for name in form.fields)
    assert " required" not in html
    assert " checked" not in html
    assert "style=" not in html


def test_a_choice_shows_its_hint_and_its_definition() -> None:
    html = drawn(GalleryForm(), "outcome")
    assert "for safety: a good outcome" in html
    assert "You tried; nobody answered." in html
    assert html.index("What the answers mean") > html.index("Cancelled")


def test_choices_may_come_from_an_enumeration_and_be_set_again() -> None:
    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"
        TEXT = "text", "Text"

    class Form(forms.Form):
        channel = ChoiceTiles(label="How?", choices=Channel, coerce=Channel)

    form = Form(MultiValueDict({"channel": ["text"]}))
    assert form.is_valid()
    assert form.cleaned_data["channel"] is Channel.TEXT
    form.fields["channel"].choices = [Choice("letter", "Letter", "signed for")]  # type: ignore[attr-defined]  # a choice field
    assert "signed for" in drawn(form, "channel")
    assert "Phone" in drawn(Form(), "channel")


def test_a_plain_django_field_is_drawn_like_ours() -> None:
    class SignIn(forms.Form):
        login = forms.EmailField(label="Email")
        password = forms.CharField(label="Password", widget=forms.PasswordInput)
        kind = forms.ChoiceField(label="Kind", choices=[("a", "A")], widget=forms.RadioSelect)
        remember = forms.BooleanField(label="Remember me", required=False)

    form = SignIn(MultiValueDict({"login": ["nobody"]}))
    assert not form.is_valid()
    assert 'class="govuk-input govuk-input--error"' in drawn(form, "login")
    assert 'class="govuk-input govuk-input--error"' in drawn(form, "password")
    assert form["kind"].error_target in ids(drawn(form, "kind"))  # type: ignore[attr-defined]  # a field of this project's forms
    assert "drive-tile" in drawn(form, "remember")


def answered(field: forms.Field, **data: Any) -> forms.Form:
    form_class = type("OneField", (forms.Form,), {"it": field})
    made: forms.Form = form_class(MultiValueDict({key: [value] for key, value in data.items()}))
    return made


def test_dates_and_times_are_read_and_kept_as_typed() -> None:
    assert answered(TimeField(), it="2.10pm").is_valid()
    form = answered(DateField(label="Date", past=True, today=lambda: date(2026, 11, 19)), it="20 Nov 2026")
    assert form.errors == {"it": ["Date must be today or earlier"]}
    assert 'value="20 Nov 2026"' in drawn(form, "it")
    form = answered(DateField(today=lambda: date(2026, 11, 19)), it="yesterday")
    assert form.is_valid()
    assert form.cleaned_data["it"] == date(2026, 11, 18)
    form = answered(TimeField(), it="1410")
    assert form.is_valid()
    assert form.cleaned_data["it"] == time(14, 10)


def test_bounds_refuse_an_approximate_date_only_when_no_day_of_it_fits() -> None:
    field = ApproximateDateField(label="Moved in", past=True, today=lambda: date(2026, 11, 19))
    assert answered(field, it="11/2026").is_valid()
    assert answered(field, it="12/2026").errors == {"it": ["Moved in must be today or earlier"]}


def test_an_initial_date_unchanged_is_not_a_change() -> None:
    form_class = type("OneField", (forms.Form,), {"it": DateField()})
    same = form_class(MultiValueDict({"it": ["3 Nov 2026"]}), initial={"it": date(2026, 11, 3)})
    other = form_class(MultiValueDict({"it": ["4 Nov 2026"]}), initial={"it": date(2026, 11, 3)})
    assert not same.has_changed()
    assert other.has_changed()


@given(words=st.text(max_size=40).map(str.strip), unknown=st.booleans())
def test_words_or_unknown_but_never_both_and_never_a_silent_blank(words: str, unknown: bool) -> None:
    data = {"it_words": words} | ({"it_unknown": "on"} if unknown else {})
    form = answered(TextOrUnknown(label="Children"), **data)
    if bool(words) == unknown:
        assert not form.is_valid()
    else:
        assert form.is_valid()
        assert form.cleaned_data["it"] is (UNKNOWN if unknown else form.cleaned_data["it"])
        assert form.cleaned_data["it"] == (UNKNOWN if unknown else words)


def test_unknown_stored_is_shown_as_unknown() -> None:
    form_class = type("OneField", (forms.Form,), {"it": TextOrUnknown(label="Children")})
    html = drawn(form_class(initial={"it": UNKNOWN}), "it")
    assert " checked" in html
    assert " value=" not in html
