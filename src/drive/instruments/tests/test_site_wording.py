"""A site's words make a version of their own, and a form keeps the words it was answered under."""

from pathlib import Path

import pytest

from drive.instruments.answers import Mode, ValidatedAnswers, validate
from drive.instruments.library import Library, UnknownInstrumentError, library
from drive.instruments.scoring import compare
from drive.instruments.strict_yaml import DefinitionError
from drive.instruments.tests.given import GRID, grid

DASH_HEAD = "instrument: drive_dash\nbased_on: 1\nsite: exampleford\nversion: 2\n"
GRID_HEAD = "instrument: severity_of_abuse_grid\nbased_on: 1\nsite: exampleford\nversion: 1\n"


def with_file(tmp_path: Path, text: str, held: Library | None = None) -> Library:
    path = tmp_path / "exampleford.yaml"
    path.write_text(text)
    return (held or library()).with_site(path)


def test_site_wording_replaces_placeholders_in_a_new_version(tmp_path: Path) -> None:
    site = with_file(tmp_path, DASH_HEAD + "items:\n  q03: {label: Cheese on the moon, hint: Any}\n")
    assert site.versions("drive_dash") == ("1", "1+exampleford.2")
    current = site.current("drive_dash")
    assert (current.item("q03").label, current.item("q03").hint) == ("Cheese on the moon", "Any")
    assert "q03" not in current.awaiting_wording
    assert len(current.awaiting_wording) == 19
    assert current.base_version == "1"


def test_a_form_keeps_the_version_it_was_answered_under(tmp_path: Path) -> None:
    site = with_file(tmp_path, DASH_HEAD + "items:\n  q03: {label: Cheese on the moon}\n")
    old = site.version("drive_dash", "1")
    assert old.item("q03").label == "Item 3: wording loaded by the site"
    with pytest.raises(UnknownInstrumentError, match="no version 9"):
        site.version("drive_dash", "9")
    with pytest.raises(ValueError, match="held already"):
        with_file(tmp_path, DASH_HEAD, held=site)


def test_levels_get_the_sites_meaning_and_a_rise_is_seen_across_wordings(tmp_path: Path) -> None:
    site = with_file(tmp_path, GRID_HEAD + "levels:\n  physical: {high: As our panel defines it}\n")
    definition = site.current("severity_of_abuse_grid")
    assert definition.item("physical").definition_of("high") == "As our panel defines it"
    assert "loaded by the site" in definition.item("physical").definition_of("moderate")
    after = validate(definition, dict.fromkeys(GRID, "high"), mode=Mode.DRAFT)
    assert isinstance(after, ValidatedAnswers)
    comparison = compare(grid("standard", "high", "high", "high"), after)
    assert [change.id for change in comparison.rises] == ["physical"]
    assert comparison.wording_differs


def test_a_site_uses_the_combined_area_or_the_three(tmp_path: Path) -> None:
    text = "instrument: needs\nbased_on: 1\nsite: exampleford\nversion: 1\nuses: {families: combined_area}\n"
    needs = with_file(tmp_path, text).current("needs")
    assert "children_families" in needs
    assert not {"parenting", "family", "children"} & {item.id for item in needs.items}
    assert "parenting" not in needs.derived[0].items


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (DASH_HEAD + "items:\n  q21: {label: More}\n", 6, "no item “q21”"),
        (DASH_HEAD + "items:\n  q01: {hint: Only}\n", 6, "“label” is missing"),
        (DASH_HEAD + "items:\n  q01: {label: ''}\n", 6, "the question is empty"),
        (GRID_HEAD + "items:\n  physical: {label: Bodily}\n", 6, "comes with its wording"),
        (GRID_HEAD + "levels:\n  physical: {unknown: Whatever}\n", 6, "not a level that a site defines"),
        (GRID_HEAD + "levels:\n  basis: {high: Much}\n", 6, "no levels that a site defines"),
        (GRID_HEAD + "uses: {families: none}\n", 5, "not a choice of"),
        (GRID_HEAD + "scores: {physical: 9}\n", 5, "unknown key “scores”"),
    ],
)
def test_a_site_may_change_nothing_else(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(DefinitionError, match=words) as refused:
        with_file(tmp_path, text)
    assert (refused.value.file, refused.value.line) == ("exampleford.yaml", line)


def test_wording_for_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownInstrumentError, match="no version 7"):
        with_file(tmp_path, DASH_HEAD.replace("based_on: 1", "based_on: 7"))
