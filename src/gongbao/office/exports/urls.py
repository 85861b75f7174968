"""The addresses of the exports."""

from django.urls import path

from gongbao.office.exports import views

app_name = "exports"
urlpatterns = [
    path("exports/<uuid:uuid>/", views.export, name="export"),
    path("exports/<uuid:uuid>/file/", views.file, name="file"),
    path("exports/<uuid:uuid>/cancel/", views.cancel, name="cancel"),
]
