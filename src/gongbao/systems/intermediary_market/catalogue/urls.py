"""The addresses of the services, below /market/."""

from django.urls import path

from gongbao.systems.intermediary_market.catalogue import views

urlpatterns = [
    path("services/", views.services, name="services"),
    path("services.xlsx", views.workbook, name="services_workbook"),
    path("services/<uuid:uuid>/", views.service, name="service"),
    path("desk/services/new/", views.new, name="new_service"),
    path("desk/services/import/", views.read_in, name="read_services"),
    path("desk/services/<uuid:uuid>/", views.change, name="change_item"),
    path("desk/services/<uuid:uuid>/end/", views.end, name="end_item"),
    path("desk/services/<uuid:uuid>/recommend/", views.recommend, name="recommend"),
]
