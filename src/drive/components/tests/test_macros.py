"""Macros: what they are handed is words, never markup; parts that protect people keep their promises."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.runtime import Macro
from markupsafe import Markup

from drive.components.choices import Choice
from drive.components.environment import TEMPLATES
from drive.components.environment import environment as make_environment
from drive.components.gallery import gallery_context
from drive.components.page import Standing
from drive.components.versions import differences

NASTY = '"><script>alert(1)</script>&'

# What a macro wants where it does not want words.
SPECIAL: dict[str, Any] = {
    "person": {
        "kind": "restricted",
        "code": NASTY,
        "why": NASTY,
        "since": datetime(2026, 11, 19, tzinfo=UTC),
    },
    "items": [(NASTY, NASTY, True)],
    "links": [(NASTY, NASTY)],
    "open": [(NASTY, NASTY)],
    "words_list": [NASTY],
    "problems": [(NASTY, NASTY)],
    "errors": [NASTY],
    "tags": [NASTY],
    "kinds": [(NASTY, NASTY, True)],
    "shared": (NASTY, NASTY, True),
    "choices": [Choice(NASTY, NASTY, NASTY, NASTY)],
    "columns": [(NASTY, True)],
    "rows": [[NASTY]],
    "theirs": [(NASTY, True)],
    "mine": [(NASTY, False)],
    "parts": [(NASTY, True)],
    "level": 2,
    "done": 1,
    "agenda_items": [(1, NASTY, NASTY, "now"), (2, NASTY, NASTY, "next"), (3, NASTY, "", "done")],
    "filled": 2,
    "part": 1,
    "second": 1,
    "behind": 2,
    "total": 2,
    "now": 1,
    "checked": True,
    "small": True,
    "end": True,
}
WITH_FORM = {"error_summary"}


def macros() -> Iterator[tuple[str, str, Macro]]:
    environment = make_environment()
    for path in sorted((TEMPLATES / "components").glob("*.html")):
        template = environment.get_template(f"components/{path.name}")
        if "extends" in path.read_text() or path.name in {"layout.html", "cover.html"}:
            continue
        for name, macro in sorted(vars(template.module).items()):
            if isinstance(macro, Macro) and name not in WITH_FORM and not name.startswith("_"):
                yield path.name, name, macro


def handed(name: str, argument: str) -> Any:
    if name == "steps" and argument == "words":
        return [NASTY]
    if name in {"select"} and argument == "choices":
        return [(NASTY, NASTY)]
    if name == "more_rows" and argument in {"rows", "most"}:
        return {"rows": [NASTY] * 3, "most": 2}[argument]
    if name in {"facts", "tiles", "radios", "checkboxes"} and argument == "columns":
        return 4
    if name in {"heading", "section", "work_list"} and argument == "rows":
        return True
    if name == "textarea" and argument == "rows":
        return 3
    return SPECIAL.get(argument, NASTY)


ALL = list(macros())


@pytest.mark.parametrize("macro", [each[2] for each in ALL], ids=[f"{each[0]}:{each[1]}" for each in ALL])
def test_no_argument_becomes_markup(macro: Macro) -> None:
    arguments = {name: handed(macro.name, name) for name in macro.arguments}
    if macro.caller:
        arguments["caller"] = lambda: Markup("<b>body</b>")
    html = str(macro(**arguments))
    assert html
    assert "<script" not in html
    assert "style=" not in html
    assert 'onclick="' not in html


def test_every_kind_of_part_was_tried() -> None:
    assert len(ALL) > 50


def test_a_missing_variable_is_an_error_not_a_blank(environment: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ whereabouts }}").render()


def page(environment: jinja2.Environment, **context: Any) -> str:
    frame = {"page_title": "A page", "standing": Standing("case"), "reader": None}
    return environment.get_template("components/layout.html").render(frame | context)


@pytest.mark.parametrize(
    ("side", "own", "mark"),
    [
        ("case", None, "M2 2h8v16H2z"),
        ("client", None, "M10 2h8v16h-8z"),
        ("bridge", "client", "drive-mark__umber"),
    ],
)
def test_the_standing_shows_in_class_mark_and_words(
    environment: jinja2.Environment, side: Any, own: Any, mark: str
) -> None:
    html = page(environment, standing=side, own_side=own, standing_subject="Barnabas Quillfeather")
    assert f"drive-standing-{side} drive-own-{own or side}" in html
    assert mark in html.split('class="drive-standing"')[1]
    assert Standing(side, own=own).words in html
    assert "Barnabas Quillfeather" in html


def test_a_page_sets_its_own_standing_over_the_one_it_was_given(environment: jinja2.Environment) -> None:
    child = (
        '{% extends "components/layout.html" %}{% set standing = "bridge" %}{% set own_side = "client" %}'
        '{% set page_title = "Joint decision" %}{% block main %}<h1>Both views</h1>{% endblock %}'
    )
    html = environment.from_string(child).render(page_title="", standing="case", reader=None)
    assert "drive-standing-bridge drive-own-client" in html
    assert "<title>Joint decision – Drive</title>" in html


def test_a_bridge_without_a_reader_side_is_refused(environment: jinja2.Environment) -> None:
    with pytest.raises(ValueError, match="own colour"):
        page(environment, standing="bridge")
    with pytest.raises(ValueError, match="no such side"):
        page(environment, standing="victim")


def test_the_one_script_carries_the_nonce_and_nothing_is_inline(environment: jinja2.Environment) -> None:
    html = page(environment, csp_nonce="abc123", standing=Standing("reports"))
    assert html.count("<script") == 1
    assert 'nonce="abc123"' in html
    assert "<style" not in html


def test_an_emergency_reading_shows_its_end_and_who_knows(environment: jinja2.Environment) -> None:
    reading = {
        "expires_at": datetime(2026, 11, 19, 18, 24, tzinfo=UTC),
        "minutes_left": 161,
        "opens": "Danger and safety alone",
        "who_knows": ("Samir Dovecote", "Gwendoline Partridge"),
    }
    around = {"emergency_end_url": "/finish/", "csrf_input": Markup("<i>token</i>")}
    html = page(environment, emergency=reading, **around)
    assert "Emergency reading until 18:24." in html
    assert (
        "Danger and safety alone. 2 hours 41 minutes left. Samir Dovecote and Gwendoline Partridge know."
        in html
    )
    assert '<form method="post" action="/finish/"><i>token</i>' in html
    assert "Emergency reading" not in page(environment, emergency=None)
    alone = page(environment, emergency=reading | {"who_knows": ("Samir Dovecote",)}, **around)
    assert "Samir Dovecote knows." in alone


def test_the_layout_hides_no_variable_of_a_page(environment: jinja2.Environment) -> None:
    own = environment.get_template("components/layout.html").make_module(
        {"page_title": "A page", "standing": "case", "reader": None}
    )
    names = [name for name in vars(own) if not name.startswith("_")]
    assert "standing_now" in names
    assert [name for name in names if not name.endswith("_now")] == []


def test_a_page_needs_no_menu_reader_or_side_column(environment: jinja2.Environment) -> None:
    html = page(environment)
    assert "<aside" not in html
    assert "Cover screen" not in html
    assert "<h1" not in html


def test_the_cover_is_one_click_without_a_script(environment: jinja2.Environment) -> None:
    html = page(environment, reader={"name": "Marigold Thistlewood", "role": "Case manager"})
    assert '<a class="drive-cover" href="/cover/">Cover screen</a>' in html


def test_hidden_and_absent_get_the_same_bytes() -> None:
    environments = make_environment(), make_environment()
    first, second = (each.get_template("components/nothing_here.html").render() for each in environments)
    assert first == second
    assert "nonce" not in first


def test_the_gallery_shows_every_part(environment: jinja2.Environment) -> None:
    source = (TEMPLATES / "components" / "gallery.html").read_text()
    html = environment.get_template("components/gallery.html").render(gallery_context("bridge"))
    not_shown = {"nothing_here", "error_page", "heading", "version"}  # whole pages, or inside another part
    for file, name, _ in ALL:
        if file in {"marks.html", "fields.html", "tiles.html"} or name in not_shown:
            continue
        assert f"{name}(" in source, f"{file}:{name} is not in the gallery"
    assert "[c] withheld" in html


@given(st.text(max_size=80), st.text(max_size=80))
def test_both_versions_give_their_own_words_back(theirs: str, mine: str) -> None:
    left, right = differences(theirs, mine)
    assert " ".join(words for words, _ in left) == " ".join(theirs.split())
    assert " ".join(words for words, _ in right) == " ".join(mine.split())
    kept_left, kept_right = ([words for words, differs in parts if not differs] for parts in (left, right))
    assert kept_left == kept_right
    assert any(differs for _, differs in left + right) == (theirs.split() != mine.split())
