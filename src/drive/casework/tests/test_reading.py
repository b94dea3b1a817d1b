"""The command line reads as one membership; the generated document is the table itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from drive.audit.models import AuditEvent
from drive.casework.diagram import status_document
from drive.casework.reading import NothingHereError, timeline_lines
from tests.cast import Cast, seeding


def test_the_timeline_of_ones_own_case_is_printed_and_logged(cast: Cast) -> None:
    lines = timeline_lines(cast.case.code, cast.case_manager.user.email)
    assert any("Case status: Allocated" in line for line in lines)
    with seeding():
        event = AuditEvent.objects.get(act="looked")
    assert (event.record_id, event.origin) == (cast.case.pk, "console")


@pytest.mark.parametrize("who", ["other_case_manager", "outsider", "idva", "administrator"])
def test_everybody_else_and_a_wrong_code_get_one_answer(cast: Cast, who: str) -> None:
    with pytest.raises(NothingHereError) as hidden:
        timeline_lines(cast.case.code, getattr(cast, who).user.email)
    with pytest.raises(NothingHereError) as absent:
        timeline_lines("ZZ-ZZZ", cast.case_manager.user.email)
    assert str(hidden.value) == str(absent.value)
    with seeding():
        assert not AuditEvent.objects.filter(act="looked").exists()


def test_the_generated_document_is_what_the_table_says() -> None:
    written = Path(__file__).parents[4] / "docs" / "generated" / "case-status.md"
    assert written.read_text() == status_document()
