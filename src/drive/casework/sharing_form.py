"""The question whether coded data may go to evaluators."""

from __future__ import annotations

from drive.access.models import local_today
from drive.components.choices import ChoiceTiles
from drive.components.forms import DateField

from .forms import CaseForm
from .models import SharingAnswer


class SharingForm(CaseForm):
    """P-20."""

    answer = ChoiceTiles(
        label="May coded data about {name} go to evaluators?",
        help_text="Codes, dates and counts without a name. The work goes on the same whatever the answer is.",
        choices=SharingAnswer.choices,
    )
    said_on = DateField(label="Said on", initial=local_today)
