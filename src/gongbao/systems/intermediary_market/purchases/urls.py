"""The addresses of purchases, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
