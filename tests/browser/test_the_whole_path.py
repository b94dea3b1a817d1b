"""The whole path, from a MARAC list to a closed case and a return, walked by five people in a real browser.

Each part of the story reads as given, when, then. At every step the page has no accessibility violation and the browser
no complaint. The first walk also tries each act by the wrong roles (the one 404) and a second time (nothing more is
written), and takes steps out of order (refused in words). The second goes the same way without JavaScript.

`DRIVE_SCREENSHOTS=1` draws docs/screenshots anew; `-rP` prints the clicks and seconds of what is done most.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from . import coming_in, deciding, ending, working
from .site import open_site
from .walk import Walk

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with_scripts", "without_scripts"])
def walk(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Walk]:
    scripts: bool = request.param
    with open_site() as site:
        made = Walk(site, chromium, scripts=scripts, thorough=scripts)
        try:
            yield made
        finally:
            made.close()


def test_from_a_list_to_a_closed_case_and_a_return(walk: Walk) -> None:
    coming_in.a_list_is_brought_in(walk)
    coming_in.the_same_file_again_brings_nothing(walk)
    coming_in.nothing_is_allocated_before_the_panel_decides(walk)
    coming_in.the_panel_decides(walk)
    coming_in.the_service_manager_allocates(walk)

    deciding.the_case_manager_researches_and_drafts_a_plan(walk)
    deciding.contact_cannot_be_booked_yet(walk)
    deciding.the_case_manager_asks_for_a_joint_view(walk)
    deciding.the_case_manager_gives_a_view(walk)
    working.the_idva_opens_her_record(walk)
    working.the_idva_submits_the_intake_form(walk)
    deciding.the_idva_gives_her_view(walk)
    deciding.both_agree(walk)
    deciding.contact_is_booked(walk)
    deciding.the_idva_stops_contact(walk)
    deciding.both_answer_the_stop(walk)

    working.the_case_manager_records_the_work(walk)
    working.the_case_manager_assesses(walk)

    ending.closing_waits_its_time(walk)
    ending.the_case_is_closed(walk)
    ending.the_idva_hears_why_and_goes_on(walk)
    ending.the_return_counts_it(walk)
