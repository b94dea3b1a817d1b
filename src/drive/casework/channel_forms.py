"""The questions about an address or number of the service user."""

from __future__ import annotations

from drive.components.choices import ChoiceTiles
from drive.components.forms import DateField, TextField

from .forms import CaseForm
from .models import ContactChannel


class ChannelForm(CaseForm):
    """R-21."""

    kind = ChoiceTiles(label="What", choices=ContactChannel._meta.get_field("kind").choices)
    value = TextField(label="The address, number or email", max_length=300)
    label = TextField(
        label="Whose, and who else may open or answer",
        max_length=80,
        required=False,
        help_text="Such as: his brother’s; the hostel’s desk",
    )
    source = TextField(label="Who said so", max_length=120, required=False)


class EndChannelForm(CaseForm):
    """When it stopped being true."""

    ended_on = DateField(label="Until which day was it true?", past=True)
