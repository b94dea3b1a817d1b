"""Addresses of releases: for who asks, and for who decides."""

from django.urls import path

from . import views

urlpatterns = [
    path("releases/", views.release_list, name="release_list"),
    path("releases/extract/", views.extract_ask, name="extract_ask"),
    path("releases/key/", views.study_key, name="study_key"),
    path("releases/<uuid:request_id>/", views.release_page, name="release_page"),
    path("release-desk/", views.release_desk, name="release_desk"),
    path("release-desk/<uuid:request_id>/", views.release_decide, name="release_decide"),
]
