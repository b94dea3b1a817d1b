"""Addresses of oversight."""

from django.urls import path

from . import views

urlpatterns = [
    path("looked/<uuid:record_id>/", views.looked, name="who_looked"),
    path("alerts/", views.alert_list, name="alert_list"),
    path("alerts/<uuid:alert_id>/", views.alert_item, name="alert_item"),
    path("account/own/", views.own_channels, name="own_channels"),
    path("ties/<uuid:record_id>/declare/", views.declare_tie, name="declare_tie"),
    path("bars/", views.bar_list, name="bar_list"),
    path("bars/<uuid:bar_id>/end/", views.end_bar, name="end_bar"),
    path("bars/record/<uuid:record_id>/", views.record_bars, name="record_bars"),
    path("unheld/", views.unheld, name="unheld"),
]
