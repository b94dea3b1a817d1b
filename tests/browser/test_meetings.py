"""S-28: the coordinator plans a meeting of the panel; an agency's member accepts its statement and reads what it puts before
them, and nothing else."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .bridging import in_days, walk_in

pytestmark = pytest.mark.browser


def test_s28_a_meeting_is_planned_its_statement_accepted_and_its_papers_read(chromium: Browser) -> None:
    """Given two referrals that wait, when the coordinator puts one before a member, then the member reads that one once they
    accepted the statement, until it is taken off."""
    with walk_in(chromium, "referred") as walk:
        coordinator, member = walk.person("coordinator"), walk.person("partner")
        member.follow("Panel")
        member.reads("No coming meeting invites you")

        coordinator.follow("Panel")
        coordinator.follow("Plan a meeting")
        coordinator.write("Day of the meeting", in_days(5))
        coordinator.choose("How it is held", "In person and remote")
        coordinator.choose("Who is invited", "Percival Stoat")
        coordinator.choose("What is put before them", "Tobias Oatcake")
        coordinator.press("Plan the meeting")
        coordinator.reads("Say where the meeting is.")
        coordinator.check_on_a_phone()
        coordinator.write("Where", "Town Hall, the small chamber")
        coordinator.press("Plan the meeting")
        coordinator.reads("Meeting planned")
        coordinator.reads("statement not yet accepted")
        coordinator.check_on_a_phone()
        before = walk.site.facts()
        coordinator.send_again()
        assert walk.site.facts() == before
        coordinator.go("/panel/")

        hidden = walk.referral_of("Ferdinand Plumley")
        member.follow("Panel")
        member.misses("Oatcake")
        member.follow("The papers open when you accept the confidentiality statement")
        member.misses("Oatcake")
        member.picture("160-before-the-papers-open")
        member.check_on_a_phone()
        member.press("I accept")
        member.reads("Tobias Oatcake")
        member.misses("Plumley")
        member.picture("161-papers-of-a-meeting")
        member.follow("Tobias Oatcake")
        member.reads("Lettice Crumb")
        listed = member.path
        assert member.go(f"/panel/{hidden}/") == 404

        coordinator.follow("Change this meeting")
        coordinator.reads("Statement accepted")
        coordinator.picture("159-change-a-meeting")
        coordinator.page.get_by_label("Tobias Oatcake").uncheck()
        coordinator.press("Save the changes")
        coordinator.reads("Meeting changed")
        assert member.go(listed) == 404
