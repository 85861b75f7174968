"""The addresses of draws, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
