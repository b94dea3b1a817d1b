"""The newest list of the practice site, brought in by its coordinator through the commands of the page.

So that a newcomer finds a list that was uploaded, a possible match that waits for an answer, and lines to correct; and
so that what the loader writes by COPY stands beside rows that the application wrote itself.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Sequence
from random import Random

from drive.access.console import console_actor
from drive.access.models import local_today
from drive.access.roles import Role
from drive.access.scopes import Scope
from drive.access.stepping import acting_as
from drive.referrals.commands import save_list, upload_list
from drive.referrals.lists.results import Preview
from drive.referrals.models import PartyRole, ReferralParty

from .accounts import accounts
from .names import FAMILIES, MEN, WOMEN

FILE_NAME = "marac-list.csv"
HEADINGS = (
    "MARAC date", "Victim surname", "Victim forename", "Victim DOB", "Perpetrator surname", "Perpetrator forename",
    "Perpetrator DOB", "Relationship", "Children", "Referring agency", "Visible high risk", "Repeat",
)  # fmt: skip
DAY = datetime.timedelta(days=1)


def bring_in() -> Preview:
    """Upload and save one list: six new people, two who may be known, one that stands twice, two to correct.

    Works as the practice site's coordinator, with what their scope shows. Needs the loaded world of the tour.
    """
    coordinator = next(each for each in accounts() if each.role is Role.PANEL_COORDINATOR)
    actor = console_actor(coordinator.email, Role.PANEL_COORDINATOR.value)
    with acting_as(actor, Scope.REFERRALS):
        known = list(
            ReferralParty.objects.filter(role=PartyRole.SERVICE_USER, born_precision="day", referral__referral_list__isnull=True)
            .order_by("folded_name", "id")[:40]
        )  # fmt: skip
        content = _written(known, local_today())
        kept, judged = upload_list(by=actor, file_bytes=content, filename=FILE_NAME)
        save_list(by=actor, kept=kept)
    return judged


def _written(known: Sequence[ReferralParty], today: datetime.date) -> bytes:
    rng = Random("the list of the month")  # an invented list, not a secret
    heard = today - 2 * DAY
    lines = [_line(rng, heard) for _ in range(6)]
    for him in rng.sample(known, 2):
        line = _line(rng, heard)
        line[4:7] = [him.family_name.replace("le", "el", 1), him.given_names, f"{him.born_on:%d/%m/%Y}"]
        lines.append(line)
    lines.append(list(lines[0]))
    nobody, impossible = _line(rng, heard), _line(rng, heard)
    nobody[4:7] = ["", "", ""]
    impossible[6] = "31/02/1988"
    out = io.StringIO()
    csv.writer(out).writerows([HEADINGS, *lines, nobody, impossible])
    return out.getvalue().encode()


def _line(rng: Random, heard: datetime.date) -> list[str]:
    def born() -> str:
        return f"{datetime.date(1965, 1, 1) + DAY * rng.randrange(14_000):%d/%m/%Y}"

    return [
        f"{heard:%d/%m/%Y}", rng.choice(FAMILIES), rng.choice(WOMEN), born(), rng.choice(FAMILIES), rng.choice(MEN), born(),
        rng.choice(("partner", "ex-partner")), str(rng.randrange(4)), "Police", "Y", rng.choice(("Y", "N")),
    ]  # fmt: skip
