"""Whether the service user is told of the client's support, as both sides of one link read it (S-10)."""

from __future__ import annotations

from dataclasses import dataclass

from drive.access.models import SiteSetting, local_today

from ..models import CaseLink, SupportOpenness
from ..naming import names_of
from ..rules import OPENNESS, label


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said last."""

    row: SupportOpenness
    by: str

    @property
    def words(self) -> str:
        return label(OPENNESS, self.row.says)


@dataclass(frozen=True, slots=True)
class Openness:
    """What each side said last, by side. `site_tells`: the site has C-18 set to yes, which is never enough."""

    said: dict[str, Said]
    site_tells: bool

    @property
    def may_be_told(self) -> bool:
        """Only where both sides' newest words say so. Nothing said means no."""
        return [one.row.says for one in self.said.values()] == ["yes", "yes"]

    @property
    def knows(self) -> bool:
        return any(one.row.says == "knows" for one in self.said.values())

    @property
    def words(self) -> str:
        """In one sentence, for both desks."""
        if self.knows:
            return "He knows of it. Speak of it no further than both agree."
        if self.may_be_told:
            return "He may be told, as both agreed."
        if any(one.row.says == "yes" for one in self.said.values()):
            return "He is told nothing. One of you would tell him; it takes both."
        return "He is told nothing of it."


def openness(link: CaseLink) -> Openness:
    """How it stands on one link that the reader may see."""
    rows = SupportOpenness.objects.filter(link=link).order_by("side", "-recorded_at").distinct("side")
    newest = list(rows)
    names = names_of(row.recorded_by_id for row in newest)
    setting = SiteSetting.objects.filter(site_id=link.site_id, code="C-18", applies_from__lte=local_today())
    tells = setting.order_by("-applies_from", "-recorded_at").values_list("value", flat=True).first()
    return Openness({row.side: Said(row, names[row.recorded_by_id]) for row in newest}, tells is True)
