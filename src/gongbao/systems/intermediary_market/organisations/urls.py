"""The addresses of those who take part, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
