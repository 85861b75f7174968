"""The addresses of ratings, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
