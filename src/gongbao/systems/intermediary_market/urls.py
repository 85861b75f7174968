"""The addresses of the market."""

from django.urls import include, path

from gongbao.systems.intermediary_market.complaints import views

app_name = "market"
_PART = "gongbao.systems.intermediary_market.{}.urls"
urlpatterns = [
    path("", views.market, name="market"),
    path("decisions/", views.decisions, name="decisions"),
    path("statistics/", views.statistics, name="statistics"),
    path("statistics.xlsx", views.statistics_workbook, name="statistics_workbook"),
    *(
        path("", include(_PART.format(part)))
        for part in (
            "organisations",
            "catalogue",
            "purchases",
            "sealing",
            "draw",
            "contracts",
            "ratings",
            "supervision",
            "interpretation",
            "complaints",
            "publication",
        )
    ),
]
