"""The address of the readings, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.interpretation import views

urlpatterns = [path("readings/", views.readings, name="readings")]
