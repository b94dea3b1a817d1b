"""Addresses of oversight."""

from django.urls import path

from . import views

urlpatterns = [
    path("looked/<uuid:record_id>/", views.looked, name="who_looked"),
    path("alerts/", views.alert_list, name="alert_list"),
    path("alerts/<uuid:alert_id>/", views.alert_item, name="alert_item"),
    path("account/own/", views.own_channels, name="own_channels"),
]
