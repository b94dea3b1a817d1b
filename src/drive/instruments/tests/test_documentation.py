"""The page about instruments is the one the definitions give."""

from pathlib import Path

from drive.instruments.documentation import render

PAGE = Path(__file__).parents[4] / "docs" / "instruments.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), (
        "run: python -m drive.instruments.documentation docs/instruments.md"
    )


def test_the_page_says_what_missing_means_and_where_pooling_is_refused() -> None:
    page = render()
    assert "| `not_recorded` | Missing | " in page
    assert "yes if 11 or more of 20 items (55%)" in page
    assert "Otherwise refused: Year 1 recorded whether there was contact" in page
