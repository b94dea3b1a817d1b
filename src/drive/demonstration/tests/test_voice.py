"""The practice world speaks of women who abuse and of men who are abused, too."""

from __future__ import annotations

import pytest

from drive.demonstration.voice import voice_for

SAID = "He was seen at her door; she says that his brother told her. Is it hers? He rings her at night."


@pytest.mark.parametrize(
    ("service_user", "clients", "heard"),
    [
        ("man", {"woman"}, SAID),
        ("man", {"woman", "man"}, SAID),
        (
            "woman",
            {"man"},
            "She was seen at his door; he says that her brother told him. Is it his? She rings him at night.",
        ),
        (
            "man",
            {"man"},
            "He was seen at his door; he says that his brother told him. Is it his? He rings him at night.",
        ),
        (
            "woman",
            {"woman"},
            "She was seen at her door; she says that her brother told her. Is it hers? She rings her at night.",
        ),
    ],
)
def test_a_sentence_is_said_of_the_people_it_is_about(
    service_user: str, clients: set[str], heard: str
) -> None:
    assert voice_for(service_user, clients)(SAID) == heard


def test_codes_and_keys_are_left_alone() -> None:
    assert voice_for("woman", {"man"})("her") == "her"
