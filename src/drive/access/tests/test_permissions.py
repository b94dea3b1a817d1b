"""Every permission is said in plain words of its own."""

from __future__ import annotations

from drive.access.permissions import MEANINGS, Permission


def test_every_permission_has_words_of_its_own() -> None:
    assert set(MEANINGS) == set(Permission)
    words = [permission.meaning for permission in Permission]
    assert all(words)
    assert len(set(words)) == len(words)
