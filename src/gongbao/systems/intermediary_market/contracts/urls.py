"""The addresses of contracts, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
