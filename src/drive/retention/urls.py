"""Addresses of retention."""

from django.urls import path

from . import views

urlpatterns = [
    path("past-their-time/", views.past_time, name="past_time"),
    path("past-their-time/record/<uuid:record_id>/", views.own_record, name="retention_record"),
    path("past-their-time/<uuid:erasure_proposal_id>/", views.decide_erasure, name="decide_erasure"),
]
