from django.urls import path

from . import views

urlpatterns = [
    path("cover/", views.cover, name="cover"),
]
