"""The addresses of the intake."""

from django.urls import path

from gongbao.office.intake import views

app_name = "intake"
urlpatterns = [
    path("read/", views.read, name="read"),
    path("read/<uuid:uuid>/", views.upload, name="upload"),
    path("read/<uuid:uuid>/cancel/", views.cancel, name="cancel"),
]
