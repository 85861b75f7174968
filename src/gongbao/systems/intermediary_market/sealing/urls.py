"""The addresses of sealed envelopes, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
