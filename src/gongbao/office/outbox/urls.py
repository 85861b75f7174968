"""The addresses of the messages."""

from django.urls import path

from gongbao.office.outbox import views

app_name = "outbox"
urlpatterns = [
    path("messages/", views.messages, name="messages"),
    path("messages/read/", views.mark_all_read, name="mark_all_read"),
    path("messages/<uuid:uuid>/read/", views.mark_read, name="mark_read"),
]
