"""The addresses of the services, below /market/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
