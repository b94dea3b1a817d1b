from django.urls import path

from . import views

urlpatterns = [
    path("return/", views.the_return, name="return"),
    path("return/chart.svg", views.return_chart, name="return_chart"),
    path("return/file/", views.return_file, name="return_file"),
]
