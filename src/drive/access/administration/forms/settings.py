"""The form of one setting, made from its definition."""

from __future__ import annotations

from typing import Any

from django import forms

from drive.access.administration.site_settings import Setting
from drive.access.models import local_today
from drive.components.forms import ChoiceTiles, DateField, TextArea


class SettingForm(forms.Form):
    """The new value, from when, why, what else may follow, and when somebody looks at it again (C-30)."""

    applies_from = DateField(label="Applies from", initial=local_today)
    reason = TextArea(label="Why is it changed?", max_length=2000)
    consequences = TextArea(
        label="What else may follow?",
        max_length=2000,
        help_text="Above all for how many clients each IDVA has. Say so when nothing is expected.",
    )
    review_on = DateField(label="When is it reviewed?")

    def __init__(self, *args: Any, setting: Setting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.setting = setting
        if setting.choices:
            self.fields["value"] = ChoiceTiles(label=setting.label, choices=setting.choices)
        for number in setting.numbers:
            self.fields[number.name] = forms.IntegerField(
                label=number.label,
                min_value=number.least,
                max_value=number.most,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
                error_messages={
                    "required": f"“{number.label}” needs an answer",
                    "invalid": "Give a whole number.",
                    "min_value": f"Give a number from {number.least} to {number.most}.",
                    "max_value": f"Give a number from {number.least} to {number.most}.",
                },
            )
        self.order_fields(["value", *[number.name for number in setting.numbers]])

    @property
    def value(self) -> Any:
        """What was chosen or typed, for `commands.settings.change_setting`. Only after `is_valid()`."""
        if self.setting.choices:
            return self.cleaned_data["value"]
        return {number.name: self.cleaned_data[number.name] for number in self.setting.numbers}

    @property
    def about_the_change(self) -> dict[str, Any]:
        """The rest of the command's arguments. Only after `is_valid()`."""
        return {
            name: self.cleaned_data[name] for name in ("applies_from", "reason", "consequences", "review_on")
        }
