"""Which rows of the bridge still ask for something: the case decides, never whether the client's own record is open.

Her support may end while Drive goes on, and Drive while her support goes on (P-49): what is to be decided together waits
as long as the case does.
"""

from __future__ import annotations

from django.db.models import BooleanField, F, Func, QuerySet
from django.db.models.functions import Now

from ..models import CaseLink
from ..models.links import BridgeFact

CASE_ENDED = Func(F("su_case_id"), Now(), function="safety.case_has_ended", output_field=BooleanField())
"""Whether the case of a row has ended by now."""


FOLLOWED = Func(F("pk"), Now(), function="safety.followed", output_field=BooleanField())
"""Whether another link goes on from a link, since the client came back (ADR 24)."""


def of_running_cases[M: BridgeFact](rows: QuerySet[M]) -> QuerySet[M]:
    """Those of the rows whose case goes on. It is asked once for each row that is left, so narrow the rows down first."""
    asked = rows.order_by().annotate(ended=CASE_ENDED).values_list("su_case_id", "ended").distinct()
    return rows.exclude(su_case_id__in=[case for case, ended in asked if ended])


def that_go_on(links: QuerySet[CaseLink]) -> QuerySet[CaseLink]:
    """Of each thread of links the last: the one that anything is asked, told or decided on."""
    return links.annotate(followed=FOLLOWED).filter(followed=False)


def open_links() -> QuerySet[CaseLink]:
    """Links that go on, of cases that have not ended."""
    return that_go_on(CaseLink.objects.annotate(has_ended=CASE_ENDED).filter(has_ended=False))
