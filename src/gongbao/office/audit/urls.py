"""The addresses of the log."""

from django.urls import path

from gongbao.office.audit import views

app_name = "audit"
urlpatterns = [
    path("log/", views.log, name="log"),
    path("log/<int:number>/", views.entry, name="entry"),
    path("log/checkpoints/", views.checkpoints, name="checkpoints"),
    path("log/checkpoints/<str:name>", views.checkpoint, name="checkpoint"),
]
