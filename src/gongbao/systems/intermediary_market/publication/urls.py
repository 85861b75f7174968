"""The addresses of open data and figures, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.publication import views

urlpatterns = [
    path("figures/", views.figures, name="selection_figures"),
    path("figures.xlsx", views.figures_workbook, name="selection_figures_workbook"),
    path("open-data/", views.open_data, name="open_data"),
    path("open-data/releases.json", views.releases, name="releases"),
    path("open-data/<uuid:uuid>.json", views.release, name="release"),
    path("open-data/selections.xlsx", views.selections_workbook, name="selections_workbook"),
]
