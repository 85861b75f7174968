"""The addresses of the market."""

from django.urls import path

from gongbao.systems.intermediary_market.complaints import views

app_name = "market"
urlpatterns = [
    path("", views.market, name="market"),
    path("decisions/", views.decisions, name="decisions"),
    path("statistics/", views.statistics, name="statistics"),
    path("statistics.xlsx", views.statistics_workbook, name="statistics_workbook"),
]
