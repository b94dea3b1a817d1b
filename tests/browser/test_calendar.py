"""W-27, S-04: two people see when the other is busy, by the code that they share and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from .bridging import NO_LINK, in_days, plan, walk_in

pytestmark = pytest.mark.browser


def test_w27_each_reads_when_the_other_is_busy_and_not_why(chromium: Browser) -> None:
    """Given contact planned on one side and a day away on the other, when each opens the calendar beside the other's, then
    both read when the other is busy, the IDVA with her own code and the case manager without a reason."""
    with walk_in(chromium, "decided") as walk:
        worker, idva = walk.person("case_manager"), walk.person("idva")
        plan(walk, days=2)
        idva.go("/desk/clients/away/")
        idva.write("First day away", in_days(3))
        idva.write("Last day away", in_days(3))
        idva.press("Save")

        idva.go("/")
        idva.follow("Calendar")
        idva.reads("Away")
        idva.check_on_a_phone()
        idva.follow("Casimir Tolliver")
        code = str(walk.site.one("select code from advocacy_vsrecord where id = %s", walk.record))
        his = str(walk.site.one("select code from casework_sucase where id = %s", walk.case))
        idva.reads("Busy 14:00 to 15:00, " + code)
        idva.reads("Both free for a joint review")
        for hidden in (his, "Crimplefoot", "Puddifoot", "Meeting", "tenancy"):
            idva.misses(hidden)
        idva.picture("92-calendar-of-the-idva")
        idva.check_on_a_phone()
        idva.follow("Two weeks later")
        idva.misses("Busy 14:00")
        idva.check()

        worker.go("/calendar/")
        worker.reads("14:00 Meeting, " + his)
        worker.check_on_a_phone()
        worker.follow("Imelda Farthing")
        worker.reads("Busy all day")
        for hidden in (code, "Away", "Crimplefoot", "Puddifoot"):
            worker.misses(hidden)
        worker.picture("93-calendar-of-the-case-manager")
        worker.check_on_a_phone()
        with worker.page.expect_download() as download:
            worker.page.get_by_role("link", name="Take it as a file").click()
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert download.value.suggested_filename == "calendar.ics"
        assert f"SUMMARY:Drive {his}" in text
        assert "Crimplefoot" not in text
        addresses = [
            worker.page.url.split("/calendar/")[1],
            idva.page.url.split("/calendar/")[1].split("?")[0],
        ]
        for part in NO_LINK:
            for address in addresses:
                assert walk.person(part).go(f"/calendar/{address}") == 404, part
