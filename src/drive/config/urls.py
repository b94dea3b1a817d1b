"""Addresses. Each app keeps its own; nothing personal ever stands in one."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("drive.access.urls")),
    *[
        path("", include(f"{app}.urls"))
        for app in settings.DRIVE_APPS
        if app != "drive.access" and find_spec(f"{app}.urls")
    ],
]

handler404 = "drive.access.nothing_here.nothing_here"
handler403 = "drive.access.nothing_here.nothing_here"
handler400 = "drive.access.nothing_here.nothing_here"
handler500 = "drive.access.nothing_here.went_wrong"
