"""A site's settings: what holds today, and every change with its reason (C-30)."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from uuid import UUID

from drive.access.administration.site_settings import SETTINGS, Setting
from drive.access.models import SiteSetting, local_today


@dataclass(frozen=True, slots=True)
class SettingShown:
    """One setting of one site: the value in force today in words, and every change, newest first."""

    setting: Setting
    value: str
    is_default: bool
    since: datetime.date | None
    changes: tuple[tuple[SiteSetting, str], ...]
    """Each change with its value in words, in the order in which they apply, newest first."""


def settings_of(site_id: UUID) -> list[SettingShown]:
    """Every setting that can be changed here, in the order of the handbook."""
    rows = list(
        SiteSetting.objects.filter(site_id=site_id, code__in=list(SETTINGS))
        .select_related("recorded_by")
        .order_by("-applies_from", "-recorded_at")
    )
    return [_shown(setting, [row for row in rows if row.code == code]) for code, setting in SETTINGS.items()]


def setting_of(site_id: UUID, code: str) -> SettingShown:
    """One of them. Raises `SiteSetting.DoesNotExist` for a code that is no setting."""
    found = next((each for each in settings_of(site_id) if each.setting.code == code), None)
    if found is None:
        raise SiteSetting.DoesNotExist
    return found


def _shown(setting: Setting, rows: list[SiteSetting]) -> SettingShown:
    today = local_today()
    held = next((row for row in rows if row.applies_from <= today), None)
    return SettingShown(
        setting=setting,
        value=setting.words(held.value if held else setting.default),
        is_default=held is None,
        since=held.applies_from if held else None,
        changes=tuple((row, setting.words(row.value)) for row in rows),
    )
